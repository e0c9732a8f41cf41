"""This file is about the vectors: the Python face gives the answers of tests/vectors."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

import peercert
from dialogue import Meeting, meet
from scene import client_context, server_options

TESTS = Path(__file__).resolve().parents[1]
VECTORS = TESTS / "vectors"
LIBRARY = "aws-lc" if "AWS-LC" in peercert.version()[1] else "openssl"
CLIENTCERT = json.loads((VECTORS / "clientcert.json").read_text())


def rows(vectors: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows that hold for this TLS library."""
    return [row for row in vectors["rows"] if row.get("library") in (None, LIBRARY)]


def option(value: Any) -> Any:
    """The value of an option as the vectors write it."""
    if not isinstance(value, dict):
        return value
    if "options" in value:
        return {name: option(inside) for name, inside in value["options"]}
    file = TESTS / "pki" / (value.get("file") or value["bytes"])
    return file if "file" in value else file.read_bytes()


@pytest.mark.parametrize("path", sorted(VECTORS.glob("certinfo/*.json")), ids=lambda p: p.stem)
def test_a_certificate_has_the_dictionary_of_its_vector(path: Path) -> None:
    expected = json.loads(path.read_text(encoding="utf-8"))["certinfo"]
    expected["pem"] = (TESTS / expected["pem"]).read_text()
    found: dict[str, Any] = dict(peercert.certinfo(expected["pem"].encode()))
    found["warnings"] = sorted({warning["code"] for warning in found["warnings"]})
    # As texts, because the order of the keys counts, too.
    assert json.dumps(found) == json.dumps(expected)


def test_every_row_of_options_has_its_problems_and_no_other() -> None:
    for row in rows(json.loads((VECTORS / "config.json").read_text())):
        found: list[list[str]] = []
        try:
            peercert.Acceptor(**{name: option(value) for name, value in row["options"]})
        except peercert.ConfigError as error:
            found = [[problem.code, problem.context["option"]] for problem in error.problems]
        assert sorted(found) == sorted(row["problems"]), row["why"]


@pytest.mark.parametrize("client", sorted({str(row["client"]) for row in CLIENTCERT["rows"]}))
def test_a_client_meets_what_its_rows_say(client: str) -> None:
    for row in (row for row in rows(CLIENTCERT) if str(row["client"]) == client):
        more = CLIENTCERT["options"].get(client, {})
        acceptor = peercert.Acceptor(**server_options(row["mode"], **more))
        context = client_context(row["client"], row["tls"])
        meeting = meet(acceptor.connection(), peercert.PeerError, context)
        if row["session"] == "offered":
            offered = meeting.session
            meeting = meet(acceptor.connection(), peercert.PeerError, context, offered)
        found = outcome(meeting)
        head = {
            key: row[key] for key in ("mode", "client", "tls", "library", "session") if key in row
        }
        assert json.dumps(head | found) == json.dumps(row)


def outcome(meeting: Meeting) -> dict[str, Any]:
    """What a row says of a connection."""
    server, error = meeting.server, meeting.error
    report = error.clientcert if error else server.clientcert()
    found = shown(dict(report)) if report else {}
    if error:
        return {"outcome": "refused", "alert": meeting.alert, "error": error.code} | found
    return {"resumed": server.details()["resumed"], "outcome": "accepted"} | found


def shown(report: dict[str, Any]) -> dict[str, Any]:
    """What the vectors say of a report."""
    errors, fingerprint = report.pop("verifyerrors", []), report.get("fingerprint")
    verdict = dict(itertools.islice(report.items(), list(report).index("source") + 1))
    found = {"clientcert": verdict}
    if errors:
        found["firsterror"] = errors[0]
    return found | ({"fingerprint": fingerprint} if fingerprint else {})
