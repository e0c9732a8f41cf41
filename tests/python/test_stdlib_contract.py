"""This file is about what programs expect of `ssl.SSLSocket` and `ssl.SSLObject`."""

from __future__ import annotations

import array
import contextlib
import functools
import gc
import socket
import ssl
import struct
import weakref

import pytest

import peercert
from scene import LIVE, PATIENCE, Peer, client_context, server_options, talk, tcp_pair

Ends = tuple[socket.socket, socket.socket]


def context(mode: str = "request", **more: object) -> peercert.SSLContext:
    return peercert.SSLContext(**server_options(mode, **more))


def test_a_verified_certificate_reads_as_cpython_reads_it() -> None:
    stock = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    stock.load_cert_chain(LIVE / "server.pem", LIVE / "server.key")
    stock.load_verify_locations(LIVE / "client-cas.pem")
    stock.verify_mode = ssl.CERT_REQUIRED
    answers = []
    for made in (stock, context("require")):
        with tcp_pair() as (ours, theirs):
            client = Peer(talk(theirs, client_context("good")))
            with made.wrap_socket(ours, server_side=True) as tls:
                answers.append((tls.getpeercert(), tls.getpeercert(binary_form=True)))
                assert tls.recv(5) == b"hello"
                tls.unwrap()
            client.result()
    (theirs_dict, theirs_der), (our_dict, our_der) = answers
    assert our_der == theirs_der
    assert our_dict is not None
    assert theirs_dict is not None
    assert set(our_dict.pop("subjectAltName", ())) == set(theirs_dict.pop("subjectAltName", ()))
    assert our_dict == theirs_dict


@pytest.mark.parametrize(
    ("name", "expected"), [(None, (None, None)), ("expired", ({}, None))], ids=["none", "expired"]
)
def test_an_unverified_certificate_is_empty_and_has_no_der(
    pair: Ends, name: str | None, expected: tuple[object, object]
) -> None:
    ours, theirs = pair
    client = Peer(talk(theirs, client_context(name)))
    with context().wrap_socket(ours, server_side=True) as tls:
        assert (tls.getpeercert(), tls.getpeercert(binary_form=True)) == expected
        engine = tls._sslobj
        assert engine.get_verified_chain() == []
        assert engine.get_unverified_chain() == []
        assert isinstance(tls, peercert.SSLSocket)
        assert (tls.der() is None) is (name is None)
        assert tls.clientcert()["present"] is (name is not None)
        tls.recv(5)
        tls.unwrap()
    client.result()


def test_a_resumed_session_has_its_identity_and_a_chain_that_is_not_empty() -> None:
    server, asking = context("require"), client_context("good", "1.2")

    def keep(theirs: socket.socket, session: ssl.SSLSession | None) -> ssl.SSLSession | None:
        with asking.wrap_socket(theirs, session=session) as tls:
            tls.sendall(b"hello")
            assert tls.recv(5) == b"hello"
            return tls.session

    session, seen = None, []
    for _ in range(2):
        with tcp_pair() as (ours, theirs):
            client = Peer(functools.partial(keep, theirs, session))
            with server.wrap_socket(ours, server_side=True) as tls:
                assert isinstance(tls, peercert.SSLSocket)
                assert tls.recv(5) == b"hello"
                tls.sendall(b"hello")
                chain = [c.public_bytes(0) for c in tls._sslobj.get_verified_chain()]
                seen.append((tls.session_reused, tls.clientcert(), chain, tls.chain()))
            session = client.result()
    (_, first, _, sent), (reused, second, chain, resent) = seen
    assert reused is True
    assert second["resumed"] is True
    assert second["fingerprint"] == first["fingerprint"]
    assert second["verified"] is True
    assert sent is not None
    assert chain == sent[:1]
    assert resent is None


def test_before_the_handshake_nothing_is_known(pair: Ends) -> None:
    tls = context().wrap_socket(pair[0], server_side=True, do_handshake_on_connect=False)
    assert (tls.version(), tls.cipher(), tls.selected_alpn_protocol()) == (None, None, None)
    assert tls.session_reused is False
    with pytest.raises(ValueError, match="handshake"):
        tls.getpeercert()
    with pytest.raises(peercert.StateError) as caught:
        tls.clientcert()
    assert caught.value.code == "state.handshake_pending"
    tls.close()
    with pytest.raises(peercert.StateError):
        tls.clientcert()


