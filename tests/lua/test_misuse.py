"""This file is about misuse: a Lua script does everything wrong that a script can.

No crash, no panic, one error for each: the script ends by itself and says how much it expected.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from answering import CHECKED, PROGRAMS, environment
from scene import LIVE, PATIENCE, Peer, client_context, talk, tcp_pair

TOPICS = ("arguments", "selves", "order", "callbacks", "coroutines", "options", "input")


def hello() -> str:
    """What a client says first, as hexadecimal."""
    outgoing = ssl.MemoryBIO()
    client = client_context("good").wrap_bio(ssl.MemoryBIO(), outgoing)
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read().hex()


@contextlib.contextmanager
def peers(topic: str) -> Iterator[list[socket.socket]]:
    """The server's ends of what a topic needs; the first peer is silent."""
    with contextlib.ExitStack() as stack:
        pairs = [stack.enter_context(tcp_pair()) for _ in range(3)]
        (_, theirs), (_, last) = pairs[1:]
        client = None
        if topic == "order":
            client = Peer(talk(theirs, client_context("good"), b"hello\n"))
        else:
            theirs.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        last.shutdown(socket.SHUT_WR)
        yield [ours for ours, _ in pairs]
        for ours, _ in pairs:
            ours.close()
        assert client is None or client.result() == b"bye"


@pytest.mark.parametrize("topic", TOPICS)
def test_what_is_wrong_is_told_and_nothing_else_happens(topic: str, lua: str) -> None:
    with peers(topic) as sockets:
        descriptors = [ours.fileno() for ours in sockets]
        command = [*CHECKED, lua, str(PROGRAMS / "misuse.lua"), topic, str(LIVE), hello()]
        ended = subprocess.run(
            [*command, *map(str, descriptors)],
            pass_fds=descriptors,
            capture_output=True,
            check=False,
            env=environment(),
            timeout=PATIENCE * (50 if CHECKED else 3),
        )
    told = (ended.stdout + ended.stderr).decode(errors="backslashreplace")
    assert ended.returncode == 0, f"exit {ended.returncode}\n{told[-4000:]}"
    assert int(told.split()[0]) > 0
    assert "panicked" not in told


def test_every_topic_of_the_program_is_run() -> None:
    assert sorted(path.stem for path in Path(PROGRAMS / "misuse").glob("*.lua")) == sorted(TOPICS)
