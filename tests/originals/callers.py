"""This file is about the callers that each server judges: their certificates, and how they ask.

In: the tables of tests/pki. Out: a folder with one certificate and key for each, and the body that a
server answers one with, or the alert that it sends. Their CA has issued each itself, names that
tests/pki/info has to be read included, so that the verdict on them is not the CA alone.
"""

from __future__ import annotations

import dataclasses
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import info
import live
import revoked
from certificate import Certificate, dns, name, san, uri
from clients import LIVE, VERSIONS, plain

#: The CAs that every server here trusts.
AUTHORITIES = LIVE / "client-cas.pem"
#: The CRL of those that have one: each caller is judged with all that it takes, and no more.
CRLS = {"revoked": LIVE / "client-ca.crl.pem"}

_LIVE = {made.name: made for made in (*live.CERTIFICATES, *revoked.CERTIFICATES)}
_INFO = {made.name: made for made in info.CERTIFICATES}


def _issued(title: str, **more: object) -> Certificate:
    """A certificate with the names of one of tests/pki/info, by the CA of the clients."""
    return dataclasses.replace(_INFO[title], issuer=live.client_ca, **more)  # type: ignore[arg-type]


_UTF8 = "jörg.example".encode().decode("latin-1")

#: By name; every one differs from the others in what servers make of it.
CERTIFICATES: dict[str, Certificate] = {
    made.name: made
    for made in (
        *(_LIVE[title] for title in ("good", "good-chain", "expired", "not-yet-valid")),
        *(_LIVE[title] for title in ("unknown-leaf", "unknown-intermediate", "unknown-chain")),
        *(_LIVE[title] for title in ("self-signed", "revoked", "server-only", "empty-subject")),
        *(_LIVE[title] for title in ("rsa-1024", "sha1")),
        *(_issued(title) for title in ("everything", "name-multi", "name-repeated", "name-wide")),
        *(_issued(title) for title in ("name-special", "name-c1", "san-upn", "san-mailbox")),
        # What the tables lack: a name of nothing but "#", UTF-8 where ASCII belongs, numbers that
        # OpenSSL prints on several lines, and one that is longer than anybody needs.
        _issued("name-hash", subject=name(("CN", "#"))),
        _issued("san-mixed", name="san-utf8", extensions=(san(dns(_UTF8), uri("urn:" + _UTF8)),)),
        _issued("least", name="serial-37", serial=0x5A << 36 * 8),
        _issued("least", name="serial-129", serial=0x5A << 128 * 8),
        # Of a CA that nobody here knows.
        dataclasses.replace(_INFO["name-multi"], name="unknown-uid"),
    )
}
#: Nobody: a client without a certificate.
NOBODY = "nobody"
EVERYBODY = (NOBODY, *CERTIFICATES)


@dataclass(frozen=True)
class Caller:
    """A client with its certificate, which may be none."""

    name: str
    folder: Path

    @property
    def certificate(self) -> Path | None:
        """What it presents: the leaf, then the rest of the chain."""
        return None if self.name == NOBODY else self.folder / f"{self.name}.pem"

    @property
    def key(self) -> Path:
        """Its private key."""
        return self.folder / f"{self.name}.key"

    def ask(self, port: int, version: str) -> bytes:
        """The body of a server's answer. Raises `ssl.SSLError` with the server's alert."""
        context = ssl.create_default_context(cafile=str(LIVE / "server-ca.pem"))
        context.minimum_version = context.maximum_version = VERSIONS[version]
        # One cipher, lest each server prefer another. Weak certificates are theirs to refuse.
        context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384:@SECLEVEL=0")
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key)
        with context.wrap_socket(plain(port), server_hostname="localhost") as tls:
            tls.sendall(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
            answer = b"".join(iter(lambda: tls.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b" 200 " in head.splitlines()[0], answer
        return body


def write(folder: Path) -> Callable[[str], Caller]:
    """Writes the files; gives the callers by name."""
    for title, made in CERTIFICATES.items():
        (folder / f"{title}.pem").write_text("".join(c.pem for c in (made, *made.chain)))
        (folder / f"{title}.key").write_text(made.key.pkcs8_pem())
    return lambda title: Caller(title, folder)
