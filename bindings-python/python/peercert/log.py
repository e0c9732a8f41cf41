"""This file is about what is logged of a connection: one line for each event, with its reason.

In: a connection or the error that ended it. Out: log records whose text cannot break a line or
steer a terminal. It may not know of servers.
"""

from __future__ import annotations

import functools
import logging
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import socket

# Reasons that say nothing about a certificate: what scanners and lost clients leave behind.
_NOISE = {"io.timeout", "io.socket", "peer.closed", "peer.not_tls", "peer.plain_http"}


class _Connection(Protocol):
    def clientcert(self) -> Mapping[str, Any]: ...
    def details(self) -> Mapping[str, Any]: ...


def refused(logger: logging.Logger, peer: str, error: BaseException) -> None:
    """Logs a client whose handshake failed: who, the code, the reason, and whose certificate."""
    word = code(error)
    level = logging.INFO if word in _NOISE else logging.WARNING
    if not logger.isEnabledFor(level):
        return
    clientcert = getattr(error, "clientcert", None) or {}
    reason = one_line(f"{word}: {message(error)}")
    whose = f" ({_of(clientcert, reason)})" if clientcert.get("present") else ""
    logger.log(level, "refused %s: %s%s", peer, reason, whose)
    for step in verification(clientcert):
        logger.debug("%s: %s", peer, step)


def refusals(logger: logging.Logger | None = None) -> Callable[[BaseException], None]:
    """What logs the clients that a context refuses, where its server says nothing of them:
    `context.on_refusal(log.refusals())`. Without a logger it is `peercert`."""
    logger = logger or logging.getLogger("peercert")
    return functools.partial(refused, logger, "a client")


def broken(logger: logging.Logger, peer: str, error: BaseException) -> None:
    """Logs a connection that broke after its handshake."""
    word = code(error)
    level = logging.DEBUG if word in _NOISE else logging.INFO
    logger.log(level, "lost %s: %s", peer, one_line(f"{word}: {message(error)}"))


def accepted(logger: logging.Logger, peer: str, connection: _Connection) -> None:
    """Logs, for debugging, a finished handshake and each step of the verification."""
    if not logger.isEnabledFor(logging.DEBUG):
        return
    details = connection.details()
    logger.debug(
        "%s: %s, %s, server name %s, %s session",
        peer,
        details["sslversion"],
        details["cipher"],
        one_line(details["servername"]) or "not asked for",
        "resumed" if details["resumed"] else "new",
    )
    for step in verification(connection.clientcert()):
        logger.debug("%s: %s", peer, step)


def reloaded(
    logger: logging.Logger, error: BaseException | None, warnings: Iterable[str] = ()
) -> None:
    """Logs a reload: that it was done and what is odd now, or everything that it failed for."""
    if error is None:
        logger.info("reloaded: new connections are of the files as they are now")
        for warning in warnings:
            logger.warning("%s", one_line(warning))
        return
    problems = getattr(error, "problems", None) or [error]
    reasons = "; ".join(f"{code(problem)}: {message(problem)}" for problem in problems)
    logger.error("not reloaded, what was there before is still used: %s", one_line(reasons))


def verification(clientcert: Mapping[str, Any]) -> Iterator[str]:
    """The steps of the verification of a client's certificate, each a line."""
    if not clientcert:
        return
    if not clientcert["present"]:
        yield "no certificate was sent: ABSENT"
        return
    yield f"certificate of {_of(clientcert)}"
    usage = ", ".join(clientcert.get("extendedkeyusage", ["any, by not having the extension"]))
    yield one_line(
        f"valid {clientcert['notbefore']} to {clientcert['notafter']}; extended key usage: {usage}"
    )
    for error in clientcert["verifyerrors"]:
        yield f"depth {error['depth']}: {error['code']}: {error['text']}"
    if clientcert["verified"]:
        yield f"verified by the CA with SHA-256 {clientcert['anchor']}"
    else:
        yield f"not verified: {clientcert['verifycode']}: {clientcert['verifyresult']}"


def code(error: BaseException) -> str:
    """The stable code of an error, of peercert's or of the standard library."""
    word = getattr(error, "code", None)
    if isinstance(word, str):
        return word
    if isinstance(error, TimeoutError):
        return "io.timeout"
    if isinstance(error, (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "peer.closed"
    return "io.socket"


def message(error: BaseException) -> str:
    """The sentence of an error."""
    text = getattr(error, "message", None)
    if isinstance(text, str):
        return text
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)


def peer(sock: socket.socket) -> str:
    """The client at the other end of a socket: address and port."""
    try:
        name = sock.getpeername()
    except OSError:
        return "a client"
    if isinstance(name, tuple):
        return f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"
    return "a local client"


def one_line(text: str) -> str:
    """The text with whatever is not printable escaped, so that it stays what it is: one line."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return "".join(f"\\{byte:02X}" for byte in char.encode(errors="surrogatepass"))


def _of(clientcert: Mapping[str, Any], told: str = "") -> str:
    """Whose certificate it is, without the subject where `told` names it already."""
    rest = one_line(f"issued by {clientcert['issuer']}, serial {clientcert['serial']}")
    subject = one_line(clientcert["subject"] or "no subject")
    return rest if subject in told else f"{subject}, {rest}"
