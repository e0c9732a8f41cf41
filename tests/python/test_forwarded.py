"""This file is about what trusted proxies forward: the vectors, from Python."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest

import peercert

VECTORS = json.loads(
    (Path(__file__).resolve().parents[1] / "vectors" / "forwarded.json").read_text()
)
ROWS = VECTORS["rows"]


def headers(row: dict[str, Any]) -> list[tuple[str, str]]:
    """A row's headers; a list is a text and how often it is repeated."""
    return [
        (name, value[0] * value[1] if isinstance(value, list) else value)
        for name, value in row["headers"]
    ]


def shown(report: peercert.Report | None) -> dict[str, Any] | None:
    """What the vectors say of a report."""
    if report is None:
        return None
    found: dict[str, Any] = dict(report.clientcert())
    assert found["source"] == "forwarded"
    known = {key: found[key] for key in ("present", "verified", "verifycode")}
    known["chain"] = len(report.chain() or [])
    return known | ({"fingerprint": found["fingerprint"]} if found["present"] else {})


@pytest.mark.parametrize("row", ROWS, ids=[row["why"] for row in ROWS])
def test_a_request_is_answered_as_its_row_says(row: dict[str, Any]) -> None:
    forwarded = peercert.Forwarded(*(VECTORS["proxies"][name] for name in row["proxies"]))
    texts = headers(row)
    octets = [(name.encode(), value.encode("latin-1")) for name, value in texts]
    for given in (texts, octets):
        found: dict[str, Any]
        try:
            found = {"report": shown(forwarded.read(row["sender"], given))}
        except peercert.PeerError as error:
            found = {"error": error.code}
        assert found == {key: row[key] for key in ("report", "error") if key in row}
    assert all(name == "Host" for name, _ in forwarded.strip(texts))
    assert all(name == b"Host" for name, _ in forwarded.strip(octets))


def test_a_name_is_stripped_in_every_spelling() -> None:
    forwarded = peercert.Forwarded(VECTORS["proxies"]["renamed"])
    for row in VECTORS["names"]:
        assert forwarded.claims(row["name"]) is row["claims"], row["name"]
        assert forwarded.claims(row["name"].encode()) is row["claims"], row["name"]
        assert forwarded.claims_variable(f"HTTP_{row['name']}") is row["claims"], row["name"]
        assert not forwarded.claims_variable(row["name"])


@pytest.mark.parametrize("row", VECTORS["options"], ids=[row["why"] for row in VECTORS["options"]])
def test_every_wrong_option_is_told_at_once(row: dict[str, Any]) -> None:
    with pytest.raises(peercert.ConfigError) as caught:
        peercert.Forwarded(**row["options"])
    found = [[problem.code, problem.context["option"]] for problem in caught.value.problems]
    assert sorted(found) == sorted(row["problems"])


def test_a_character_that_is_no_octet_is_refused() -> None:
    forwarded = peercert.Forwarded(VECTORS["proxies"]["rfc9440"])
    with pytest.raises(peercert.PeerError, match="not ASCII"):
        forwarded.read("10.0.0.1", [("Client-Cert", "\u0141")])
    with pytest.raises(TypeError):
        forwarded.read("10.0.0.1", [("Client-Cert", None)])  # type: ignore[list-item]


@pytest.mark.parametrize("headers", [{"Client-Cert": "x"}, ["Client-Cert"], [("Client-Cert",)]])
def test_headers_that_are_no_pairs_are_refused(headers: Any) -> None:
    forwarded = peercert.Forwarded()
    for call in (functools.partial(forwarded.read, ""), forwarded.strip):
        with pytest.raises(TypeError, match="pairs"):
            call(headers)
    lists: Any = [["Client-Cert", "x"], ["Host", "a"]]
    left: Any = forwarded.strip(lists)
    assert left == [["Host", "a"]]


def test_an_environ_is_read_whatever_its_server_has_made_of_the_spelling() -> None:
    forwarded = peercert.Forwarded(VECTORS["proxies"]["rfc9440-verified"])
    (row,) = (row for row in ROWS if row["why"] == "RFC 9440 has no verdict")
    ((_, item),) = headers(row)
    report = forwarded.read_environ("10.0.0.1", {"HTTP_CLIENT_CERT": item, "wsgi.input": None})
    assert report is not None
    assert report.clientcert()["verified"] is True
    # What is no header says nothing.
    report = forwarded.read_environ("10.0.0.1", {"CLIENT_CERT": item, "Client-Cert": item})
    assert report is not None
    assert report.clientcert()["present"] is False
    assert forwarded.read_environ("192.0.2.1", {"HTTP_CLIENT_CERT": item}) is None
