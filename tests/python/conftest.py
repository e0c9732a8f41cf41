"""This file is about the fixtures of the Python tests."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator

import pytest

import scene


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connected pair of TCP sockets: the server's end, the client's end."""
    with scene.tcp_pair() as ends:
        yield ends


@pytest.fixture(scope="session")
def openssl() -> str:
    """The `openssl` command; what needs it is skipped where it is missing."""
    command = shutil.which("openssl")
    if command is None:
        pytest.skip("install openssl")
    return command
