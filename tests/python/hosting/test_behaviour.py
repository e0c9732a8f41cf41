"""This file is about what every server does with our TLS, driven for real: one behaviour, many
servers."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Iterator

import pytest
from websockets.sync.client import connect as websocket

from clients import Answers, request
from kinds import Hosted
from premises import eventually, serial, shows
from scene import PATIENCE

LARGE = os.urandom(10_000_000)
CODES = {
    None: "ABSENT",
    "staff": "OK",
    "expired": "CERT_HAS_EXPIRED",
    "partner": "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
}

ALERTS = {
    None: "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "expired": "SSLV3_ALERT_CERTIFICATE_EXPIRED",
    "partner": "TLSV1_ALERT_UNKNOWN_CA",
}


@pytest.mark.parametrize("client", CODES, ids=str)
def test_the_application_learns_who_calls(host: Hosted, client: str | None) -> None:
    told = host.visit(client)
    clientcert = told["clientcert"]
    assert (clientcert["verified"], clientcert["verifycode"]) == (client == "staff", CODES[client])
    assert clientcert.get("subject") == (client and f"CN = {client}")
    assert told["details"]["sslversion"] == "TLSv1.3"
    assert told["scheme"] == "https"


def test_every_request_of_a_connection_has_the_same_identity(host: Hosted) -> None:
    if not host.kind.keeps_alive:
        with host.connect("staff") as connection:
            assert host.ask(connection)["clientcert"]["verifycode"] == "OK"
            assert connection.recv(1) == b""
        return
    with host.connect("staff") as one, host.connect("expired") as other:
        told = [(host.ask(one), host.ask(other, b"a body")) for _ in range(3)]
    assert all(answers == told[0] for answers in told)
    codes = [answer["clientcert"]["verifycode"] for answer in told[0]]
    assert codes == ["OK", "CERT_HAS_EXPIRED"]


def test_http_2_tells_the_same_or_is_not_spoken(host: Hosted) -> None:
    (host.premises.folder / "sent").write_bytes(LARGE)
    command = ["curl", "-sS", "--noproxy", "*", "--http2", "--max-time", str(PATIENCE)]
    command += ["--cacert", "server-ca.pem", "--cert", "staff.pem", "--key", "staff.key"]
    command += ["-w", "\n%{http_version} %{num_connects}\n"]
    command += ["--data-binary", "@sent", *[f"https://localhost:{host.server.port}/"] * 2]
    ended = subprocess.run(
        command, cwd=host.premises.folder, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    first, connections, second, more = ended.stdout.splitlines()
    version = host.kind.http.removesuffix(".0")
    reused = 0 if host.kind.keeps_alive else 1
    assert (connections, more) == (f"{version} 1", f"{version} {reused}")
    for told in (json.loads(first), json.loads(second)):
        assert told["clientcert"]["subject"] == "CN = staff"
        assert told["details"]["alpn"] == ("h2" if version == "2" else "")
        assert told["sha256"] == hashlib.sha256(LARGE).hexdigest()


@pytest.mark.only("websockets")
@pytest.mark.parametrize("client", CODES, ids=str)
def test_a_websocket_tells_who_calls(host: Hosted, client: str | None) -> None:
    tls = host.premises.client(client)
    with websocket(f"wss://localhost:{host.server.port}/", ssl=tls) as connection:
        told = []
        for _ in range(2):
            connection.send("who am I")
            told.append(json.loads(connection.recv(PATIENCE)))
    assert told[0] == told[1]
    assert (told[0]["clientcert"]["verifycode"], told[0]["scheme"]) == (CODES[client], "wss")


def test_an_upload_arrives_whole(host: Hosted) -> None:
    told = host.visit("staff", LARGE)
    assert (told["size"], told["sha256"]) == (len(LARGE), hashlib.sha256(LARGE).hexdigest())
    assert told["clientcert"]["subject"] == "CN = staff"


def test_clients_that_say_nothing_hold_up_nobody_or_not_for_long(host: Hosted) -> None:
    with (
        socket.create_connection(("127.0.0.1", host.server.port), PATIENCE) as before,
        host.connect("staff") as after,
    ):
        for client in ("staff", "expired", None):
            assert host.visit(client)["clientcert"]["verifycode"] == CODES[client]
        silent = {"before": before, "after": after}
        let_go = {name for name, connection in silent.items() if _is_ended(connection)}
        assert let_go == set(host.kind.waits_for)
        if "after" not in let_go:
            assert host.ask(after)["clientcert"]["verifycode"] == "OK"
        if "before" not in let_go:
            tls = host.premises.client("staff")
            with tls.wrap_socket(before, server_hostname="localhost") as late:
                assert host.ask(late)["clientcert"]["verifycode"] == "OK"


def _is_ended(connection: socket.socket) -> bool:
    """Whether the server has ended a connection over which nothing was to come."""
    connection.settimeout(0)
    try:
        return connection.recv(1) == b""
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    finally:
        connection.settimeout(PATIENCE)


def test_a_refused_client_is_one_line_of_the_log(host: Hosted) -> None:
    for client in ("expired", "partner", None):
        seen = len(host.server.output)
        # What an event loop closes at once does not always let the client read its alert.
        with pytest.raises((ssl.SSLError, ConnectionError, EOFError)) as caught:
            _answer_for_staff(host, client)
        if host.kind.tells_address:
            assert getattr(caught.value, "reason", None) == ALERTS[client]
        code = "certificate_refused" if client else "no_certificate"
        host.server.wait_for(rf"(?s).{{{seen}}}.*refused [^\n]*: peer\.{code}: [^\n]*\n")
        said = host.server.output[seen:].splitlines()
        # Whoever has looked whether the server is there has closed at once.
        lines = [line for line in said if "refused" in line and "peer.closed" not in line]
        assert len(lines) == 1
        assert bool(re.search(r"refused 127\.0\.0\.1:\d+: ", lines[0])) is host.kind.tells_address
        if client:
            assert f"CN = {client}" in lines[0]
    assert _answer_for_staff(host, "staff") == 200


def _answer_for_staff(host: Hosted, client: str | None) -> int:
    """The status of what the host that is for staff alone answers."""
    with host.connect(client, "staff.example") as connection:
        # A server that closed at once would answer so much with a reset.
        words = request("/", method="POST", body=LARGE[:200_000])
        connection.sendall(words.replace(b"localhost", b"staff.example"))
        return Answers(connection).next()[0]


def _half_a_hello() -> bytes:
    out = ssl.MemoryBIO()
    tls = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return out.read()[:100]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "peer.plain_http"),
        (b"\x00\xff" * 50, "peer.not_tls"),
        (_half_a_hello(), None),
    ],
    ids=["plain HTTP", "no TLS", "reset"],
)
def test_strangers_are_told_apart_in_the_log_and_the_server_goes_on(
    host: Hosted, sent: bytes, code: str | None
) -> None:
    seen = len(host.server.output)
    with socket.create_connection(("127.0.0.1", host.server.port), PATIENCE) as stranger:
        stranger.sendall(sent)
        if code is None:
            # A reset, which not every server hears of.
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            with contextlib.suppress(ConnectionError):
                stranger.makefile("rb").read()
    assert host.visit("staff")["clientcert"]["verifycode"] == "OK"
    if code is not None and host.kind.logs_noise:
        host.server.wait_for(rf"(?s).{{{seen}}}.*refused [^\n]*: {code}: [^\n]*\n")
    assert "Traceback" not in host.server.output


@contextlib.contextmanager
def _load(host: Hosted) -> Iterator[list[str]]:
    """Clients that come and go, each of whom is known; what goes wrong with any of them."""
    failures: list[str] = []
    rounds = [0, 0]
    ended = threading.Event()

    def run(number: int) -> None:
        while not ended.is_set():
            try:
                told = host.visit("staff", b"a body")["clientcert"]
                if told["subject"] != "CN = staff":
                    failures.append(str(told))
            except (OSError, EOFError, AssertionError) as error:
                failures.append(repr(error))
            rounds[number] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(rounds))]
    for thread in threads:
        thread.start()
    try:
        yield failures
        enough = [done + 3 for done in rounds]
        eventually(lambda: all(map(int.__ge__, rounds, enough)))
    finally:
        ended.set()
        for thread in threads:
            thread.join(PATIENCE)


def test_renewed_files_are_met_by_new_connections_while_others_are_served(host: Hosted) -> None:
    port, premises = host.server.port, host.premises
    with _load(host) as failures:
        assert serial(port, premises.client()) == premises.serial
        for _ in range(2):
            premises.serial = premises.renew()
            eventually(shows(port, premises.client(), premises.serial))
        assert host.visit("partner")["clientcert"]["verified"] is False
        both = [premises.folder / f"{name}-ca.pem" for name in ("staff", "partner")]
        new = premises.folder / "new.pem"
        new.write_text("".join(path.read_text() for path in both))
        new.rename(host.trusted)
        eventually(lambda: bool(host.visit("partner")["clientcert"]["verified"]))
    shutil.copy(both[0], host.trusted)
    eventually(lambda: not host.visit("partner")["clientcert"]["verified"])
    assert failures == []
