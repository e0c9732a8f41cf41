"""This file is about the vectors: a Lua program gives the answers of tests/vectors.

Lua's tables know no order of keys and no empty dictionary; Lua 5.1's and LuaJIT's numbers no integers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from answering import Program, Refusal
from dialogue import Meeting, meet
from scene import client_context, server_options

TESTS = Path(__file__).resolve().parents[1]
VECTORS = TESTS / "vectors"
CLIENTCERT = json.loads((VECTORS / "clientcert.json").read_text())
CONFIG = json.loads((VECTORS / "config.json").read_text())
CERTINFO = sorted(VECTORS.glob("certinfo/*.json"))
#: The keys of any certificate's dictionary.
OF_CERTIFICATES = {
    key for path in CERTINFO for key in json.loads(path.read_text(encoding="utf-8"))["certinfo"]
}


@pytest.fixture(scope="module")
def program(lua: str) -> Iterator[Program]:
    """The program that answers."""
    with Program(lua) as running:
        yield running


def rows(vectors: dict[str, Any], program: Program) -> list[dict[str, Any]]:
    """The rows that hold for this TLS library."""
    library = "aws-lc" if "AWS-LC" in program.ask("version")[1] else "openssl"
    return [row for row in vectors["rows"] if row.get("library") in (None, library)]


def canonical(value: Any) -> str:
    """A value as a text that tells numbers' types, too, and no order of keys."""
    return json.dumps(value, sort_keys=True).replace("{}", "[]")


def option(value: Any) -> Any:
    """The value of an option as the vectors write it."""
    if not isinstance(value, dict):
        return value
    if "options" in value:
        return {name: option(inside) for name, inside in value["options"]}
    file = TESTS / "pki" / (value.get("file") or value["bytes"])
    return file if "file" in value else file.read_bytes()


@pytest.mark.parametrize("path", CERTINFO, ids=lambda path: path.stem)
def test_a_certificate_has_the_dictionary_of_its_vector(path: Path, program: Program) -> None:
    expected = json.loads(path.read_text(encoding="utf-8"))["certinfo"]
    expected["pem"] = (TESTS / expected["pem"]).read_text()
    found = program.ask("certinfo", expected["pem"])
    found["warnings"] = sorted({warning["code"] for warning in found["warnings"]})
    assert canonical(found) == canonical(expected)


def test_every_row_of_options_has_its_problems_and_no_other(program: Program) -> None:
    ran = rows(CONFIG, program)
    for row in ran:
        # As a table, where an option that stands twice would be one.
        options = {name: option(value) for name, value in row["options"]}
        assert len(options) == len(row["options"])
        found: list[list[str]] = []
        warnings = None
        try:
            warnings = program.ask("acceptor", options)
        except Refusal as error:
            found = [[told["code"], told["context"]["option"]] for told in error.problems]
        assert sorted(found) == sorted(row["problems"]), row["why"]
        assert warnings == row.get("warnings", warnings), row["why"]
    assert len(ran) > 100


@pytest.mark.parametrize("client", sorted({str(row["client"]) for row in CLIENTCERT["rows"]}))
def test_a_client_meets_what_its_rows_say(client: str, program: Program) -> None:
    ran = [row for row in rows(CLIENTCERT, program) if str(row["client"]) == client]
    for row in ran:
        program.ask(
            "acceptor", server_options(row["mode"], **CLIENTCERT["options"].get(client, {}))
        )
        context = client_context(row["client"], row["tls"])
        meeting = meet(program.connection(), Refusal, context)
        if row["session"] == "offered":
            meeting = meet(program.connection(), Refusal, context, meeting.session)
        head = {
            key: row[key] for key in ("mode", "client", "tls", "library", "session") if key in row
        }
        assert canonical(head | outcome(meeting)) == canonical(row)
    assert ran or client in {str(row["client"]) for row in CLIENTCERT["rows"] if "library" in row}


def outcome(meeting: Meeting) -> dict[str, Any]:
    """What a row says of a connection."""
    server, error = meeting.server, meeting.error
    report = error.clientcert if error else server.clientcert()
    found = shown(report) if report else {}
    if error:
        return {"outcome": "refused", "alert": meeting.alert, "error": error.code} | found
    assert canonical(json.loads(server.json())) == canonical(report)
    return {"resumed": server.details()["resumed"], "outcome": "accepted"} | found


def shown(report: dict[str, Any]) -> dict[str, Any]:
    """What the vectors say of a report: all that is not of the certificate."""
    verdict = {
        key: value for key, value in report.items() if key not in {*OF_CERTIFICATES, "verifyerrors"}
    }
    found: dict[str, Any] = {"clientcert": verdict}
    if report.get("verifyerrors"):
        found["firsterror"] = report["verifyerrors"][0]
    if report.get("fingerprint"):
        found["fingerprint"] = report["fingerprint"]
    return found
