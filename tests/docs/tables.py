"""This file is about the tables of the documents, and of the annotations for Lua, that are made of
the code's own tables.

In: documents with `<!-- table: NAME -->` ... `<!-- end of table -->`, and the core's example
program `tables`. Out: the documents as they should be; written with `--write` (`make tables`).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

TREE = Path(__file__).parents[2]
_PLACE = re.compile(r"(<!-- table: ([a-z ]+) -->\n).*?((?:-- )?<!-- end of table -->)", re.DOTALL)


def documents() -> list[Path]:
    """The documents that have such a table."""
    everything = [*TREE.glob("*.md"), *(TREE / "docs").rglob("*.md")]
    everything += (TREE / "bindings-lua" / "library").glob("*.lua")
    return [path for path in sorted(everything) if _PLACE.search(path.read_text())]


def current(document: Path) -> str:
    """The text of a document with its tables as the code has them now."""
    return _PLACE.sub(lambda m: f"{m[1]}\n{_table(m[2])}\n{m[3]}", document.read_text())


def _table(words: str) -> str:
    return subprocess.run(
        ["cargo", "run", "--quiet", "-p", "peercert", "--example", "tables", "--", *words.split()],
        cwd=TREE,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def main() -> int:
    """Writes, with `--write`; else names the documents that are not current."""
    stale = [(path, text) for path in documents() if (text := current(path)) != path.read_text()]
    for path, text in stale:
        print(path.relative_to(TREE))
        if "--write" in sys.argv:
            path.write_text(text)
    return 1 if stale and "--write" not in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
