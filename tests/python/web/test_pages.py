"""This file is about `peercert.pages`: which form a client gets, and that values stay text."""

from __future__ import annotations

import pytest

from peercert import pages


@pytest.mark.parametrize(
    "accept",
    ["application/json", "application/json, text/html;q=0.9", "APPLICATION/JSON", "application/*"],
)
def test_json_is_for_clients_that_rank_it_higher(accept: str) -> None:
    assert pages.prefers_json(accept)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "text/html",
        "text/html, application/json",
        "application/json;q=0",
        "application/json;q=0.1, */*",
        "application/json;q=x",
        "application/json;q=nan",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    ],
)
def test_html_is_for_everybody_else(accept: str) -> None:
    assert not pages.prefers_json(accept)
