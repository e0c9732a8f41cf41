"""This file is about exceptions: ours, and how they read as those of the module `ssl`.

In: kind, code, message and context of the core's error. Out: an instance of `Error`, or for the
drop-in classes the exception that CPython's own `ssl` would raise. It may not know of connections.
"""

from __future__ import annotations

import errno
import os
import ssl
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .types import ClientCert


class Error(Exception):
    """What went wrong: who must act, a stable code, a sentence with the values, and context.

    The message holds no key material, and control characters in it are escaped: it can be logged.
    """

    #: Who must act: `config`, `certificate`, `peer`, `io`, `state` or `internal`.
    kind: ClassVar[str] = "internal"
    #: The stable code, `area.problem`.
    code: str
    #: The sentence.
    message: str
    #: Context by name: `option`, `path`, `alert`, `depth` and the like.
    context: dict[str, str]
    #: Who was refused, when a handshake was; else `None`.
    clientcert: ClientCert | None
    #: Every problem, each an error of its own; one that stands alone lists itself.
    problems: list[Error]

    def __init__(
        self,
        code: str,
        message: str,
        *,
        context: Mapping[str, str] | None = None,
        clientcert: ClientCert | None = None,
        problems: Sequence[Error] = (),
    ) -> None:
        super().__init__(code, message)
        self.args = (code, message)
        self.code = code
        self.message = message
        self.context = dict(context or {})
        self.clientcert = clientcert
        self.problems = list(problems) or [self]

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class ConfigError(Error, ValueError):
    """The options that the program or its operator gave are wrong."""

    kind = "config"


class CertificateError(Error, ValueError):
    """A certificate, key, request or bundle that was handed in cannot be read or made."""

    kind = "certificate"


class PeerError(Error):
    """The other end of the connection is at fault."""

    kind = "peer"


class IoError(Error, OSError):
    """The operating system: files, sockets."""

    kind = "io"

    def __init__(
        self,
        code: str,
        message: str,
        *,
        context: Mapping[str, str] | None = None,
        clientcert: ClientCert | None = None,
        problems: Sequence[Error] = (),
    ) -> None:
        super().__init__(code, message, context=context, clientcert=clientcert, problems=problems)
        number = self.context.get("errno")
        self.errno = int(number) if number else None


class Timeout(IoError, TimeoutError):
    """The operation did not end in time."""


class StateError(Error):
    """The program called in an order that is not allowed."""

    kind = "state"


class InternalError(Error):
    """A fault in peercert or in the TLS library."""

    kind = "internal"


class WantRead(BlockingIOError):
    """The call cannot go on before more has come from the peer. Nothing is wrong."""


class WantWrite(BlockingIOError):
    """The call cannot go on before something has gone to the peer. Nothing is wrong."""


_KINDS: dict[str, type[Error]] = {
    made.kind: made
    for made in (ConfigError, CertificateError, PeerError, IoError, StateError, InternalError)
}


def make(
    kind: str,
    code: str,
    message: str,
    context: dict[str, str],
    clientcert: ClientCert | None,
    problems: list[Error],
    number: int,
) -> Error:
    """The exception of ours; `number` is OpenSSL's of the first verification error."""
    made = Timeout if code == "io.timeout" else _KINDS.get(kind, InternalError)
    error = made(code, message, context=context, clientcert=clientcert, problems=problems)
    error._number = number  # type: ignore[attr-defined]
    return error


def want(reading: bool) -> BlockingIOError:
    """The exception of ours for a call that has to wait."""
    if reading:
        return WantRead(errno.EAGAIN, "more ciphertext from the peer is needed")
    return WantWrite(errno.EAGAIN, "ciphertext has to go to the peer first")


def want_ssl(reading: bool) -> ssl.SSLError:
    """The exception of `ssl` for a call that has to wait."""
    if reading:
        number = int(ssl.SSL_ERROR_WANT_READ)
        return ssl.SSLWantReadError(number, "The operation did not complete (read)")
    number = int(ssl.SSL_ERROR_WANT_WRITE)
    return ssl.SSLWantWriteError(number, "The operation did not complete (write)")


# Our code: what OpenSSL calls the same.
_REASONS = {
    "peer.no_certificate": "PEER_DID_NOT_RETURN_A_CERTIFICATE",
    "peer.certificate_too_large": "EXCESSIVE_MESSAGE_SIZE",
    "peer.plain_http": "HTTP_REQUEST",
    "peer.not_tls": "WRONG_VERSION_NUMBER",
    "peer.nothing_shared": "NO_SHARED_CIPHER",
    "state.handshake_pending": "UNINITIALIZED",
    "state.request_pending": "REQUEST_PENDING",
    # Who asks for a certificate after the handshake needs client_cert_later.
    "config.missing_option": "INVALID_CONFIG",
}

# The alerts that OpenSSL names after SSL 3; it names the others after TLS 1.
_SSLV3_ALERTS = {
    "unexpected_message",
    "bad_record_mac",
    "decompression_failure",
    "handshake_failure",
    "no_certificate",
    "bad_certificate",
    "unsupported_certificate",
    "certificate_revoked",
    "certificate_expired",
    "certificate_unknown",
    "illegal_parameter",
}


def as_ssl(error: Error, operation: str) -> Exception:
    """The exception that CPython's `ssl` raises for the same; `operation` is what was being done.

    It has `code`, `context` and `clientcert` of ours beside the attributes of its class.
    """
    made = _as_ssl(error, operation)
    for name in ("code", "context", "clientcert"):
        setattr(made, name, getattr(error, name))
    return made


def _as_ssl(error: Error, operation: str) -> Exception:
    code = error.code
    asking = operation == "certificate request"
    if error.kind == "config" and not asking:
        return error
    if code == "io.timeout":
        return TimeoutError(f"The {operation} operation timed out")
    if code == "io.socket" and isinstance(error, IoError) and error.errno:
        return OSError(error.errno, os.strerror(error.errno))
    if code == "peer.closed":
        return ssl.SSLEOFError(int(ssl.SSL_ERROR_EOF), "EOF occurred in violation of protocol")
    if code == "state.closed":
        number = int(ssl.SSL_ERROR_ZERO_RETURN)
        return ssl.SSLZeroReturnError(number, "TLS/SSL connection has been closed (EOF)")
    if code == "peer.certificate_refused" and error.clientcert is not None:
        return _verification(error)
    return _general(error)


def _verification(error: Error) -> ssl.SSLCertVerificationError:
    reason = "CERTIFICATE_VERIFY_FAILED"
    verdict = error.clientcert["verifyresult"] if error.clientcert else ""
    made = ssl.SSLCertVerificationError(
        int(ssl.SSL_ERROR_SSL), f"[SSL: {reason}] certificate verify failed: {verdict}"
    )
    made.library, made.reason = "SSL", reason
    made.verify_code = getattr(error, "_number", 0)
    made.verify_message = verdict
    return made


def _general(error: Error) -> ssl.SSLError:
    reason = _REASONS.get(error.code)
    if error.code == "peer.alert" and "alert" in error.context:
        alert = error.context["alert"]
        version = "SSLV3" if alert in _SSLV3_ALERTS else "TLSV1"
        version = "TLSV13" if alert in ("certificate_required", "missing_extension") else version
        reason = f"{version}_ALERT_{alert.upper()}"
    if reason is None:
        reason = error.code.partition(".")[2].upper()
    text = reason.lower().replace("_", " ")
    made = ssl.SSLError(int(ssl.SSL_ERROR_SSL), f"[SSL: {reason}] {text}: {error.message}")
    made.library, made.reason = "SSL", reason
    return made
