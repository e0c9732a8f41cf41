"""This file is about how settings of `ssl.SSLContext` read as options of ours.

In: values of the module `ssl`. Out: option values, or the error that names the option to use.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from ._errors import ConfigError

if TYPE_CHECKING:
    from typing_extensions import Buffer

VERIFY_MODE_OF_MODE = {
    "none": ssl.VerifyMode.CERT_NONE,
    "request": ssl.VerifyMode.CERT_OPTIONAL,
    "require_any": ssl.VerifyMode.CERT_OPTIONAL,
    "optional": ssl.VerifyMode.CERT_OPTIONAL,
    "require": ssl.VerifyMode.CERT_REQUIRED,
}

MODE_OF_VERIFY_MODE = {
    ssl.VerifyMode.CERT_NONE: "none",
    ssl.VerifyMode.CERT_OPTIONAL: "optional",
    ssl.VerifyMode.CERT_REQUIRED: "require",
}

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}

#: What always holds here, and what CPython sets of itself without a meaning for this engine.
OPTIONS = (
    ssl.Options.OP_ALL
    | ssl.Options.OP_NO_SSLv2
    | ssl.Options.OP_NO_SSLv3
    | ssl.Options.OP_NO_TLSv1
    | ssl.Options.OP_NO_TLSv1_1
    | ssl.Options.OP_NO_COMPRESSION
    | ssl.Options.OP_NO_RENEGOTIATION
    | ssl.Options.OP_CIPHER_SERVER_PREFERENCE
    | ssl.Options.OP_SINGLE_DH_USE
    | ssl.Options.OP_SINGLE_ECDH_USE
    | ssl.Options.OP_ENABLE_MIDDLEBOX_COMPAT
)


def refuse_unless(accepted: bool, name: str, option: str) -> None:
    """Raises the error for a setting that is not offered, unless it is accepted."""
    if not accepted:
        raise ConfigError(
            "config.not_offered",
            f"{name} is not offered by peercert.SSLContext; see the option {option}",
            context={"option": option},
        )


def pem(data: str | Buffer) -> bytes:
    """Certificates as PEM: text is PEM already, bytes are PEM or the DER of one or several."""
    if isinstance(data, str):
        return data.encode()
    octets = bytes(data)
    if b"-----BEGIN" in octets:
        return octets
    return b"".join(ssl.DER_cert_to_PEM_cert(der).encode() for der in _split(octets))


def _split(octets: bytes) -> list[bytes]:
    """The DER values that follow each other in `octets` (X.690, 8.1.3); the last takes the rest."""
    values = []
    while octets:
        length, head = octets[1] if len(octets) > 1 else 0, 2
        if length & 0x80:
            head += length & 0x7F
            length = int.from_bytes(octets[2:head], "big")
        end = head + length
        values.append(octets[:end])
        octets = octets[end:]
    return values
