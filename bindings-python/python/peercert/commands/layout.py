"""This file is about a dictionary on a terminal: every key by its name, what is inside it indented.

In: a dictionary of the schema. Out: lines without anything that could steer a terminal. It may not
know what a key means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peercert import log

_STEP = "  "

# The column at which values begin.
_COLUMN = 22


def lines(dictionary: Mapping[str, Any], indent: str = _STEP) -> Iterator[str]:
    """The lines of a dictionary: a value stands beside its key, and what has several below it."""
    for key, value in dictionary.items():
        head, inside = f"{indent}{log.one_line(key)}", indent + _STEP
        if isinstance(value, Mapping) and value:
            yield head
            yield from lines(value, inside)
        elif isinstance(value, list) and value:
            yield head
            yield from (f"{inside}{_inline(item)}" for item in value)
        elif isinstance(value, str) and "\n" in value:
            yield head
            yield from (f"{inside}{log.one_line(line)}" for line in value.splitlines())
        else:
            yield f"{head:<{_COLUMN}}{_inline(value)}"


def _inline(value: Any) -> str:
    """A value on one line: of a dictionary `key value, key value`, of a list `item + item`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == "":
        return "(empty)"
    if value in ([], {}):
        return "(none)"
    if isinstance(value, Mapping):
        return ", ".join(f"{log.one_line(key)} {_inline(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return " + ".join(_inline(item) for item in value)
    return log.one_line(str(value))
