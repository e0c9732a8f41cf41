"""This file is about paths that need a certificate, however a request writes them.

In: the paths that are guarded, and a request's path. Out: whether any way to read it lies under one
of them. It may not know of servers or certificates.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes


class Paths:
    """Paths and everything under them, by whole segments.

    Raises `ValueError` for a path that is not in its plain form.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        if isinstance(paths, str):
            raise TypeError("paths is a list of paths, not one text")
        self._rules = []
        for path in paths:
            if not path.startswith("/"):
                raise ValueError(f"path {path!r} does not start with /")
            rule = _segments(path.encode().decode("latin-1"))
            if rule is None:
                raise ValueError(f"path {path!r} is not in its plain form")
            self._rules.append(rule)
        if not self._rules:
            raise ValueError("paths is empty; leave it out to guard every path")

    def cover(self, path: str) -> bool:
        """Whether any reading of a path, octets as Latin-1, lies under one of ours; what cannot be
        read does."""
        if path and not path.startswith("/"):
            return True
        readings = _readings(path)
        return readings is None or any(
            reading[: len(rule)] == rule for reading in readings for rule in self._rules
        )


def _readings(path: str) -> list[tuple[str, ...]] | None:
    """The segments of a path as a server or an application may read it: as it is, and with what is
    still percent-encoded decoded. None: it has no plain reading."""
    readings = []
    for _ in range(4):
        segments = _segments(path)
        if segments is None:
            return None
        readings.append(segments)
        try:
            decoded = unquote_to_bytes(path.encode("latin-1")).decode("latin-1")
        except UnicodeError:
            return None
        if decoded == path:
            return readings
        path = decoded
    return None


def _segments(path: str) -> tuple[str, ...] | None:
    """The segments of a path as it is compared: without empty ones and `.`, without parameters,
    trailing dots and spaces, and regardless of case and of Unicode's compatibility forms. None
    when it has `..`, control characters or bytes that are no UTF-8: nobody who means well sends
    these, and applications differ in what they make of them."""
    try:
        # PEP 3333: text of an environ is bytes as Latin-1.
        text = path.encode("latin-1").decode()
    except UnicodeError:
        return None
    text = unicodedata.normalize("NFKC", text).casefold()
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in text):
        return None
    segments = []
    for segment in re.split(r"[/\\]", text):
        name = segment.partition(";")[0].strip()
        if name == "..":
            return None
        name = name.rstrip(". ")
        if name:
            segments.append(name)
    return tuple(segments)
