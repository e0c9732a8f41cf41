"""This file is about what the programs of this folder serve, and what they are told to do.

In: the environment, `PEERCERT_HOSTED`: options, and the port. Out: the same application for WSGI and
ASGI. It tells who its client is; sent a body, it tells that body's digest.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any

_GIVEN: dict[str, Any] = json.loads(os.environ["PEERCERT_HOSTED"])
OPTIONS: dict[str, Any] = _GIVEN["options"]
PORT: int = _GIVEN["port"]
#: What else a kind of server is told.
KIND: dict[str, Any] = _GIVEN["kind"]
#: Seconds between two looks for renewed files.
WATCH = 0.02

if KIND.get("patched"):
    # As gevent wants it: before anything else is imported, ours included.
    from gevent import monkey

    monkey.patch_all()

from peercert import wsgi  # noqa: E402


def answer(who: dict[str, Any], scheme: str, digest: Any, size: int) -> bytes:
    """The body of every answer."""
    about = {"clientcert": who["clientcert"], "details": who["details"], "scheme": scheme}
    return json.dumps({**about, "sha256": digest.hexdigest(), "size": size}).encode()


def _wsgi_app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    digest, size = hashlib.sha256(), 0
    left = int(environ.get("CONTENT_LENGTH") or 0)
    while left and (part := environ["wsgi.input"].read(min(left, 65536))):
        digest.update(part)
        size += len(part)
        left -= len(part)
    who = {name: environ[f"peercert.{name}"] for name in ("clientcert", "details")}
    body = answer(who, environ["wsgi.url_scheme"], digest, size)
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


wsgi_app = wsgi.expose(_wsgi_app)


async def asgi_app(scope: Any, receive: Any, send: Any) -> None:
    """The application for ASGI."""
    if scope["type"] == "websocket":
        await _echo(scope, receive, send)
        return
    if scope["type"] == "lifespan":
        raise NotImplementedError("servers go on without it")
    digest, size, more = hashlib.sha256(), 0, True
    while more:
        message = await receive()
        assert message["type"] == "http.request", message
        digest.update(message.get("body", b""))
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    who = scope["extensions"]["peercert"]
    assert scope["extensions"]["tls"]["server_cert"].startswith("-----BEGIN CERTIFICATE")
    body = answer(who, scope["scheme"], digest, size)
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    """Tells the client of a WebSocket who it is, once for each thing that it says."""
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    while (await receive())["type"] == "websocket.receive":
        who = scope["extensions"]["peercert"]
        body = answer(who, scope["scheme"], hashlib.sha256(), 0)
        await send({"type": "websocket.send", "text": body.decode()})
