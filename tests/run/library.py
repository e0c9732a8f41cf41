"""This file is about the C library: built, and installed as C programs expect to find it.

In: the folders, as `make install` is given them. Out: libpeercert.so with its links, the header,
peercert.pc, the manual; with `static`, libpeercert.a.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

import environments
import place

BINDINGS = place.TREE / "bindings-c"
FEATURES = {"aws-lc": [], "openssl": ["--no-default-features", "--features", "openssl"]}
# What a program that links the library statically needs besides.
SYSTEM = "-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc"


@dataclass(frozen=True)
class Folders:
    """Where what goes, as GNU's conventions name them; `destdir` stands before all of them."""

    prefix: str = "/usr/local"
    libdir: str = ""
    includedir: str = ""
    mandir: str = ""
    destdir: str = ""

    def library(self) -> str:
        return self.libdir or f"{self.prefix}/lib"

    def include(self) -> str:
        return self.includedir or f"{self.prefix}/include"

    def manual(self) -> str:
        return f"{self.mandir or f'{self.prefix}/share/man'}/man3"

    def place(self, folder: str) -> Path:
        """A folder below `destdir`, made if need be."""
        path = Path(self.destdir + folder)
        path.mkdir(parents=True, exist_ok=True)
        return path


def main(rest: list[str]) -> int:
    """`install NAME=VALUE...`: the variables of `make install`."""
    given = dict(word.split("=", 1) for word in rest)
    given = {name.lower(): value for name, value in given.items() if value}
    library, static = given.pop("tls", "aws-lc"), bool(given.pop("static", ""))
    if library not in FEATURES:
        print(f"no such TLS library: TLS={library}; it is one of {', '.join(FEATURES)}")
        return 2
    environments.with_build_tools()
    install(Folders(**given), library, "release", static=static)
    return 0


def install(folders: Folders, library: str, profile: str, *, static: bool = False) -> None:
    """Builds the library in a profile and installs it."""
    built = _build(library, profile, static=static)
    version = _version()
    major, minor, _ = version.split(".")
    libdir = folders.place(folders.library())
    shared = libdir / f"libpeercert.so.{version}"
    shutil.copy(built / "libpeercert_c.so", shared)
    if profile == "release":
        subprocess.run(["strip", "--strip-unneeded", str(shared)], check=True)
    for link in (f"libpeercert.so.{major}.{minor}", "libpeercert.so"):
        (libdir / link).unlink(missing_ok=True)
        (libdir / link).symlink_to(shared.name)
    if static:
        _keep_apart(built / "libpeercert_c.a", libdir / "libpeercert.a", library)
    shutil.copy(BINDINGS / "include" / "peercert.h", folders.place(folders.include()))
    (folders.place(f"{folders.library()}/pkgconfig") / "peercert.pc").write_text(
        _pkg_config(folders, library, version)
    )
    _manual(folders.place(folders.manual()))


def exported(library: str) -> list[str]:
    """The names that the library exports, from the list in the tree."""
    rows = (line.split() for line in (BINDINGS / "exports").read_text().splitlines())
    return [row[0] for row in rows if library == "openssl" or row[1:] != ["openssl"]]


def _build(library: str, profile: str, *, static: bool) -> Path:
    kinds = "cdylib,staticlib" if static else "cdylib"
    command = ["cargo", "rustc", "--quiet", "--locked", "--lib", "-p", "peercert-c"]
    command += ["--profile", profile, "--crate-type", kinds, *FEATURES[library]]
    subprocess.run(command, check=True, cwd=place.TREE)
    return place.TARGET / ("debug" if profile == "dev" else profile)


def _keep_apart(archive: Path, installed: Path, library: str) -> None:
    """One object of the whole archive, all of whose names but ours are its own: the names of the TLS
    library inside would otherwise meet those of a host's libssl."""
    whole, names = archive.with_suffix(".o"), archive.with_suffix(".names")
    names.write_text("".join(f"{name}\n" for name in exported(library)))
    compiler = os.environ.get("CC", "cc")
    joined = ["-r", "-nostdlib", "-Wl,--whole-archive", str(archive), "-o", str(whole)]
    subprocess.run([compiler, *joined], check=True)
    # Rust's own objects carry the compiler's bitcode, which other versions of LLVM stumble over.
    bitcode = ["--remove-section=.llvmbc", "--remove-section=.llvmcmd"]
    subprocess.run(["objcopy", f"--keep-global-symbols={names}", *bitcode, str(whole)], check=True)
    subprocess.run(["strip", "--strip-debug", str(whole)], check=True)
    installed.unlink(missing_ok=True)
    subprocess.run(["ar", "rcs", str(installed), str(whole)], check=True)


def _pkg_config(folders: Folders, library: str, version: str) -> str:
    shares = library == "openssl"
    values = {
        "PREFIX": folders.prefix,
        "LIBDIR": folders.library(),
        "INCLUDEDIR": folders.include(),
        "VERSION": version,
        "REQUIRES": "openssl >= 3.0" if shares else "",
        "DEFINES": " -DPEERCERT_OPENSSL" if shares else "",
        "SYSTEM": SYSTEM,
    }
    text = (BINDINGS / "peercert.pc.in").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _manual(folder: Path) -> None:
    """The pages, and each function's name as a page of its own that leads to them."""
    for page in sorted((BINDINGS / "man").glob("*.3")):
        shutil.copy(page, folder)
        for line in page.read_text().splitlines():
            name = line.removeprefix(".Nm ").removesuffix(" ,")
            link = folder / f"{name}.3"
            if line.startswith(".Nm ") and link.name != page.name:
                link.unlink(missing_ok=True)
                link.symlink_to(page.name)


def _version() -> str:
    manifest = tomllib.loads((place.TREE / "Cargo.toml").read_text())
    return str(manifest["workspace"]["package"]["version"])
