"""This file is about one connection as the requests on it see it: made once, copied for each.

In: one of peercert's sockets. Out: the ASGI extensions `tls` and `peercert`, and who the client is by
rules. An application may change what it is given: the next request has it whole. It may not know of
requests.
"""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._callers import Connection
    from ._native import Rules
    from .types import Identity


class Attached:
    """A connection whose handshake is over."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._made_of: tuple[bytes | None, Any] | None = None
        self._written = b""
        self._rules: Rules | None = None
        self._identity = b""

    def extensions(self) -> dict[str, Any]:
        """The extensions for one more request."""
        # A client that is asked later for its certificate becomes another caller.
        now = (self._connection.der(), self._connection.details())
        if now != self._made_of:
            ours = {"clientcert": self._connection.clientcert(), "details": now[1]}
            # Reading this back is the quickest deep copy that there is.
            self._written = marshal.dumps(
                {"tls": self._connection.export("asgi"), "peercert": ours}
            )
            self._rules = None
            self._made_of = now
        extensions: dict[str, Any] = marshal.loads(self._written)  # noqa: S302 - written above
        extensions["peercert"]["connection"] = self._connection
        return extensions

    def identity(self, rules: Rules) -> Identity:
        """Who the client is by rules, as it was when the request came."""
        if rules is not self._rules:
            self._identity = marshal.dumps(dict(self._connection.identity(rules)))
            self._rules = rules
        identity: Identity = marshal.loads(self._identity)  # noqa: S302 - written above
        return identity
