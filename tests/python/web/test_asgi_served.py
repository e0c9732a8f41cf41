"""This file is about `peercert.asgi` on real servers: what their parsers make of a path, a host, a
header, and of a WebSocket that may not be opened."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from documented import PATIENCE, Site

APP = """
import json
import peercert
from peercert import asgi

async def app(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})
        return
    known = asgi.caller(scope)
    told = {
        "user": known["identity"].get("user"),
        "details": known["details"],
        "headers": [[name.decode(), value.decode("latin-1")] for name, value in scope["headers"]],
    }
    body = json.dumps(told).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})

app = asgi.require(app, paths=["/private"], rules=peercert.Rules("preset cn"), names=["cgi"])
OPTIONS = {
    "client_ca_file": "pki/ca.pem",
    "client_cert_mode": "request",
    "hosts": {"staff.example": {"client_cert_mode": "require"}},
}
"""
UVICORN = """
import sys
import uvicorn
from app import OPTIONS
from peercert.uvicorn import tls

files = {"certificate": "pki/localhost.pem", "key": "pki/localhost.key"}
http, ws = sys.argv[1:]
# As in containers, where every client is taken for a proxy of uvicorn's.
uvicorn.run(
    "app:app", port=8443, lifespan="off", http=http, ws=ws, forwarded_allow_ips="*",
    **tls(**files, **OPTIONS)
)
"""
GUNICORN = """
from app import OPTIONS
from peercert.gunicorn import hooks

bind, worker_class, wsgi_app = "127.0.0.1:8443", "asgi", "app:app"
http_protocols = "h2,h1"
certfile, keyfile = "pki/localhost.pem", "pki/localhost.key"
post_worker_init, ssl_context = hooks(**OPTIONS)
"""
HYPERCORN = """
import asyncio
from app import OPTIONS, app
from hypercorn.asyncio import serve
from peercert.hypercorn import Config

files = {"certificate": "pki/localhost.pem", "key": "pki/localhost.key"}
config = Config(**files, **OPTIONS)
config.bind = ["127.0.0.1:8443"]
asyncio.run(serve(app, config))
"""
PROGRAMS = {
    "app.py": APP,
    "uvicorn_server.py": UVICORN,
    "hypercorn_server.py": HYPERCORN,
    "gunicorn.conf.py": GUNICORN,
}
SERVERS = {
    "h11 and wsproto": ("uvicorn_server.py", "h11", "wsproto"),
    "httptools and websockets": ("uvicorn_server.py", "httptools", "websockets-sansio"),
    "gunicorn": ("-m", "gunicorn"),
    "hypercorn": ("hypercorn_server.py",),
}
SPEAK_HTTP2 = ("gunicorn", "hypercorn")


class Running:
    """A server and what is said to it, octet by octet."""

    def __init__(self, site: Site, name: str) -> None:
        self.site = site
        self.name = name

    def say(self, *lines: str, client: str | None = None, host: str = "localhost") -> bytes:
        """What the server answers to a request's head: all of it, or its own head where the
        connection stays."""
        folder = self.site.folder / "pki"
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        context.check_hostname = False
        if client is not None:
            context.load_cert_chain(folder / f"{client}.pem", folder / f"{client}.key")
        plain = socket.create_connection(("127.0.0.1", self.site.port), PATIENCE)
        with context.wrap_socket(plain, server_hostname=host) as tls:
            tls.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
            heard = b""
            while (part := tls.recv(65536)) and b"\r\nupgrade:" not in (heard + part).lower():
                heard += part
            return heard + part

    def get(self, target: str, *headers: str, **who: Any) -> tuple[int, bytes]:
        """Status and body."""
        given = headers or ("Host: localhost",)
        answer = self.say(f"GET {target} HTTP/1.1", *given, "Connection: close", **who)
        return int(answer.split(maxsplit=2)[1]), answer.partition(b"\r\n\r\n")[2]

    def upgrade(self, target: str, *, host: str = "localhost", client: str | None = None) -> int:
        """The status for who would open a WebSocket."""
        asking = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        answer = self.say(f"GET {target} HTTP/1.1", f"Host: {host}", *asking, key, client=client)
        return int(answer.split(maxsplit=2)[1])


@pytest.fixture(scope="module", params=SERVERS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("site")
    site = Site(folder)
    for name, code in PROGRAMS.items():
        (folder / name).write_text(code.replace("8443", str(site.port)))
    with site.running(*SERVERS[request.param]):
        yield Running(site, request.param)


@pytest.mark.parametrize(
    "target",
    [
        *("/private", "/private/x?y", "//private", "/%70rivate", "/%2570rivate", "/PRIVATE"),
        *("/public/..%2fprivate", "/private%00", "/%ff", "/public/%2e%2e/private", "/private;x"),
    ],
)
def test_every_way_to_write_a_guarded_path_needs_a_certificate(
    server: Running, target: str
) -> None:
    for client in (None, "expired"):
        assert server.get(target, client=client)[0] in (400, 403)
    assert server.get(target, client="alice")[0] in (200, 400)


def test_the_rest_needs_none_and_no_header_makes_a_user(server: Running) -> None:
    status, body = server.get(
        "/public",
        "Host: localhost",
        "Remote-User: root",
        "remote_user: root",
        "Client-Cert: :AAAA:",
        "X-SSL-Client-Verify: SUCCESS",
        "X-Forwarded-For: 10.0.0.1",
    )
    told = json.loads(body)
    assert (status, told["user"]) == (200, None)
    names = {name for name, _ in told["headers"]}
    assert names <= {"host", "connection", "x-forwarded-for"}


def test_a_user_is_in_the_header_where_frameworks_look(server: Running) -> None:
    told = json.loads(server.get("/private", client="alice")[1])
    assert told["user"] == "alice"
    assert ["remote-user", "alice"] in told["headers"]


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/", ["Host: staff.example"]),
        ("/", ["Host: STAFF.example:443"]),
        ("/", ["Host: localhost", "Host: staff.example"]),
        ("https://staff.example/", ["Host: staff.example"]),
    ],
)
def test_a_host_that_lets_in_others_is_not_answered_on_this_connection(
    server: Running, target: str, headers: list[str]
) -> None:
    for client in (None, "alice"):
        # What a server refuses itself never gets as far.
        assert server.get(target, *headers, client=client)[0] in (400, 421)


def test_a_host_is_judged_in_every_version_of_http(server: Running) -> None:
    other = ("-H", "Host: staff.example", "-H", "Accept: application/json")
    for version in ("--http1.1", "--http2"):
        told = server.site.curl("alice", "/", version)
        speaks = version == "--http2" and server.name in SPEAK_HTTP2
        assert (told["user"], told["details"]["alpn"] == "h2") == ("alice", speaks)
        assert server.site.curl("alice", "/", version, *other, status=421)["status"] == 421


def test_on_its_own_connection_it_is(server: Running) -> None:
    own = server.get("/", "Host: staff.example", client="alice", host="staff.example")
    assert own[0] == 200
    assert json.loads(own[1])["details"]["servername"] == "staff.example"


def test_a_websocket_that_may_not_be_opened_is_refused_before_it_is(server: Running) -> None:
    for client in (None, "expired", "unknown"):
        assert server.upgrade("/private", client=client) == 403
    # Without the extension for it, a server has but one answer.
    assert server.upgrade("/public", host="staff.example") in (403, 421)
    assert server.upgrade("/public") == 101
    assert server.upgrade("/private", client="alice") == 101
