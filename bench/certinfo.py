"""This file is about reading one certificate: ours, by cryptography, by the standard library, in C.

In: a certificate. Out: microseconds of processor time to read the fields that all three tell.
"""

from __future__ import annotations

import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import peercert
import servers

ROUNDS = 2000


def ours(pem: bytes) -> float:
    """`peercert.certinfo`: the whole dictionary, which holds more than the others read."""
    return _time(lambda: peercert.certinfo(pem))


def stdlib(path: Path) -> float:
    """The private function behind `getpeercert()`, the only one that reads a file."""
    decode: Any = vars(ssl)["_ssl"]._test_decode_cert
    return _time(lambda: decode(str(path)))


def cryptography(pem: bytes) -> float:
    """The fields of our dictionary that cryptography tells."""
    return _time(lambda: _fields(x509.load_pem_x509_certificate(pem)))


def program(path: Path, certificate: Path) -> float:
    """A program in C that reads as often and says what it took."""
    ended = subprocess.run([path, certificate], check=True, capture_output=True, text=True)
    return float(ended.stdout)


def lua(kind: str, certificate: Path) -> float:
    """The same by a program in Lua."""
    program = [*servers.LUA, str(servers.PROGRAMS / "certinfo.lua"), kind, str(certificate)]
    ended = subprocess.run(program, check=True, capture_output=True, text=True)
    return float(ended.stdout)


def _fields(cert: x509.Certificate) -> dict[str, Any]:
    key = cert.public_key()
    found: dict[str, Any] = {
        "subject": cert.subject.rfc4514_string(),
        "issuer": cert.issuer.rfc4514_string(),
        "subjectname": [(name.oid.dotted_string, name.value) for name in cert.subject],
        "issuername": [(name.oid.dotted_string, name.value) for name in cert.issuer],
        "serial": f"{cert.serial_number:X}",
        "notbefore": cert.not_valid_before_utc.timestamp(),
        "notafter": cert.not_valid_after_utc.timestamp(),
        "fingerprint": cert.fingerprint(hashes.SHA256()).hex(),
        "version": cert.version.value,
        "signature": cert.signature_algorithm_oid.dotted_string,
        "spki": _sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)),
        "pem": cert.public_bytes(Encoding.PEM).decode(),
    }
    if isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        found["keybits"] = key.key_size
    for extension in cert.extensions:
        value: Any = extension.value
        match value:
            case x509.SubjectAlternativeName():
                found["dns"] = value.get_values_for_type(x509.DNSName)
                found["email"] = value.get_values_for_type(x509.RFC822Name)
                found["uri"] = value.get_values_for_type(x509.UniformResourceIdentifier)
                found["ip"] = [str(ip) for ip in value.get_values_for_type(x509.IPAddress)]
            case x509.KeyUsage():
                found["keyusage"] = value.digital_signature
            case x509.ExtendedKeyUsage():
                found["extendedkeyusage"] = [usage.dotted_string for usage in value]
            case x509.BasicConstraints():
                found["ca"] = value.ca
            case x509.SubjectKeyIdentifier():
                found["subjectkeyid"] = value.digest.hex()
            case x509.AuthorityKeyIdentifier() if value.key_identifier:
                found["authoritykeyid"] = value.key_identifier.hex()
    return found


def _sha256(data: bytes) -> str:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return digest.finalize().hex()


def _time(read: Callable[[], object]) -> float:
    read()
    start = time.process_time()
    for _ in range(ROUNDS):
        read()
    return (time.process_time() - start) / ROUNDS * 1e6
