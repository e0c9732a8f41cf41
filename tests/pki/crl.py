"""This file is about one certificate revocation list: what is in it, and its DER.

In: an issuer, entries, dates, extensions. Out: DER and PEM (RFC 5280, 5.1). As with certificates,
nothing is checked, so that every fault can be written.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import der
from certificate import END, START, Certificate, extension, identifier
from keys import Key, pem


def reason(code: int) -> bytes:
    """The entry extension reasonCode."""
    return extension("2.5.29.21", der.tlv(0x0A, bytes([code])))


def distribution(*fields: bytes) -> bytes:
    """The extension issuingDistributionPoint, critical as RFC 5280 wants it."""
    return extension("2.5.29.28", der.seq(*fields), critical=True)


def full_name(*names: bytes) -> bytes:
    """The field distributionPoint of a distribution point, by names in full."""
    return der.context(0, der.context(0, *names, constructed=True), constructed=True)


def points(*urls: bytes) -> bytes:
    """The extension cRLDistributionPoints of a certificate, a point for each name."""
    return extension("2.5.29.31", der.seq(*(der.seq(full_name(url)) for url in urls)))


@dataclass(frozen=True)
class Entry:
    """A revoked certificate, or any serial."""

    of: Certificate | int
    extensions: tuple[bytes, ...] = ()

    @property
    def der(self) -> bytes:
        """The entry."""
        serial = self.of if isinstance(self.of, int) else self.of.serial_number()
        more = der.seq(*self.extensions) if self.extensions else b""
        return der.seq(der.integer(serial), der.time(START), more)


@dataclass(frozen=True)
class Crl:
    """A CRL of the tree."""

    name: str
    why: str
    issuer: Certificate
    entries: tuple[Entry, ...] = ()
    extensions: tuple[bytes, ...] = ()
    start: str = START
    end: str | None = END
    number: int = 1
    digest: str = "sha256"
    # Who signs; the issuer unless it is a forgery.
    signer: Key | None = None
    # The algorithm inside what is signed, where it differs from the one outside.
    inner: bytes | None = None
    key_identifier: bool = True

    @cached_property
    def der(self) -> bytes:
        """The CRL as DER."""
        key = self.signer or self.issuer.key
        outer = key.algorithm(self.digest)
        tbs = self._tbs(self.inner or outer)
        return der.seq(tbs, outer, der.bits(key.sign(tbs, self.digest)))

    @property
    def pem(self) -> str:
        """The CRL as PEM."""
        return pem("X509 CRL", self.der)

    def _tbs(self, algorithm: bytes) -> bytes:
        number = extension("2.5.29.20", der.integer(self.number))
        above = der.seq(der.context(0, identifier(self.issuer.key)))
        key = extension("2.5.29.35", above) if self.key_identifier else b""
        return der.seq(
            der.integer(1),
            algorithm,
            self.issuer.subject,
            der.time(self.start),
            der.time(self.end) if self.end else b"",
            der.seq(*(entry.der for entry in self.entries)) if self.entries else b"",
            der.context(0, der.seq(key, number, *self.extensions), constructed=True),
        )
