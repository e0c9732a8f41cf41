"""This file is about CONTRIBUTING.md: its tables name what the project has."""

from __future__ import annotations

import operator
import re
import tomllib
from pathlib import Path

import pytest

import peercert

TREE = Path(__file__).parents[2]
TEXT = (TREE / "CONTRIBUTING.md").read_text()


def _rows(section: str) -> list[list[str]]:
    body = TEXT.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in body.splitlines() if line.startswith("| ")]
    return rows[1:]


def _names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _operations(column: int) -> list[str]:
    return [name for row in _rows("Operations") for name in _names(row[column])]


@pytest.mark.parametrize("name", _operations(2))
def test_an_operation_has_its_name_in_python(name: str) -> None:
    assert name.startswith("peercert.")
    assert callable(operator.attrgetter(name.removeprefix("peercert."))(peercert))


@pytest.mark.parametrize("name", _operations(1))
def test_an_operation_has_its_name_in_rust(name: str) -> None:
    sources = "".join(path.read_text() for path in (TREE / "core" / "src").rglob("*.rs"))
    assert re.search(rf"\bpub (fn|struct) {name}\b", sources)


@pytest.mark.parametrize("name", _operations(3))
def test_an_operation_has_its_name_in_c(name: str) -> None:
    header = (TREE / "bindings-c" / "include" / "peercert.h").read_text()
    assert re.search(rf"\b{name}\(", header)


@pytest.mark.parametrize("name", _operations(4))
def test_an_operation_has_its_name_in_lua(name: str) -> None:
    owner, mark, operation = re.split("([.:])", name)
    # What all that know a caller have in common is written once, for a class of any name.
    owners = {
        "peercert": "peercert",
        "acceptor": "Acceptor",
        "connection": "(Connection|class)",
        "rules": r"caller\.Rules",
        "forwarded": "Forwarded",
    }
    sources = TREE.glob("bindings-lua/lua/peercert/*.lua")
    pattern = rf"^ *function {owners[owner]}{re.escape(mark)}{operation}\("
    assert any(re.search(pattern, path.read_text(), re.MULTILINE) for path in sources)


def test_an_operation_is_spelled_alike_in_every_language() -> None:
    # A type in Rust may be a function elsewhere, in lower case then.
    names = [name.lower() for name in _operations(1)]
    assert names == [name.rpartition(".")[2].lower() for name in _operations(2)]
    assert names == [re.split("[.:]", name)[1] for name in _operations(4)]
    for name, in_c in zip(names, _operations(3), strict=True):
        assert re.fullmatch(rf"peercert(_[a-z]+)?_{name}(_new|_at)?", in_c)


def test_every_dependency_has_its_reason() -> None:
    used = set()
    workspace = tomllib.loads((TREE / "Cargo.toml").read_text())["workspace"]
    for folder in workspace["members"]:
        manifest = tomllib.loads((TREE / folder / "Cargo.toml").read_text())
        for table in ("dependencies", "dev-dependencies", "build-dependencies"):
            used |= set(manifest.get(table, {}))
    project = tomllib.loads((TREE / "pyproject.toml").read_text())
    requirements = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["cli"],
        *(r for group in project["dependency-groups"].values() for r in group),
    ]
    used |= {re.split(r"[^A-Za-z0-9_-]", r)[0] for r in requirements if isinstance(r, str)}
    used -= {"peercert"}
    assert {name for row in _rows("Dependencies") for name in _names(row[0])} >= used
