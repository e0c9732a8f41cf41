"""This file is about the counters: what has become of real handshakes."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest

from premises import Premises, ask, connect, eventually, refusal, serving, visit
from scene import PATIENCE

Make = Any


def plain(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE)


def counted(made: Any, name: str) -> dict[str, int]:
    return {row["word"]: row["number"] for row in made.counters()[name]}


def test_every_handshake_is_counted_by_how_it_ends(premises: Premises, make: Make) -> None:
    made = make(
        **premises.options(client_cert_mode="require", client_ca_file=premises.path("staff-ca.pem"))
    )
    assert made.counters() == {
        "done": 0,
        "resumed": 0,
        "inflight": 0,
        "abandoned": 0,
        "refused": [],
        "alerts": [],
        "failed": [],
        "reloads": 0,
        "reloadfailures": 0,
    }
    staff = premises.client("staff")
    with serving(made) as port:
        with connect(port, staff) as first:
            ask(first)
            with connect(port, staff, session=first.session) as second:
                ask(second)
        refusal(port, premises.client())
        refusal(port, premises.client("partner"))
        refusal(port, premises.client("partner"))
        distrustful = ssl.create_default_context(cafile=premises.path("staff-ca.pem"))
        with pytest.raises(ssl.SSLCertVerificationError):
            connect(port, distrustful)
        with plain(port) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            client.recv(100)
        with plain(port):
            eventually(lambda: made.counters()["inflight"] == 1)
        eventually(lambda: made.counters()["inflight"] == 0)
    told = made.counters()
    assert (told["done"], told["resumed"]) == (2, 1)
    assert counted(made, "refused") == {"ABSENT": 1, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY": 2}
    assert counted(made, "alerts") == {"unknown_ca": 1}
    assert counted(made, "failed") == {"peer.plain_http": 1, "peer.closed": 1}


def test_counting_goes_on_over_reloads(premises: Premises, make: Make) -> None:
    made = make(**premises.options())
    with serving(made) as port:
        for _ in range(2):
            visit(port, premises.client())
            made.reload()
    told = made.counters()
    assert (told["done"], told["reloads"]) == (2, 2)
