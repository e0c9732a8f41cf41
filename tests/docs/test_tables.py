"""This file is about the generated tables: each says what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

import tables


@pytest.mark.parametrize("document", tables.documents(), ids=lambda path: path.name)
def test_the_tables_of_a_document_are_those_of_the_code(document: Path) -> None:
    assert tables.current(document) == document.read_text(), "write them anew: make tables"


def test_the_readme_has_the_modes_and_the_keys() -> None:
    text = (tables.TREE / "README.md").read_text()
    assert "<!-- table: modes -->" in text
    assert "<!-- table: keys -->" in text
