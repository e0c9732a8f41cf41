"""This file is about reading DER, strictly enough to say what a value is and no more.

In: bytes. Out: values with their tags. It shares nothing with the Rust code, so that the expected
answers are made without it.
"""

from __future__ import annotations

from dataclasses import dataclass

# Universal strings whose every byte is one character, as OpenSSL reads them (Latin-1).
BYTE_STRINGS = {0x12, 0x13, 0x14, 0x16, 0x1A}
WIDE_STRINGS = {0x1E: "utf-16-be", 0x1C: "utf-32-be"}


@dataclass(frozen=True)
class Value:
    """A tag, the contents, and both as they were."""

    tag: int
    body: bytes
    raw: bytes

    def parts(self) -> list[Value]:
        """The values inside a constructed one."""
        return values(self.body)

    def expect(self, tag: int) -> Value:
        """Itself, if it has that tag."""
        if self.tag != tag:
            raise ValueError(f"tag {self.tag:#x} where {tag:#x} should be")
        return self

    def integer(self) -> int:
        """An INTEGER's or ENUMERATED's number."""
        return int.from_bytes(self.body, "big", signed=True)

    def oid(self) -> str:
        """An OBJECT IDENTIFIER in dotted form."""
        arcs, value = [], 0
        for byte in self.body:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                arcs.append(value)
                value = 0
        first = min(arcs[0] // 40, 2)
        return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))

    def text(self) -> str | None:
        """A string's characters; None for what is no string."""
        if self.tag == 0x0C:
            return self.body.decode()
        if self.tag in BYTE_STRINGS:
            return self.body.decode("latin-1")
        if self.tag in WIDE_STRINGS:
            return self.body.decode(WIDE_STRINGS[self.tag])
        return None

    def named_bits(self) -> set[int]:
        """The positions of the bits that a BIT STRING sets."""
        bits = self.expect(0x03).body[1:]
        return {8 * i + j for i, byte in enumerate(bits) for j in range(8) if byte << j & 0x80}


def values(data: bytes) -> list[Value]:
    """All values of a piece of DER, one after the other."""
    found = []
    while data:
        if len(data) < 2:
            raise ValueError("a value is cut off")
        size, at = data[1], 2
        if size & 0x80:
            at += size & 0x7F
            size = int.from_bytes(data[2:at], "big")
        if at + size > len(data):
            raise ValueError("a length runs beyond the end")
        found.append(Value(data[0], data[at : at + size], data[: at + size]))
        data = data[at + size :]
    return found


def only(data: bytes, tag: int) -> Value:
    """The one value that a piece of DER is."""
    (value,) = values(data)
    return value.expect(tag)
