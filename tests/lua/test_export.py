"""This file is about the names that applications already read: the Lua module gives the answers of
tests/vectors, and those of connections."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from answering import Program, Refusal
from dialogue import meet
from scene import LIVE, client_context, server_options

TESTS = Path(__file__).resolve().parents[1]
ROWS = json.loads((TESTS / "vectors" / "export.json").read_text(encoding="utf-8"))["rows"]
FORMS = ("apache", "nginx", "cgi", "basicauth", "rfc9440", "xfcc", "asgi")


@pytest.fixture(scope="module")
def program(lua: str) -> Iterator[Program]:
    """The program that answers."""
    with Program(lua) as running:
        yield running


def details(given: dict[str, Any]) -> dict[str, Any]:
    """What a row knows of the connection, by the names of details."""
    found = dict(given)
    if server := found.pop("server", None):
        found["server_certificate"] = (TESTS / server).read_bytes()
    if cipher := found.pop("cipher", None):
        secret, of_algorithm = cipher["bits"]
        found |= {"cipher": cipher["name"], "cipher_number": cipher["number"]}
        found |= {"cipher_bits": secret, "cipher_algorithm_bits": of_algorithm}
    if session := found.get("session_id"):
        found["session_id"] = bytes.fromhex(session)
    return found


def known(names: dict[str, Any]) -> dict[str, Any]:
    """What Lua's tables can say: no value stands for what is not known."""
    return {name: value for name, value in names.items() if value is not None}


@pytest.mark.parametrize("row", ROWS, ids=[row["why"] for row in ROWS])
def test_a_caller_is_exported_as_its_row_says(row: dict[str, Any], program: Program) -> None:
    asked = {"verdict": row["verdict"], "details": details(row["details"])}
    if row["certificate"]:
        asked["certificate"] = (TESTS / row["certificate"]).read_bytes()
    ours, library = program.ask("version")
    for form in FORMS:
        found: dict[str, Any]
        try:
            # An empty table is a list here.
            found = program.ask("export", asked | {"form": form}) or {}
        except Refusal as error:
            found = {"error": error.code}
        if form == "apache":
            assert found.pop("SSL_VERSION_INTERFACE") == f"peercert/{ours}"
            assert found.pop("SSL_VERSION_LIBRARY").split("/")[0] in library
        assert found == known(row[form]), form


def test_a_connection_fills_in_what_was_negotiated(program: Program) -> None:
    program.ask("acceptor", server_options("request"))
    meeting = meet(program.connection(), Refusal, client_context("good", "1.3"))
    assert meeting.error is None
    asgi = program.ask("exported", {"form": "asgi"})
    assert asgi["tls_version"] == 0x0304
    assert asgi["client_cert_chain"] == [(LIVE / "good.pem").read_text()]
    assert asgi["server_cert"] == (LIVE / "server.pem").read_text()
    assert "client_cert_error" not in asgi
    assert program.ask("exported", {"form": "Apache"})["SSL_PROTOCOL"] == "TLSv1.3"
    jane = {"form": "cgi", "details": {"user": "jane"}}
    assert program.ask("exported", jane)["REMOTE_USER"] == "jane"
    # What was negotiated nobody but the connection says.
    with pytest.raises(Refusal, match=r"config.unknown_option: .*protocol"):
        program.ask("exported", {"form": "apache", "details": {"protocol": "TLSv9"}})


@pytest.mark.parametrize(
    ("details", "problems"),
    [
        ({"serial": "1"}, [["config.unknown_option", "serial"]]),
        (
            {"user": 1, "pinned": "yes"},
            [["config.wrong_type", "pinned"], ["config.wrong_type", "user"]],
        ),
        ({"user": b"\xff"}, [["config.wrong_type", "user"]]),
        ({"now": 0.5}, [["config.wrong_type", "now"]]),
        ({"cipher": "x", "cipher_number": 65536}, [["config.invalid_value", "cipher_number"]]),
        ({"cipher_bits": 128}, [["config.missing_option", "cipher"]]),
        ({"server_certificate": "server.pem"}, [["certificate.unreadable", "server_certificate"]]),
        ({"resumed": True, "Resumed": True}, [["config.duplicate_option", "resumed"]]),
        (
            {"alpn": [], "session_id": {"x": 1}},
            [["config.wrong_type", "alpn"], ["config.wrong_type", "session_id"]],
        ),
    ],
)
def test_every_wrong_detail_is_told_at_once(
    program: Program, details: dict[str, Any], problems: list[list[str]]
) -> None:
    with pytest.raises(Refusal) as caught:
        program.ask("export", {"form": "apache", "details": details})
    found = [[told["code"], told["context"]["option"]] for told in caught.value.problems]
    assert (sorted(found) or [[caught.value.code]]) == problems


def test_an_unknown_form_is_an_error_that_names_the_others(program: Program) -> None:
    with pytest.raises(Refusal, match=r"iis.*apache.*xfcc") as caught:
        program.ask("export", {"form": "iis"})
    assert caught.value.code == "state.invalid_argument"
