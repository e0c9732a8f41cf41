"""This file is about listening, whatever server does it: addresses, reloads, signals, the log.

In: what the command line says. Out: addresses that can be had, and calls when somebody tells the
program something. It may not know of applications.
"""

from __future__ import annotations

import ipaddress
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import peercert
from peercert import log

if TYPE_CHECKING:
    from peercert import Acceptor, SSLContext

_logger = logging.getLogger("peercert")


class Listening(Protocol):
    """A server that has its address."""

    @property
    def socket(self) -> Any:
        """What it listens on."""


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


def url(server: Listening, host: str | None = None) -> str:
    """Where the server listens."""
    name, port = server.socket.getsockname()[:2]
    name = host or name
    return f"https://[{name}]:{port}" if ":" in name else f"https://{name}:{port}"


def bound(bind: tuple[str, int]) -> socket.socket:
    """A socket at an address, which does not listen yet. Raises IoError when that cannot be had."""
    try:
        found = socket.getaddrinfo(*bind, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, number, _, where = found[0]
        made = socket.socket(family, kind, number)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(where)
        except OSError:
            made.close()
            raise
        return made
    except (OSError, UnicodeError) as error:
        raise refused(bind, error) from None


def refused(bind: tuple[str, int], error: Exception) -> peercert.IoError:
    """Why nobody can listen there."""
    reason = getattr(error, "strerror", None) or str(error)
    return peercert.IoError("io.address", f"cannot listen on {bind[0]}:{bind[1]}: {reason}")


def reload_when_told(acceptor: Acceptor | SSLContext, seconds: float) -> None:
    """Reads the files of a server's options anew at every SIGHUP, and when they are replaced if
    `seconds` are given to look in; logs what has come of it."""

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


def when_told(stop: Callable[[], object]) -> None:
    """Calls `stop` at the first SIGINT or SIGTERM; a second one ends the program at once."""

    def told(*_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told)


def need(package: str, installed_by: str = "peercert[cli]") -> None:
    """Raises ConfigError, which says what to install, when a package is not there."""
    try:
        __import__(package)
    except ImportError:
        raise peercert.ConfigError(
            "config.missing_package",
            f"this command needs {package}, which is not installed: pip install '{installed_by}'",
        ) from None


def log_to_stderr(level: str) -> None:
    """Writes what peercert logs to standard error, one line for each event."""
    _logger.setLevel(level.upper())
    also_log(_logger)


def also_log(logger: logging.Logger) -> None:
    """Writes what a logger is told to standard error, as peercert's own."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)


def warn(warnings: list[str]) -> None:
    """Prints what is odd about a configuration but does not prevent it."""
    for warning in warnings:
        print(f"peercert: warning: {log.one_line(warning)}", file=sys.stderr)
