"""This file is about applications for ASGI behind a proxy, under a real uvicorn without TLS: who the
sender is when uvicorn's own middleware believes `X-Forwarded-For`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from documented import PATIENCE, Site

# Behind /near the proxy is beside the application, behind /far it is elsewhere.
APP = """
import json
import socket
import sys
import peercert
import uvicorn
from peercert import asgi

async def told(scope, receive, send):
    body = json.dumps(asgi.caller(scope)["clientcert"]).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})

def behind(proxy):
    trusted = {"forwarded_format": "nginx", "forwarded_from": proxy}
    return asgi.expose(told, forwarded=peercert.Forwarded(trusted))

near, far = behind("127.0.0.1, unix"), behind("10.0.0.1")

async def app(scope, receive, send):
    await (near if scope["path"] == "/near" else far)(scope, receive, send)

if __name__ == "__main__":
    local = socket.socket(socket.AF_UNIX)
    local.bind("app.sock")
    local.listen()
    config = uvicorn.Config(
        app, lifespan="off", forwarded_allow_ips="*", proxy_headers=sys.argv[1] == "believing"
    )
    config.load()
    uvicorn.Server(config).run(sockets=[local, socket.create_server(("127.0.0.1", 8443))])
"""


class Proxy:
    """A proxy that forwards alice."""

    def __init__(self, site: Site) -> None:
        self.site = site
        certificate = (site.folder / "pki" / "alice.pem").read_text()
        self.forwards = [
            *("-H", f"X-SSL-Client-Cert: {quote(certificate, safe='')}"),
            *("-H", "X-SSL-Client-Verify: SUCCESS"),
        ]

    def send(self, path: str, *more: str) -> tuple[int, Any]:
        """Status, and who the application takes the client for."""
        curl = [
            "curl",
            "-sS",
            "--noproxy",
            "*",
            "--max-time",
            str(PATIENCE),
            "-w",
            "\n%{http_code}",
        ]
        url = f"http://127.0.0.1:{self.site.port}{path}"
        done = subprocess.run(
            [*curl, *self.forwards, *more, url],
            cwd=self.site.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        body, _, status = done.stdout.rpartition("\n")
        return int(status), json.loads(body)["subject"] if status == "200" else None

    @property
    def log(self) -> str:
        return (self.site.folder / "server.log").read_text()


def served(folder: Path, middleware: str) -> Iterator[Proxy]:
    site = Site(folder)
    (folder / "app.py").write_text(APP.replace("8443", str(site.port)))
    with site.running("app.py", middleware):
        yield Proxy(site)


@pytest.fixture
def believing(tmp_path: Path) -> Iterator[Proxy]:
    yield from served(tmp_path, "believing")


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Proxy]:
    yield from served(tmp_path, "plain")


ALICE = (200, "CN = alice")
FORWARDED = ["10.0.0.1", "10.0.0.1:4711", "10.0.0.1:04711", "10.0.0.1, 203.0.113.9"]


def test_no_header_makes_a_client_the_trusted_proxy(believing: Proxy) -> None:
    for value in FORWARDED:
        assert believing.send("/far", "-H", f"X-Forwarded-For: {value}") == (500, None)
        unix = ("--unix-socket", "app.sock", "-H", f"X-Forwarded-For: {value}")
        assert believing.send("/far", *unix) == (500, None)
    assert believing.log.count("proxy_headers=False") >= 2 * len(FORWARDED)
    assert believing.send("/far") == (500, None)


def test_the_proxy_itself_is_known_while_no_header_hides_it(believing: Proxy) -> None:
    assert believing.send("/near") == ALICE
    assert believing.send("/near", "--unix-socket", "app.sock") == ALICE
    assert believing.send("/near", "-H", "X-Forwarded-For: 203.0.113.9") == (500, None)


def test_without_that_middleware_the_proxy_may_tell_the_clients_address(plain: Proxy) -> None:
    for value in (*FORWARDED, "127.0.0.1", "2001:db8::1"):
        header = ("-H", f"X-Forwarded-For: {value}")
        assert plain.send("/near", *header) == ALICE
        assert plain.send("/near", "--unix-socket", "app.sock", *header) == ALICE
        assert plain.send("/far", *header) == (500, None)
