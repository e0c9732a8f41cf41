"""This file is about writing DER: bytes of one value at a time, right or wrong as asked.

In: Python values. Out: DER (ITU-T X.690). It knows nothing of certificates, so that a certificate
can be built with any fault in it.
"""

from __future__ import annotations


def tlv(tag: int, *contents: bytes) -> bytes:
    """One value: a tag of one byte, its length, its contents."""
    body = b"".join(contents)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(body).to_bytes(size, "big") + body


def seq(*contents: bytes) -> bytes:
    """SEQUENCE (OF)."""
    return tlv(0x30, *contents)


def set_of(*contents: bytes) -> bytes:
    """SET OF, its elements sorted as DER wants them."""
    return tlv(0x31, *sorted(contents))


def integer(value: int) -> bytes:
    """INTEGER in the fewest bytes."""
    size = max(1, ((value if value >= 0 else ~value).bit_length() + 8) // 8)
    return tlv(0x02, value.to_bytes(size, "big", signed=True))


def boolean(value: bool) -> bytes:
    """BOOLEAN."""
    return tlv(0x01, b"\xff" if value else b"\x00")


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    body = b""
    for arc in (40 * first + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.insert(0, arc & 0x7F | 0x80)
        body += bytes(groups)
    return tlv(0x06, body)


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return tlv(0x04, value)


def bits(value: bytes, unused: int = 0) -> bytes:
    """BIT STRING."""
    return tlv(0x03, bytes([unused]), value)


def null() -> bytes:
    """NULL."""
    return tlv(0x05)


def utf8(text: str) -> bytes:
    """UTF8String."""
    return tlv(0x0C, text.encode())


def printable(text: str) -> bytes:
    """PrintableString (its alphabet is not checked)."""
    return tlv(0x13, text.encode("latin-1"))


def ia5(text: str) -> bytes:
    """IA5String (its alphabet is not checked)."""
    return tlv(0x16, text.encode("latin-1"))


def t61(text: str) -> bytes:
    """T61String, in Latin-1, which is what writers mean by it."""
    return tlv(0x14, text.encode("latin-1"))


def bmp(text: str) -> bytes:
    """BMPString."""
    return tlv(0x1E, text.encode("utf-16-be"))


def universal(text: str) -> bytes:
    """UniversalString."""
    return tlv(0x1C, text.encode("utf-32-be"))


def utc_time(text: str) -> bytes:
    """UTCTime, `YYMMDDHHMMSSZ`."""
    return tlv(0x17, text.encode())


def generalized_time(text: str) -> bytes:
    """GeneralizedTime, `YYYYMMDDHHMMSSZ`."""
    return tlv(0x18, text.encode())


def time(text: str) -> bytes:
    """The choice of RFC 5280, 4.1.2.5, from `YYYYMMDDHHMMSSZ`: UTCTime from 1950 to 2049."""
    return utc_time(text[2:]) if "1950" <= text[:4] <= "2049" else generalized_time(text)


def context(number: int, *contents: bytes, constructed: bool = False) -> bytes:
    """A context-specific tag: implicit, or explicit with `constructed`."""
    return tlv((0xA0 if constructed else 0x80) | number, *contents)
