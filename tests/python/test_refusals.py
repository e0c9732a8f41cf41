"""This file is about being told of refused clients, where a server swallows the exception."""

from __future__ import annotations

import ssl
import threading
from typing import Any

import pytest

import peercert
from dialogue import meet
from scene import client_context, server_options


def test_an_acceptor_tells_each_refusal_once_and_no_other_handshake() -> None:
    told: list[peercert.Error] = []
    acceptor = peercert.Acceptor(**server_options("require"))
    acceptor.on_refusal(told.append)
    meet(acceptor.connection(), peercert.PeerError, client_context("expired", "1.3"))
    meet(acceptor.connection(), peercert.PeerError, client_context("good", "1.3"))
    (error,) = told
    assert error.code == "peer.certificate_refused"
    assert error.clientcert is not None
    assert error.clientcert["verifycode"] == "CERT_HAS_EXPIRED"


def test_a_context_tells_of_what_its_server_does_not_see() -> None:
    told: list[peercert.Error] = []
    context = peercert.SSLContext(**server_options("require"))
    context.on_refusal(told.append)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(b"GET / HTTP/1.0\r\n\r\n")
    with pytest.raises(ssl.SSLError):
        server.do_handshake()
    assert [error.code for error in told] == ["peer.plain_http"]
    with pytest.raises(peercert.StateError, match="in_use"):
        context.on_refusal(told.append)


def test_what_the_callback_raises_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_error: peercert.Error) -> None:
        raise ValueError("no log today")

    lost: list[Any] = []
    monkeypatch.setattr("sys.unraisablehook", lambda raised: lost.append(raised.exc_value))
    acceptor = peercert.Acceptor(**server_options("require"))
    acceptor.on_refusal(fail)
    ended = meet(acceptor.connection(), peercert.PeerError, client_context(None, "1.3"))
    assert ended.error.code == "peer.no_certificate"
    assert [str(error) for error in lost] == ["no log today"]


def test_threads_share_the_callback() -> None:
    told: list[peercert.Error] = []
    acceptor = peercert.Acceptor(**server_options("require"))
    acceptor.on_refusal(told.append)
    client = client_context("expired", "1.2")

    def call() -> None:
        meet(acceptor.connection(), peercert.PeerError, client)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 8
