"""This file is about files that are no certificate: encrypted, damaged, empty or misplaced ones.

Out: FILES, name to reason and content, for the tests of options and of bad input.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

import der
from keys import derive, pem
from live import client_ca, good, server

PASSWORD = "correct horse"


def encrypted(key_pem: str) -> str:
    """PKCS#8 under PBES2: PBKDF2 with HMAC-SHA-256, AES-256-CBC; salt and IV are derived."""
    plain = b64decode("".join(key_pem.splitlines()[1:-1]))
    salt, iv = derive("salt", 16), derive("iv", 16)
    secret = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, 2048, 32)
    padded = plain + bytes([16 - len(plain) % 16]) * (16 - len(plain) % 16)
    cipher = Cipher(algorithms.AES(secret), modes.CBC(iv)).encryptor()
    prf = der.seq(der.oid("1.2.840.113549.2.9"), der.null())
    kdf = der.seq(
        der.oid("1.2.840.113549.1.5.12"), der.seq(der.octets(salt), der.integer(2048), prf)
    )
    aes = der.seq(der.oid("2.16.840.1.101.3.4.1.42"), der.octets(iv))
    scheme = der.seq(der.oid("1.2.840.113549.1.5.13"), der.seq(kdf, aes))
    return pem("ENCRYPTED PRIVATE KEY", der.seq(scheme, der.octets(cipher.update(padded))))


_lines = good.pem.splitlines(keepends=True)
_flipped = bytearray(good.der)
_flipped[1] ^= 0x01

FILES: dict[str, tuple[str, bytes]] = {
    "server-encrypted.key": (f"the server's key, its password is '{PASSWORD}'",
        encrypted(server.key.pkcs8_pem()).encode()),
    "empty.pem": ("nothing in it", b""),
    "garbage.pem": ("bytes that mean nothing", derive("garbage", 300)),
    "text.pem": ("text that is no PEM", b"This is not a certificate.\n"),
    "truncated.pem": ("a certificate whose second half is missing",
        "".join(_lines[: len(_lines) // 2]).encode()),
    "bad-base64.pem": ("PEM with a character that base64 does not have",
        good.pem.replace(_lines[3], "!" + _lines[3][1:]).encode()),
    "damaged.pem": ("PEM of DER whose length is wrong",
        pem("CERTIFICATE", bytes(_flipped)).encode()),
    "only-key.pem": ("a key where a certificate is expected", server.key.pkcs8_pem().encode()),
    "only-leaf.pem": ("a leaf where a CA is expected", good.pem.encode()),
    "leaf-and-ca.pem": ("a leaf and a CA where CAs are expected",
        (good.pem + client_ca.pem).encode()),
    "server-and-key.pem": ("certificate and key in one file",
        (server.pem + server.key.pkcs8_pem()).encode()),
    "server.der": ("the server's certificate as DER", server.der),
    "client-ca.der": ("a CA as DER", client_ca.der),
}  # fmt: skip
