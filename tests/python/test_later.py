"""This file is about certificates that are asked for after the handshake."""

from __future__ import annotations

import contextlib
import json
import runpy
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import peercert
from scene import LIVE, PATIENCE, Peer, client_context, server_options

Ends = tuple[socket.socket, socket.socket]

ASKS = peercert.version()[1].startswith("OpenSSL")
asking = pytest.mark.skipif(not ASKS, reason="AWS-LC cannot ask after the handshake")

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "locations.md"


def acceptor(later: str = "require", **more: Any) -> peercert.Acceptor:
    files = {"client_ca_file": LIVE / "client-cas.pem"}
    return peercert.Acceptor(**server_options("none", client_cert_later=later, **files, **more))


def answering(name: str | None = "good") -> ssl.SSLContext:
    context = client_context(name, "1.3")
    context.post_handshake_auth = True
    return context


def conversation(theirs: socket.socket, context: ssl.SSLContext) -> Callable[[], bytes]:
    """What a client does: it reads, which answers the request, and says what it has read."""

    def work() -> bytes:
        with context.wrap_socket(theirs) as tls:
            heard = b""
            while chunk := tls.recv(100):
                heard += chunk
                tls.sendall(b"heard " + chunk)
            return heard

    return work


@pytest.mark.skipif(ASKS, reason="OpenSSL can")
def test_aws_lc_says_that_it_cannot(pair: Ends) -> None:
    with pytest.raises(peercert.ConfigError) as refused:
        acceptor()
    assert refused.value.code == "config.unsupported_option"
    ours, theirs = pair
    client = Peer(conversation(theirs, answering()))
    with peercert.Acceptor(**server_options("none")).accept(ours) as tls:
        with pytest.raises(
            peercert.StateError, match="not supported by this TLS library"
        ) as caught:
            tls.request_certificate()
        assert caught.value.code == "state.unsupported"
        tls.sendall(b"still there")
        tls.shutdown(socket.SHUT_WR)
        assert tls.recv() == b"heard still there"
    assert client.result() == b"still there"
    context = peercert.SSLContext(**server_options("none"))
    with pytest.raises(NotImplementedError, match="AWS-LC"):
        context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), True).verify_client_post_handshake()


@asking
def test_clientcert_tells_anew_and_what_was_given_does_not_change(pair: Ends) -> None:
    ours, theirs = pair
    client = Peer(conversation(theirs, answering()))
    with acceptor().accept(ours) as tls:
        before, details = tls.clientcert(), tls.details()
        tls.request_certificate()
        after = tls.clientcert()
        assert (before["verifycode"], details["clientcert"]["present"]) == ("ABSENT", False)
        assert after["verified"]
        assert after["subject"].startswith("CN = ")
        assert tls.details()["clientcert"]["subject"] == after["subject"]
        tls.shutdown(socket.SHUT_WR)
    assert client.result() == b""


@asking
@pytest.mark.parametrize(
    ("name", "code"),
    [(None, "peer.no_certificate"), ("expired", "peer.certificate_refused")],
)
def test_who_is_refused_reads_the_alert(name: str | None, code: str, pair: Ends) -> None:
    ours, theirs = pair
    client = Peer(conversation(theirs, answering(name)))
    told: list[peercert.Error] = []
    made = acceptor()
    made.on_refusal(told.append)
    tls = made.accept(ours)
    with pytest.raises(peercert.PeerError) as caught:
        tls.request_certificate()
    assert caught.value.code == code
    assert caught.value.clientcert is not None
    assert [error.code for error in told] == [code]
    with pytest.raises(peercert.PeerError):
        tls.clientcert()
    tls.close()
    alert = "CERTIFICATE_REQUIRED" if name is None else "CERTIFICATE_EXPIRED"
    with pytest.raises(ssl.SSLError, match=alert):
        client.result()


@asking
def test_who_cannot_answer_is_said_and_the_connection_goes_on(pair: Ends) -> None:
    ours, theirs = pair
    client = Peer(conversation(theirs, client_context("good", "1.3")))
    with acceptor().accept(ours) as tls:
        with pytest.raises(peercert.StateError, match="post_handshake_auth") as caught:
            tls.request_certificate()
        assert caught.value.code == "state.unsupported"
        tls.sendall(b"go on")
        assert tls.recv() == b"heard go on"
        tls.shutdown(socket.SHUT_WR)
    assert client.result() == b"go on"


@asking
def test_a_client_that_never_answers_ends_in_a_time_out(pair: Ends) -> None:
    ours, theirs = pair
    over = threading.Event()

    def silent() -> None:
        with answering().wrap_socket(theirs):
            over.wait(PATIENCE)

    client = Peer(silent)
    with acceptor(handshake_timeout=0.3).accept(ours) as tls:
        with pytest.raises(peercert.Timeout):
            tls.request_certificate()
        over.set()
    client.result()


