"""This file is about gunicorn: hooks for its config file, by which each worker has one context.

In: gunicorn's settings, and options of ours. Out: TLS by peercert in the workers sync, gthread, gevent
and asgi, and one line in gunicorn's log for every client that is refused. It may not know how a
certificate is judged.

gunicorn asks for a context for every connection; here it is made once, before the worker accepts, so
that sessions are resumed and no file is read again. A client's handshake is done where the worker
reads first, never where it accepts.
"""

from __future__ import annotations

import errno
import functools
import logging
import os
import socket
import sys
import warnings
from typing import TYPE_CHECKING, Any, NoReturn, cast

from gunicorn.arbiter import Arbiter
from gunicorn.workers.sync import SyncWorker

from peercert import ConfigError, Error, SSLContext, SSLSocket, _linger, _native, log
from peercert._asyncio import limit_handshakes, slim
from peercert._recipe import look_after
from peercert.asgi import attach

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from typing_extensions import Unpack

    from peercert.options import Options

__all__ = ["hooks"]

LOG = logging.getLogger("gunicorn.error")


def hooks(
    *, watch: float = 0, **options: Unpack[Options]
) -> tuple[Callable[[Any], None], Callable[[Any, Any], SSLContext]]:
    """The hooks `post_worker_init` and `ssl_context` of gunicorn's config file.

    gunicorn's settings hold: `certfile`, which switches TLS on, `keyfile`, `ca_certs`, `cert_reqs` (0
    none, 1 optional, 2 require), `ciphers` and `http_protocols`. `options`, those of
    `peercert.Acceptor`, say the rest, and come first where both name something. `watch` looks every so
    many seconds whether a file has been replaced.

    A worker whose options are wrong logs every problem and ends, and gunicorn with it.
    """
    own = _Own()
    # The worker for gevent patches ssl when peercert is there already, which is ready for that.
    warnings.filterwarnings("ignore", _OF_GEVENT)

    def post_worker_init(worker: Any) -> None:
        try:
            own.context = _context(worker, watch, options)
        except Error as error:
            _end(getattr(error, "problems", None) or [error])
        own.process = os.getpid()

    def ssl_context(config: Any, default_ssl_context_factory: Any) -> SSLContext:
        del config, default_ssl_context_factory
        if own.context is None or own.process != os.getpid():
            _end(["the hook ssl_context is there, and post_worker_init of the same call is not"])
        return own.context

    return post_worker_init, ssl_context


_OF_GEVENT = (
    r"Monkey-patching ssl .* \(NOT patched\): \[\"<class 'peercert\._settings\.Settings'>\"\]"
)


class _Own:
    """What a worker has of its own."""

    context: SSLContext | None = None
    process: int | None = None


def _end(problems: list[Any]) -> NoReturn:
    for problem in problems:
        LOG.error("peercert: %s", log.one_line(str(problem)))
    # Not an exception, which workers answer by going on, the asgi worker even without TLS.
    sys.exit(Arbiter.WORKER_BOOT_ERROR)


# -- the settings


def _context(worker: Any, watch: float, options: Mapping[str, Any]) -> SSLContext:
    settings = worker.cfg
    if not settings.is_ssl:
        raise ConfigError(
            "config.missing_option",
            "gunicorn serves without TLS: its setting certfile switches TLS on",
        )
    made = _Context(**_of_settings(settings, options, h2=not isinstance(worker, SyncWorker)))
    if hasattr(worker, "asgi"):
        made.on_refusal(log.refusals(LOG))
        _attach()
        limit_handshakes(worker.loop, made)
    look_after(made, LOG, watch)
    return made


_MODES = {0: "none", 1: "optional", 2: "require"}


