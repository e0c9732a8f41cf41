"""This file is about misuse: a C program does everything wrong that can be told, under sanitizers."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import programs
from building import TREE, Library

TOPICS = (
    "nulls",
    "values",
    "order",
    "buffers",
    "input",
    "peers",
    "rules",
    "export",
    "forwarded",
    "threads",
    "forks",
)


@pytest.fixture(scope="module")
def program(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program."""
    return programs.compiled(library, tmp_path_factory.mktemp("misuse"), "misuse", more=("-lm",))


@pytest.mark.parametrize("topic", TOPICS)
def test_what_is_wrong_is_told_and_nothing_else_happens(program: Path, topic: str) -> None:
    assert programs.run(program, topic)


def test_every_topic_of_the_program_is_run() -> None:
    source = (programs.HERE / "misuse" / "main.c").read_text()
    assert tuple(re.findall(r'\{"(\w+)", misuse_\w+\}', source)) == TOPICS


def test_every_exported_function_is_called(program: Path, library: Library) -> None:
    rows = [line.split() for line in (TREE / "bindings-c" / "exports").read_text().splitlines()]
    exported = {row[0] for row in rows if library.name == "openssl" or "openssl" not in row[1:]}
    command = ["nm", "--undefined-only", "--format=posix", str(program)]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    called = {line.split()[0].partition("@")[0] for line in shown.splitlines()}
    assert {name for name in called if name.startswith("peercert_")} == exported
