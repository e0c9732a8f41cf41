"""This file is about `Acceptor.accept` and the sockets that it gives."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import socket
import ssl
import struct
import threading
from pathlib import Path

import pytest

import peercert
from scene import PATIENCE, Peer, client_context, server_options, talk

Ends = tuple[socket.socket, socket.socket]


def acceptor(mode: str = "request", **more: object) -> peercert.Acceptor:
    return peercert.Acceptor(**server_options(mode, **more))


def test_it_tells_its_mode_timeout_and_warnings() -> None:
    made = acceptor("Require-Any", handshake_timeout=2.5)
    assert (made.mode, made.handshake_timeout, made.warnings) == ("require_any", 2.5, [])


def test_options_may_be_data_and_paths_of_any_kind() -> None:
    given = server_options("require")
    peercert.Acceptor(
        certificate_data=Path(given["certificate"]).read_bytes(),
        key_data=bytearray(Path(given["key"]).read_bytes()),
        client_ca_data=Path(given["client_ca_file"]).read_text(),
        clientCertMode="on",
        alpn=("h2", "http/1.1"),
        session_tickets=False,
        handshake_timeout=3,
        groups=None,
    )


def test_an_option_of_another_type_is_an_error() -> None:
    with pytest.raises(peercert.ConfigError, match=r"config\.wrong_type: alpn"):
        acceptor(alpn={"h2": 1})
    with pytest.raises(peercert.ConfigError) as caught:
        acceptor(session_tickets="perhaps")
    assert caught.value.context["option"] == "session_tickets"
    assert isinstance(caught.value, ValueError)
    assert caught.value.kind == "config"
    assert str(caught.value).startswith(caught.value.code + ": ")


def test_a_file_over_the_connection_reads_lines_and_writes(pair: Ends) -> None:
    ours, theirs = pair
    client = Peer(talk(theirs, client_context("good"), b"one\ntwo\n"))
    with acceptor().accept(ours) as tls, tls.makefile("rwb") as file:
        assert file.readline() == b"one\n"
        assert file.readline() == b"two\n"
        file.write(b"three\n")
        file.flush()
        tls.shutdown(socket.SHUT_WR)
    assert client.result() == b"three\n"


def test_a_file_keeps_the_connection_open(pair: Ends) -> None:
    ours, theirs = pair
    client = Peer(talk(theirs, client_context()))
    tls = acceptor().accept(ours)
    reading, writing = tls.makefile("rb"), tls.makefile("wb", 0)
    tls.close()
    assert reading.read(5) == b"hello"
    assert writing.write(b"still here") == 10
    reading.close()
    assert tls.fileno() >= 0
    writing.close()
    assert tls.fileno() == -1
    assert client.result() == b"still here"


def test_closing_says_goodbye(pair: Ends) -> None:
    ours, theirs = pair

    def listen() -> bytes:
        with client_context().wrap_socket(theirs, suppress_ragged_eofs=False) as tls:
            return tls.recv(5)

    client = Peer(listen)
    acceptor().accept(ours).close()
    assert client.result() == b""


def test_a_connection_that_is_cut_off_is_an_error(pair: Ends) -> None:
    ours, theirs = pair

    def cut() -> None:
        tls = client_context().wrap_socket(theirs)
        tls.sendall(b"part")
        tls.recv(1)
        tls.close()

    client = Peer(cut)
    with acceptor().accept(ours) as tls:
        assert tls.recv(100) == b"part"
        tls.sendall(b"x")
        with pytest.raises(peercert.PeerError) as caught:
            tls.recv(100)
    assert caught.value.code == "peer.closed"
    client.result()


def test_two_megabytes_go_both_ways_at_once(pair: Ends) -> None:
    ours, theirs = pair
    upwards, downwards = b"u" * (1 << 21), b"d" * (1 << 21)

    def exchange() -> bytes:
        with client_context("good").wrap_socket(theirs) as tls:
            sender = threading.Thread(target=tls.sendall, args=(upwards,))
            sender.start()
            heard = b""
            while len(heard) < len(downwards):
                heard += tls.recv(65536)
            sender.join(PATIENCE)
            return heard

    client = Peer(exchange)
    with acceptor().accept(ours) as tls:
        sender = Peer(lambda: tls.sendall(downwards))
        received = bytearray()
        while len(received) < len(upwards):
            received += tls.recv(65536)
        sender.result()
        assert received == upwards
        assert client.result() == downwards


def test_threads_that_write_at_once_do_not_mix_their_records(pair: Ends) -> None:
    ours, theirs = pair
    piece = 16384
    client = Peer(talk(theirs, client_context()))

    def flood(letter: bytes) -> list[int]:
        return [tls.send(letter * piece) for _ in range(40)]

    with acceptor().accept(ours) as tls:
        writers = [Peer(functools.partial(flood, letter)) for letter in (b"a", b"b", b"c")]
        sent = {letter: sum(w.result()) for letter, w in zip("abc", writers, strict=True)}
        tls.shutdown(socket.SHUT_WR)
        heard = client.result()
    assert {letter: heard.count(letter.encode()) for letter in "abc"} == sent
    runs = {heard[i : i + piece] for i in range(0, len(heard), piece)}
    assert runs == {letter * piece for letter in (b"a", b"b", b"c")}


def test_a_non_blocking_socket_raises_what_it_waits_for(pair: Ends) -> None:
    ours, theirs = pair
    ours.setblocking(False)
    tls = acceptor().accept(ours)
    with pytest.raises(peercert.WantRead):
        tls.handshake()
    with pytest.raises(BlockingIOError):
        tls.recv(1)
    assert tls.makefile("rb", 0).read(1) is None
    client = Peer(talk(theirs, client_context()))
    tls.settimeout(PATIENCE)
    tls.handshake()
    tls.handshake()
    assert tls.recv(5) == b"hello"
    tls.setblocking(False)
    with pytest.raises(peercert.WantWrite):
        fill(tls)
    ours.close()
    with contextlib.suppress(OSError):
        client.result()


def fill(tls: peercert.Socket) -> None:
    while True:
        tls.send(b"x" * 65536)


def test_a_silent_client_times_out_and_its_socket_is_closed(pair: Ends) -> None:
    ours, _ = pair
    with pytest.raises(peercert.Timeout) as caught:
        acceptor(handshake_timeout=0.1).accept(ours)
    assert caught.value.code == "io.timeout"
    assert isinstance(caught.value, TimeoutError)
    assert isinstance(caught.value, peercert.IoError)
    assert ours.fileno() == -1


def test_the_handshake_timeout_holds_for_a_client_that_drips(pair: Ends) -> None:
    ours, theirs = pair
    stop = threading.Event()

    def drip() -> None:
        theirs.sendall(b"\x16\x03\x01\x02\x00")
        with contextlib.suppress(OSError):
            while not stop.wait(0.02):
                theirs.sendall(b"\x01")

    client = Peer(drip)
    with pytest.raises(peercert.Timeout):
        acceptor(handshake_timeout=0.3).accept(ours)
    stop.set()
    client.result()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "peer.plain_http"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "peer.not_tls"),
        (b"", "peer.closed"),
        (b"\x16\x03\x01\x00\x05\x01", "peer.closed"),
    ],
)
def test_what_is_no_handshake_is_named(pair: Ends, sent: bytes, code: str) -> None:
    ours, theirs = pair
    theirs.sendall(sent)
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(peercert.PeerError) as caught:
        acceptor().accept(ours)
    assert caught.value.code == code
    assert caught.value.clientcert is None


def test_a_reset_connection_is_named(pair: Ends) -> None:
    ours, theirs = pair
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    theirs.close()
    with pytest.raises(peercert.PeerError) as caught:
        acceptor().accept(ours)
    assert caught.value.code == "peer.closed"


def test_a_clients_alert_is_named(pair: Ends) -> None:
    ours, theirs = pair
    distrustful = ssl.create_default_context()
    distrustful.check_hostname = False
    distrustful.maximum_version = ssl.TLSVersion.TLSv1_2
    client = Peer(talk(theirs, distrustful))
    with pytest.raises(peercert.PeerError) as caught:
        acceptor().accept(ours)
    assert caught.value.code == "peer.alert"
    assert caught.value.context["alert"] == "unknown_ca"
    with pytest.raises(ssl.SSLCertVerificationError):
        client.result()


def test_a_signal_is_handled_while_a_read_waits(pair: Ends) -> None:
    ours, theirs = pair
    handled = []
    before = signal.signal(signal.SIGUSR1, lambda *_: handled.append(True))
    try:
        client = client_context()

        def poke() -> bytes:
            with client.wrap_socket(theirs) as tls:
                tls.sendall(b"a")
                assert tls.recv(1) == b"b"
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
                while not handled:
                    os.sched_yield()
                tls.sendall(b"c")
                return b""

        peer = Peer(poke)
        with acceptor().accept(ours) as tls:
            assert tls.recv(1) == b"a"
            tls.sendall(b"b")
            assert tls.recv(1) == b"c"
        peer.result()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert handled == [True]


def test_a_signal_handler_that_raises_ends_the_read(pair: Ends) -> None:
    ours, theirs = pair

    reading = threading.Event()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def wait(tls: peercert.Socket) -> None:
        reading.set()
        tls.recv(1)

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:

        def poke() -> None:
            with client_context().wrap_socket(theirs) as tls:
                tls.sendall(b"a")
                assert tls.recv(1) == b"b"
                reading.wait(PATIENCE)
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
                with contextlib.suppress(OSError):
                    tls.recv(1)

        peer = Peer(poke)
        tls = acceptor().accept(ours)
        assert tls.recv(1) == b"a"
        tls.sendall(b"b")
        with pytest.raises(KeyboardInterrupt):
            wait(tls)
        tls.close()
        peer.result()
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_unwrap_gives_the_plain_socket_back(pair: Ends) -> None:
    ours, theirs = pair

    def go_plain() -> bytes:
        with client_context().wrap_socket(theirs) as tls:
            tls.sendall(b"x")
            plain = tls.unwrap()
            plain.sendall(b"plain")
            return plain.recv(5)

    client = Peer(go_plain)
    tls = acceptor().accept(ours)
    assert tls.recv(1) == b"x"
    plain = tls.unwrap()
    assert plain is ours
    assert plain.recv(5) == b"plain"
    plain.sendall(b"again")
    assert client.result() == b"again"
