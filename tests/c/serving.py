"""This file is about the example servers as programs: compiled and started.

In: a program and its arguments. Out: a port, what it logs, its exit status. A sanitizer or valgrind
that complains makes the program end with another status than 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import programs
from building import TREE, Library
from server import Server, arguments, running

EXAMPLES = TREE / "bindings-c" / "examples"
#: The servers, and what each needs besides the library.
SERVERS: dict[str, tuple[str, ...]] = {"blocking": (), "epoll": (), "evhttp": ("libevent",)}
#: What they share.
SHARED = tuple(EXAMPLES / name for name in ("start.c", "http.c", "answer.c"))


def compiled(library: Library, name: str, folder: Path) -> Path:
    """The program of a server."""
    programs.demand(*SERVERS[name])
    return library.compile(
        folder / name,
        EXAMPLES / f"{name}.c",
        *SHARED,
        packages=SERVERS[name],
        more=("-pthread",),
        sanitized=programs.SANITIZED,
    )


@contextmanager
def serving(program: Path, mode: str, *options: str) -> Iterator[Server]:
    """Runs a server for the block, which it has to survive."""
    command = [*programs.valgrind(), str(program), *arguments(mode, *options)]
    with running(command) as server:
        yield server
