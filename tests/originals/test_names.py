"""This file is about the names of a caller, side by side: what Apache, nginx and Node say, and ours."""

from __future__ import annotations

import datetime
import re
import ssl
from collections.abc import Callable

import pytest

import apache
import differences
import nginx
import node
import ours
from callers import EVERYBODY, Caller

ORIGINALS = {"apache": apache, "nginx": nginx, "node": node}
ANSWERED = [name for name in EVERYBODY if name not in differences.REFUSED]
CELLS = [(form, name) for form in ("nginx", "node") for name in EVERYBODY]
CELLS += [("apache", name) for name in ANSWERED]

NAMED = {entry.row for entry in differences.DIFFERENCES}
NAMED |= {differences.WHY_REFUSED, differences.USERS, *differences.ELSEWHERE}

both_versions = pytest.mark.parametrize("version", ["1.2", "1.3"])
Find = Callable[[str], Caller]
Port = Callable[[str, str], int]


def alert(caller: Caller, port: int, version: str) -> str:
    """The alert that a server ends the handshake with."""
    with pytest.raises(ssl.SSLError) as caught:
        caller.ask(port, version)
    return str(caught.value.reason)


@both_versions
@pytest.mark.parametrize(("form", "name"), CELLS)
def test_a_caller_has_the_names_that_the_original_gives(
    form: str, name: str, version: str, caller: Find, port: Port
) -> None:
    theirs, ours_too = port(form, name), port("request", name)
    day = None
    # The days that are left change at midnight.
    while day != (day := datetime.datetime.now(datetime.UTC).date()):
        original = ORIGINALS[form].names(caller(name).ask(theirs, version))
        found = ours.names(caller(name).ask(ours_too, version), form)
    if form == "nginx" and nginx.NEW not in original:
        found.pop(nginx.NEW, None)
    differing = {
        key: (original.get(key), found.get(key))
        for key in original.keys() | found.keys()
        if original.get(key) != found.get(key)
    }
    meant = differences.meant(form, name, version)
    assert differing.keys() == meant.keys(), differing
    for key, values in differing.items():
        for value, pattern in zip(values, meant[key], strict=True):
            assert (value is None) == (pattern is None), (key, values)
            if value is not None and pattern is not None:
                assert re.fullmatch(pattern, value.decode()), (key, values)


@both_versions
@pytest.mark.parametrize("name", differences.REFUSED)
def test_whom_apache_refuses_our_optional_refuses_with_the_same_alert(
    name: str, version: str, caller: Find, port: Port
) -> None:
    theirs = alert(caller(name), port("apache", name), version)
    assert theirs == alert(caller(name), port("optional", name), version)
    assert "ALERT" in theirs


@pytest.mark.parametrize("name", ANSWERED)
def test_whom_apache_calls_generous_is_generous_when_that_is_asked_for(
    name: str, caller: Find, port: Port
) -> None:
    theirs = apache.names(caller(name).ask(port("apache", name), "1.2"))["SSL_CLIENT_VERIFY"]
    found = ours.names(caller(name).ask(port("request", name), "1.2"), "generous")
    assert (theirs == b"GENEROUS") == (found["SSL_CLIENT_VERIFY"] == b"GENEROUS")
    assert (theirs == b"GENEROUS") == (name in differences.UNKNOWN)


@pytest.mark.parametrize("row", differences.rows(), ids=lambda row: row.split("|")[2].strip())
def test_a_difference_of_the_document_is_compared(row: str) -> None:
    assert [name for name in NAMED if name in row], f"nothing compares: {row}"


def test_every_difference_has_its_reason_in_the_document() -> None:
    rows = {name: [row for row in differences.rows() if name in row] for name in NAMED}
    assert [name for name, found in rows.items() if len(found) != 1] == []
