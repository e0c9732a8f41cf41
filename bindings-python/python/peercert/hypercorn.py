"""This file is about hypercorn on asyncio and uvloop: its settings, with TLS by peercert.

In: options. Out: a `hypercorn.config.Config` whose server tells the application who the client is, over
HTTP/1, HTTP/2 and WebSocket. It may not know how a certificate is judged.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from hypercorn import config
from hypercorn.asyncio import run, tcp_server

from peercert import SSLContext, SSLObject
from peercert._asyncio import slim
from peercert._recipe import Recipe
from peercert.asgi import attach

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from peercert.options import Options

__all__ = ["Config"]

LOG = logging.getLogger("hypercorn.error")


class Config(config.Config):
    """hypercorn's settings: `Config(certificate=..., key=..., ...)`.

    `options` are those of `peercert.Acceptor`; every problem with them is raised here, as a
    `ConfigError`. They take the place of hypercorn's own settings for TLS. `watch` looks every so many
    seconds whether a file has been replaced.
    """

    def __init__(self, *, watch: float = 0, **options: Unpack[Options]) -> None:
        super().__init__()
        self._recipe = Recipe(watch, dict(options))

    @property
    def ssl_enabled(self) -> bool:
        """Always true."""
        return True

    def create_ssl_context(self) -> SSLContext:
        """The context of a process; it is asked for before anybody is served."""
        made = self._recipe.context(LOG, self.alpn_protocols)
        self.ssl_handshake_timeout = made.handshake_timeout
        run.TCPServer = _TCPServer  # type: ignore[attr-defined]
        return made


class _TCPServer(tcp_server.TCPServer):
    """A connection of hypercorn's, whose application knows it."""

    async def run(self) -> None:
        """Serves the connection; its handshake is over."""
        connection = self.writer.get_extra_info("ssl_object")
        if isinstance(connection, SSLObject):
            self.app = _attached(self.app, connection)
            slim(self.writer.transport)
        await super().run()


def _attached(app: Any, connection: SSLObject) -> Any:
    """An application of hypercorn's takes more than send; what is attached hands that on."""

    async def unpacked(scope: Any, receive: Any, more: Any) -> None:
        await app(scope, receive, *more)

    knowing: Any = attach(unpacked, connection)

    async def attached(scope: Any, receive: Any, *more: Any) -> None:
        await knowing(scope, receive, more)

    return attached