@asking
def test_without_a_socket_the_answer_comes_with_what_is_fed() -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = answering().wrap_bio(incoming, outgoing)
    server = acceptor("request").connection()

    def step(act: Callable[[], object]) -> None:
        with contextlib.suppress(ssl.SSLWantReadError):
            act()
        server.feed(outgoing.read())

    while not server.handshake():
        incoming.write(server.take())
        step(client.do_handshake)
    incoming.write(server.take())
    step(lambda: client.read(1))
    assert server.request_certificate() is False
    with pytest.raises(peercert.StateError, match="asked") as pending:
        server.request_certificate()
    assert pending.value.code == "state.request_pending"
    incoming.write(server.take())
    client.write(b"data")
    step(lambda: client.read(1))
    assert server.handshake() is True
    assert server.clientcert()["verified"]
    assert server.read() == b"data"


@asking
def test_verify_client_post_handshake_is_as_in_ssl(pair: Ends) -> None:
    ours, theirs = pair
    files = {"client_ca_file": LIVE / "client-cas.pem"}
    context = peercert.SSLContext(**server_options("none", client_cert_later="require", **files))
    client = Peer(conversation(theirs, answering()))
    with context.wrap_socket(ours, server_side=True) as tls:
        assert tls.getpeercert() is None
        tls.verify_client_post_handshake()
        with pytest.raises(ssl.SSLError, match="REQUEST_PENDING"):
            tls.verify_client_post_handshake()
        tls.sendall(b"hello")
        assert tls.recv(100) == b"heard hello"
        certificate = tls.getpeercert()
        assert certificate is not None
        assert certificate["subject"]
        assert tls.getpeercert(True) == ssl.PEM_cert_to_DER_cert((LIVE / "good.pem").read_text())
        with contextlib.suppress(OSError):
            tls.unwrap()
    assert client.result() == b"hello"


@asking
@pytest.mark.parametrize(
    ("later", "context"),
    [
        ("require", client_context("good", "1.2")),
        ("require", client_context("good", "1.3")),
        ("none", None),
    ],
)
def test_in_ssl_what_is_not_met_is_an_ssl_error(
    later: str, context: ssl.SSLContext | None, pair: Ends
) -> None:
    ours, theirs = pair
    options = server_options("none")
    if later != "none":
        options |= {"client_cert_later": later, "client_ca_file": LIVE / "client-cas.pem"}
    client = Peer(conversation(theirs, context or answering()))
    with peercert.SSLContext(**options).wrap_socket(ours, server_side=True) as tls:
        with pytest.raises(ssl.SSLError):
            tls.verify_client_post_handshake()
        with contextlib.suppress(OSError):
            tls.unwrap()
    client.result()


@pytest.fixture
def locations(tmp_path: Path) -> Iterator[int]:
    """The port of the server of the document."""
    code = DOCUMENT.read_text().partition("```python\n")[2].partition("```")[0]
    (tmp_path / "locations.py").write_text(code)
    program = runpy.run_path(str(tmp_path / "locations.py"))
    files = server_options("none", client_ca_file=LIVE / "client-cas.pem")
    del files["client_cert_mode"]
    made = program["acceptor"](**files)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            client.settimeout(PATIENCE)
            with contextlib.suppress(peercert.Error), made.accept(client) as tls:
                program["serve_request"](tls)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(PATIENCE)


@asking
def test_curl_is_asked_where_a_location_needs_it(locations: int) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("install curl")

    def get(path: str, *more: str) -> subprocess.CompletedProcess[str]:
        url = f"https://127.0.0.1:{locations}{path}"
        command = [curl, "-sk", "--max-time", "20", "-w", "%{http_code}", url, *more]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    good = ("--cert", str(LIVE / "good.pem"), "--key", str(LIVE / "good.key"))
    expired = ("--cert", str(LIVE / "expired.pem"), "--key", str(LIVE / "expired.key"))
    assert get("/public").stdout == '{"path": "/public"}200'
    assert get("/public", *expired).stdout == '{"path": "/public"}200'
    private = get("/private/x", *good).stdout
    assert private.endswith("200")
    assert '"caller": "CN = ' in private
    posted = get("/private/x", *good, "--data", "x" * 50_000).stdout
    assert posted.endswith("200")
    assert '"caller": "CN = ' in posted
    assert get("/private/x").returncode == 56
    assert get("/private/x", *expired).returncode == 56
    old = get("/private/x", *good, "--tls-max", "1.2").stdout
    assert old.endswith("403")
    assert "TLS 1.2" in old


@asking
def test_the_openssl_command_answers_with_enable_pha(locations: int, openssl: str) -> None:
    def get(*more: str) -> str:
        command = [openssl, "s_client", "-connect", f"127.0.0.1:{locations}", "-quiet", *more]
        command += ["-cert", str(LIVE / "good.pem"), "-key", str(LIVE / "good.key")]
        request = "GET /private/x HTTP/1.1\r\nHost: x\r\n\r\n"
        ended = subprocess.run(
            command, input=request, capture_output=True, text=True, check=False, timeout=20
        )
        return ended.stdout

    answer = get("-enable_pha").splitlines()[-1]
    assert json.loads(answer)["caller"].startswith("CN = ")
    assert "post_handshake_auth" in get()
