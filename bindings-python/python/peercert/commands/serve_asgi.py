"""This file is about serving an ASGI application on uvicorn until it is told to stop.

In: an application, an address and the options of a context. Out: a server that listens, and a clean
end. It may not know where applications and certificates come from.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from peercert import SSLContext, asgi, log
from peercert._asyncio import limit_handshakes
from peercert.commands import listen
from peercert.uvicorn import attaching

_logger = logging.getLogger("peercert")

#: For how many seconds requests may go on that are there when the server is told to stop.
_GRACE = 5


class Server:
    """A server that listens; clients wait until it serves."""

    def __init__(
        self,
        app: asgi.Application,
        bind: tuple[str, int],
        options: Callable[[], dict[str, Any]],
    ) -> None:
        """The options are asked for when the port is free, so that nothing is made for a server that
        cannot be. Raises peercert.Error."""
        self.socket = listen.bound(bind)
        try:
            self.acceptor = SSLContext(**options())
        except BaseException:
            self.socket.close()
            raise
        self.acceptor.on_refusal(log.refusals(_logger))
        try:
            self.socket.listen(128)
        except OSError as error:
            raise listen.refused(bind, error) from None
        config = uvicorn.Config(
            asgi.expose(app),
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
        )
        config.load()
        config.ssl = self.acceptor
        config.http_protocol_class = attaching(config.http_protocol_class)
        self._server = _Server(config, self.acceptor)

    def until_told(self) -> None:
        """Serves until SIGINT or SIGTERM, then ends what is open and returns."""
        errors = logging.getLogger("uvicorn.error")
        errors.setLevel(max(logging.WARNING, _logger.level))
        listen.also_log(errors)
        self._server.run([self.socket])


class _Server(uvicorn.Server):
    """uvicorn's server, which does not die of the signals that tell it to stop."""

    def __init__(self, config: uvicorn.Config, context: SSLContext) -> None:
        super().__init__(config)
        self._context = context

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to serve."""
        limit_handshakes(asyncio.get_running_loop(), self._context)
        await super().startup(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stops when it is told to."""

        def stop() -> None:
            self.should_exit = True

        listen.when_told(stop)
        yield
