"""This file is about `peercert serve` with ASGI applications: told apart, served, reloaded, ended."""

from __future__ import annotations

import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from commandline import flags, only_line, peercert, serving
from scene import PATIENCE

Pki = Any

APP = """
import json
from functools import partial

async def app(scope, receive, send):
    if scope["type"] == "http":
        known = scope["extensions"]["peercert"]["clientcert"] | {"path": scope["path"]}
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(known).encode()})
    elif scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            print("started", flush=True)
            await send({"type": "lifespan.startup.complete"})
        print("stopped", flush=True)
        await send({"type": "lifespan.shutdown.complete"})

class Framework:
    async def __call__(self, scope, receive, send):
        await app(scope, receive, send)

framework = Framework()
prepared = partial(app)
hidden = lambda scope, receive, send: app(scope, receive, send)

async def failing(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})

async def broken(scope, receive, send):
    assert scope["type"] == "http"
    1 / 0

def wsgi(environ, start_response):
    start_response("200 OK", [])
    return [json.dumps(environ["peercert.clientcert"]).encode()]
"""
ANYWHERE = ("--bind", "127.0.0.1:0")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hello.py").write_text(APP)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "interface"),
    [("app", []), ("framework", []), ("prepared", []), ("hidden", ["--interface", "asgi"])],
)
def test_an_asgi_application_is_known_and_learns_who_calls(
    pki: Pki, folder: Path, name: str, interface: list[str]
) -> None:
    words = ["serve", f"hello:{name}", *ANYWHERE, *interface, *flags(pki)]
    with serving(*words, cwd=folder) as server:
        url = f"https://localhost:{server.port}"
        assert pki.json(f"{url}/somewhere")["path"] == "/somewhere"
        assert pki.json(url)["verifycode"] == "ABSENT"
        assert pki.json(url, "client")["verified"] is True
        assert pki.json(url, "expired")["verifycode"] == "CERT_HAS_EXPIRED"
        assert "client_cert_mode request" in server.output
        server.wait_for("started\n")
        assert server.end() == 0
    assert server.lines[-1] == "stopped\n"


def test_a_wsgi_application_goes_on_being_one(pki: Pki, folder: Path) -> None:
    for interface in ("auto", "wsgi"):
        words = ["serve", "hello:wsgi", *ANYWHERE, "--interface", interface, *flags(pki)]
        with serving(*words, cwd=folder) as server:
            assert pki.json(f"https://localhost:{server.port}", "client")["verified"] is True


def test_refused_clients_are_lines_of_the_log_and_errors_are_told(pki: Pki, folder: Path) -> None:
    words = ["serve", "hello:broken", *ANYWHERE, *flags(pki, client_cert_mode="require")]
    with serving(*words, cwd=folder) as server:
        url = f"https://localhost:{server.port}"
        assert pki.run(url).returncode != 0
        server.wait_for("WARNING refused a client: peer.no_certificate.*")
        assert pki.run(url, client="expired").returncode != 0
        server.wait_for("WARNING refused a client: peer.certificate_refused.*CN = mallory")
        assert "Traceback" not in server.output
        assert pki.curl(url, client="client") == "Internal Server Error"
        server.wait_for("ZeroDivisionError: division by zero")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_even_with_connections_open(
    pki: Pki, folder: Path, number: int
) -> None:
    with serving("serve", "hello:app", *ANYWHERE, *flags(pki), cwd=folder) as server:
        silent = socket.create_connection(("127.0.0.1", server.port))
        kept = pki.tls(server.port)
        kept.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert kept.recv(1) == b"H"
        assert server.end(number) == 0
        silent.close()
        kept.close()
    assert "Traceback" not in server.output


def test_an_application_that_does_not_start_ends_it(pki: Pki, folder: Path) -> None:
    ended = peercert("serve", "hello:failing", *ANYWHERE, *flags(pki), cwd=folder)
    assert ended.returncode == 3
    assert "no database" in ended.stderr


def test_check_only_checks(pki: Pki, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        words = ["serve", "hello:app", "--bind", bind, *flags(pki)]
        checked = peercert(*words, "--check", cwd=folder)
        only_line(peercert(*words, cwd=folder), "io.address", "in use")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "in order" in checked.stdout


def test_dev_prints_a_curl_line_that_works(folder: Path) -> None:
    with serving("serve", "hello:app", "--dev", *ANYWHERE, cwd=folder) as server:
        command = shlex.split(server.wait_for(r"(?m)^ *(curl .*)$")[1])
        answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert '"verified": true' in answer.stdout


def test_threads_are_not_for_an_event_loop(pki: Pki, folder: Path) -> None:
    ended = peercert("serve", "hello:app", "--threads", "4", *flags(pki), cwd=folder)
    only_line(ended, "config.conflicting_options", "--threads")


@pytest.mark.parametrize("check", [[], ["--check"]])
def test_without_uvicorn_one_line_says_what_to_install(folder: Path, check: list[str]) -> None:
    program = (
        "import sys; sys.modules['uvicorn'] = None; from peercert.commands import main; "
        "sys.exit(main(['serve', 'hello:app', '--dev', *sys.argv[1:]]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, *check],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    only_line(ended, "config.missing_package", "pip install 'uvicorn'")


def test_a_client_that_does_not_begin_is_let_go(pki: Pki, folder: Path) -> None:
    words = ["serve", "hello:app", *ANYWHERE, "--handshake-timeout", "1", *flags(pki)]
    with (
        serving(*words, cwd=folder) as server,
        socket.create_connection(("127.0.0.1", server.port), PATIENCE) as silent,
    ):
        assert silent.recv(1) == b""
