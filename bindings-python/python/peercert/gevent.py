"""This file is about gevent: sockets over which a greenlet waits while others go on, and its server.

In: a socket of gevent's, and a context. Out: a `gevent.ssl.SSLSocket` whose engine is ours, which
`peercert.SSLContext` makes by itself of such a socket, patched or not; and a `WSGIServer` whose
applications know who calls. gevent's sockets never wait themselves, so the time that a handshake may
take is kept here.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import gevent
import gevent.pywsgi
import gevent.ssl

from peercert import _linger, log
from peercert._context import Caller

if TYPE_CHECKING:
    from peercert import SSLContext

__all__ = ["SSLSocket", "WSGIHandler", "WSGIServer"]

LOG = logging.getLogger("peercert")


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


class WSGIHandler(gevent.pywsgi.WSGIHandler):  # type: ignore[misc]
    """gevent's handler, which puts the connection into the environ."""

    def handle(self) -> None:
        """Does the handshake, and answers who gets through it; who does not is one log line."""
        who = log.peer(self.socket)
        try:
            self.socket.do_handshake()
        except OSError as error:
            log.refused(LOG, who, error)
            _linger.drain(self.socket)
            self.rfile.close()
            return
        super().handle()

    def get_environ(self) -> dict[str, Any]:
        """The environ, with the connection."""
        environ: dict[str, Any] = super().get_environ()
        return environ | {"peercert.connection": self.socket, "HTTPS": "on"}


class WSGIServer(gevent.pywsgi.WSGIServer):  # type: ignore[misc]
    """gevent's server: `WSGIServer(("127.0.0.1", 8443), app, ssl_context=peercert.SSLContext(...))`.

    Takes what `gevent.pywsgi.WSGIServer` takes. A client's handshake is done in its own greenlet.
    """

    handler_class = WSGIHandler

    def __init__(self, listener: Any, application: Any, *, ssl_context: SSLContext, **more: Any):
        more |= {"ssl_context": ssl_context, "do_handshake_on_connect": False}
        super().__init__(listener, application, **more)

    def wrap_socket_and_handle(self, client_socket: Any, address: Any) -> Any:
        """Serves a client, unless it was gone before."""
        who = log.peer(client_socket)
        try:
            connection = self.wrap_socket(client_socket, **self.ssl_args)
        except OSError as error:
            log.refused(LOG, who, error)
            return None
        with connection:
            return self.handle(connection, address)
