"""This file is about what many connections through the C API leave behind: nothing that grows.

A few here, under sanitizers; `make soak` has many, and no sanitizers.
"""

from __future__ import annotations

from pathlib import Path

import programs
from building import Library


def test_no_kind_of_connection_leaves_memory_behind(library: Library, tmp_path: Path) -> None:
    program = programs.compiled(library, tmp_path, "soak")
    # A sanitizer's memory is not the program's; it sees a leak itself.
    memory = {"PEERCERT_MEMORY": "off"} if programs.SANITIZED else {}
    print(programs.run(program, **memory))
