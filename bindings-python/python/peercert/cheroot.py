"""This file is about cheroot: TLS for its servers, CherryPy's included, by peercert.

In: the sockets that cheroot accepts. Out: connections whose handshake happens in a worker thread,
an environ that says who the client is, and one line in the log `peercert.cheroot` for every client
that is refused. It may not know how a certificate is judged.

`Adapter` fits any cheroot server. `Server` is cheroot's WSGI server with an adapter, in which a
client that is silent or slow during its handshake takes no worker thread at all.
"""

from __future__ import annotations

import logging
import resource
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import cheroot.errors
import cheroot.server
import cheroot.ssl
import cheroot.wsgi

from peercert import Acceptor, log, wsgi
from peercert.cheroot_connection import LOG, DeferredConnection
from peercert.cheroot_files import Reader, Writer

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = ["Adapter", "Server"]


class Adapter(cheroot.ssl.Adapter):
    """TLS for a cheroot server: `server.ssl_adapter = Adapter(certificate=..., key=..., ...)`.

    Takes the options of `peercert.Acceptor`, or an acceptor that is ready. The first parameters
    are cheroot's own, so that a program that names this class in the place of cheroot's adapters
    works. `max_connections` bounds open connections (lowered to what the process may open): beyond
    it the oldest connection that has not finished its handshake makes room.

    The environ of a request gets `peercert.clientcert`, `peercert.details`, `peercert.connection`,
    `wsgi.url_scheme` and `HTTPS`. Raises `peercert.ConfigError` with every problem of the options.
    """

    def __init__(
        self,
        certificate: Any = None,
        private_key: Any = None,
        certificate_chain: Any = None,
        ciphers: Any = None,
        *,
        private_key_password: Any = None,
        acceptor: Acceptor | None = None,
        max_connections: int = 1000,
        **options: Any,
    ) -> None:
        given = {
            "certificate": certificate,
            "key": private_key,
            "ciphers": ciphers,
            "key_password": private_key_password,
        }
        options |= {name: value for name, value in given.items() if value is not None}
        if certificate_chain is not None:
            raise TypeError("certificate_chain is not taken: certificate holds the whole chain")
        if acceptor is not None and options:
            raise TypeError(f"an acceptor is given, and options beside it: {', '.join(options)}")
        self.acceptor = Acceptor(**options) if acceptor is None else acceptor
        self.max_connections = min(max_connections, _descriptors())
        self._lock = threading.Lock()
        self._open: set[DeferredConnection] = set()
        self._pending: OrderedDict[DeferredConnection, None] = OrderedDict()

    @property
    def open_connections(self) -> int:
        """How many connections are open."""
        return len(self._open)

    def bind(self, sock: socket.socket) -> socket.socket:
        """The listening socket as it is."""
        return sock

    def wrap(self, sock: socket.socket) -> tuple[DeferredConnection, _Environ]:
        """The accepted socket as a connection before its handshake; waits for nothing."""
        with self._lock:
            crowded = len(self._open) >= self.max_connections
            oldest = next(iter(self._pending), None) if crowded else None
            full = len(self._open) >= self.max_connections + 64
        if full or (crowded and oldest is None):
            sock.close()
            raise cheroot.errors.FatalSSLAlert(f"{len(self._open)} connections are open already")
        if oldest is not None:
            oldest.make_room()
        connection = DeferredConnection(self.acceptor, sock, self._settled, self._gone)
        with self._lock:
            self._open.add(connection)
            self._pending[connection] = None
        return connection, _Environ(connection)

    def get_environ(self) -> dict[str, Any]:
        """What is the same for every request."""
        return {"wsgi.url_scheme": "https", "HTTPS": "on"}

    def makefile(
        self,
        sock: DeferredConnection,
        mode: str = "r",
        bufsize: int = -1,  # noqa: ARG002
    ) -> Reader | Writer:
        """The connection as a file to read or to write."""
        return Reader(sock) if "r" in mode else Writer(sock)

    def _settled(self, connection: DeferredConnection) -> None:
        with self._lock:
            self._pending.pop(connection, None)

    def _gone(self, connection: DeferredConnection) -> None:
        with self._lock:
            self._pending.pop(connection, None)
            self._open.discard(connection)


