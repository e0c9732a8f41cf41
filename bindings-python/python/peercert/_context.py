"""This file is about `SSLContext`: our engine for every server that takes an `ssl.SSLContext`.

In: options, and the calls of `ssl.SSLContext` (its settings are in `_settings`). Out: real
`ssl.SSLSocket` and `ssl.SSLObject` instances whose engine is ours.
"""

from __future__ import annotations

import os
import ssl
import sys
import threading
import weakref
from typing import TYPE_CHECKING, Any, Never, Self

from . import _native
from ._errors import StateError
from ._settings import Settings

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from ._errors import Error
    from ._native import Rules
    from .types import ClientCert, Counters, Details, Identity


class Caller:
    """What our sockets and objects know beyond those of `ssl`."""

    _sslobj: Any

    def clientcert(self) -> ClientCert:
        """Who the client is, verified or not. Raises `StateError` before the handshake is over."""
        return self._engine().clientcert()

    def identity(self, rules: Rules) -> Identity:
        """Who the client is by these rules."""
        return self._engine().identity(rules)

    def details(self) -> Details:
        """The connection: TLS version, cipher, names."""
        return self._engine().details()

    def chain(self) -> list[bytes] | None:
        """The chain as the client sent it, leaf first, each DER.

        `None` without a certificate, and on a resumed connection.
        """
        return self._engine().chain()

    def der(self) -> bytes | None:
        """The client's certificate as DER, verified or not; `None` without one."""
        return self._engine().der()

    def export(
        self, form: str, *, user: str | None = None, pinned: bool = False, generous: bool = False
    ) -> dict[str, Any]:
        """The client under the names that applications already read (docs/names.md).

        `form` is "apache", "nginx", "cgi", "basicauth", "rfc9440", "xfcc" or "asgi"; `user` is who
        the client is to the application.
        """
        return self._engine().export(form, user=user, pinned=pinned, generous=generous)

    def json(self) -> str:
        """What `clientcert()` tells, as JSON text."""
        return self._engine().json()

    def serves(self, authority: str) -> bool:
        """Whether a request for this `Host` (or `:authority`) may be answered on this connection.

        It may where the virtual host of that name lets in the same clients as the one that the
        connection was made for. Where not, answer 421 Misdirected Request. Beside virtual hosts, a
        host in an odd spelling (percent-encoded, with a user name, with a comma) is served nowhere:
        programs read it in different ways.
        """
        return self._engine().serves(authority)

    def _engine(self) -> _native.Engine:
        engine: _native.Engine | None = self._sslobj
        if engine is None:
            raise StateError("state.closed", "the socket is closed, or not connected yet")
        return engine


class SSLSocket(Caller, ssl.SSLSocket):
    """An `ssl.SSLSocket` that knows who the client is."""


class SSLObject(Caller, ssl.SSLObject):
    """An `ssl.SSLObject` that knows who the client is."""


