"""This file is about files that are no certificate: damaged, empty or misplaced ones.

Out: FILES, name to reason and content, for the tests of options and of bad input.
"""

from __future__ import annotations

from keys import derive, pem
from live import client_ca, good, server

_lines = good.pem.splitlines(keepends=True)
_flipped = bytearray(good.der)
_flipped[1] ^= 0x01

FILES: dict[str, tuple[str, bytes]] = {
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
