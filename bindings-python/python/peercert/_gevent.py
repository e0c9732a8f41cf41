"""This file is about gevent: sockets over which a greenlet waits while others go on.

In: a socket of gevent's, and a context. Out: a `gevent.ssl.SSLSocket` whose engine is ours. gevent's
sockets never wait themselves, so the time that a handshake may take is kept here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gevent
import gevent.ssl

from ._context import Caller

if TYPE_CHECKING:
    from ._context import SSLContext

__all__ = ["SSLSocket"]


class SSLSocket(Caller, gevent.ssl.SSLSocket):  # type: ignore[misc]
    """A `gevent.ssl.SSLSocket` that knows who the client is."""

    def do_handshake(self, block: bool = False) -> None:
        """Does the handshake, within `handshake_timeout`."""
        del block
        late = TimeoutError("the handshake did not end in time")
        context: SSLContext = self.context
        waits = self.gettimeout() != 0
        with gevent.Timeout(context.handshake_timeout if waits else None, late):
            super().do_handshake()
