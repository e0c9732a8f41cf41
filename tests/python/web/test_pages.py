"""This file is about `peercert.pages`: which form a client gets, what it says to whom, and that
values stay text."""

from __future__ import annotations

import dataclasses

import pytest

import peercert
from peercert import pages

ABSENT = peercert.report(None, "NONE").clientcert()
ASK = "Whoever runs this server gives you one"


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


def test_who_has_no_certificate_is_told_whom_to_ask() -> None:
    assert ASK in pages.refusal(ABSENT, "It is needed.", "403 Forbidden")


def test_for_development_the_files_and_commands_are_told_and_stay_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [field.name for field in dataclasses.fields(pages.Development)]
    told = pages.Development(**{name: f"<b>{name}</b> & more" for name in names})
    monkeypatch.setattr(pages, "development", told)
    page = pages.refusal(ABSENT, "It is needed.", "403 Forbidden")
    assert ASK not in page
    assert "<b>" not in page
    for name in names:
        assert f"&lt;b&gt;{name}&lt;/b&gt; &amp; more" in page
