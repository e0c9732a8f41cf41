"""This file is about compiling C programs against the installed library.

In: sources, and what else they link. Out: a program. Every warning is an error.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g", "-O1")
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")


@dataclass(frozen=True)
class Library:
    """The library as `make install` lays it out."""

    #: The folder that stands for /usr.
    prefix: Path
    #: The TLS library inside: `aws-lc` or `openssl`.
    name: str

    @property
    def shared(self) -> Path:
        """libpeercert.so."""
        return self.prefix / "lib" / "libpeercert.so"

    @property
    def manual(self) -> Path:
        """The folder of its pages."""
        return self.prefix / "share" / "man" / "man3"

    def flags(self, *packages: str, static: bool = False) -> list[str]:
        """What pkg-config says of the library, perhaps as an archive, and of further packages."""
        command = ["pkg-config", "--cflags", "--libs"]
        if not static:
            return self._told([*command, "peercert", *packages])
        words = self._told([*command, "--static", "peercert"])
        words = ["-l:libpeercert.a" if word == "-lpeercert" else word for word in words]
        return words + (self._told([*command, *packages]) if packages else [])

    def _told(self, command: list[str]) -> list[str]:
        environment = self.environment()
        told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        return told.stdout.split()

    def environment(self) -> dict[str, str]:
        """Variables by which pkg-config finds the library."""
        path = str(self.prefix / "lib" / "pkgconfig")
        given = os.environ.get("PKG_CONFIG_PATH")
        return os.environ | {"PKG_CONFIG_PATH": f"{path}:{given}" if given else path}

    def compile(
        self,
        program: Path,
        *sources: Path,
        packages: tuple[str, ...] = (),
        more: tuple[str, ...] = (),
        standard: str = "c99",
        sanitized: bool = False,
        static: bool = False,
    ) -> Path:
        """Compiles a program, in C++ when the standard is one of C++; `static` is for our library
        alone."""
        compiler = os.environ.get("CXX", "c++") if "++" in standard else os.environ.get("CC", "cc")
        command = [compiler, f"-std={standard}", *STRICT, *(SANITIZERS if sanitized else ())]
        command += [
            *map(str, sources),
            "-o",
            str(program),
            *more,
            *self.flags(*packages, static=static),
        ]
        # The program finds the library where it was installed.
        command += [f"-Wl,-rpath,{self.prefix / 'lib'}"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stderr}"
        return program
