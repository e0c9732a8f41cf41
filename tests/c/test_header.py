"""This file is about the header and the library as compilers and linkers see them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from building import TREE, Library

PROGRAM = "#include <peercert.h>\nint main(void) { return peercert_version_number() != PEERCERT_VERSION_NUMBER; }\n"


@pytest.mark.parametrize("standard", ["c99", "c11", "c17", "c++11", "c++20"])
def test_the_header_compiles_without_a_warning_and_is_of_the_library(
    library: Library, tmp_path: Path, standard: str
) -> None:
    source = tmp_path / ("program.cc" if "++" in standard else "program.c")
    source.write_text(PROGRAM)
    program = library.compile(tmp_path / "program", source, standard=standard)
    assert subprocess.run([str(program)], check=False).returncode == 0


def test_nothing_but_the_listed_names_is_exported(library: Library) -> None:
    rows = [line.split() for line in (TREE / "bindings-c" / "exports").read_text().splitlines()]
    listed = {row[0] for row in rows if library.name == "openssl" or "openssl" not in row[1:]}
    command = ["nm", "--dynamic", "--defined-only", "--format=posix", str(library.shared)]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert {line.split()[0] for line in shown.splitlines()} == listed


def test_the_library_has_a_soname_and_its_links(library: Library) -> None:
    command = ["readelf", "--dynamic", "--wide", str(library.shared)]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    name = shown.split("Library soname: [")[1].split("]")[0]
    assert name == "libpeercert.so.0.1"
    assert (library.shared.with_name(name)).resolve() == library.shared.resolve()
    # Only the build that says so shares the system's libssl.
    assert ("[libssl.so" in shown) == (library.name == "openssl")
