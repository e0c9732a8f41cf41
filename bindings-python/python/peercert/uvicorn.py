"""This file is about uvicorn: the setting by which it does TLS by peercert.

In: options. Out: a context, and connections that tell the application who the client is, over HTTP/1,
HTTP/2 and WebSocket, on every event loop that uvicorn runs on. It may not know how a certificate is
judged.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from peercert import SSLContext
from peercert._asyncio import limit_handshakes, slim
from peercert._recipe import Recipe
from peercert.asgi import attach

if TYPE_CHECKING:
    from typing_extensions import Unpack
    from uvicorn import Config

    from peercert.options import Options

__all__ = ["tls"]

LOG = logging.getLogger("uvicorn.error")


def tls(*, watch: float = 0, **options: Unpack[Options]) -> dict[str, Any]:
    """A setting of uvicorn: `uvicorn.run(app, port=8443, **tls(certificate=..., key=..., ...))`.

    `options` are those of `peercert.Acceptor`; every problem with them is raised here, as a
    `ConfigError`. `watch` looks every so many seconds whether a file has been replaced.
    """
    return {"ssl_context_factory": _Factory(watch, dict(options))}


class _Factory(Recipe):
    """uvicorn's hook."""

    def __call__(self, config: Config, default: object) -> SSLContext:
        """The context; it is asked for when the protocol is chosen and nobody is served yet."""
        del default
        # A protocol that speaks HTTP/2 says so.
        alpn = getattr(config.http_protocol_class, "alpn_protocols", ())
        config.http_protocol_class = attaching(config.http_protocol_class)
        made = self.context(LOG, alpn)
        # Whoever loads a configuration without a loop runs the server by means of their own.
        with suppress(RuntimeError):
            limit_handshakes(asyncio.get_running_loop(), made)
        return made


def attaching(protocol: type[asyncio.Protocol]) -> type[asyncio.Protocol]:
    """A protocol of uvicorn whose application knows the connection."""

    class Attaching(protocol):  # type: ignore[misc, valid-type]
        def connection_made(self, transport: Any) -> None:
            """Begins a connection; its handshake is over."""
            super().connection_made(transport)
            slim(transport)
            # Another than this one where HTTP/1 and HTTP/2 have a protocol each.
            chosen, connection = transport.get_protocol(), transport.get_extra_info("ssl_object")
            chosen.app = attach(chosen.app, connection)
            if getattr(chosen, "ws_protocol_class", None):
                chosen.ws_protocol_class = _attached(chosen.ws_protocol_class, connection)

    return Attaching


def _attached(make: Callable[..., Any], connection: Any) -> Callable[..., Any]:
    """What makes the protocol that goes on where HTTP ends."""

    def made(**arguments: Any) -> Any:
        protocol = make(**arguments)
        protocol.app = attach(protocol.app, connection)
        return protocol

    return made
