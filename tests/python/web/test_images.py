"""This file is about the pictures in the documents: small, and what `make images` writes."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

import browser
import images

LARGEST = 60_000


@pytest.mark.skipif(
    (browser.lacks() or browser.cannot_choose()) is not None,
    reason=browser.lacks() or browser.cannot_choose() or "",
)
def test_the_pictures_are_written_anew_in_the_same_form(tmp_path: Path) -> None:
    written = images.write(tmp_path, "127.0.0.1:0")
    kept = sorted(images.IMAGES.glob("*.png"))
    assert [picture.name for picture in written] == [picture.name for picture in kept]
    for new, old in zip(written, kept, strict=True):
        assert header(new) == header(old)
        assert max(new.stat().st_size, old.stat().st_size) < LARGEST


def test_every_picture_is_in_a_document() -> None:
    documents = "".join(path.read_text() for path in images.IMAGES.parent.glob("*.md"))
    for picture in images.IMAGES.glob("*.png"):
        assert f"](images/{picture.name})" in documents


def header(picture: Path) -> tuple[int, ...]:
    """Width, height, depth, and kind of colours, of a PNG (11.2.1)."""
    start = picture.read_bytes()[:26]
    assert start[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">IIBB", start[16:])
