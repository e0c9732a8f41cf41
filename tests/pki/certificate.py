"""This file is about one certificate: what is in it, and its DER.

In: names, extensions, dates, a key, an issuer. Out: DER and PEM (RFC 5280). Nothing is checked:
a value that is bytes goes in as it is, so that every fault can be written.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass, field
from functools import cached_property

import der
from keys import Key, derive, pem

OIDS = {
    "C": "2.5.4.6", "ST": "2.5.4.8", "L": "2.5.4.7", "O": "2.5.4.10", "OU": "2.5.4.11",
    "CN": "2.5.4.3", "SN": "2.5.4.4", "GN": "2.5.4.42", "serialNumber": "2.5.4.5",
    "UID": "0.9.2342.19200300.100.1.1", "DC": "0.9.2342.19200300.100.1.25",
    "emailAddress": "1.2.840.113549.1.9.1", "title": "2.5.4.12",
    "serverAuth": "1.3.6.1.5.5.7.3.1", "clientAuth": "1.3.6.1.5.5.7.3.2",
    "codeSigning": "1.3.6.1.5.5.7.3.3", "emailProtection": "1.3.6.1.5.5.7.3.4",
    "timeStamping": "1.3.6.1.5.5.7.3.8", "OCSPSigning": "1.3.6.1.5.5.7.3.9",
    "anyExtendedKeyUsage": "2.5.29.37.0",
}  # fmt: skip
KEY_USAGES = (
    "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
    "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly",
)  # fmt: skip
START, END = "20250101000000Z", "20450101000000Z"

Rdn = tuple[tuple[str, str | bytes], ...]


def oid(name: str) -> bytes:
    """The OBJECT IDENTIFIER of a name of the table, or of a dotted form."""
    return der.oid(OIDS.get(name, name))


def attribute(kind: str, value: str | bytes) -> bytes:
    """AttributeTypeAndValue; text as UTF8String, as IA5String where the type wants that."""
    if isinstance(value, str):
        value = der.ia5(value) if kind in ("emailAddress", "DC") else der.utf8(value)
    return der.seq(oid(kind), value)


def name(*rdns: tuple[str, str | bytes] | Rdn) -> bytes:
    """Name: RDNs in order, each one attribute or a tuple of several."""
    parts = []
    for rdn in rdns:
        several = (rdn,) if isinstance(rdn[0], str) else rdn
        parts.append(der.set_of(*(attribute(kind, value) for kind, value in several)))
    return der.seq(*parts)


def extension(kind: str, value: bytes, critical: bool = False) -> bytes:
    """Extension."""
    return der.seq(der.oid(kind), der.boolean(True) if critical else b"", der.octets(value))


def basic_constraints(ca: bool, pathlen: int | None = None, critical: bool = True) -> bytes:
    """basicConstraints; `ca` false is the default and so not encoded."""
    flag = der.boolean(True) if ca else b""
    limit = b"" if pathlen is None else der.integer(pathlen)
    return extension("2.5.29.19", der.seq(flag, limit), critical)


def key_usage(*names: str, critical: bool = True) -> bytes:
    """keyUsage by RFC 5280 names."""
    return extension("2.5.29.15", named_bits(*(KEY_USAGES.index(name) for name in names)), critical)


def named_bits(*positions: int) -> bytes:
    """A BIT STRING of named bits, without the zero bits at its end, as DER wants it."""
    if not positions:
        return der.bits(b"")
    size = max(positions) // 8 + 1
    value = sum(1 << (size * 8 - 1 - position) for position in positions)
    return der.bits(value.to_bytes(size, "big"), 7 - max(positions) % 8)


def extended_key_usage(*names: str, critical: bool = False) -> bytes:
    """extKeyUsage by the names of the table or OIDs."""
    return extension("2.5.29.37", der.seq(*(oid(name) for name in names)), critical)


def dns(text: str) -> bytes:
    """GeneralName dNSName."""
    return der.context(2, text.encode("latin-1"))


def email(text: str) -> bytes:
    """GeneralName rfc822Name."""
    return der.context(1, text.encode("latin-1"))


def uri(text: str) -> bytes:
    """GeneralName uniformResourceIdentifier."""
    return der.context(6, text.encode("latin-1"))


def ip(address: str) -> bytes:
    """GeneralName iPAddress."""
    return der.context(7, ipaddress.ip_address(address).packed)


def directory_name(encoded: bytes) -> bytes:
    """GeneralName directoryName."""
    return der.context(4, encoded, constructed=True)


def registered_id(dotted: str) -> bytes:
    """GeneralName registeredID."""
    return der.context(8, der.oid(dotted)[2:])


def other_name(kind: str, value: bytes) -> bytes:
    """GeneralName otherName."""
    return der.context(0, der.oid(kind), der.context(0, value, constructed=True), constructed=True)


def san(*names: bytes, critical: bool = False) -> bytes:
    """subjectAltName."""
    return extension("2.5.29.17", der.seq(*names), critical)


@dataclass(frozen=True)
class Certificate:
    """A certificate of the tree; `issuer` absent means self-signed."""

    name: str
    why: str
    subject: bytes
    key: Key
    issuer: Certificate | None = None
    extensions: tuple[bytes, ...] | None = ()
    start: str | bytes = START
    end: str | bytes = END
    digest: str = "sha256"
    serial: int | None = None
    version: int = 3
    chain: tuple[Certificate, ...] = ()
    identifiers: bool = True
    spki: bytes | None = None
    signature_algorithm: bytes | None = None
    broken_signature: bool = False
    data: dict[str, list[str]] = field(default_factory=dict)

    @property
    def signer(self) -> Key:
        """The key that signs this certificate."""
        return self.issuer.key if self.issuer else self.key

    @cached_property
    def der(self) -> bytes:
        """The certificate as DER."""
        tbs = self._tbs()
        signature = self.signer.sign(tbs, self.digest)
        if self.broken_signature:
            signature = self.signer.sign(tbs + b"?", self.digest)
        return der.seq(tbs, self._algorithm(), der.bits(signature))

    @property
    def pem(self) -> str:
        """The certificate as PEM."""
        return pem("CERTIFICATE", self.der)

    def _algorithm(self) -> bytes:
        return self.signature_algorithm or self.signer.algorithm(self.digest)

    def _tbs(self) -> bytes:
        version = der.context(0, der.integer(self.version - 1), constructed=True)
        return der.seq(
            version if self.version > 1 else b"",
            der.integer(self.serial_number()),
            self._algorithm(),
            self.issuer.subject if self.issuer else self.subject,
            der.seq(*(t if isinstance(t, bytes) else der.time(t) for t in (self.start, self.end))),
            self.subject,
            self.spki or self.key.spki(),
            self._extensions(),
        )

    def serial_number(self) -> int:
        """The serial number, derived from the name unless it was given."""
        if self.serial is not None:
            return self.serial
        return int.from_bytes(b"\x5a" + derive("serial " + self.name, 15), "big")

    def _extensions(self) -> bytes:
        if self.extensions is None:
            return b""
        identifiers: tuple[bytes, ...] = ()
        if self.identifiers:
            own = extension("2.5.29.14", der.octets(identifier(self.key)))
            above = extension("2.5.29.35", der.seq(der.context(0, identifier(self.signer))))
            identifiers = (own, above) if self.issuer else (own,)
        every = (*self.extensions, *identifiers)
        return der.context(3, der.seq(*every), constructed=True) if every else b""


def identifier(key: Key) -> bytes:
    """The key identifier of RFC 5280, 4.2.1.2 (1), over the whole of SubjectPublicKeyInfo."""
    return hashlib.sha1(key.spki(), usedforsecurity=False).digest()
