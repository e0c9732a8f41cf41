"""This file is about the C programs of the tests: compiled of the sources in a folder, and run.

In: a folder here, whose files share those in `scene/`. Out: the program; what it printed. A program
that a sanitizer stops, or that hangs, fails.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from building import TREE, Library

HERE = Path(__file__).resolve().parent
SCENE = HERE / "scene"

#: Every program is a client of its own with the system's libssl.
PACKAGES = ("openssl",)
#: What Debian calls what pkg-config finds.
DEBIAN = {"openssl": "libssl-dev", "jansson": "libjansson-dev", "libevent": "libevent-dev"}
FLAGS = ("-D_POSIX_C_SOURCE=200809L", f'-DTESTS="{TREE / "tests"}"', "-pthread", f"-I{SCENE}")

#: `make soak` runs the same programs without sanitizers, which valgrind does not go with.
SANITIZED = os.environ.get("PEERCERT_SANITIZERS") != "off"

#: Seconds after which a program hangs.
PATIENCE = 600 if SANITIZED else 3600


def sources(folder: str) -> list[Path]:
    """The sources of a program."""
    return [*sorted((HERE / folder).glob("*.c")), *sorted(SCENE.glob("*.c"))]


def demand(*packages: str) -> None:
    """Skips a test that a package is missing for."""
    for name in packages:
        if subprocess.run(["pkg-config", "--exists", name], check=False).returncode:
            pytest.skip(f"install {DEBIAN[name]}")


def compiled(
    library: Library,
    into: Path,
    folder: str,
    *packages: str,
    more: tuple[str, ...] = (),
    static: bool = False,
) -> Path:
    """The program of a folder."""
    demand(*PACKAGES, *packages)
    return library.compile(
        into / folder,
        *sources(folder),
        packages=(*PACKAGES, *packages),
        more=(*FLAGS, f"-I{HERE / folder}", *more),
        sanitized=SANITIZED,
        static=static,
    )


def valgrind() -> tuple[str, ...]:
    """What stands before a program where `make soak` asks for valgrind."""
    return tuple(shlex.split(os.environ.get("PEERCERT_VALGRIND", "")))


def run(program: Path, *arguments: str, **environment: str) -> str:
    """Runs a program; what it printed."""
    ended = subprocess.run(
        [*valgrind(), str(program), *arguments],
        capture_output=True,
        text=True,
        errors="backslashreplace",
        check=False,
        timeout=PATIENCE,
        env=os.environ | environment,
    )
    said = f"{program.name} {' '.join(arguments)}: exit {ended.returncode}\n{ended.stderr[-8000:]}"
    assert ended.returncode == 0, f"{said}{ended.stdout[-2000:]}"
    return ended.stdout


def plugin(library: Library, into: Path, folder: str, source: str) -> Path:
    """One source of a folder as a library that a program loads while it runs."""
    demand(*PACKAGES)
    return library.compile(
        into / f"{folder}.so",
        HERE / folder / source,
        *sorted(SCENE.glob("*.c")),
        packages=PACKAGES,
        more=(*FLAGS, f"-I{HERE / folder}", "-shared", "-fPIC"),
        sanitized=SANITIZED,
    )
