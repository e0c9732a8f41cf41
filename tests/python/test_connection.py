"""This file is about the connection without a socket, against CPython's client in memory."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import pytest

import peercert
from scene import client_context, server_options


class Client:
    """CPython's client between two memory BIOs."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing)
        self.done = False

    def handshake(self) -> None:
        if not self.done:
            try:
                self.tls.do_handshake()
                self.done = True
            except ssl.SSLWantReadError:
                pass


def whole(ciphertext: bytes) -> list[bytes]:
    return [ciphertext]


def byte_by_byte(ciphertext: bytes) -> list[bytes]:
    return [ciphertext[i : i + 1] for i in range(len(ciphertext))]


def connect(
    server: peercert.Connection,
    client: Client,
    cut: Callable[[bytes], list[bytes]] = whole,
) -> None:
    """Moves bytes until both have done the handshake."""
    client.handshake()
    while True:
        for piece in cut(client.outgoing.read()):
            server.feed(piece)
            done = server.handshake()
            client.incoming.write(server.take())
        client.handshake()
        if done and client.done:
            return


def made(mode: str = "request") -> peercert.Connection:
    return peercert.Acceptor(**server_options(mode)).connection()


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("cut", [whole, byte_by_byte])
@pytest.mark.parametrize(
    ("name", "code"), [(None, "ABSENT"), ("good", "OK"), ("expired", "CERT_HAS_EXPIRED")]
)
def test_a_handshake_in_memory(
    cut: Callable[[bytes], list[bytes]], version: str, name: str | None, code: str
) -> None:
    server, client = made(), Client(client_context(name, version))
    connect(server, client, cut)
    assert server.clientcert()["verifycode"] == code
    assert server.details()["sslversion"] == f"TLSv{version}"
    assert (server.der() is None) is (name is None)
    chain = server.chain()
    assert (chain is None) is (name is None)
    assert chain is None or chain[0] == server.der()

    client.tls.write(b"question")
    server.feed(client.outgoing.read())
    assert server.read(4) == b"ques"
    assert server.pending() == 4
    assert server.read() == b"tion"
    with pytest.raises(peercert.WantRead):
        server.read()
    assert server.write(bytearray(b"answer")) == 6
    client.incoming.write(server.take())
    assert client.tls.read(100) == b"answer"

    assert server.close() is False
    client.incoming.write(server.take())
    assert client.tls.read(1) == b""


def test_it_says_how_much_it_wants_and_takes_no_more() -> None:
    server, client = made(), Client(client_context("good", "1.3"))
    client.handshake()
    waiting = client.outgoing.read()
    assert server.wants() == 5
    server.feed(waiting[:5])
    assert server.handshake() is False
    assert server.wants() == len(waiting) - 5


def test_a_refusal_gives_its_alert_and_the_same_error_again() -> None:
    server, client = made("require"), Client(client_context("expired", "1.2"))
    with pytest.raises(peercert.PeerError) as first:
        connect(server, client)
    with pytest.raises(peercert.PeerError) as second:
        server.handshake()
    assert (first.value.code, first.value.message) == (second.value.code, second.value.message)
    client.incoming.write(server.take())
    with pytest.raises(ssl.SSLError) as caught:
        client.tls.do_handshake()
    assert caught.value.reason == "SSLV3_ALERT_CERTIFICATE_EXPIRED"


def test_nothing_is_told_before_the_handshake_is_done() -> None:
    for ask in ("clientcert", "details", "chain", "der", "read"):
        with pytest.raises(peercert.StateError) as caught:
            getattr(made(), ask)()
        assert caught.value.code == "state.handshake_pending"
        assert caught.value.kind == "state"


def test_an_end_in_the_middle_is_an_error() -> None:
    server = made()
    server.feed(b"\x16\x03\x01")
    server.feed_eof()
    with pytest.raises(peercert.PeerError) as caught:
        server.handshake()
    assert caught.value.code == "peer.closed"


def test_more_than_it_holds_is_refused() -> None:
    server = made()

    def flood() -> None:
        for _ in range(100):
            server.feed(b"\x16\x03\x01\x40\x00" + bytes(16384))

    with pytest.raises(peercert.StateError) as caught:
        flood()
    assert caught.value.code == "state.input_full"
