"""This file is about a certificate authority for development and tests; not for production.

In: what to issue, as named fields. Out: files in the authority's folder: `ca.pem`, `ca.key`,
`index.txt`, `crl.pem`, and for every certificate NAME.pem (with its chain), NAME.key, NAME.p12.
Private keys are for their owner alone, and no file is ever overwritten (`io.file_exists`).
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

from peercert import _native

if TYPE_CHECKING:
    from typing import Self, Unpack

__all__ = ["Authority", "Development", "Files", "Spec", "development", "request"]


class Spec(TypedDict, total=False):
    """What to issue. Every field may be left out."""

    subject: Annotated[
        str, "CN=alice,O=Example; without it a leaf gets its first name as CN", "TEXT"
    ]
    dns: Annotated[list[str], "A DNS name; *.example.com too", "NAME"]
    email: Annotated[list[str], "An e-mail address", "ADDRESS"]
    uri: Annotated[list[str], "A URI, such as a SPIFFE ID", "URI"]
    ip: Annotated[list[str], "An IPv4 or IPv6 address", "ADDRESS"]
    upn: Annotated[list[str], "A user principal name (Microsoft)", "NAME"]
    days: Annotated[
        int, "Days of validity; 3650 for a root, 1825 for an intermediate, 365 for a leaf", "N"
    ]
    not_before: Annotated[
        str | int, "Start of validity: 2026-01-31, 2026-01-31T08:00:00Z, or seconds", "TIME"
    ]
    not_after: Annotated[str | int, "End of validity, instead of days; may have passed", "TIME"]
    key: Annotated[str, "Kind of key: p256, p384, rsa2048, rsa3072, rsa4096, ed25519", "KIND"]
    key_usage: Annotated[list[str], "A key usage by its RFC 5280 name", "NAME"]
    extended_key_usage: Annotated[
        list[str], "An extended key usage by its RFC 5280 name or OID", "NAME"
    ]
    path_length: Annotated[int, "How many intermediates may follow an authority", "N"]
    password: Annotated[str, "Encrypts the new private key", "TEXT"]
    name: Annotated[str, "What the files are called; made from the CN without it", "NAME"]


@dataclass(frozen=True)
class Files:
    """What was written for a certificate or a request."""

    #: What the files are called, without their ends.
    name: str
    #: The certificate and its chain, or the request.
    file: Path
    #: The private key; None for a signed request, whose key stays where it was made.
    key: Path | None
    #: The certificate's serial number, upper-case hex; empty for a request.
    serial: str


class Authority:
    """An authority in a folder: `Authority.create("pki")`, `Authority.open("pki")`.

    Raises `CertificateError` (`certificate.cannot_issue`) for a field that cannot be, and
    `IoError` (`io.file_exists`, `io.file`).
    """

    def __init__(self, native: _native.Authority) -> None:
        self._native = native

    @classmethod
    def create(cls, folder: str | os.PathLike[str], **spec: Unpack[Spec]) -> Self:
        """A new root in a folder, which is made when it is not there. `password` encrypts its
        key."""
        return cls(_native.Authority.create(folder, **spec))

    @classmethod
    def open(cls, folder: str | os.PathLike[str], password: str | None = None) -> Self:
        """The authority of a folder. The password opens its key."""
        return cls(_native.Authority.open(folder, password))

    @property
    def folder(self) -> Path:
        """The folder."""
        return Path(self._native.folder)

    @property
    def certificate(self) -> Path:
        """The authority's certificate: what others trust it by."""
        return Path(self._native.certificate)

    def intermediate(self, **spec: Unpack[Spec]) -> Self:
        """An intermediate in a folder of its own under this one, by default `intermediate`."""
        return type(self)(self._native.intermediate(**spec))

    def server(self, **spec: Unpack[Spec]) -> Files:
        """A server certificate and its key. It needs `dns` or `ip`."""
        return _files(self._native.server(**spec))

    def client(self, **spec: Unpack[Spec]) -> Files:
        """A client certificate and its key."""
        return _files(self._native.client(**spec))

    def sign(self, request: bytes, *, server: bool = False, **spec: Unpack[Spec]) -> Files:
        """A certificate for a request (PEM or DER), by default a client's. Its subject and names
        stand where the spec gives none; nothing else of it counts.

        Raises `CertificateError` (`certificate.bad_request`).
        """
        return _files(self._native.sign(request, server, **spec))

    def revoke(self, certificate: bytes | str, reason: str = "unspecified") -> None:
        """Revokes a certificate (its PEM or DER as bytes, or its serial number as text), with a
        reason of RFC 5280 (`keyCompromise`, `superseded`). The next `crl` says so."""
        if isinstance(certificate, str):
            self._native.revoke_serial(certificate, reason)
        else:
            self._native.revoke(certificate, reason)

    def crl(self, days: int = 30) -> Path:
        """Makes `crl.pem` anew, good for some days."""
        return Path(self._native.crl(days))

    def pkcs12(
        self, name: str, password: str, *, key_password: str | None = None, legacy: bool = False
    ) -> Path:
        """NAME.p12 of NAME.pem and NAME.key, for browsers and phones. `legacy` is the form for
        iOS and old keychains."""
        return Path(self._native.pkcs12(name, key_password, password, legacy))


def request(folder: str | os.PathLike[str], **spec: Unpack[Spec]) -> Files:
    """Makes a key and a request for it in a folder: NAME.key, NAME.csr."""
    return _files(_native.request(folder, **spec))


@dataclass(frozen=True)
class Development:
    """A whole PKI for development: one CA for the server, another for its clients, a third that
    nobody trusts. Each is a file."""

    server_ca: Path
    server_certificate: Path
    server_key: Path
    client_ca: Path
    client_certificate: Path
    client_key: Path
    client_pkcs12: Path
    expired_certificate: Path
    expired_key: Path
    unknown_certificate: Path
    unknown_key: Path

    @classmethod
    def find(cls, folder: str | os.PathLike[str]) -> Self:
        """Where everything is in a folder that `development` has filled; looks at no file."""
        return cls(**{name: Path(path) for name, path in _native.development_files(folder)})


def development(
    folder: str | os.PathLike[str], password: str, *, legacy: bool = False
) -> Development:
    """Makes a PKI for development in a folder. The password closes the PKCS#12 bundle.

    Raises `IoError` (`io.file_exists`) when the folder has one already.
    """
    _native.development(folder, password, legacy)
    return Development.find(folder)


def new_password() -> str:
    """A random password that is easy to type."""
    return "-".join(secrets.token_hex(2) for _ in range(4))


def _files(written: tuple[str, str | Path, str | Path | None, str]) -> Files:
    name, file, key, serial = written
    return Files(name, Path(file), None if key is None else Path(key), serial)
