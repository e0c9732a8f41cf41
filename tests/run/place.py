"""This file is about places and stamps: where what is made lies, and whether it is still current.

In: the tree. Out: paths, and keys that change when what they were made of changes. It builds
nothing.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Iterable
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
VENV = TREE / ".venv"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", TREE / "target"))

# What a wheel is made of.
_SOURCES = ("core", "bindings-python", "Cargo.toml", "Cargo.lock", "pyproject.toml", "LICENSE")
_NOT_SOURCES = {"target", "__pycache__", "tests", "examples"}


def source_key(*also: str) -> str:
    """A key of the contents that a wheel is made of, and of whatever else decides it."""
    digest = hashlib.sha256(repr(also).encode())
    for path in _files(TREE / name for name in _SOURCES):
        digest.update(f"{path.relative_to(TREE)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def is_current(stamp: Path, key: str) -> bool:
    """Whether the stamp was written for this key."""
    return stamp.is_file() and stamp.read_text() == key


def write_stamp(stamp: Path, key: str) -> None:
    """Remembers that what the key stands for has been made."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(key)


def dependency_group(name: str) -> list[str]:
    """The requirements of a dependency group of pyproject.toml (PEP 735)."""
    groups = tomllib.loads((TREE / "pyproject.toml").read_text())["dependency-groups"]
    requirements: list[str] = []
    for entry in groups[name]:
        if isinstance(entry, str):
            requirements.append(entry)
        else:
            requirements += dependency_group(entry["include-group"])
    return requirements


def _files(places: Iterable[Path]) -> list[Path]:
    found = []
    for place in places:
        if place.is_file():
            found.append(place)
        for folder, folders, names in os.walk(place):
            folders[:] = [name for name in folders if name not in _NOT_SOURCES]
            found += [Path(folder, name) for name in names if not name.endswith((".pyc", ".so"))]
    return sorted(found)
