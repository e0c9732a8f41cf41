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
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from clients import Answers, request
from commandline import Server, running
from premises import Premises, connect, eventually

PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True)
class Kind:
    """A server in one way to run it."""

    name: str
    command: tuple[str, ...]
    told: dict[str, Any] = field(default_factory=dict)
    #: Whether a connection carries several requests.
    keeps_alive: bool = True
    #: The highest version of HTTP that it speaks.
    http: str = "1.1"
    #: The clients that say nothing, "before" their handshake or "after" it, for whom it makes others
    #: wait until it lets them go.
    waits_for: tuple[str, ...] = ()
    #: Whether it takes WebSockets.
    websockets: bool = False
    #: Whether the log tells the address of who is refused, who reads its alert in any case: event
    #: loops tell us no address, and close at once.
    tells_address: bool = True
    #: Whether its log has what is no warning, either: strangers without TLS.
    logs_noise: bool = False


def _program(name: str, **features: Any) -> Kind:
    return Kind(name, (str(PROGRAMS / f"{name}_server.py"),), **features)


def _gunicorn(worker: str, **features: Any) -> Kind:
    command = ("-m", "gunicorn", "-c", str(PROGRAMS / "gunicorn_settings.py"))
    told = {"worker": worker, "http": "h1" if features.get("http") == "1.1" else "h2,h1"}
    return Kind(f"gunicorn-{worker}", command, told, logs_noise=True, **features)


def _uvicorn(loop: str, parser: str, more: dict[str, Any], **features: Any) -> Kind:
    made = _program("uvicorn", tells_address=False, logs_noise=True, **features)
    told = {"loop": loop, "http": parser, **more}
    return replace(made, name=f"uvicorn-{loop}-{parser}", told=told)


def _hypercorn(worker: str) -> Kind:
    made = _program("hypercorn", tells_address=False, logs_noise=True, http="2", websockets=True)
    return replace(made, name=f"hypercorn-{worker}", told={"worker": worker})


def _patched(kind: Kind) -> Kind:
    return replace(kind, name=f"{kind.name}-patched", told={**kind.told, "patched": True})


def version(package: str) -> tuple[int, ...]:
    """The first two numbers of what is installed."""
    return tuple(map(int, metadata.version(package).split(".")[:2]))


#: Whether gunicorn has a worker for ASGI, and which HTTP it speaks.
GUNICORN_ASGI = version("gunicorn") >= (24, 0)
GUNICORN_HTTP = "2" if version("gunicorn") >= (25, 0) else "1.1"
# Before gunicorn 27 this worker gives its application the body of an HTTP/2 request twice.
_ASGI_HTTP = "2" if version("gunicorn") >= (27, 0) else "1.1"
_ASGI = _gunicorn("asgi", http=_ASGI_HTTP, websockets=True, tells_address=False)
_UVICORN_HTTP2 = version("uvicorn") >= (0, 53)

#: One of each kind.
KINDS = [
    _gunicorn("sync", keeps_alive=False, waits_for=("before", "after")),
    _gunicorn("gthread", http=GUNICORN_HTTP),
    _gunicorn("gevent", http=GUNICORN_HTTP),
    *([_ASGI] if GUNICORN_ASGI else []),
    _uvicorn("asyncio", "h11", {"ws": "wsproto"}, websockets=True),
    _uvicorn("uvloop", "httptools", {}, websockets=True),
    *(
        [_uvicorn("asyncio", "zttp", {"http2": True, "workers": 2}, http="2")]
        if _UVICORN_HTTP2
        else []
    ),
    _hypercorn("asyncio"),
    _program("cheroot"),
    _program("wsgiref", keeps_alive=False, http="1.0"),
    _program("werkzeug", keeps_alive=False, waits_for=("before",), tells_address=False),
    _program("pywsgi"),
    _program("asyncio", tells_address=False),
    _program("aiohttp", tells_address=False),
]
FURTHER = [
    _patched(_gunicorn("gevent", http=GUNICORN_HTTP)),
    _patched(_program("pywsgi")),
    _uvicorn("asyncio", "httptools", {"ws": "websockets-sansio"}, websockets=True),
    _uvicorn("uvloop", "h11", {"ws": "websockets", "workers": 2}, websockets=True),
    *([_uvicorn("uvloop", "zttp", {"http2": True}, http="2")] if _UVICORN_HTTP2 else []),
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
        handshake_timeout=1 if kind.waits_for else 20,
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