def test_reading_begins_with_the_handshake(pair: Ends) -> None:
    ours, theirs = pair
    client = Peer(talk(theirs, client_context("good")))
    with context().wrap_socket(ours, server_side=True, do_handshake_on_connect=False) as tls:
        assert tls.recv(5) == b"hello"
        assert tls.clientcert()["verified"] is True
        tls.unwrap()
    client.result()


def test_a_non_blocking_socket_says_what_it_waits_for(pair: Ends) -> None:
    ours, theirs = pair
    ours.setblocking(False)
    tls = context().wrap_socket(ours, server_side=True, do_handshake_on_connect=False)
    with pytest.raises(ssl.SSLWantReadError) as caught:
        tls.do_handshake()
    assert caught.value.args[0] == ssl.SSL_ERROR_WANT_READ
    client = Peer(talk(theirs, client_context()))
    tls.settimeout(PATIENCE)
    tls.do_handshake()
    assert tls.recv(5) == b"hello"
    tls.setblocking(False)
    with pytest.raises(ssl.SSLWantReadError):
        tls.recv(5)
    with pytest.raises(ssl.SSLWantWriteError) as full:
        fill(tls)
    assert full.value.args[0] == ssl.SSL_ERROR_WANT_WRITE
    tls.close()
    with contextlib.suppress(OSError):
        client.result()


def fill(tls: ssl.SSLSocket) -> None:
    while True:
        tls.send(b"x" * 65536)


def test_a_time_out_ends_a_read_as_in_ssl(pair: Ends) -> None:
    ours, theirs = pair
    client = Peer(talk(theirs, client_context()))
    with context().wrap_socket(ours, server_side=True) as tls:
        assert tls.recv(5) == b"hello"
        tls.settimeout(0.05)
        with pytest.raises(TimeoutError, match="read operation timed out"):
            tls.recv(5)
    with contextlib.suppress(OSError):
        client.result()


def test_a_silent_client_is_dropped_after_the_handshake_timeout(pair: Ends) -> None:
    with pytest.raises(TimeoutError, match="handshake"):
        context(handshake_timeout=0.1).wrap_socket(pair[0], server_side=True)


def test_plain_http_is_named(pair: Ends) -> None:
    ours, theirs = pair
    theirs.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    client = Peer(lambda: theirs.shutdown(socket.SHUT_WR))
    with pytest.raises(ssl.SSLError) as caught:
        context().wrap_socket(ours, server_side=True)
    client.result()
    assert caught.value.args[0] == ssl.SSL_ERROR_SSL
    assert caught.value.reason == "HTTP_REQUEST"
    assert "http request" in str(caught.value.args[1])


def test_bytes_that_are_no_tls_are_named(pair: Ends) -> None:
    ours, theirs = pair
    theirs.sendall(b"\x00" * 64)
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(ssl.SSLError) as caught:
        context().wrap_socket(ours, server_side=True)
    assert caught.value.reason == "WRONG_VERSION_NUMBER"


def test_a_reset_in_the_middle_of_the_handshake_is_an_end(pair: Ends) -> None:
    ours, theirs = pair
    tls = context().wrap_socket(ours, server_side=True, do_handshake_on_connect=False)
    theirs.sendall(b"\x16\x03\x01\x02\x00\x01")
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    theirs.close()
    with tls, pytest.raises(ssl.SSLEOFError) as caught:
        tls.do_handshake()
    assert caught.value.args[0] == ssl.SSL_ERROR_EOF


def test_an_end_without_goodbye_is_ragged_and_one_with_it_is_not() -> None:
    for polite in (True, False):
        with tcp_pair() as (ours, theirs):

            def leave(theirs: socket.socket = theirs, polite: bool = polite) -> None:
                with client_context().wrap_socket(theirs) as tls:
                    tls.sendall(b"x")
                    tls.recv(1)
                    if polite:
                        tls.unwrap().close()

            client = Peer(leave)
            with context().wrap_socket(ours, server_side=True, suppress_ragged_eofs=False) as tls:
                assert tls.recv(1) == b"x"
                tls.sendall(b"y")
                if polite:
                    assert tls.recv(1) == b""
                    tls.unwrap()
                else:
                    with pytest.raises(ssl.SSLEOFError):
                        tls.recv(1)
            client.result()


