"""This file is about finding the snippets of a document and what each says about how it is run.

In: Markdown. Out: the fenced blocks in order, each with the directive on the line above it:

    <!-- run: console -->        commands after `$ `, below each what it prints; `...` is anything
    <!-- run: program -->        a Python program that ends by itself
    <!-- run: file app.py -->    the content of a file that later snippets use
    <!-- run: server -->         a command or Python program that stays up until the next one
    <!-- not run: reason -->     everything else, with the reason

Blocks without a language, and `text`, are not code. A document whose snippets want more than what the
tests demand anyway names the commands, once: `<!-- needs: node, go -->`. It runs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(
    r"^(?:<!-- (?P<how>run|not run): (?P<what>[^\n]+?) -->\n)?"
    r"```(?P<language>[a-z]*)[^\n]*\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_NEEDS = re.compile(r"^<!-- needs: (.+) -->$", re.MULTILINE)
KINDS = ("console", "program", "file", "server")


@dataclass(frozen=True)
class Snippet:
    """A fenced block."""

    document: Path
    line: int
    language: str
    kind: str
    argument: str
    code: str


@dataclass(frozen=True)
class Command:
    """A command of a `console` block and what it prints."""

    command: str
    expected: str


def snippets(document: Path) -> list[Snippet]:
    """The code blocks of a document; one that does not say how it is run has the kind ''."""
    text = document.read_text()
    found = []
    for match in _BLOCK.finditer(text):
        language = match["language"]
        if language in ("", "text"):
            continue
        line = text.count("\n", 0, match.start("code"))
        if match["how"] == "not run":
            kind, argument = "not run", match["what"]
        else:
            kind, _, argument = (match["what"] or "").partition(" ")
        found.append(Snippet(document, line, language, kind, argument, match["code"]))
    return found


def needs(document: Path) -> list[str]:
    """The commands that a document's snippets want, and not every machine has."""
    return [name for found in _NEEDS.findall(document.read_text()) for name in found.split(", ")]


def commands(code: str) -> list[Command]:
    """The commands of a `console` block; a line that ends in a backslash goes on."""
    found: list[Command] = []
    continues = False
    for line in code.splitlines(keepends=True):
        if continues:
            last = found.pop()
            found.append(Command(last.command + line, ""))
        elif line.startswith("$ "):
            found.append(Command(line[2:], ""))
        else:
            last = found.pop()
            found.append(Command(last.command, last.expected + line))
            continue
        continues = line.rstrip("\n").endswith("\\")
    return found


def matches(expected: str, printed: str) -> bool:
    """Whether what was printed is what the document shows; `...` stands for anything."""
    parts = [re.escape(part) for part in expected.rstrip("\n").split("...")]
    return re.fullmatch(".*?".join(parts), printed.rstrip("\n"), re.DOTALL) is not None
