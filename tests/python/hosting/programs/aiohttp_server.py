"""This file is about aiohttp."""

import hashlib

from aiohttp import web
from hosted import OPTIONS, PORT, WATCH, answer

from peercert import SSLContext, SSLObject, log


async def serve(request: web.Request) -> web.Response:
    """Tells the client who it is, and the digest of its body."""
    assert request.transport is not None
    connection = request.transport.get_extra_info("ssl_object")
    assert isinstance(connection, SSLObject)
    digest, size = hashlib.sha256(), 0
    async for part in request.content.iter_any():
        digest.update(part)
        size += len(part)
    who = {"clientcert": connection.clientcert(), "details": connection.details()}
    return web.Response(body=answer(who, request.scheme, digest, size))


if __name__ == "__main__":
    context = SSLContext(**OPTIONS)
    context.on_refusal(log.refusals())
    context.watch(WATCH)
    app = web.Application()
    app.router.add_route("*", "/", serve)
    web.run_app(app, host="127.0.0.1", port=PORT, ssl_context=context, handle_signals=True)
