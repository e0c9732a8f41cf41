"""This file is about `peercert.cheroot`: real servers, and clients that behave and that do not."""

from __future__ import annotations

import json
import logging
import os
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import cheroot.wsgi
import pytest

import peercert
from peercert import wsgi
from peercert.cheroot import Adapter, Server

Pki = Any
PATIENCE = 20


def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answers with what it got: the environ's part of ours, the body's size, a body of its own."""
    length = environ.get("CONTENT_LENGTH")
    body = environ["wsgi.input"].read(int(length)) if length else environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/big":
        start_response("200 OK", [("Content-Length", "3000000")])
        return [b"x" * 1_000_000] * 3
    answer = {
        "clientcert": environ["peercert.clientcert"],
        "details": environ["peercert.details"],
        "scheme": environ["wsgi.url_scheme"],
        "https": environ["HTTPS"],
        "size": len(body),
        "chain": len(environ["peercert.connection"].chain() or []),
    }
    text = json.dumps(answer).encode()
    start_response("200 OK", [("Content-Length", str(len(text)))])
    return [text]


class Running:
    """A server that runs in a thread of the test."""

    def __init__(self, server: Any, adapter: Adapter) -> None:
        self.server, self.adapter = server, adapter
        self.port: int = server.socket.getsockname()[1]
        self.url = f"https://localhost:{self.port}"

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)


Start = Callable[..., AbstractContextManager[Running]]


@contextmanager
def ours(pki: Pki, application: Any = app, **options: Any) -> Iterator[Running]:
    adapter = Adapter(**pki.options | {"client_cert_mode": "request"} | options)
    yield from _run(Server(("127.0.0.1", 0), application, adapter), adapter)


@contextmanager
def stock(pki: Pki, application: Any = app, **options: Any) -> Iterator[Running]:
    adapter = Adapter(**pki.options | {"client_cert_mode": "request"} | options)
    server = cheroot.wsgi.Server(("127.0.0.1", 0), application, request_queue_size=128)
    server.ssl_adapter = adapter
    yield from _run(server, adapter)


def _run(server: Any, adapter: Adapter) -> Iterator[Running]:
    server.shutdown_timeout = 1
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield Running(server, adapter)
    finally:
        server.stop()
        thread.join()
    assert adapter.open_connections == 0


@pytest.fixture(params=[ours, stock], ids=["Server", "stock server with Adapter"])
def start(request: pytest.FixtureRequest) -> Start:
    made: Start = request.param
    return made


def test_the_application_learns_who_calls(start: Start, pki: Pki) -> None:
    with start(pki) as running:
        answer = pki.json(running.url, "client")
    assert answer["clientcert"]["verified"] is True
    assert answer["clientcert"]["subject"] == "CN = alice"
    assert answer["details"]["sslversion"] == "TLSv1.3"
    assert (answer["scheme"], answer["https"], answer["chain"]) == ("https", "on", 1)


def test_a_client_without_a_certificate_is_absent(start: Start, pki: Pki) -> None:
    with start(pki) as running:
        answer = pki.json(running.url)
    assert answer["clientcert"]["verifycode"] == "ABSENT"
    assert answer["chain"] == 0


def test_a_failing_certificate_is_reported_with_its_reason(start: Start, pki: Pki) -> None:
    with start(pki) as running:
        expired = pki.json(running.url, "expired")["clientcert"]
        stranger = pki.json(running.url, "stranger")["clientcert"]
    assert (expired["verified"], expired["verifycode"]) == (False, "CERT_HAS_EXPIRED")
    assert stranger["verifycode"] == "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"


def test_a_connection_is_kept_for_many_requests(start: Start, pki: Pki) -> None:
    with start(pki) as running, pki.tls(running.port) as connection:
        for _ in range(5):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert read_answer(connection)["clientcert"]["present"] is False


def test_requests_that_arrive_in_one_record_are_all_answered(start: Start, pki: Pki) -> None:
    with start(pki) as running, pki.tls(running.port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3)
        for _ in range(3):
            assert read_answer(connection)["size"] == 0


@pytest.mark.parametrize("more", [[], ["-H", "Transfer-Encoding: chunked"]])
def test_large_bodies_pass_both_ways(
    start: Start, pki: Pki, tmp_path: Path, more: list[str]
) -> None:
    (tmp_path / "body").write_bytes(b"y" * 3_000_000)
    with start(pki) as running:
        sent = pki.curl("--data-binary", f"@{tmp_path}/body", *more, running.url)
        pki.curl("-o", str(tmp_path / "got"), f"{running.url}/big")
    assert json.loads(sent)["size"] == 3_000_000
    assert (tmp_path / "got").stat().st_size == 3_000_000


def test_a_silent_client_keeps_nobody_waiting(start: Start, pki: Pki) -> None:
    with start(pki, handshake_timeout=600) as running:
        silent = running.connect()
        half = running.connect()
        half.sendall(b"\x16\x03\x01\x02\x00\x01")
        assert pki.json(running.url)["clientcert"]["present"] is False
        silent.close()
        half.close()


def test_silent_clients_take_no_worker(pki: Pki) -> None:
    with ours(pki, handshake_timeout=600) as running:
        silent = [running.connect() for _ in range(40)]
        for one in silent[::2]:
            one.sendall(b"\x16\x03\x01\x02\x00\x01")
        assert pki.json(running.url)["clientcert"]["present"] is False
        for one in silent:
            one.close()


def test_a_silent_client_is_let_go_after_the_handshake_timeout(
    start: Start, pki: Pki, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with start(pki, handshake_timeout=0.2) as running, running.connect() as silent:
        assert silent.recv(1) == b""
    (line,) = refusals(caplog)
    assert ": io.timeout: " in line


def test_a_trickle_of_bytes_does_not_prolong_the_handshake(start: Start, pki: Pki) -> None:
    with start(pki, handshake_timeout=0.5) as running, running.connect() as slow:
        slow.settimeout(0.05)
        for _ in range(200):
            try:
                if slow.recv(100) == b"":
                    break
            except TimeoutError:
                slow.sendall(b"\x16"[:1] if _ == 0 else b"\x03"[:1] if _ == 1 else b"\x00")
            except ConnectionError:
                break
        else:
            pytest.fail("the connection was still open after ten seconds")


def test_plain_http_gets_a_400_that_says_so_and_no_traceback(
    start: Start, pki: Pki, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    with start(pki) as running:
        answer = pki.curl("-i", f"http://localhost:{running.port}/")
    (line,) = refusals(caplog)
    assert answer.startswith("HTTP/1.1 400 ")
    assert "plain HTTP" in answer
    assert ": peer.plain_http: " in line
    assert "Traceback" not in capsys.readouterr().err + caplog.text


def test_a_refused_client_learns_why_and_the_log_has_one_line_with_the_reason(
    start: Start, pki: Pki, caplog: pytest.LogCaptureFixture
) -> None:
    with start(pki, client_cert_mode="require") as running:
        with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
            talk(pki.tls(running.port))
        with pytest.raises(ssl.SSLError, match="CERTIFICATE_EXPIRED"):
            talk(pki.tls(running.port, "expired"))
        assert pki.json(running.url, "client")["clientcert"]["verified"] is True
    first, second = refusals(caplog)
    assert ": peer.no_certificate: " in first
    assert ": peer.certificate_refused: " in second
    assert "CN = mallory" in second


def test_a_name_cannot_break_the_log_line(
    start: Start, pki: Pki, hostile: str, caplog: pytest.LogCaptureFixture
) -> None:
    with start(pki, client_cert_mode="require") as running, pytest.raises(ssl.SSLError):
        talk(pki.tls(running.port, hostile))
    (line,) = refusals(caplog)
    assert line.isprintable()


def test_debugging_tells_each_step_of_the_verification(
    start: Start, pki: Pki, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with start(pki) as running:
        pki.json(running.url, "expired")
    assert "depth 0: CERT_HAS_EXPIRED: certificate has expired" in caplog.text
    assert "certificate of CN = mallory" in caplog.text


def test_resets_in_the_handshake_leave_nothing_behind(start: Start, pki: Pki) -> None:
    with start(pki) as running:
        pki.json(running.url)
        before = descriptors()
        for number in range(300):
            client = running.connect()
            if number % 2:
                client.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        assert pki.json(running.url)["clientcert"]["present"] is False
        wait_until(lambda: running.adapter.open_connections == 0)
        assert descriptors() <= before


def test_a_flood_of_half_open_connections_stays_within_its_bound(pki: Pki) -> None:
    with ours(pki, max_connections=40, handshake_timeout=600) as running:
        before = descriptors()
        flood = [running.connect() for _ in range(400)]
        answer = pki.json(running.url)
        assert running.adapter.open_connections <= 40 + 64
        # The other half of the descriptors is the flood's own end.
        assert descriptors() <= before + 400 + 40 + 64
        for client in flood:
            client.close()
    assert answer["clientcert"]["present"] is False


def test_an_application_that_changes_its_dictionary_changes_nobody_elses(
    start: Start, pki: Pki
) -> None:
    def careless(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        answer = app(environ, start_response)
        environ["peercert.clientcert"]["verified"] = "changed"
        return answer

    with start(pki, careless) as running, pki.tls(running.port) as connection:
        for _ in range(2):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert read_answer(connection)["clientcert"]["verified"] is False


def test_a_forged_header_does_not_reach_the_application(start: Start, pki: Pki) -> None:
    def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [" ".join(sorted(k for k in environ if "PEERCERT" in k.upper())).encode()]

    headers = ["peercert.clientcert: x", "Peercert-Clientcert: x", "Peercert_Details: x"]
    flags = [word for header in headers for word in ("-H", header)]
    with start(pki, wsgi.expose(echo)) as running:
        names = pki.curl(*flags, running.url)
    known = ("clientcert", "connection", "details", "met")
    assert names == " ".join(f"peercert.{name}" for name in known)


def test_cheroots_own_parameters_work(pki: Pki) -> None:
    options = pki.options
    adapter = Adapter(options["certificate"], options["key"])
    assert adapter.acceptor.mode == "none"


def test_what_does_not_fit_together_is_refused(pki: Pki) -> None:
    acceptor = peercert.Acceptor(**pki.options, client_cert_mode="request")
    assert Adapter(acceptor=acceptor).acceptor is acceptor
    with pytest.raises(TypeError, match="acceptor"):
        Adapter(acceptor=acceptor, alpn="http/1.1")
    with pytest.raises(TypeError, match="whole chain"):
        Adapter(pki.options["certificate"], pki.options["key"], "chain.pem")
    with pytest.raises(peercert.ConfigError):
        Adapter(pki.options["certificate"], "missing.key")


def talk(connection: AbstractContextManager[ssl.SSLSocket]) -> bytes:
    """Asks for a page; with TLS 1.3 a refusal shows only then."""
    with connection as tls:
        tls.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return tls.recv(1)


def read_answer(connection: ssl.SSLSocket) -> dict[str, Any]:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        part = connection.recv(1)
        assert part, f"the server closed after {head!r}"
        head += part
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
    body = b""
    while len(body) < int(fields["Content-Length"]):
        body += connection.recv(int(fields["Content-Length"]) - len(body))
    answer: dict[str, Any] = json.loads(body)
    return answer


def refusals(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.getMessage().startswith("refused ")]


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def wait_until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(PATIENCE * 100):
        if condition():
            return
        pause.wait(0.01)
    pytest.fail("it did not happen in time")