class Server(cheroot.wsgi.Server):
    """cheroot's WSGI server over an `Adapter`: `Server(("127.0.0.1", 8443), app, adapter)`.

    Connections that wait for their client, in the handshake or after it, wait without a thread.
    Requests for a virtual host that lets in other clients are answered 421, as `peercert.wsgi` says;
    in another server around an `Adapter` one of that module's functions has to do it.
    """

    def __init__(
        self,
        bind_addr: tuple[str, int],
        app: WSGIApplication,
        adapter: Adapter,
        **settings: Any,
    ) -> None:
        settings = {"request_queue_size": 128, "server_name": "peercert", **settings}
        super().__init__(bind_addr, wsgi.direct(app), **settings)
        self.bind_error: OSError | None = None
        self.ConnectionClass = _HTTPConnection
        self.ssl_adapter = adapter
        self.keep_alive_conn_limit = adapter.max_connections

    def bind(self, family: int, type: int, proto: int = 0) -> socket.socket:  # noqa: A002
        """Makes the listening socket. cheroot tells why it cannot only in words, so the error is
        kept in `bind_error`."""
        try:
            made: socket.socket = super().bind(family, type, proto)
        except OSError as error:
            self.bind_error = error
            raise
        return made

    def process_conn(self, conn: _HTTPConnection) -> None:
        """Hands a connection to a worker, but a new one only when its client has said something."""
        if conn.is_new:
            conn.is_new = False
            self.put_conn(conn)
        else:
            super().process_conn(conn)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        """cheroot's own log, as a logger's."""
        LOG.log(level, "%s", log.one_line(msg), exc_info=traceback)


class _HTTPConnection(cheroot.server.HTTPConnection):
    """cheroot's connection, which leaves its worker while it waits for the client's handshake."""

    socket: DeferredConnection
    is_new = True

    def communicate(self) -> bool:
        """Goes on as far as the client has; true when the connection stays open."""
        connection = self.socket
        if connection.lingers:
            return connection.linger(wait=False)
        if not connection.is_ready:
            try:
                connection.advance(wait=False)
            except cheroot.errors.FatalSSLAlert:
                return connection.linger(wait=False)
            if not connection.has_input():
                return True
        stays: bool = super().communicate()  # type: ignore[no-untyped-call]
        return stays

    @property
    def last_used(self) -> float:
        """When the connection was used last, in seconds since 1970; cheroot closes it when that is
        `server.timeout` ago. During a handshake it counts down to the handshake's own deadline."""
        deadline = self.socket.deadline
        if deadline is None:
            return self._last_used
        return time.time() + (deadline - time.monotonic()) - float(self.server.timeout)

    @last_used.setter
    def last_used(self, moment: float) -> None:
        self._last_used = moment


class _Environ(Mapping[str, Any]):
    """What the connection adds to a request's environ; read only when there is a request."""

    _KEYS = (
        "peercert.clientcert",
        "peercert.details",
        "peercert.connection",
        "wsgi.url_scheme",
        "HTTPS",
    )

    def __init__(self, connection: DeferredConnection) -> None:
        self._connection = connection

    def __getitem__(self, key: str) -> Any:
        match key:
            case "peercert.clientcert":
                return self._connection.clientcert()
            case "peercert.details":
                return self._connection.details()
            case "peercert.connection":
                return self._connection
            case "wsgi.url_scheme":
                return "https"
            case "HTTPS":
                return "on"
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._KEYS)

    def __len__(self) -> int:
        return len(self._KEYS)


def _descriptors() -> int:
    """How many connections the process may have open, with room for its other files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(16, soft - 192) if soft != resource.RLIM_INFINITY else 1 << 20
