"""This file is about files that a password opens: PKCS#12, and keys in every form that is around.

In: keys and certificates. Out: SEALED, name to reason and content; salts and initial vectors are
derived, so that every run writes the same bytes.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode
from collections.abc import Callable

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

import der
from certificate import Certificate
from keys import Key, derive, pem
from live import client_ca, good, server, server_ca, server_rsa

PASSWORD = "correct horse"
ROUNDS = 2048
ENDLESS = 2**31 - 1
PRF = {"sha256": "1.2.840.113549.2.9", "sha512": "1.2.840.113549.2.11"}
DIGEST = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1"}
Scheme = Callable[[str, bytes, str], tuple[bytes, bytes]]


def pkcs8(key: Key) -> bytes:
    """PrivateKeyInfo as DER."""
    return b64decode("".join(key.pkcs8_pem().splitlines()[1:-1]))


def traditional(key: Key) -> bytes:
    """RSAPrivateKey (RFC 8017) or ECPrivateKey (RFC 5915) as DER."""
    form = serialization.PrivateFormat.TraditionalOpenSSL
    encryption = serialization.NoEncryption()
    return key.private.private_bytes(serialization.Encoding.DER, form, encryption)


def cbc(cipher: algorithms.AES256 | TripleDES, iv: bytes, plain: bytes) -> bytes:
    """The ciphertext, the plaintext padded (RFC 5652, 6.3)."""
    missing = len(iv) - len(plain) % len(iv)
    encryptor = Cipher(cipher, modes.CBC(iv)).encryptor()
    return encryptor.update(plain + bytes([missing]) * missing)


def _aes(kdf: bytes, secret: bytes, plain: bytes, name: str) -> tuple[bytes, bytes]:
    iv = derive(f"{name} iv", 16)
    aes = der.seq(der.oid("2.16.840.1.101.3.4.1.42"), der.octets(iv))
    scheme = der.seq(der.oid("1.2.840.113549.1.5.13"), der.seq(kdf, aes))
    return scheme, cbc(algorithms.AES256(secret), iv, plain)


def pbes2(prf: str = "sha256", rounds: int = ROUNDS) -> Scheme:
    """PBKDF2 and AES-256-CBC (RFC 8018, 6.2); endless rounds are claimed and not done."""

    def seal(password: str, plain: bytes, name: str) -> tuple[bytes, bytes]:
        salt = derive(f"{name} salt", 16)
        done = 1 if rounds == ENDLESS else rounds
        secret = hashlib.pbkdf2_hmac(prf, password.encode(), salt, done, 32)
        named = der.seq(der.oid(PRF[prf]), der.null())
        parameters = der.seq(der.octets(salt), der.integer(rounds), named)
        return _aes(der.seq(der.oid("1.2.840.113549.1.5.12"), parameters), secret, plain, name)

    return seal


def scrypt(password: str, plain: bytes, name: str) -> tuple[bytes, bytes]:
    """Scrypt (RFC 7914, 7.1) and AES-256-CBC."""
    salt, cost = derive(f"{name} salt", 16), (16384, 8, 1)
    n, r, p = cost
    secret = hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=2**26, dklen=32)
    parameters = der.seq(der.octets(salt), *(der.integer(number) for number in cost))
    return _aes(der.seq(der.oid("1.3.6.1.4.1.11591.4.11"), parameters), secret, plain, name)


def triple_des(password: str, plain: bytes, name: str) -> tuple[bytes, bytes]:
    """PBE-SHA1-3DES (RFC 7292, appendix C)."""
    salt = derive(f"{name} salt", 8)
    key, iv = (stretch("sha1", use, password, salt, size) for use, size in ((1, 24), (2, 8)))
    parameters = der.seq(der.octets(salt), der.integer(ROUNDS))
    scheme = der.seq(der.oid("1.2.840.113549.1.12.1.3"), parameters)
    return scheme, cbc(TripleDES(key), iv, plain)


def md5_des(_password: str, plain: bytes, name: str) -> tuple[bytes, bytes]:
    """PBE-MD5-DES (RFC 8018, 6.1) by its name alone: nobody is to come as far as the ciphertext."""
    parameters = der.seq(der.octets(derive(f"{name} salt", 8)), der.integer(ROUNDS))
    return der.seq(der.oid("1.2.840.113549.1.5.3"), parameters), derive(name, len(plain) // 8 * 8)


def stretch(digest: str, use: int, password: str, salt: bytes, size: int) -> bytes:
    """PKCS#12's own derivation (RFC 7292, B.2): use 1 is a key, 2 an initial vector, 3 a MAC key."""
    block = hashlib.new(digest).block_size

    def fill(text: bytes) -> bytes:
        whole = -(-len(text) // block) * block
        return (text * (whole // max(1, len(text)) + 1))[:whole]

    given = fill(salt) + fill(password.encode("utf-16-be") + b"\0\0")
    out = b""
    while True:
        found = bytes([use]) * block + given
        for _ in range(ROUNDS):
            found = hashlib.new(digest, found).digest()
        out += found
        if len(out) >= size:
            return out[:size]
        more = int.from_bytes((found * block)[:block], "big") + 1
        parts = (given[at : at + block] for at in range(0, len(given), block))
        numbers = ((int.from_bytes(part, "big") + more) % 2 ** (8 * block) for part in parts)
        given = b"".join(number.to_bytes(block, "big") for number in numbers)


def encrypted(key: Key, scheme: Scheme, name: str) -> bytes:
    """EncryptedPrivateKeyInfo (RFC 5958, 3)."""
    algorithm, data = scheme(PASSWORD, pkcs8(key), name)
    return der.seq(algorithm, der.octets(data))


def procured(key: Key, label: str, name: str) -> str:
    """A traditional key, encrypted by the headers of its PEM (RFC 1421) with AES-256-CBC."""
    iv = derive(f"{name} iv", 16)
    secret = last = b""
    while len(secret) < 32:
        last = hashlib.md5(last + PASSWORD.encode() + iv[:8], usedforsecurity=False).digest()
        secret += last
    lines = pem(label, cbc(algorithms.AES256(secret), iv, traditional(key))).splitlines()
    headers = ["Proc-Type: 4,ENCRYPTED", f"DEK-Info: AES-256-CBC,{iv.hex().upper()}", ""]
    return "\n".join([lines[0], *headers, *lines[1:], ""])


def pkcs12(
    name: str,
    key: Key | None,
    certificates: list[Certificate],
    scheme: Scheme,
    digest: str,
    password: str = PASSWORD,
) -> bytes:
    """PKCS#12 (RFC 7292): the certificates sealed, the key in its shrouded bag, a MAC over both."""
    data, bag = "1.2.840.113549.1.7.1", "1.2.840.113549.1.12.10.1"

    def explicit(*contents: bytes) -> bytes:
        return der.context(0, *contents, constructed=True)

    bags = b"".join(
        der.seq(
            der.oid(f"{bag}.3"),
            explicit(
                der.seq(der.oid("1.2.840.113549.1.9.22.1"), explicit(der.octets(certificate.der)))
            ),
        )
        for certificate in certificates
    )
    algorithm, sealed = scheme(password, der.seq(bags), f"{name} certificates")
    content = der.seq(der.oid(data), algorithm, der.context(0, sealed))
    contents = [
        der.seq(der.oid("1.2.840.113549.1.7.6"), explicit(der.seq(der.integer(0), content)))
    ]
    if key is not None:
        algorithm, sealed = scheme(password, pkcs8(key), f"{name} key")
        shrouded = der.seq(der.oid(f"{bag}.2"), explicit(der.seq(algorithm, der.octets(sealed))))
        contents.append(der.seq(der.oid(data), explicit(der.octets(der.seq(shrouded)))))
    safe, salt = der.seq(*contents), derive(f"{name} mac", 8)
    size = hashlib.new(digest).digest_size
    mac = hmac.digest(stretch(digest, 3, password, salt, size), safe, digest)
    info = der.seq(der.seq(der.oid(DIGEST[digest]), der.null()), der.octets(mac))
    return der.seq(
        der.integer(3),
        der.seq(der.oid(data), explicit(der.octets(safe))),
        der.seq(info, der.octets(salt), der.integer(ROUNDS)),
    )


_both = [server_ca, server]
_ec, _rsa = server.key, server_rsa.key

SEALED: dict[str, tuple[str, bytes]] = {
    "server.p12": ("key, CA and certificate, in this order; PBES2, AES-256, HMAC-SHA-256",
        pkcs12("modern", _ec, _both, pbes2(), "sha256")),
    "server-legacy.p12": ("the same as old programs write it: 3DES, HMAC-SHA-1",
        pkcs12("legacy", _ec, _both, triple_des, "sha1")),
    "server-open.p12": ("the same behind the empty password",
        pkcs12("open", _ec, _both, pbes2(), "sha256", "")),
    "server-stranger.p12": ("the same with a CA that has nothing to do with it",
        pkcs12("stranger", _ec, [server, client_ca], pbes2(), "sha256")),
    "no-key.p12": ("certificates alone", pkcs12("no key", None, _both, pbes2(), "sha256")),
    "no-certificate.p12": ("a key alone", pkcs12("no cert", _ec, [], pbes2(), "sha256")),
    "other-key.p12": ("certificates and a key of another",
        pkcs12("other", good.key, _both, pbes2(), "sha256")),
    "md5-des.p12": ("sealed with an algorithm that nobody reads any more",
        pkcs12("des", _ec, _both, md5_des, "sha256")),
    "endless.p12": (f"asks for {ENDLESS} rounds of key derivation",
        pkcs12("endless", _ec, _both, pbes2(rounds=ENDLESS), "sha256")),
    "server-encrypted.key": ("the server's key under PBES2, HMAC-SHA-256",
        pem("ENCRYPTED PRIVATE KEY", encrypted(_ec, pbes2(), "pbes2")).encode()),
    "server-sha512.key": ("under PBES2 with HMAC-SHA-512",
        pem("ENCRYPTED PRIVATE KEY", encrypted(_ec, pbes2("sha512"), "sha512")).encode()),
    "server-scrypt.key": ("under PBES2 with scrypt",
        pem("ENCRYPTED PRIVATE KEY", encrypted(_ec, scrypt, "scrypt")).encode()),
    "server-3des.key": ("under PBE-SHA1-3DES",
        pem("ENCRYPTED PRIVATE KEY", encrypted(_ec, triple_des, "3des")).encode()),
    "server-md5-des.key": ("under PBE-MD5-DES, which nobody reads any more",
        pem("ENCRYPTED PRIVATE KEY", encrypted(_ec, md5_des, "md5 des")).encode()),
    "endless.key": (f"under PBES2 with {ENDLESS} rounds",
        pem("ENCRYPTED PRIVATE KEY", encrypted(_ec, pbes2(rounds=ENDLESS), "end")).encode()),
    "server-encrypted.der": ("under PBES2, as DER", encrypted(_ec, pbes2(), "der")),
    "server-pkcs8.der": ("PKCS#8 as DER", pkcs8(_ec)),
    "server-sec1.key": ("in the traditional form of EC",
        pem("EC PRIVATE KEY", traditional(_ec)).encode()),
    "server-sec1.der": ("the same as DER", traditional(_ec)),
    "server-sec1-encrypted.key": ("the same, encrypted by its headers",
        procured(_ec, "EC PRIVATE KEY", "sec1").encode()),
    "server-rsa-pkcs1.key": ("an RSA key in its traditional form",
        pem("RSA PRIVATE KEY", traditional(_rsa)).encode()),
    "server-rsa-pkcs1-encrypted.key": ("the same, encrypted by its headers",
        procured(_rsa, "RSA PRIVATE KEY", "pkcs1").encode()),
}  # fmt: skip
