"""This file is about requests on the wrong connection: every server answers 421 when a request names a
host that lets in other clients than the one that the handshake was for."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from peercert import cheroot
from premises import Premises, eventually
from scene import PATIENCE

APPLICATION = """
import os, peercert
from peercert import wsgi

folder = os.environ["PREMISES"]
staff = {"client_cert_mode": "require", "client_ca_file": folder + "/staff-ca.pem"}
options = {
    "certificate": folder + "/server.pem",
    "key": folder + "/server.key",
    "hosts": {"staff.example": staff},
}

def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [("hello at " + environ.get("HTTP_HOST", "")).encode()]

app = wsgi.expose(hello)
"""

GUNICORN = """
from application import options
import peercert

certfile, keyfile = options["certificate"], options["key"]

def post_worker_init(worker):
    global context
    context = peercert.SSLContext(**options)

def ssl_context(config, default):
    return context
"""

WERKZEUG = """
import sys, peercert
from application import app, options
from werkzeug.serving import run_simple

context = peercert.SSLContext(**options)
run_simple("127.0.0.1", int(sys.argv[1]), app, ssl_context=context, threaded=True)
"""

WSGIREF = """
import sys, peercert, peercert.wsgi
from application import app, options
from wsgiref.simple_server import make_server

server = make_server("127.0.0.1", int(sys.argv[1]), app, handler_class=peercert.wsgi.RequestHandler)
context = peercert.SSLContext(**options)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
"""


def hello(environ: Any, start_response: Any) -> list[bytes]:
    """An application that has no middleware of peercert's around it."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"hello at {environ.get('HTTP_HOST', '')}".encode()]


@contextmanager
def _cheroot(premises: Premises) -> Iterator[int]:
    adapter = cheroot.Adapter(**premises.hosts())
    server = cheroot.Server(("127.0.0.1", 0), hello, adapter)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server.socket.getsockname()[1]
    finally:
        server.stop()
        thread.join()


@contextmanager
def _program(premises: Premises, kind: str) -> Iterator[int]:
    """A server in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    folder = premises.folder
    (folder / "application.py").write_text(APPLICATION)
    (folder / "gunicorn.conf.py").write_text(GUNICORN)
    (folder / "werkzeug_server.py").write_text(WERKZEUG)
    (folder / "wsgiref_server.py").write_text(WSGIREF)
    command = {
        "gunicorn": ["-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "-k", "gthread"],
        "werkzeug": ["werkzeug_server.py", str(port)],
        "wsgiref": ["wsgiref_server.py", str(port)],
    }[kind]
    if kind == "gunicorn":
        command.append("application:app")
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env=os.environ | {"PREMISES": str(folder)},
            stdout=output,
            stderr=output,
        )
    try:
        eventually(lambda: process.poll() is not None or _listens(port))
        assert process.poll() is None, log.read_text()
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), PATIENCE).close()
    except ConnectionRefusedError:
        return False
    return True


def curl(premises: Premises, port: int, host: str, *more: str) -> str:
    """Status and body; the connection is for `host`."""
    command = [str(shutil.which("curl")), "-sS", "--noproxy", "*", "--max-time", str(PATIENCE)]
    command += ["--cacert", premises.path("server-ca.pem"), "-w", "\n%{http_code}"]
    command += ["--resolve", f"{host}:{port}:127.0.0.1", *more, f"https://{host}:{port}/"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    body, _, status = ended.stdout.rpartition("\n")
    return f"{status} {body}"


@pytest.mark.skipif(shutil.which("curl") is None, reason="install curl")
@pytest.mark.parametrize("kind", ["cheroot", "gunicorn", "werkzeug", "wsgiref"])
def test_a_request_for_a_host_that_the_connection_was_not_judged_for_is_answered_421(
    premises: Premises, kind: str
) -> None:
    own = ["--cert", premises.path("staff.pem"), "--key", premises.path("staff.key")]
    running = _cheroot(premises) if kind == "cheroot" else _program(premises, kind)
    with running as port:
        staff = f"staff.example:{port}"
        assert curl(premises, port, "localhost") == f"200 hello at localhost:{port}"
        assert curl(premises, port, "staff.example", *own) == f"200 hello at {staff}"
        # Who sent no certificate gets no further by naming the host in the request.
        wrong = ["-H", f"Host: {staff}"]
        assert curl(premises, port, "localhost", *wrong).startswith("421 ")
        whole = ["--request-target", f"https://{staff}/"]
        answer = curl(premises, port, "localhost", *whole)
        # cheroot takes no whole URLs at all.
        assert answer.startswith("400 " if kind == "cheroot" else "421 "), answer
        # Nor does a certificate that was asked for by one host count for another.
        wrong = ["-H", "Host: localhost"]
        assert curl(premises, port, "staff.example", *own, *wrong).startswith("421 ")
        # HTTP/1.0 without a host is for the default one.
        nowhere = ["--http1.0", "-H", "Host:"]
        assert curl(premises, port, "localhost", *nowhere).startswith("200 ")
        assert curl(premises, port, "staff.example", *own, *nowhere).startswith("421 ")


def test_one_connection_goes_on_after_a_misdirected_request(premises: Premises) -> None:
    context = premises.client()
    with _cheroot(premises) as port:
        plain = socket.create_connection(("127.0.0.1", port), PATIENCE)
        with (
            context.wrap_socket(plain, server_hostname="localhost") as tls,
            tls.makefile("rb") as file,
        ):
            for host, status in (("staff.example", b"421"), ("localhost", b"200")) * 2:
                tls.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                assert file.readline().split()[1] == status
                _skip(file)


def _skip(file: Any) -> None:
    """Reads the rest of an answer."""
    length = chunked = 0
    while line := file.readline().lower().strip():
        length = int(line.partition(b":")[2]) if line.startswith(b"content-length") else length
        chunked = chunked or line.startswith(b"transfer-encoding")
    while chunked and (size := int(file.readline(), 16)):
        file.read(size + 2)
    file.read(2 if chunked else length)