class SSLContext(Settings):
    """A server's `ssl.SSLContext` with client-certificate modes.

    Options are those of `Acceptor`. What `load_cert_chain` and the other methods and attributes of
    `ssl.SSLContext` set counts, too, until the first connection is made; the later of the two wins.
    Every problem is raised at once, as a `ConfigError`: at the start when the options name the
    server's certificate, otherwise with the first connection.
    """

    sslsocket_class = SSLSocket
    sslobject_class = SSLObject

    _given: dict[str, Any]
    _changed: dict[str, Any]
    _told: Callable[[Error], object] | None
    _watch: tuple[float, Callable[[Error | None], object] | None] | None
    _made: _native.Acceptor | None
    _used: bool
    _lock: threading.Lock

    def __new__(cls, **options: Any) -> Self:
        del options
        return super().__new__(cls, ssl.PROTOCOL_TLS_SERVER)

    def __init__(self, **options: Any) -> None:
        self._given = {name: value for name, value in options.items() if value is not None}
        self._changed = {}
        self._trusted = []
        self._told = None
        self._watch = None
        self._made = None
        self._used = False
        self._lock = threading.Lock()
        _contexts.add(self)
        names = {_native.option_name(name) for name in self._given}
        if names & {None, "certificate", "certificate_data", "pkcs12", "pkcs12_data"}:
            self._made = self._build()

    # -- options ---------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        # A misspelt or unsupported setting must not look as if it held.
        if name.startswith("_") or hasattr(type(self), name):
            super().__setattr__(name, value)
        elif (option := _native.option_name(name)) is not None:
            self._change(**{option: value})
        else:
            raise AttributeError(f"{type(self).__name__} has no setting {name!r}")

    def _build(self) -> _native.Acceptor:
        options = {
            name: value
            for name, value in self._given.items()
            if _native.option_name(name) not in self._changed
        }
        made = _native.Acceptor(**options, **self._changed)
        if self._watch:
            made.watch(*self._watch)
        return made.on_refusal(self._told) if self._told else made

    def _acceptor(self) -> _native.Acceptor:
        made = self._made
        if made is None or not self._used:
            with self._lock:
                made = self._made = self._made or self._build()
                self._used = True
        return made

    def _option(self, name: str, default: Any = None) -> Any:
        if name in self._changed:
            return self._changed[name]
        for given, value in self._given.items():
            if _native.option_name(given) == name:
                return value
        return default

    def _change(self, **options: Any) -> None:
        with self._lock:
            if self._used:
                names = ", ".join(options)
                raise StateError(
                    "state.in_use",
                    f"{names} cannot change: connections have been made of this context; make a "
                    "new one, or replace the files and call reload()",
                )
            self._changed.update(options)
            self._made = None

    @property
    def mode(self) -> str:
        """The client-certificate mode."""
        if self._made is not None:
            return self._made.mode
        word: str = self._option("client_cert_mode", "none")
        return _native.mode_name(word)

    @property
    def handshake_timeout(self) -> float:
        """How many seconds a handshake over a socket may take."""
        return self._acceptor_unused().handshake_timeout

    @handshake_timeout.setter
    def handshake_timeout(self, seconds: float) -> None:
        self._change(handshake_timeout=seconds)

    @property
    def warnings(self) -> list[str]:
        """What is odd about the configuration but does not prevent it."""
        return self._acceptor_unused().warnings

    def on_refusal(self, callback: Callable[[Error], object]) -> None:
        """As `Acceptor.on_refusal`; before the first connection is made."""
        with self._lock:
            if self._used:
                raise StateError(
                    "state.in_use",
                    "on_refusal cannot change: connections have been made of this context; make a "
                    "new one",
                )
            self._told = callback
            self._made = None

    def reload(self) -> None:
        """Reads every file anew, for the connections that are made from now on, as `Acceptor.reload`.

        That is: the files of the options, of `load_cert_chain`, and of `load_verify_locations` as far
        as it says.
        """
        self._acceptor_unused().reload()

    def watch(self, seconds: float, told: Callable[[Error | None], object] | None = None) -> None:
        """As `Acceptor.watch`; settings may still change until the first connection is made."""
        with self._lock:
            self._made = self._made or self._build()
            self._made.watch(seconds, told)
            self._watch = (seconds, told)

    def reload_error(self) -> Error | None:
        """Why the last reload failed; `None` when it did not, or there was none."""
        return self._acceptor_unused().reload_error()

    def counters(self) -> Counters:
        """What has become of the handshakes since the first connection, over all reloads."""
        return self._acceptor_unused().counters()

    def _acceptor_unused(self) -> _native.Acceptor:
        with self._lock:
            self._made = self._made or self._build()
            return self._made

    # -- connections -----------------------------------------------------------------------------

    def wrap_socket(
        self,
        sock: socket.socket,
        server_side: bool = False,
        do_handshake_on_connect: bool = True,
        suppress_ragged_eofs: bool = True,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> SSLSocket:
        """As `ssl.SSLContext.wrap_socket`, for servers: `server_side` has to be true."""
        _servers_only(server_side)
        # Before the base class takes the descriptor out of the caller's socket.
        self._acceptor_unused()
        if _is_of_gevent(sock):
            return self._gevent_class(  # type: ignore[no-any-return]
                sock,
                server_side=True,
                do_handshake_on_connect=do_handshake_on_connect,
                suppress_ragged_eofs=suppress_ragged_eofs,
                _context=self,
            )
        return super().wrap_socket(  # type: ignore[return-value]
            sock,
            server_side,
            do_handshake_on_connect,
            suppress_ragged_eofs,
            server_hostname,
            session,
        )

    @property
    def _gevent_class(self) -> Any:
        """What sockets of gevent's become."""
        from .gevent import SSLSocket

        return SSLSocket

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> SSLObject:
        """As `ssl.SSLContext.wrap_bio`, for servers: `server_side` has to be true."""
        _servers_only(server_side)
        return super().wrap_bio(  # type: ignore[return-value]
            incoming, outgoing, server_side, server_hostname, session
        )

    def _wrap_socket(
        self,
        sock: socket.socket,
        server_side: bool,
        server_hostname: str | None = None,
        *,
        owner: object = None,
        session: object = None,
    ) -> _native.Engine:
        del server_hostname, session
        _servers_only(server_side)
        return self._acceptor().engine_over_socket(sock, stdlib=True, context=self, owner=owner)

    def _wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool,
        server_hostname: str | None = None,
        *,
        owner: object = None,
        session: object = None,
    ) -> _native.Engine:
        del server_hostname, session
        _servers_only(server_side)
        if not isinstance(incoming, ssl.MemoryBIO) or not isinstance(outgoing, ssl.MemoryBIO):
            raise TypeError("incoming and outgoing have to be ssl.MemoryBIO")
        return self._acceptor().engine_over_bios(incoming, outgoing, context=self, owner=owner)

    def __reduce__(self) -> Never:
        raise TypeError("a context holds a private key and is not pickled")


# Every context, so that a fork in the middle of another thread's call leaves no lock held.
_contexts: weakref.WeakSet[SSLContext] = weakref.WeakSet()


def _renew_locks() -> None:
    for context in list(_contexts):
        context._lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_locks)


def _is_of_gevent(sock: socket.socket) -> bool:
    """Whether others go on while this socket waits; a program without gevent has none of those."""
    gevent = sys.modules.get("gevent.socket")
    return gevent is not None and isinstance(sock, gevent.socket)


def _servers_only(server_side: bool) -> None:
    if not server_side:
        raise ssl.SSLError(
            int(ssl.SSL_ERROR_SSL),
            "peercert.SSLContext is for servers: pass server_side=True, and use ssl.SSLContext for "
            "clients",
        )
