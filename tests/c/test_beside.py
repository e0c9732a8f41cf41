"""This file is about two TLS libraries in one process: the host's libssl, and the one inside ours.

A program links both, with ours shared or as an archive, or loads them while it runs, in either order;
handshakes go through both in turns, in several threads.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import programs
from building import Library


@pytest.mark.parametrize("static", [False, True], ids=["shared", "archive"])
def test_a_program_links_both(library: Library, tmp_path: Path, static: bool) -> None:
    program = programs.compiled(library, tmp_path, "beside", static=static)
    needed = needs(program)
    assert ("libpeercert.so.0.1" in needed) != static
    assert "libssl.so.3" in needed
    assert programs.run(program)


@pytest.mark.parametrize("first", ["libssl", "peercert"])
def test_a_program_loads_both_in_either_order(library: Library, tmp_path: Path, first: str) -> None:
    plugin = programs.plugin(library, tmp_path, "beside", "alternate.c")
    program = library.compile(
        tmp_path / "late",
        programs.HERE / "late" / "main.c",
        more=("-D_POSIX_C_SOURCE=200809L", "-Wl,--as-needed"),
        sanitized=programs.SANITIZED,
    )
    assert not [name for name in needs(program) if "ssl" in name or "peercert" in name]
    order = ["libssl.so.3", str(library.shared)]
    if first == "peercert":
        order.reverse()
    assert programs.run(program, *order, str(plugin))


def needs(program: Path) -> list[str]:
    """The shared libraries that a program is linked with."""
    shown = subprocess.run(
        ["readelf", "--dynamic", "--wide", str(program)], check=True, capture_output=True, text=True
    ).stdout
    return [line.split("[")[1].rstrip("]") for line in shown.splitlines() if "(NEEDED)" in line]
