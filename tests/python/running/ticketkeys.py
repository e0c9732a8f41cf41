"""This file is about ticket keys as they come to machines: as Kubernetes mounts a Secret, and as Vault
Agent writes files.

In: a folder of each machine. Out: the files `current`, `next` and `previous` in it, from now on with
other contents.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

#: In the order in which one at a time may be replaced: whenever a server looks, it finds either a key
#: twice, which it refuses, or the whole new set.
NAMES = ("previous", "current", "next")


@dataclass(frozen=True)
class KeySet:
    """The keys of one time."""

    current: bytes
    next: bytes
    previous: bytes

    @classmethod
    def made(cls) -> KeySet:
        """Three new ones."""
        return cls(*(os.urandom(80) for _ in range(3)))

    def rotated(self) -> KeySet:
        """The set of the time after."""
        return KeySet(self.next, os.urandom(80), self.current)

    def file(self, name: str) -> bytes:
        """The contents of a file."""
        return {"current": self.current, "next": self.next, "previous": self.previous}[name]


_versions = itertools.count(1)


def as_kubernetes(folder: Path, keys: KeySet) -> None:
    """A folder for each version, and a link that is exchanged."""
    version = folder / f"..version{next(_versions)}"
    version.mkdir(parents=True)
    for name in NAMES:
        (version / name).write_bytes(keys.file(name))
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(Path("..data", name))
    old = folder / "..data"
    before = old.resolve() if old.is_symlink() else None
    (folder / "..data_tmp").symlink_to(version.name)
    (folder / "..data_tmp").replace(old)
    if before is not None:
        shutil.rmtree(before)


def as_vault_agent(folder: Path, keys: KeySet) -> None:
    """Each file is written beside its place and renamed into it, one after the other."""
    for name in NAMES:
        put_one(folder, name, keys)


def put_one(folder: Path, name: str, keys: KeySet) -> None:
    """One file of those."""
    folder.mkdir(exist_ok=True)
    written = folder / f".{name}.tmp"
    written.write_bytes(keys.file(name))
    written.replace(folder / name)


Distribute = Callable[[Path, KeySet], None]
