"""This file is about `getpeercert()`: our dictionary in the form of CPython's `ssl`.

In: `clientcert` of a certificate that verified. Out: the dictionary of `SSLSocket.getpeercert()`.
It may not know of connections, and is not asked about certificates that did not verify.

Subject alternative names come kind by kind; `DirName` is an RFC 4514 string.
"""

from __future__ import annotations

import functools
import ipaddress
import ssl
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .types import Attribute, ClientCert, San


def getpeercert(ours: ClientCert) -> dict[str, Any]:
    """CPython's dictionary of a certificate."""
    made: dict[str, Any] = {
        "subject": _name(ours["subjectname"]),
        "issuer": _name(ours["issuername"]),
        "version": ours["version"],
        "serialNumber": _serial(ours["serial"]),
        "notBefore": ours["notbefore"],
        "notAfter": ours["notafter"],
    }
    names = _names(ours["san"])
    if names:
        made["subjectAltName"] = names
    for theirs, urls in (
        ("OCSP", ours["ocsp"]),
        ("caIssuers", ours["caissuers"]),
        ("crlDistributionPoints", ours["crl"]),
    ):
        if urls:
            made[theirs] = tuple(urls)
    return made


def _name(rdns: list[list[Attribute]]) -> tuple[tuple[tuple[str, str], ...], ...]:
    return tuple(
        tuple((_long_name(attribute["oid"]), attribute["value"]) for attribute in rdn)
        for rdn in rdns
    )


@functools.lru_cache(maxsize=256)
def _long_name(oid: str) -> str:
    # The module's own table: the names have to be those that it would give.
    try:
        return str(ssl._ASN1Object(oid).longname)
    except ValueError:
        return oid


def _serial(serial: str) -> str:
    return "00" if serial == "0" else serial


def _names(san: San) -> tuple[tuple[str, str], ...]:
    names = [("DNS", name) for name in san["dns"]]
    names += [("email", name) for name in san["email"]]
    names += [("URI", name) for name in san["uri"]]
    names += [("IP Address", _address(name)) for name in san["ip"]]
    names += [("DirName", name) for name in san["dirname"]]
    names += [("Registered ID", name) for name in san["rid"]]
    names += [("othername", f"UPN:{name}") for name in san["upn"]]
    names += [("othername", "<unsupported>") for _ in san["othername"]]
    return tuple(names)


def _address(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if address.version == 4:
        return text
    packed = address.packed
    return ":".join(f"{packed[i] << 8 | packed[i + 1]:X}" for i in range(0, 16, 2))
