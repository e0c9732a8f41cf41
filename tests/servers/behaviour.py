"""This file is about what every example server does, in whatever language: tests that the faces'
own tests import, and run with a fixture `serve` that starts their servers.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

import clients
from clients import HASTE, LIVE, Answers, connect, curl, identity, plain, request
from server import Serve, Server

LARGE = os.urandom(2_000_000)
CODES = {
    None: "ABSENT",
    "good": "OK",
    "expired": "CERT_HAS_EXPIRED",
    "unknown-leaf": "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
}
ADMITTED: dict[str, list[str | None]] = {
    "request": [None, "good", "expired", "unknown-leaf"],
    "require_any": ["good", "expired", "unknown-leaf"],
    "optional": [None, "good"],
    "require": ["good"],
}
ALERTS = {
    ("1.2", None): "SSLV3_ALERT_HANDSHAKE_FAILURE",
    ("1.3", None): "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    ("1.2", "expired"): "SSLV3_ALERT_CERTIFICATE_EXPIRED",
    ("1.3", "expired"): "SSLV3_ALERT_CERTIFICATE_EXPIRED",
    ("1.2", "unknown-leaf"): "TLSV1_ALERT_UNKNOWN_CA",
    ("1.3", "unknown-leaf"): "TLSV1_ALERT_UNKNOWN_CA",
}


@pytest.mark.parametrize("mode", ADMITTED)
def test_clients_that_a_mode_admits_are_told_who_they_are(serve: Serve, mode: str) -> None:
    with serve(mode) as server:
        for client in ADMITTED[mode]:
            known = identity(server.port, client)
            assert known["present"] is (client is not None)
            assert known["verified"] is (client == "good")
            assert known["verifycode"] == CODES[client]
            if client is not None:
                assert known["subject"].startswith("CN = ")
                assert known["pem"] in (LIVE / f"{client}.pem").read_text()


def test_nobody_is_asked_in_the_mode_none(serve: Serve) -> None:
    with serve("none") as server:
        assert identity(server.port, "good")["present"] is False


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("mode", ["optional", "require", "require_any"])
def test_clients_that_a_mode_refuses_read_their_alert_and_are_logged(
    serve: Serve, mode: str, version: str
) -> None:
    with serve(mode) as server:
        for client in CODES:
            refused = client not in ADMITTED[mode]
            expected = ALERTS[version, client] if refused else ""
            assert clients.alert(server.port, client, version) == expected
            if refused:
                code = "certificate_refused" if client else "no_certificate"
                server.wait_for(rf"^refused peer\.{code} {CODES[client]}: .")
        assert identity(server.port, "good")["verified"] is True


def test_a_refused_client_that_has_sent_its_request_already_reads_its_alert(serve: Serve) -> None:
    with serve("require") as server:
        for client in (None, "expired", "unknown-leaf"):
            # A server that closed at once would answer these bytes with a reset.
            told = clients.alert(server.port, client, "1.3", LARGE[:200_000])
            assert told == ALERTS["1.3", client]


def test_one_connection_carries_several_requests(serve: Serve) -> None:
    with serve("request") as server:
        told = curl(server.port, "-w", "\n%{num_connects}\n", "{}/", "{}/", client="good")
    first, connections, second, more = told.splitlines()
    assert json.loads(first)["verified"] is True
    assert json.loads(second)["verified"] is True
    assert (connections, more) == ("1", "0")


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_large_bodies_come_back_whole_again_and_again(
    serve: Serve, version: str, tmp_path: Path
) -> None:
    (tmp_path / "sent").write_bytes(LARGE)
    with serve("require", f"max_version={version}") as server:
        # curl asks whether it may send such a body (100-continue).
        echo = ["--data-binary", f"@{tmp_path}/sent", "-w", "%{num_connects}"]
        echo += ["--output-dir", str(tmp_path), "-o", "one", "{}/echo", "-o", "two", "{}/echo"]
        assert curl(server.port, *echo, client="good") == "10"
    assert [(tmp_path / name).read_bytes() == LARGE for name in ("one", "two")] == [True, True]


def test_the_last_answer_of_a_connection_is_whole_and_ends_with_a_goodbye(serve: Serve) -> None:
    with serve("request") as server, connect(server.port) as connection:
        connection.sendall(request("/echo", "Connection: close", method="POST", body=LARGE))
        assert Answers(connection).next() == (200, LARGE)
        # Without close_notify this would be an error (SSLEOFError).
        assert connection.recv(1) == b""


def test_requests_that_come_at_once_are_answered_one_after_the_other(serve: Serve) -> None:
    with serve("request") as server, connect(server.port, "good") as connection:
        echo = request("/echo", method="POST", body=b"between")
        connection.sendall(request() + echo + request())
        answers = Answers(connection)
        told = [answers.next() for _ in range(3)]
    assert [status for status, _ in told] == [200, 200, 200]
    assert json.loads(told[0][1])["verified"] is True
    assert told[1][1] == b"between"
    assert json.loads(told[2][1])["verified"] is True


def test_a_request_may_come_byte_by_byte(serve: Serve) -> None:
    with serve("request") as server, connect(server.port) as connection:
        for byte in request("/echo", method="POST", body=b"slowly"):
            connection.sendall(bytes([byte]))
        assert Answers(connection).next() == (200, b"slowly")


def test_a_client_that_does_not_read_holds_up_nobody(serve: Serve) -> None:
    body = LARGE * 4
    with serve("request") as server, connect(server.port) as connection:
        connection.sendall(request("/echo", method="POST", body=body))
        # More than the buffers of the sockets take is on its way back.
        for _ in range(3):
            assert identity(server.port, "good")["verified"] is True
        assert Answers(connection).next() == (200, body)


def _plain_http(server: Server) -> str:
    with plain(server.port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"HTTPS" in client.makefile("rb").read()
    return "peer.plain_http"


def _garbage(server: Server) -> str:
    with plain(server.port) as client:
        client.sendall(b"\x00\xff" * 50)
        client.makefile("rb").read()
    return "peer.not_tls"


def _silence(server: Server) -> str:
    with plain(server.port) as client:
        assert client.recv(1) == b""
    return "io.timeout"


def _gone_at_once(server: Server) -> str:
    plain(server.port).close()
    return "peer.closed"


def _hello() -> bytes:
    """The first flight of a client."""
    out = ssl.MemoryBIO()
    client = clients.context().wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return out.read()


def _gone_in_the_middle(server: Server) -> str:
    with plain(server.port) as client:
        client.sendall(_hello())
        assert client.recv(100)
    return "peer.closed"


def _reset_in_the_middle(server: Server) -> str:
    with plain(server.port) as client:
        client.sendall(_hello()[:100])
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return "peer.closed"


@pytest.mark.parametrize(
    "visit",
    [
        _plain_http,
        _garbage,
        _silence,
        _gone_at_once,
        _gone_in_the_middle,
        _reset_in_the_middle,
    ],
    ids=lambda visit: visit.__name__.strip("_"),
)
def test_strangers_are_logged_and_the_server_goes_on(
    serve: Serve, visit: Callable[[Server], str]
) -> None:
    options = [f"handshake_timeout={HASTE}"] if visit is _silence else []
    with serve("require", *options) as server:
        for count in (1, 2):
            code = visit(server)
            server.wait_for(rf"^refused {code} \S+: .", count)
        assert identity(server.port, "good")["verified"] is True


@pytest.mark.parametrize("sent", [10, 1_000_000], ids=["head", "body"])
def test_a_reset_in_the_middle_of_a_request_concerns_nobody_else(serve: Serve, sent: int) -> None:
    with serve("require") as server:
        with connect(server.port, "good") as connection:
            connection.sendall(request("/echo", method="POST", body=LARGE)[:sent])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert identity(server.port, "good")["verified"] is True


def test_clients_that_are_there_do_not_keep_the_server_from_ending(serve: Serve) -> None:
    with serve("request") as server:
        shaking = plain(server.port)
        shaking.sendall(_hello())
        assert shaking.recv(100)
        idle, sending, reading = (connect(server.port) for _ in range(3))
        idle.sendall(request())
        assert Answers(idle).next()[0] == 200
        sending.sendall(request("/echo", method="POST", body=LARGE)[:100_000])
        reading.sendall(request("/echo", method="POST", body=LARGE))
        assert reading.recv(100)
    for left in (shaking, idle, sending, reading):
        left.close()
