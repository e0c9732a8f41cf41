"""This file is about acceptors in operation: virtual hosts, shared ticket keys, reloads, counters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import programs
from building import Library

TOPICS = ("hosts", "counters", "tickets", "reload", "warnings", "crowd", "watch")


@pytest.fixture(scope="module")
def program(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program."""
    return programs.compiled(library, tmp_path_factory.mktemp("acceptor"), "acceptor")


@pytest.mark.parametrize("topic", TOPICS)
def test_an_acceptor_in_operation_does_what_the_manual_says(program: Path, topic: str) -> None:
    assert programs.run(program, topic)


def test_every_topic_of_the_program_is_run() -> None:
    source = (programs.HERE / "acceptor" / "main.c").read_text()
    assert tuple(re.findall(r'\{"(\w+)",\s+acceptor_\w+\}', source)) == TOPICS
