"""This file is about ASGI (version 3): it tells an application who its client is.

In: an application, and the connection that its server has made. Out: the application with
`scope["extensions"]["tls"]` (the ASGI TLS extension 0.2, all six keys) and, in
`scope["extensions"]["peercert"]`, `clientcert` and `details` (the dictionaries of the contract) and
`connection` (for `chain()`, `der()`). It may not know how a handshake is done.
"""

from __future__ import annotations

import marshal
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from peercert import StateError

__all__ = ["Connection", "attach"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Connection(Protocol):
    """What is asked of a connection: any of peercert's sockets has it."""

    def clientcert(self) -> Any:
        """Who the client is."""

    def details(self) -> Any:
        """How the connection is protected."""

    def der(self) -> bytes | None:
        """The client's certificate."""

    def export(self, form: str) -> dict[str, Any]:
        """The client under the names of a format."""


def attach(app: Application, connection: Connection) -> Application:
    """The same application for the requests of one connection, with the connection in their scopes.

    For integrations of servers: call it once for each connection, when its handshake is over, with
    any of peercert's sockets (`transport.get_extra_info("ssl_object")` in asyncio). Each request
    has dictionaries of its own. Raises `StateError` (`state.no_connection`) for another object.
    """
    if not callable(getattr(connection, "clientcert", None)):
        raise StateError(
            "state.no_connection",
            f"the connection is a {type(connection).__name__} and not one of peercert's; the "
            "server's context has to be a peercert.SSLContext",
        )
    extensions = _Extensions(connection)

    async def attached(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope = {**scope, "extensions": {**(scope.get("extensions") or {}), **extensions()}}
        await app(scope, receive, send)

    return attached


class _Extensions:
    """The extensions of a connection's scopes, made once and copied for each request."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._made_of: tuple[bytes | None, Any] | None = None
        self._written = b""

    def __call__(self) -> dict[str, Any]:
        # A client that is asked later for its certificate becomes another caller.
        now = (self._connection.der(), self._connection.details())
        if now != self._made_of:
            about = {"clientcert": self._connection.clientcert(), "details": now[1]}
            tls = self._connection.export("asgi")
            # Reading this back is the quickest deep copy that there is.
            self._written = marshal.dumps({"tls": tls, "peercert": about})
            self._made_of = now
        extensions: dict[str, Any] = marshal.loads(self._written)  # noqa: S302 - written above
        extensions["peercert"]["connection"] = self._connection
        return extensions
