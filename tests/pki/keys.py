"""This file is about the test keys: every one is derived from its name, so none is a secret.

In: a kind and a name. Out: a key with its SubjectPublicKeyInfo, PKCS#8 form and signatures, the
same bytes at every run. It may not know what the keys are used for.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa, x25519

import der

CURVES: dict[str, ec.EllipticCurve] = {
    "P-192": ec.SECP192R1(),
    "P-224": ec.SECP224R1(),
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
    "secp256k1": ec.SECP256K1(),
    "brainpoolP256r1": ec.BrainpoolP256R1(),
}
DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),
    "sha1": hashes.SHA1(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
SIGNATURES = {
    ("EC", "sha1"): der.seq(der.oid("1.2.840.10045.4.1")),
    ("EC", "sha256"): der.seq(der.oid("1.2.840.10045.4.3.2")),
    ("EC", "sha384"): der.seq(der.oid("1.2.840.10045.4.3.3")),
    ("EC", "sha512"): der.seq(der.oid("1.2.840.10045.4.3.4")),
    ("RSA", "md5"): der.seq(der.oid("1.2.840.113549.1.1.4"), der.null()),
    ("RSA", "sha1"): der.seq(der.oid("1.2.840.113549.1.1.5"), der.null()),
    ("RSA", "sha256"): der.seq(der.oid("1.2.840.113549.1.1.11"), der.null()),
    ("RSA", "sha384"): der.seq(der.oid("1.2.840.113549.1.1.12"), der.null()),
    ("ED25519", ""): der.seq(der.oid("1.3.101.112")),
    ("ED448", ""): der.seq(der.oid("1.3.101.113")),
}
SHA256 = der.seq(der.oid("2.16.840.1.101.3.4.2.1"), der.null())
PSS_PARAMETERS = der.seq(
    der.context(0, SHA256, constructed=True),
    der.context(1, der.seq(der.oid("1.2.840.113549.1.1.8"), SHA256), constructed=True),
    der.context(2, der.integer(32), constructed=True),
)
PSS = der.seq(der.oid("1.2.840.113549.1.1.10"), PSS_PARAMETERS)

Private = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | x25519.X25519PrivateKey
    | dsa.DSAPrivateKey
)


@dataclass(frozen=True)
class Key:
    """A key pair by kind (`P-256`, `RSA-2048`, `RSA-PSS`, `ED25519`, ...) and name."""

    kind: str
    name: str

    @property
    def private(self) -> Private:
        """The private key."""
        return _private(self.kind, self.name)

    def spki(self) -> bytes:
        """SubjectPublicKeyInfo as DER."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        plain = self.private.public_key().public_bytes(serialization.Encoding.DER, form)
        return _under_pss(plain, 0) if self.kind == "RSA-PSS" else plain

    def pkcs8_pem(self) -> str:
        """The private key, unencrypted, as PEM."""
        plain = self.private.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return pem("PRIVATE KEY", _under_pss(plain, 1) if self.kind == "RSA-PSS" else plain)

    def algorithm(self, digest: str) -> bytes:
        """AlgorithmIdentifier of this key's signatures; digest `pss` is RSA-PSS with SHA-256."""
        if digest == "pss":
            return PSS
        family = {"RSA": "RSA", "ED2": "ED25519", "ED4": "ED448"}.get(self.kind[:3], "EC")
        return SIGNATURES[family, "" if family.startswith("ED") else digest]

    def sign(self, data: bytes, digest: str) -> bytes:
        """A signature that is the same at every run (ECDSA: RFC 6979; PSS: derived salt)."""
        key = self.private
        if isinstance(key, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey)):
            return key.sign(data)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(data, ec.ECDSA(DIGESTS[digest], deterministic_signing=True))
        assert isinstance(key, rsa.RSAPrivateKey)
        return (
            _sign_pss(key, data)
            if digest == "pss"
            else key.sign(data, padding.PKCS1v15(), DIGESTS[digest])
        )


def pem(label: str, data: bytes) -> str:
    """PEM (RFC 7468)."""
    text = base64.b64encode(data).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def derive(name: str, size: int) -> bytes:
    """`size` bytes that depend on the name alone."""
    return hashlib.shake_256(b"peercert test: " + name.encode()).digest(size)


