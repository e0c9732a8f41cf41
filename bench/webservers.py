"""This file is about Python's web servers: what a client costs them with our TLS, and with their own.

In: what all runs have in common. Out: the rows of the table.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import outside
import servers

# How many requests one connection makes.
REQUESTS = 5_000

APPLICATIONS = """
from peercert import Rules, asgi, wsgi


def plain(environ, start_response):
    start_response("200 OK", [("Content-Length", "3")])
    return [b"ok\\n"]


def known(environ, start_response):
    if not environ["peercert.clientcert"]["verified"]:
        raise SystemExit("a client is not verified")
    return plain(environ, start_response)


def mapped(environ, start_response):
    if environ["peercert.identity"]["user"] != "test-client":
        raise SystemExit("a client is not a user")
    return plain(environ, start_response)


async def respond(scope, receive, send):
    headers = [(b"content-length", b"3")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok\\n"})


async def called(scope, receive, send):
    if not scope["extensions"]["peercert"]["clientcert"]["verified"]:
        raise SystemExit("a client is not verified")
    await respond(scope, receive, send)


async def identified(scope, receive, send):
    if scope["extensions"]["peercert"]["identity"]["user"] != "test-client":
        raise SystemExit("a client is not a user")
    await respond(scope, receive, send)


known = wsgi.expose(known)
mapped = wsgi.expose(mapped, rules=Rules("preset cn"))
identified = asgi.expose(identified, rules=Rules("preset cn"))
"""

GUNICORN = """
import os

bind, worker_class, threads, keepalive = "127.0.0.1:" + os.environ["PORT"], "gthread", 4, 60
loglevel = "critical"
certfile, keyfile, ca_certs, cert_reqs = "server.pem", "server.key", "client-ca.pem", 2
"""
HOOKS = """
from peercert.gunicorn import hooks

post_worker_init, ssl_context = hooks()
"""

UVICORN = """
import os, ssl, sys
import uvicorn
import applications
from peercert.uvicorn import tls

kind, name = sys.argv[1:]
files = ("server.pem", "server.key", "client-ca.pem")
if kind == "peercert":
    names = ("certificate", "key", "client_ca_file")
    options = tls(**dict(zip(names, files)), client_cert_mode="require")
else:
    names = ("ssl_certfile", "ssl_keyfile", "ssl_ca_certs")
    options = dict(zip(names, files)) | {"ssl_cert_reqs": ssl.CERT_REQUIRED}
uvicorn.run(
    getattr(applications, name),
    port=int(os.environ["PORT"]),
    lifespan="off",
    log_level="critical",
    loop="asyncio",
    http="h11",
    timeout_keep_alive=60,
    **options,
)
"""


def rows(bench: servers.Bench) -> list[servers.Row]:
    """The rows."""
    run = _Servers(bench)
    return [
        (
            "gunicorn gthread, our hooks / its own TLS",
            run.gunicorn("peercert", "known"),
            run.gunicorn("stock", "plain"),
            "us",
            0.50,
        ),
        (
            "uvicorn, ours / its own TLS",
            run.uvicorn("peercert", "called"),
            run.uvicorn("stock", "respond"),
            "us",
            0.60,
        ),
        (
            "gunicorn, a next request with rules / without expose",
            run.gunicorn("peercert", "mapped", goes_on=True),
            run.gunicorn("peercert", "plain", goes_on=True),
            "us",
            1.05,
        ),
        (
            "uvicorn, a next request with rules / without expose",
            run.uvicorn("peercert", "identified", goes_on=True),
            run.uvicorn("peercert", "respond", goes_on=True),
            "us",
            1.05,
        ),
        (
            "uvicorn, memory of an idle connection / its own TLS",
            run.uvicorn("peercert", "respond", idle=True),
            run.uvicorn("stock", "respond", idle=True),
            "kB",
            0.90,
        ),
    ]


class _Servers:
    """Starts them."""

    def __init__(self, bench: servers.Bench) -> None:
        self._bench = bench

    def gunicorn(self, kind: str, name: str, *, goes_on: bool = False) -> Callable[[], float]:
        """gunicorn with one application."""
        configuration = GUNICORN + (HOOKS if kind == "peercert" else "")
        files = {"gunicorn.conf.py": configuration}
        command = [sys.executable, "-m", "gunicorn", f"applications:{name}"]
        return lambda: self._measure(command, files, goes_on=goes_on, idle=False)

    def uvicorn(
        self, kind: str, name: str, *, goes_on: bool = False, idle: bool = False
    ) -> Callable[[], float]:
        """uvicorn with one application."""
        command = [sys.executable, "serve.py", kind, name]
        return lambda: self._measure(command, {"serve.py": UVICORN}, goes_on=goes_on, idle=idle)

    def _measure(
        self, command: list[str], files: dict[str, str], *, goes_on: bool, idle: bool
    ) -> float:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            for name, text in (files | {"applications.py": APPLICATIONS}).items():
                (folder / name).write_text(text)
            for source in self._bench.folder.iterdir():
                (folder / source.name).symlink_to(source)
            port = outside.free_port()
            command = ["env", f"PORT={port}", *command]
            if idle:
                client = self._bench.client("idle")
                return outside.memory(command, folder, port, client, servers.IDLE)
            client = self._bench.client("goes-on" if goes_on else "requests")
            count = REQUESTS if goes_on else self._bench.connections
            return outside.processor_time(command, folder, port, client, count)
