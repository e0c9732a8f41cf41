"""This file is about the servers of these tests: which there are, how each is started, what it can.

In: premises. Out: a server of others that runs with our TLS, and what its clients say to it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clients import Answers, request
from commandline import Server, running
from premises import Premises, connect, eventually

PROGRAMS = Path(__file__).parent / "programs"
GUNICORN = ("-m", "gunicorn", "-c", str(PROGRAMS / "gunicorn_settings.py"))


@dataclass(frozen=True)
class Kind:
    """A server in one way to run it."""

    name: str
    command: tuple[str, ...]
    told: dict[str, Any] = field(default_factory=dict)
    #: Whether a connection carries several requests.
    keeps_alive: bool = True
    h2: bool = False
    #: What is agreed on with a client that would speak HTTP/2, by a server that does not.
    alpn: str = ""
    #: Whether others are served while one client says nothing.
    concurrent: bool = True
    #: Whether it takes WebSockets.
    websockets: bool = False
    #: Whether the log tells the address of who is refused: event loops do not tell it to us.
    tells_address: bool = True


def _gunicorn(worker: str, **features: Any) -> Kind:
    return Kind(f"gunicorn-{worker}", GUNICORN, {"worker": worker}, **features)


def _uvicorn(loop: str, http: str, more: dict[str, Any], **features: Any) -> Kind:
    told: dict[str, Any] = {"loop": loop, "http": http, **more}
    return Kind(
        f"uvicorn-{loop}-{http}",
        (str(PROGRAMS / "uvicorn_server.py"),),
        told,
        tells_address=False,
        **features,
    )


def _hypercorn(worker: str) -> Kind:
    return Kind(
        f"hypercorn-{worker}",
        (str(PROGRAMS / "hypercorn_server.py"),),
        {"worker": worker},
        h2=True,
        websockets=True,
        tells_address=False,
    )


KINDS = [
    _gunicorn("sync", keeps_alive=False, concurrent=False),
    _gunicorn("gthread", h2=True),
    _gunicorn("gevent", h2=True),
    _gunicorn("asgi", h2=True, websockets=True, tells_address=False),
    _uvicorn("asyncio", "h11", {"ws": "wsproto"}, websockets=True),
    _uvicorn("uvloop", "httptools", {}, websockets=True),
    _uvicorn("asyncio", "zttp", {"http2": True, "workers": 2}, h2=True),
    _hypercorn("asyncio"),
    _hypercorn("uvloop"),
]


class Hosted:
    """A server that runs, and its clients."""

    def __init__(self, kind: Kind, premises: Premises, server: Server, trusted: Path) -> None:
        self.kind = kind
        self.premises = premises
        self.server = server
        #: The file with the CA of the clients.
        self.trusted = trusted

    def connect(self, client: str | None = None, host: str = "localhost") -> ssl.SSLSocket:
        """A connection of a client."""
        return connect(self.server.port, self.premises.client(client), host)

    def ask(self, connection: ssl.SSLSocket, body: bytes = b"") -> dict[str, Any]:
        """What the server answers over an open connection."""
        words = request("/", method="POST" if body else "GET", body=body)
        connection.sendall(words)
        status, heard = Answers(connection).next()
        assert status == 200, heard
        told: dict[str, Any] = json.loads(heard)
        return told

    def visit(self, client: str | None = None, body: bytes = b"") -> dict[str, Any]:
        """Connects, asks, and leaves."""
        with self.connect(client) as connection:
            return self.ask(connection, body)


@contextmanager
def hosted(kind: Kind, premises: Premises) -> Iterator[Hosted]:
    """Runs a server for the block: it asks all clients who they are, and the host staff.example takes
    nobody but its staff."""
    trusted = premises.folder / "trusted.pem"
    shutil.copy(premises.path("staff-ca.pem"), trusted)
    options = premises.options(
        client_cert_mode="request",
        client_ca_file=str(trusted),
        hosts={"staff.example": {"client_cert_mode": "require"}},
        handshake_timeout=2,
    )
    port = free_port()
    given = {"options": options, "port": port, "kind": kind.told}
    environment = {"PEERCERT_HOSTED": json.dumps(given), "PYTHONPATH": python_path(PROGRAMS)}
    with running([sys.executable, *kind.command], premises.folder, **environment) as server:
        server.port = port
        eventually(lambda: server.process.poll() is not None or listens(port))
        assert server.process.poll() is None, server.output
        yield Hosted(kind, premises, server, trusted)


def free_port() -> int:
    """A port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether a server can be connected to."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


def python_path(*first: Path) -> str:
    """PYTHONPATH with folders before what it has."""
    rest = os.environ.get("PYTHONPATH")
    return os.pathsep.join([*map(str, first), *([rest] if rest else [])])