@cache
def _private(kind: str, name: str) -> Private:
    seed = f"{kind} {name}"
    if kind in CURVES:
        scalar = int.from_bytes(derive(seed, CURVES[kind].key_size // 8 - 1), "big")
        return ec.derive_private_key(scalar, CURVES[kind])
    if kind == "ED25519":
        return ed25519.Ed25519PrivateKey.from_private_bytes(derive(seed, 32))
    if kind == "X25519":
        return x25519.X25519PrivateKey.from_private_bytes(derive(seed, 32))
    if kind == "ED448":
        return ed448.Ed448PrivateKey.from_private_bytes(derive(seed, 57))
    if kind == "DSA":
        return _dsa(seed)
    size = 2048 if kind == "RSA-PSS" else int(kind.removeprefix("RSA-"))
    return _rsa(seed, size)


def _rsa(seed: str, size: int) -> rsa.RSAPrivateKey:
    p, q = (_prime(f"{seed} {letter}", size // 2) for letter in "pq")
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    dmp1, dmq1 = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q)
    return rsa.RSAPrivateNumbers(p, q, d, dmp1, dmq1, rsa.rsa_crt_iqmp(p, q), public).private_key()


def _dsa(seed: str) -> dsa.DSAPrivateKey:
    q = _prime(f"{seed} q", 160)
    for count in itertools.count():
        p = _number(f"{seed} p {count}", 1024)
        p -= p % (2 * q) - 1
        if _is_prime(p):
            break
    g, x = pow(2, (p - 1) // q, p), int.from_bytes(derive(f"{seed} x", 19), "big")
    public = dsa.DSAPublicNumbers(pow(g, x, p), dsa.DSAParameterNumbers(p, q, g))
    return dsa.DSAPrivateNumbers(x, public).private_key()


def _prime(seed: str, size: int) -> int:
    candidates = (_number(f"{seed} {count}", size) for count in itertools.count())
    # p - 1 must have no factor 65537, or that exponent has no inverse.
    return next(n for n in candidates if n % 65537 != 1 and _is_prime(n))


def _number(seed: str, size: int) -> int:
    """An odd number of exactly that many bits; the product of two has twice as many."""
    return int.from_bytes(derive(seed, size // 8), "big") | 3 << (size - 2) | 1


def _is_prime(n: int) -> bool:
    if any(n % small == 0 for small in range(3, 2000, 2)):
        return False
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(base, odd, n)
        if x not in (1, n - 1) and all((x := x * x % n) != n - 1 for _ in range(twos - 1)):
            return False
    return True


def _under_pss(plain: bytes, version: int) -> bytes:
    """The same RSA key under the OID id-RSASSA-PSS, its parameters absent (RFC 4055, 1.2)."""
    rsa_oid = der.seq(der.oid("1.2.840.113549.1.1.1"), der.null())
    pss_oid = der.seq(der.oid("1.2.840.113549.1.1.10"))
    at = plain.index(rsa_oid)
    prefix = der.integer(0) if version else b""
    return der.seq(prefix, pss_oid, plain[at + len(rsa_oid) :])


def _sign_pss(key: rsa.RSAPrivateKey, data: bytes) -> bytes:
    """RSASSA-PSS with SHA-256 and a salt derived from the data (RFC 8017, 9.1.1)."""
    numbers = key.private_numbers()
    modulus = numbers.public_numbers.n
    size = (modulus.bit_length() + 7) // 8
    salt = derive("salt " + hashlib.sha256(data).hexdigest(), 32)
    digest = hashlib.sha256(bytes(8) + hashlib.sha256(data).digest() + salt).digest()
    block = bytes(size - 32 - 32 - 2) + b"\x01" + salt
    counters = range((len(block) + 31) // 32)
    mask = b"".join(hashlib.sha256(digest + i.to_bytes(4, "big")).digest() for i in counters)
    masked = bytearray(a ^ b for a, b in zip(block, mask, strict=False))
    masked[0] &= 0x7F
    encoded = bytes(masked) + digest + b"\xbc"
    return pow(int.from_bytes(encoded, "big"), numbers.d, modulus).to_bytes(size, "big")
