"""This file is about the vectors: a C program gives the answers of tests/vectors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import programs
from building import TREE, Library

VECTORS = TREE / "tests" / "vectors"

#: A list of C's holds texts alone.
CANNOT_BE_SAID = ["config: cannot be said in C: alpn of a wrong type: [1]"]


@pytest.fixture(scope="module")
def program(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runner of the vectors."""
    return programs.compiled(library, tmp_path_factory.mktemp("vectors"), "vectors", "jansson")


def counted(name: str, library: Library) -> tuple[int, int]:
    """How many rows of a file are for this TLS library, and how many for another."""
    rows = json.loads((VECTORS / f"{name}.json").read_text())["rows"]
    ours = sum(row.get("library") in (None, library.name) for row in rows)
    return ours, len(rows) - ours


def test_every_certificate_has_the_dictionary_of_its_vector(program: Path) -> None:
    count = len(list((VECTORS / "certinfo").glob("*.json")))
    assert f"certinfo: {count} ran\n" in programs.run(program, "certinfo")


def test_every_client_meets_what_its_row_says(program: Path, library: Library) -> None:
    ours, others = counted("clientcert", library)
    expected = f"clientcert: {ours} ran, {others} are for another TLS library\n"
    assert expected in programs.run(program, "clientcert")


def test_every_verdict_of_a_host_is_reported_as_its_row_says(
    program: Path, library: Library
) -> None:
    ours, _ = counted("verdict", library)
    assert f"verdict: {ours} ran\n" in programs.run(program, "verdict")


def test_rules_say_who_the_caller_is(program: Path) -> None:
    rows = json.loads((VECTORS / "identity.json").read_text())["rows"]
    written = sum(isinstance(row["rules"], str) for row in rows)
    assert f"identity: {written} ran\n" in programs.run(program, "identity")


def test_callers_are_exported_as_their_rows_say(program: Path, library: Library) -> None:
    ours, _ = counted("export", library)
    assert f"export: {ours} ran\n" in programs.run(program, "export")


def test_what_proxies_forward_is_read_as_its_row_says(program: Path) -> None:
    vectors = json.loads((VECTORS / "forwarded.json").read_text())
    rows, names, options = (len(vectors[key]) for key in ("rows", "names", "options"))
    expected = f"forwarded: {rows} requests, {names} names, {options} options ran\n"
    assert expected in programs.run(program, "forwarded")


def test_every_row_of_options_has_its_problems_and_no_other(
    program: Path, library: Library
) -> None:
    ours, others = counted("config", library)
    *unsaid, counts, _ = programs.run(program, "config").splitlines()
    assert unsaid == CANNOT_BE_SAID
    expected = f"config: {ours - len(unsaid)} ran, {others} are for another TLS library"
    assert counts == expected
