"""This file is about the clients of the example servers: curl, and CPython's own TLS.

In: a port and which certificate the client holds. Out: answers, or the alert that it was sent.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

LIVE = Path(__file__).resolve().parents[1] / "pki" / "live"
#: `make soak` runs the servers under valgrind, too.
SLOW = os.environ.get("PEERCERT_SANITIZERS") == "off"
#: How long a test waits for something that should come at once.
PATIENCE = 600.0 if SLOW else 30.0
#: Seconds that a handshake may take where a test waits for that to be over.
HASTE = 20 if SLOW else 1
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def curl(port: int, *arguments: str, client: str | None = None) -> str:
    """What curl prints; `arguments` are options, and URLs as `{}/path`."""
    program = shutil.which("curl")
    if program is None:
        pytest.skip("install curl")
    command = [program, "-sS", "--noproxy", "*", "--max-time", str(PATIENCE)]
    command += ["--cacert", str(LIVE / "server-ca.pem")]
    if client is not None:
        command += ["--cert", str(LIVE / f"{client}.pem"), "--key", str(LIVE / f"{client}.key")]
    origin = f"https://localhost:{port}"
    command += [argument.replace("{}", origin) for argument in arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def identity(port: int, client: str | None = None, path: str = "/") -> dict[str, Any]:
    """What a server says of a client."""
    answer: dict[str, Any] = json.loads(curl(port, f"{{}}{path}", client=client))
    return answer


def context(client: str | None = None, version: str | None = None) -> ssl.SSLContext:
    """The settings of a client of CPython's ssl."""
    made = ssl.create_default_context(cafile=str(LIVE / "server-ca.pem"))
    if version is not None:
        made.minimum_version = made.maximum_version = VERSIONS[version]
    if client is not None:
        made.load_cert_chain(LIVE / f"{client}.pem", LIVE / f"{client}.key")
    return made


def plain(port: int) -> socket.socket:
    """A connection without TLS."""
    return socket.create_connection(("127.0.0.1", port), PATIENCE)


def connect(port: int, client: str | None = None, version: str | None = None) -> ssl.SSLSocket:
    """A connection whose handshake has ended, as far as the client knows."""
    return context(client, version).wrap_socket(plain(port), server_hostname="localhost")


def request(path: str = "/", *fields: str, method: str = "GET", body: bytes = b"") -> bytes:
    """A request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def last_words(port: int, data: bytes, *, goodbye: bool) -> bytes:
    """What comes back to a client that sends and ends its side at once, with close_notify or
    without; who says goodbye hears one."""
    inwards, outwards = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context().wrap_bio(inwards, outwards, server_hostname="localhost")
    with plain(port) as connection:

        def drive(step: Callable[[], T]) -> T:
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    if owed := outwards.read():
                        connection.sendall(owed)
                    if came := connection.recv(65536):
                        inwards.write(came)
                    else:
                        inwards.write_eof()

        drive(tls.do_handshake)
        tls.write(data)
        if goodbye:
            with contextlib.suppress(ssl.SSLWantReadError):
                tls.unwrap()
        connection.sendall(outwards.read())
        connection.shutdown(socket.SHUT_WR)
        heard = b""
        with contextlib.suppress(ssl.SSLZeroReturnError if goodbye else ssl.SSLEOFError):
            while came := drive(lambda: tls.read(65536)):
                heard += came
        return heard


class Answers:
    """The answers that come over a connection, one after the other."""

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self._connection = connection
        self._held = b""

    def next(self) -> tuple[int, bytes]:
        """Status and body of the next answer."""
        while b"\r\n\r\n" not in self._held:
            self._receive()
        head, _, self._held = self._held.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines[1:])
        length = int(fields["content-length"])
        while len(self._held) < length:
            self._receive()
        body, self._held = self._held[:length], self._held[length:]
        return int(lines[0].split(" ")[1]), body

    def _receive(self) -> None:
        came = self._connection.recv(65536)
        if not came:
            raise EOFError(f"the connection ended behind {self._held!r}")
        self._held += came


def alert(port: int, client: str | None, version: str, body: bytes = b"") -> str:
    """The alert that a client is refused with, as OpenSSL calls it, or "" when it is not."""
    try:
        with connect(port, client, version) as connection:
            # TLS 1.3: a client learns that it is refused when it reads.
            connection.sendall(request("/echo", method="POST", body=body))
            Answers(connection).next()
    except ssl.SSLError as error:
        return str(error.reason)
    return ""
