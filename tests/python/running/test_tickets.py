"""This file is about resumption over several processes: real servers that share their ticket keys."""

from __future__ import annotations

import json
import os
import signal
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

import commandline
import peercert
from premises import Premises, ask, connect, serving

APP = """
import json, os

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    clientcert = environ["peercert.clientcert"]
    return [json.dumps({"process": os.getpid(), "clientcert": clientcert}).encode()]
"""


def key_file(premises: Premises, name: str, size: int = 80) -> Path:
    path = premises.folder / name
    path.write_bytes(os.urandom(size))
    return path


@contextmanager
def processes(premises: Premises, *each: list[Path]) -> Iterator[list[commandline.Server]]:
    """A server of its own for each list of key files."""
    (premises.folder / "hello.py").write_text(APP)
    words = ["serve", "hello:app", "--bind", "127.0.0.1:0"]
    options = premises.options(
        client_cert_mode="require", client_ca_file=premises.path("staff-ca.pem")
    )
    for name, value in options.items():
        words += ["--" + name.replace("_", "-"), value]
    with ExitStack() as stack:
        servers = []
        for files in each:
            keys = [word for file in files for word in ("--ticket-key-files", str(file))]
            serving = commandline.serving(*words, *keys, cwd=premises.folder)
            servers.append(stack.enter_context(serving))
        yield servers


def call(
    server: commandline.Server, client: ssl.SSLContext, session: Any = None
) -> tuple[dict[str, Any], Any]:
    """What the server says, and the session to come back with."""
    with connect(server.port, client, session=session) as tls:
        tls.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        heard = b""
        while part := tls.recv(65536):
            heard += part
        answer: dict[str, Any] = json.loads(heard[heard.index(b"{") : heard.rindex(b"}") + 1])
        answer["reused"] = tls.session_reused
        assert answer["clientcert"]["resumed"] is tls.session_reused
        return answer, tls.session


def identity(answer: dict[str, Any]) -> dict[str, Any]:
    """Who the client is, whether it was resumed or not."""
    return {key: value for key, value in answer["clientcert"].items() if key != "resumed"}


@pytest.mark.parametrize("size", [48, 80])
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_processes_that_share_a_key_resume_each_others_sessions_with_the_same_identity(
    premises: Premises, version: str, size: int
) -> None:
    shared = [key_file(premises, "shared", size)]
    staff = premises.client("staff", version)
    with processes(premises, shared, shared) as (one, other):
        first, session = call(one, staff)
        second, _ = call(other, staff, session)
    assert first["process"] != second["process"]
    assert (first["reused"], second["reused"]) == (False, True)
    assert first["clientcert"]["verified"] is True
    assert identity(first) == identity(second)


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_without_a_shared_key_the_client_is_asked_again(premises: Premises, version: str) -> None:
    staff = premises.client("staff", version)
    with processes(premises, [], [key_file(premises, "own")]) as (one, other):
        first, session = call(one, staff)
        second, _ = call(other, staff, session)
    assert (second["reused"], second["clientcert"]["verified"]) == (False, True)
    assert identity(first) == identity(second)


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_rotation_loses_no_session(premises: Premises, version: str) -> None:
    current, before = key_file(premises, "current"), key_file(premises, "before")
    staff = premises.client("staff", version)
    files = [current, before]
    with processes(premises, files, files) as (one, other):
        _, old = call(one, staff)
        # The new key first opens only, everywhere; then it encrypts.
        before.write_bytes(os.urandom(80))
        before_first = before.read_bytes(), current.read_bytes()
        for count, server in enumerate((one, other, one, other)):
            if count == 2:
                current.write_bytes(before_first[0])
                before.write_bytes(before_first[1])
            server.process.send_signal(signal.SIGHUP)
            server.wait_for(rf"(?s)( reloaded: .*){{{count // 2 + 1}}}")
            # At every step either process resumes what either has given.
            answers = [call(each, staff, old)[0]["reused"] for each in (one, other)]
            assert answers == [True, True], count
            _, new = call(server, staff)
            answers = [call(each, staff, new)[0]["reused"] for each in (one, other)]
            assert answers == [True, True], count


def test_keys_as_bytes_are_the_same_as_in_files(premises: Premises) -> None:
    file = key_file(premises, "shared")
    options = premises.options(client_cert_mode="none")
    client = premises.client()
    with (
        serving(peercert.Acceptor(**options, ticket_key_files=[file])) as one,
        serving(
            peercert.SSLContext(**options, ticket_keys=[os.urandom(48), file.read_bytes()])
        ) as two,
    ):
        with connect(one, client) as first:
            ask(first)
            session = first.session
        with connect(two, client, session=session) as second:
            assert ask(second)["details"]["resumed"] is True


@pytest.mark.parametrize(
    "keys", [[], [b"short"], [bytes(48)] * 2, [os.urandom(80) for _ in range(5)], ["text"], [None]]
)
def test_keys_that_are_none_are_told(premises: Premises, keys: list[Any]) -> None:
    with pytest.raises(peercert.ConfigError) as caught:
        peercert.Acceptor(**premises.options(ticket_keys=keys))
    assert caught.value.problems[0].context["option"] == "ticket_keys"
