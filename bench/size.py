"""This file is about the size of libraries.

In: a program, and libraries that it loads. Out: their kilobytes on disk, as installed.
"""

from __future__ import annotations

import subprocess
from pathlib import Path


def libraries(program: Path, names: tuple[str, ...]) -> float:
    """The libraries together, found as the loader finds them."""
    loaded = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    lines = (line.split() for line in loaded.splitlines())
    found = {words[0].split(".")[0]: Path(words[2]) for words in lines if "=>" in words}
    return sum(found[name].stat().st_size for name in names) / 1000
