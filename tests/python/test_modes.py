"""This file is about who gets in: each mode, each kind of client, both faces, both TLS versions."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest

import peercert
from scene import Peer, client_context, server_options, talk

# client: verifycode, OpenSSL's number, and the alert (CPython's reason) that refuses it.
CLIENTS: dict[str | None, tuple[str, int, str]] = {
    "good": ("OK", 0, ""),
    "expired": ("CERT_HAS_EXPIRED", 10, "SSLV3_ALERT_CERTIFICATE_EXPIRED"),
    "self-signed": ("DEPTH_ZERO_SELF_SIGNED_CERT", 18, "TLSV1_ALERT_UNKNOWN_CA"),
    "unknown-leaf": ("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", 20, "TLSV1_ALERT_UNKNOWN_CA"),
    "server-only": ("INVALID_PURPOSE", 26, "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE"),
}
NO_CERTIFICATE = {
    "1.2": "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "1.3": "TLSV13_ALERT_CERTIFICATE_REQUIRED",
}

Ends = tuple[socket.socket, socket.socket]


@pytest.fixture(params=["context", "acceptor"])
def serve(request: pytest.FixtureRequest) -> Any:
    """Options and a socket to a connection, through either face."""

    def through_context(options: dict[str, Any], sock: socket.socket) -> Any:
        return peercert.SSLContext(**options).wrap_socket(sock, server_side=True)

    def through_acceptor(options: dict[str, Any], sock: socket.socket) -> Any:
        return peercert.Acceptor(**options).accept(sock)

    return through_context if request.param == "context" else through_acceptor


def admitted(serve: Any, ends: Ends, mode: str, name: str | None, version: str) -> Any:
    ours, theirs = ends
    client = Peer(talk(theirs, client_context(name, version)))
    with serve(server_options(mode), ours) as tls:
        assert tls.recv(100) == b"hello"
        clientcert, details = tls.clientcert(), tls.details()
        tls.sendall(b"welcome")
        tls.shutdown(socket.SHUT_WR) if isinstance(tls, peercert.Socket) else tls.unwrap()
    assert client.result() == b"welcome"
    assert details["sslversion"] == f"TLSv{version}"
    assert details["clientcert"]["verified"] == clientcert["verified"]
    return clientcert


def refused(serve: Any, ends: Ends, mode: str, name: str | None, version: str, alert: str) -> Any:
    ours, theirs = ends
    client = Peer(talk(theirs, client_context(name, version)))
    with pytest.raises((ssl.SSLError, peercert.PeerError)) as caught:
        serve(server_options(mode), ours)
    with pytest.raises(ssl.SSLError) as theirs_caught:
        client.result()
    assert theirs_caught.value.reason == alert
    return caught.value


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("mode", ["request", "require_any"])
@pytest.mark.parametrize("name", CLIENTS)
def test_any_certificate_is_let_in_with_its_verdict(
    serve: Any, pair: Ends, mode: str, name: str, version: str
) -> None:
    code = CLIENTS[name][0]
    clientcert = admitted(serve, pair, mode, name, version)
    assert clientcert["present"] is True
    assert clientcert["verified"] is (code == "OK")
    assert clientcert["verifycode"] == code
    assert bool(clientcert["verifyerrors"]) is (code != "OK")
    assert ("anchor" in clientcert) is (code == "OK")


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("mode", ["none", "request", "optional"])
def test_a_client_without_a_certificate_is_let_in_and_absent(
    serve: Any, pair: Ends, mode: str, version: str
) -> None:
    clientcert = admitted(serve, pair, mode, None, version)
    assert clientcert == {
        "present": False,
        "verified": False,
        "verifyresult": "absent",
        "verifycode": "ABSENT",
        "source": "tls",
    }


def test_the_mode_none_does_not_ask(serve: Any, pair: Ends) -> None:
    assert admitted(serve, pair, "none", "good", "1.3")["present"] is False


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("mode", ["require_any", "require"])
def test_a_client_without_a_certificate_is_refused(
    serve: Any, pair: Ends, mode: str, version: str
) -> None:
    error = refused(serve, pair, mode, None, version, NO_CERTIFICATE[version])
    assert error.code == "peer.no_certificate"
    assert error.clientcert["verifycode"] == "ABSENT"
    if isinstance(error, ssl.SSLError):
        assert error.args[0] == 1
        assert error.reason == "PEER_DID_NOT_RETURN_A_CERTIFICATE"


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("mode", ["optional", "require"])
@pytest.mark.parametrize("name", [name for name in CLIENTS if name != "good"])
def test_a_failing_certificate_is_refused_with_its_alert(
    serve: Any, pair: Ends, mode: str, name: str, version: str
) -> None:
    code, number, alert = CLIENTS[name]
    error = refused(serve, pair, mode, name, version, alert)
    assert error.code == "peer.certificate_refused"
    assert error.clientcert["verifycode"] == code
    assert error.clientcert["verified"] is False
    refusal = error
    if isinstance(error, ssl.SSLError):
        assert isinstance(error, ssl.SSLCertVerificationError)
        assert error.args[0] == 1
        assert error.verify_code == number
        assert error.verify_message == refusal.clientcert["verifyresult"]


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("mode", ["optional", "require"])
def test_a_good_certificate_is_let_in(serve: Any, pair: Ends, mode: str, version: str) -> None:
    assert admitted(serve, pair, mode, "good", version)["verified"] is True
