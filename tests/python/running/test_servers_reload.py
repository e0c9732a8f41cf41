"""This file is about contexts in servers of others, uvicorn and gunicorn, that reload in place."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

import peercert
from premises import Premises, connect, eventually, serial, shows
from scene import PATIENCE


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers every request."""
    del scope, receive
    headers = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})


def get(connection: Any) -> bytes:
    """The body of an answer over an open connection."""
    connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    heard = b""
    while not heard.endswith(b"hello"):
        part = connection.recv(4096)
        assert part, heard
        heard += part
    return heard[-5:]


def is_cut_off(port: int, client: ssl.SSLContext) -> bool:
    """Whether a client gets no answer: event loops do not always let it read the alert."""
    try:
        with connect(port, client) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return connection.recv(1) == b""
    except OSError:
        return True


@contextmanager
def _uvicorn(context: peercert.SSLContext, loop: str) -> Iterator[int]:
    config = uvicorn.Config(
        app,
        port=0,
        lifespan="off",
        log_level="critical",
        loop=loop,
        ssl_context_factory=lambda *_: context,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        eventually(lambda: server.started)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_context_in_a_running_uvicorn_reloads_in_place(premises: Premises, loop: str) -> None:
    trusted = premises.folder / "trusted.pem"
    shutil.copy(premises.path("staff-ca.pem"), trusted)
    options = premises.options(client_cert_mode="require", client_ca_file=trusted)
    context = peercert.SSLContext(**options)
    staff, partner = premises.client("staff"), premises.client("partner")
    with _uvicorn(context, loop) as port:
        assert serial(port, staff) == premises.serial
        with connect(port, staff) as old:
            assert get(old) == b"hello"
            renewed = premises.renew()
            shutil.copy(premises.path("partner-ca.pem"), trusted)
            context.reload()
            assert serial(port, partner) == renewed
            with connect(port, partner) as new:
                assert get(new) == b"hello"
            assert is_cut_off(port, staff)
            assert get(old) == b"hello"
    counted = context.counters()
    assert counted["refused"] == [{"word": "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "number": 1}]


CONFIG = """
import peercert

bind, worker_class, workers = "127.0.0.1:{port}", "{kind}", 2
certfile, keyfile = "server.pem", "server.key"

def post_worker_init(worker):
    global context
    context = peercert.SSLContext(certificate=certfile, key=keyfile)
    context.watch(0.02, lambda error: worker.log.error("reload: %s", error))

def ssl_context(config, default):
    return context
"""

WSGI = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]
"""


@contextmanager
def _gunicorn(premises: Premises, kind: str) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    (premises.folder / "gunicorn.conf.py").write_text(CONFIG.format(port=port, kind=kind))
    (premises.folder / "hello.py").write_text(WSGI)
    log = premises.folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "hello:app"],
            cwd=premises.folder,
            stdout=output,
            stderr=output,
        )
    try:
        eventually(lambda: process.poll() is not None or not refused(port))
        assert process.poll() is None, log.read_text()
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), PATIENCE).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.parametrize("kind", ["gthread", "sync"])
def test_every_worker_of_a_running_gunicorn_reloads_in_place(premises: Premises, kind: str) -> None:
    client = premises.client()
    with _gunicorn(premises, kind) as port:
        assert serial(port, client) == premises.serial
        renewed = premises.renew()
        log = premises.folder / "server.log"
        eventually(lambda: log.read_text().count("reload: None") >= 2)
        for _ in range(4):
            assert serial(port, client) == renewed
        renewed = premises.renew()
        eventually(shows(port, client, renewed))