def test_what_is_written_after_the_clients_goodbye_still_arrives(pair: Ends) -> None:
    ours, theirs = pair
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = client_context(None, "1.3").wrap_bio(incoming, outgoing)

    def pump(call: object) -> object:
        while True:
            try:
                return call()  # type: ignore[operator]
            except ssl.SSLWantReadError:
                theirs.sendall(outgoing.read())
                incoming.write(theirs.recv(65536))

    def half_close() -> bytes:
        pump(tls.do_handshake)
        tls.write(b"question")
        with contextlib.suppress(ssl.SSLWantReadError):
            tls.unwrap()
        theirs.sendall(outgoing.read())
        return theirs.recv(65536)

    client = Peer(half_close)
    with context().wrap_socket(ours, server_side=True) as server:
        assert server.recv(100) == b"question"
        assert server.recv(100) == b""
        server.sendall(b"answer")
    assert client.result()[:1] == b"\x17"


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_two_megabytes_go_both_ways(pair: Ends, version: str) -> None:
    ours, theirs = pair
    question, answer = bytes(range(256)) * 8192, bytes(reversed(range(256))) * 8192
    client = Peer(talk(theirs, client_context("good", version), question))
    with context().wrap_socket(ours, server_side=True) as tls:
        received = bytearray(len(question))
        view = memoryview(received)
        while len(view):
            view = view[tls.recv_into(view) :]
        assert received == question
        tls.sendall(answer)
        tls.unwrap()
    assert client.result() == answer


def test_buffers_of_every_kind_are_taken(pair: Ends) -> None:
    ours, theirs = pair
    client = Peer(talk(theirs, client_context(), b"abcdefgh"))
    with context().wrap_socket(ours, server_side=True) as tls:
        into = array.array("I", [0, 0])
        assert tls.recv_into(into, 4) == 4
        assert into.tobytes()[:4] == b"abcd"
        assert tls.recv(0) == b""
        assert tls.pending() == 4
        assert tls.recv(100) == b"efgh"
        with pytest.raises(ValueError, match="negative"):
            tls.recv(-1)
        for data in (b"1", bytearray(b"2"), memoryview(b"xx3")[2:], array.array("H", [0x3434])):
            tls.sendall(data)
        assert tls.send(b"") == 0
        with pytest.raises(TypeError):
            tls.send("text")  # type: ignore[arg-type]
        tls.unwrap()
    assert client.result() == b"12344"


def test_a_refused_client_can_read_its_alert_though_it_has_sent_a_request(pair: Ends) -> None:
    ours, theirs = pair
    client = Peer(talk(theirs, client_context("expired", "1.3"), b"x" * 20_000))
    with pytest.raises(ssl.SSLCertVerificationError):
        context("require").wrap_socket(ours, server_side=True)
    with pytest.raises(ssl.SSLError) as caught:
        client.result()
    assert caught.value.reason == "SSLV3_ALERT_CERTIFICATE_EXPIRED"


def test_a_closed_socket_is_released(pair: Ends) -> None:
    ours, theirs = pair
    client = Peer(talk(theirs, client_context()))
    tls = context().wrap_socket(ours, server_side=True)
    engine = tls._sslobj
    assert tls.recv(5) == b"hello"
    tls.close()
    with pytest.raises((ssl.SSLError, OSError)):
        engine.read(1)
    reference = weakref.ref(tls)
    del tls
    gc.collect()
    assert reference() is None
    assert engine.owner is None
    with pytest.raises((ssl.SSLError, OSError)):
        engine.read(1)
    with contextlib.suppress(OSError):
        client.result()


def test_a_wrapped_listener_accepts() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as plain,
        context().wrap_socket(plain, server_side=True, do_handshake_on_connect=False) as listener,
    ):
        theirs = socket.create_connection(listener.getsockname(), timeout=PATIENCE)
        client = Peer(talk(theirs, client_context("good")))
        tls, _ = listener.accept()
        with tls:
            assert tls.recv(5) == b"hello"
            assert isinstance(tls, peercert.SSLSocket)
            assert tls.clientcert()["verified"] is True
            tls.unwrap()
        client.result()
