"""This file is about the pictures in the documents: what a browser shows of `peercert demo --serve`.

In: the demonstration on a port of its own, and Chromium. Out: docs/images/*.png, written anew by
`make images`; small, because they have a palette of few colours.
"""

from __future__ import annotations

import struct
import sys
import zlib
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import browser
from commandline import serving
from peercert import ca

IMAGES = Path(__file__).parents[2] / "docs" / "images"

# The port that the documents have everywhere.
_BIND = "127.0.0.1:8443"

# Pixels of width and height: what tells the pages apart is at the top.
_ANONYMOUS = (760, 780)
_KNOWN = (760, 620)


def write(folder: Path, bind: str) -> list[Path]:
    """Writes the pictures into a folder, of a server that listens at `bind`; gives their files."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = [folder / "anonymous.png", folder / "verified.png"]
    with (
        TemporaryDirectory() as place,
        serving("demo", "--serve", "--bind", bind, cwd=Path(place)) as server,
    ):
        password = server.wait_for(r"(?m)password: (\S+)$")[1]
        files = ca.development_files(Path(place) / "demo-pki")
        visitor = browser.Browser(Path(place) / "browser")
        visitor.trust(files["server_ca"])
        url = f"https://localhost:{server.port}/"
        visitor.picture(url, pictures[0], _ANONYMOUS, choosing=False)
        visitor.own(files["client_pkcs12"], password)
        visitor.picture(url, pictures[1], _KNOWN, choosing=True)
    for picture in pictures:
        picture.write_bytes(with_palette(picture.read_bytes()))
    return pictures


def with_palette(png: bytes) -> bytes:
    """The picture of an RGB PNG (8 bits, not interlaced) with at most 256 colours."""
    width, height, rows = _rows(png)
    pixels = Counter(row[i : i + 3] for row in rows for i in range(0, len(row), 3))
    palette = [shade for shade, _ in pixels.most_common(256)]
    places = {shade: _nearest(shade, palette) for shade in pixels}
    lines = (b"\0" + bytes(places[row[i : i + 3]] for i in range(0, len(row), 3)) for row in rows)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            (b"PLTE", b"".join(palette)),
            (b"IDAT", zlib.compress(b"".join(lines), 9)),
            (b"IEND", b""),
        )
    )


def _nearest(shade: bytes, palette: list[bytes]) -> int:
    distances = [sum(abs(x - y) for x, y in zip(shade, other, strict=True)) for other in palette]
    return distances.index(min(distances))


def _rows(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height, and the pixels of each row, their filters undone (PNG, 9.2)."""
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        chunks[kind] = chunks.get(kind, b"") + png[at + 8 : at + 8 + size]
        at += size + 12
    width, height, *form = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if form != [8, 2, 0, 0, 0]:
        raise ValueError(f"a PNG of another form: {form}")
    data, length = zlib.decompress(chunks[b"IDAT"]), 3 * width
    rows, above = [], bytearray(length)
    for start in range(0, height * (length + 1), length + 1):
        row = bytearray(data[start + 1 : start + 1 + length])
        _undo(data[start], row, above)
        rows.append(bytes(row))
        above = row
    return width, height, rows


def _undo(kind: int, row: bytearray, above: bytearray) -> None:
    for i in range(len(row)):
        left = row[i - 3] if i >= 3 else 0
        corner = above[i - 3] if i >= 3 else 0
        up = above[i]
        if kind == 4:
            distances = (abs(up - corner), abs(left - corner), abs(left + up - 2 * corner))
            guess = (left, up, corner)[distances.index(min(distances))]
        else:
            guess = (0, left, up, (left + up) // 2)[kind]
        row[i] = (row[i] + guess) & 255


if __name__ == "__main__":
    if reason := browser.lacks() or browser.cannot_choose():
        sys.exit(f"the pictures need a browser: {reason}")
    for written in write(IMAGES, _BIND):
        print(f"{written.relative_to(IMAGES.parents[1])}: {written.stat().st_size} bytes")
