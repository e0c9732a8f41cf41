"""This file is about what trusted proxies forward: the Lua module gives the answers of tests/vectors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from answering import Program, Refusal

VECTORS = json.loads(
    (Path(__file__).resolve().parents[1] / "vectors" / "forwarded.json").read_text()
)
ROWS = VECTORS["rows"]


@pytest.fixture(scope="module")
def program(lua: str) -> Iterator[Program]:
    """The program that answers."""
    with Program(lua) as running:
        yield running


def pairs(row: dict[str, Any]) -> list[list[Any]]:
    """A row's headers; a list is a text and how often it is repeated."""
    return [
        [name, (value[0] * value[1] if isinstance(value, list) else value).encode("latin-1")]
        for name, value in row["headers"]
    ]


def by_name(headers: list[list[Any]]) -> dict[str, Any]:
    """The same as values by name; those of a name that is there several times are a list."""
    found: dict[str, Any] = {}
    for name, value in headers:
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


@pytest.mark.parametrize("row", ROWS, ids=[row["why"] for row in ROWS])
def test_a_request_is_answered_as_its_row_says(row: dict[str, Any], program: Program) -> None:
    program.ask("forwarded", [VECTORS["proxies"][name] for name in row["proxies"]])
    listed = pairs(row)
    for headers in (listed, by_name(listed)):
        found: dict[str, Any]
        try:
            report = program.ask("read_forwarded", {"sender": row["sender"], "headers": headers})
            found = {"report": report or None}
        except Refusal as error:
            found = {"error": error.code}
        assert found == {key: row[key] for key in ("report", "error") if key in row}
    hosts = [[name, value.decode()] for name, value in listed if name == "Host"]
    assert program.ask("strip", listed) == hosts
    assert program.ask("strip", by_name(listed)) == (dict(hosts) or [])


def test_a_name_is_stripped_in_every_spelling(program: Program) -> None:
    program.ask("forwarded", [VECTORS["proxies"]["renamed"]])
    for row in VECTORS["names"]:
        expected = [row["claims"], row["claims"], False]
        assert program.ask("claims", row["name"]) == expected, row["name"]


@pytest.mark.parametrize("row", VECTORS["options"], ids=[row["why"] for row in VECTORS["options"]])
def test_every_wrong_option_is_told_at_once(row: dict[str, Any], program: Program) -> None:
    with pytest.raises(Refusal) as caught:
        program.ask("forwarded", [row["options"]])
    found = [[told["code"], told["context"]["option"]] for told in caught.value.problems]
    assert sorted(found) == sorted(row["problems"])
    assert "horse" not in str(caught.value)


def test_without_a_proxy_nobody_is_believed_and_headers_are_stripped(program: Program) -> None:
    program.ask("forwarded", [])
    headers = [["Client-Cert", "x"], ["Host", "localhost"]]
    assert program.ask("read_forwarded", {"sender": "127.0.0.1", "headers": headers}) is False
    assert program.ask("read_forwarded", {"headers": headers}) is False
    assert program.ask("strip", headers) == [["Host", "localhost"]]
