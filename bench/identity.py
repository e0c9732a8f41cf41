"""This file is about what it costs to find out who a caller is, by few rules and by many.

In: the program that measures it. Out: microseconds of processor time for each caller.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

KINDS = ("exact", "expressions", "mixed")


def program(programs: Path, kind: str, count: int) -> Callable[[], float]:
    """The program on this many rules, of which the last one matches."""

    def measure() -> float:
        command = [str(programs / "identity"), kind, str(count)]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    return measure
