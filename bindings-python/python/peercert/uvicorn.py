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

from uvicorn.config import HTTP_PROTOCOLS
from uvicorn.importer import import_from_string

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
        """The context; it is asked for while the settings are loaded, and nobody is served yet."""
        del default
        if hasattr(config, "http_protocol_class"):
            chosen = config.http_protocol_class
            config.http_protocol_class = attaching(chosen)
        else:
            # Before uvicorn 0.53 the protocol is chosen after the context.
            chosen = _protocol(config.http)
            config.http = attaching(chosen)
        # A protocol that speaks HTTP/2 says so.
        made = self.context(LOG, getattr(chosen, "alpn_protocols", ()))
        # Whoever loads the settings without a loop runs the server by means of their own.
        with suppress(RuntimeError):
            limit_handshakes(asyncio.get_running_loop(), made)
        return made


def _protocol(setting: str | type[asyncio.Protocol]) -> type[asyncio.Protocol]:
    """What uvicorn takes for its setting `http`."""
    if not isinstance(setting, str):
        return setting
    names: dict[str, str] = {**HTTP_PROTOCOLS}
    chosen: type[asyncio.Protocol] = import_from_string(names.get(setting, setting))
    return chosen


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