def _of_settings(settings: Any, given: Mapping[str, Any], *, h2: bool) -> dict[str, Any]:
    """The options, completed by gunicorn's settings."""
    options = {_native.option_name(name) or name: value for name, value in given.items()}
    complete = dict(options)
    if not options.keys() & {"certificate", "certificate_data", "pkcs12", "pkcs12_data"}:
        complete["certificate"] = settings.certfile or settings.keyfile
        if not options.keys() & {"key", "key_data"}:
            complete["key"] = settings.keyfile or settings.certfile
    if settings.ca_certs and not options.keys() & {"client_ca_file", "client_ca_data"}:
        complete["client_ca_file"] = settings.ca_certs
    mode = _MODES.get(settings.cert_reqs)
    if mode is None:
        raise ConfigError(
            "config.invalid_value", f"cert_reqs of gunicorn is 0, 1 or 2, not {settings.cert_reqs}"
        )
    asked = options.get("client_cert_mode")
    if settings.cert_reqs and asked not in (None, mode):
        raise ConfigError(
            "config.conflicting_options",
            f"cert_reqs = {int(settings.cert_reqs)} of gunicorn says {mode}, and client_cert_mode "
            f"says {asked}: leave one of them out",
        )
    complete["client_cert_mode"] = asked or mode
    if settings.ciphers:
        complete.setdefault("ciphers", settings.ciphers)
    # Since gunicorn 25.
    protocols = getattr(settings, "http_protocols", [])
    if h2 and "h2" in protocols:
        names = {"h1": "http/1.1"}
        complete.setdefault("alpn", [names.get(name, name) for name in protocols])
    return complete


# -- connections

if TYPE_CHECKING:
    _Socket = SSLSocket
else:
    _Socket = object


class _Shaking(_Socket):
    """A connection whose first read does its handshake if need be, and waits no longer for a request
    than for that. Who is refused is one line in the log, and a reset connection for gunicorn."""

    #: Why there is nobody at the other end.
    gone: OSError | None = None
    _shaken = False
    _begun = False

    def do_handshake(self, block: bool = False) -> None:
        """Does the handshake; the workers with threads and greenlets call it."""
        del block
        who = log.peer(self)
        try:
            if self.gone is not None:
                raise self.gone
            super().do_handshake()
        except OSError as error:
            log.refused(LOG, who, error)
            self._begun = True
            _linger.drain(self)
            raise _reset() from error
        self._shaken = True
        log.accepted(LOG, who, self)

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Reads."""
        # The base class reads, too, of a socket that is not connected.
        if not self._begun and (self._sslobj is not None or self.gone is not None):
            return self._begin(buflen)
        heard: bytes = super().recv(buflen, flags)
        return heard

    def _begin(self, buflen: int) -> bytes:
        """The first bytes of the first request. A client that keeps quiet must not keep a thread."""
        if not self._shaken:
            self.do_handshake()
        who, timeout = log.peer(self), self.gettimeout()
        self.settimeout(cast(SSLContext, self.context).handshake_timeout)
        self._begun = True
        try:
            return self.recv(buflen)
        except TimeoutError:
            log.refused(LOG, who, TimeoutError("no request came after the handshake"))
            self.shutdown(socket.SHUT_RDWR)
            raise _reset() from None
        finally:
            self.settimeout(timeout)


def _reset() -> ConnectionResetError:
    return ConnectionResetError(errno.ECONNRESET, "the client is in the log already")


class _Connection(_Shaking, SSLSocket):
    """The same over sockets of the standard library."""


class _Context(SSLContext):
    """A worker's context."""

    sslsocket_class = _Connection

    def wrap_socket(self, sock: socket.socket, *_: Any, **__: Any) -> SSLSocket:
        """A connection before its handshake, whatever do_handshake_on_connect says."""
        how: dict[str, Any] = {"server_side": True, "do_handshake_on_connect": False}
        try:
            return super().wrap_socket(sock, **how)
        except OSError as error:
            # The client was gone before. Workers do not expect to hear of it here, of all places.
            made = super().wrap_socket(type(sock)(), **how)
            cast(_Shaking, made).gone = error
            return made

    @functools.cached_property
    def _gevent_class(self) -> Any:
        from peercert import gevent

        return type("_GeventConnection", (_Shaking, gevent.SSLSocket), {})


# -- the asgi worker


def _attach() -> None:
    """Lets the connections of the asgi worker tell its application who the client is."""
    from gunicorn.workers import gasgi

    class Attaching(gasgi.ASGIProtocol):  # type: ignore[misc]
        """gunicorn's protocol, whose application knows the connection."""

        def connection_made(self, transport: Any) -> None:
            """Begins a connection; its handshake is over."""
            self.app: Any = attach(self.app, transport.get_extra_info("ssl_object"))
            super().connection_made(transport)
            slim(transport)

    gasgi.ASGIProtocol = Attaching
