"""This file is about the Lua module: built for a version of Lua, and laid out as Lua expects it.

In: the version and the folders, as `make lua` is given them. Out: PREFIX/lib/lua/5.4/peercert/native.so
and PREFIX/share/lua/5.4/peercert/*.lua.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import environments
import library
import place

BINDINGS = place.TREE / "bindings-lua"


@dataclass(frozen=True)
class Version:
    """A version of Lua: its name, Cargo's feature, the folder that it looks in."""

    name: str
    feature: str
    folder: str

    @property
    def command(self) -> str:
        """The interpreter as Debian calls it."""
        return "luajit" if self.name == "jit" else f"lua{self.name}"


VERSIONS = (
    Version("5.1", "lua51", "5.1"),
    Version("5.2", "lua52", "5.2"),
    Version("5.3", "lua53", "5.3"),
    Version("5.4", "lua54", "5.4"),
    Version("jit", "luajit", "5.1"),
)
DEFAULT = "5.4"
# 5.2 is built like the others; few systems still have it.
TESTED = tuple(version for version in VERSIONS if version.name != "5.2")


def main(rest: list[str]) -> int:
    """`lua NAME=VALUE...`: the variables of `make lua`."""
    given = dict(word.split("=", 1) for word in rest)
    wanted = given.get("LUA") or DEFAULT
    tls = given.get("TLS") or "aws-lc"
    version = next((version for version in VERSIONS if version.name == wanted), None)
    if version is None:
        names = ", ".join(version.name for version in VERSIONS)
        print(f"no such version: LUA={wanted}; it is one of {names}")
        return 2
    if tls not in library.FEATURES:
        print(f"no such TLS library: TLS={tls}; it is one of {', '.join(library.FEATURES)}")
        return 2
    environments.with_build_tools()
    prefix = Path(given.get("DESTDIR", "") + (given.get("PREFIX") or "/usr/local"))
    install(prefix, version, tls, "release")
    return 0


def install(prefix: Path, version: Version, tls: str, profile: str) -> None:
    """Builds the module in a profile and installs it."""
    features = f"{version.feature},{tls}"
    command = ["cargo", "build", "--quiet", "--locked", "-p", "peercert-lua", "--profile", profile]
    subprocess.run(
        [*command, "--no-default-features", "--features", features], check=True, cwd=place.TREE
    )
    built = place.TARGET / ("debug" if profile == "dev" else profile) / "libpeercert_lua.so"
    native = prefix / "lib" / "lua" / version.folder / "peercert" / "native.so"
    native.parent.mkdir(parents=True, exist_ok=True)
    # A copy aside first: a process may have the old one in memory.
    fresh = native.with_suffix(".new")
    shutil.copy(built, fresh)
    if profile == "release":
        subprocess.run(["strip", "--strip-unneeded", str(fresh)], check=True)
    fresh.replace(native)
    sources = prefix / "share" / "lua" / version.folder / "peercert"
    sources.mkdir(parents=True, exist_ok=True)
    for source in sorted((BINDINGS / "lua" / "peercert").glob("*.lua")):
        shutil.copy(source, sources)


def environment(prefix: Path, version: Version) -> dict[str, str]:
    """The variables by which that version of Lua finds the module."""
    share = prefix / "share" / "lua" / version.folder
    lib = prefix / "lib" / "lua" / version.folder
    return {
        "LUA_PATH": f"{share}/?.lua;{share}/?/init.lua;;",
        "LUA_CPATH": f"{lib}/?.so;;",
    }
