"""Mutual TLS for applications: client-certificate modes, and the caller's identity.

`SSLContext` goes wherever a server takes an `ssl.SSLContext`; `Acceptor` is for programs that have
sockets of their own, or none. `certinfo` reads certificates.
"""

from __future__ import annotations

from ._context import SSLContext, SSLObject, SSLSocket
from ._errors import (
    CertificateError,
    ConfigError,
    Error,
    InternalError,
    IoError,
    PeerError,
    StateError,
    Timeout,
    WantRead,
    WantWrite,
)
from ._native import (
    Connection,
    Forwarded,
    Report,
    Rules,
    certinfo,
    certinfo_file,
    certinfos,
    is_fake_basic_auth,
    report,
    version,
)
from ._socket import Acceptor, Socket

__all__ = [
    "Acceptor",
    "CertificateError",
    "ConfigError",
    "Connection",
    "Error",
    "Forwarded",
    "InternalError",
    "IoError",
    "PeerError",
    "Report",
    "Rules",
    "SSLContext",
    "SSLObject",
    "SSLSocket",
    "Socket",
    "StateError",
    "Timeout",
    "WantRead",
    "WantWrite",
    "certinfo",
    "certinfo_file",
    "certinfos",
    "is_fake_basic_auth",
    "report",
    "version",
]

__version__ = version()[0]
