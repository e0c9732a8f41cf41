"""This file is about running an application on cheroot until it is told to stop.

In: an application and the options of an acceptor. Out: a server that listens, and a clean end. It
may not know where applications and certificates come from.
"""

from __future__ import annotations

import ipaddress
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import peercert
from peercert import log, wsgi

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from peercert.cheroot import Server

_logger = logging.getLogger("peercert")


def address(text: str) -> tuple[str, int]:
    """A host and port of `HOST:PORT`, `[IPv6]:PORT`. Raises ConfigError."""
    host, colon, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise peercert.ConfigError(
            "config.invalid_value", f"bind {text!r}: an IPv6 address stands in brackets: [::1]:8443"
        )
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise peercert.ConfigError(
            "config.invalid_value", f"bind {text!r} is not an address and a port, as 127.0.0.1:8443"
        )
    return host, int(port)


def refuse_other_hosts(host: str) -> None:
    """Raises ConfigError for an address that other machines may reach."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise peercert.ConfigError(
            "config.conflicting_options",
            f"certificates for development are for this machine alone, and {host} is open to "
            "others: bind 127.0.0.1 or [::1], or give --certificate and --key",
        )


def url(server: Server, host: str | None = None) -> str:
    """Where the server listens."""
    name, port = server.socket.getsockname()[:2]
    name = host or name
    return f"https://[{name}]:{port}" if ":" in name else f"https://{name}:{port}"


def server(
    app: WSGIApplication,
    bind: tuple[str, int],
    options: Callable[[], dict[str, Any]],
    numthreads: int = 10,
) -> Server:
    """A server that listens. Its options are asked for when the port is free, so that nothing is
    made for a server that cannot be. Raises peercert.Error."""
    need("cheroot")
    from peercert.cheroot import Adapter, Server

    _try(bind)
    made = Server(bind, wsgi.expose(app), Adapter(**options()), numthreads=numthreads)
    try:
        made.prepare()
    except OSError as error:
        cause = made.bind_error or error
        reason = cause.strerror or str(cause)
        raise peercert.IoError(
            "io.address", f"cannot listen on {bind[0]}:{bind[1]}: {reason}"
        ) from None
    return made


def _try(bind: tuple[str, int]) -> None:
    """Raises IoError for an address that cannot be had."""
    try:
        found = socket.getaddrinfo(*bind, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, number, _, where = found[0]
        with socket.socket(family, kind, number) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(where)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise peercert.IoError(
            "io.address", f"cannot listen on {bind[0]}:{bind[1]}: {reason}"
        ) from None


def reload_when_told(server: Server, seconds: float) -> None:
    """Reads the files of the server's options anew at every SIGHUP, and when they are replaced if
    `seconds` are given to look in; logs what has come of it."""
    acceptor = server.ssl_adapter.acceptor

    def told(error: peercert.Error | None) -> None:
        log.reloaded(_logger, error, acceptor.warnings)

    def reload() -> None:
        try:
            acceptor.reload()
        except peercert.Error as error:
            told(error)
        else:
            told(None)

    def hang_up(*_: object) -> None:
        # A signal comes in the middle of the accepting, which is not to wait for files.
        threading.Thread(target=reload).start()

    acceptor.watch(seconds, told)
    signal.signal(signal.SIGHUP, hang_up)


def until_told(server: Server) -> None:
    """Serves until SIGINT or SIGTERM, then ends what is open and returns. A second signal ends the
    program at once."""
    stopping: list[threading.Thread] = []

    def stop(*_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        thread = threading.Thread(target=server.stop)
        stopping.append(thread)
        thread.start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    server.serve()
    for thread in stopping:
        thread.join()


@contextmanager
def meanwhile(server: Server) -> Iterator[None]:
    """Serves in a thread while the block runs."""
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join()


def need(package: str) -> None:
    """Raises ConfigError, which says what to install, when a package is not there."""
    try:
        __import__(package)
    except ImportError:
        raise peercert.ConfigError(
            "config.missing_package",
            f"this command needs {package}, which is not installed: pip install 'peercert[cli]'",
        ) from None


def log_to_stderr(level: str) -> None:
    """Writes what peercert logs to standard error, one line for each event."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("peercert")
    logger.addHandler(handler)
    logger.setLevel(level.upper())


def warn(warnings: list[str]) -> None:
    """Prints what is odd about a configuration but does not prevent it."""
    for warning in warnings:
        print(f"peercert: warning: {log.one_line(warning)}", file=sys.stderr)
