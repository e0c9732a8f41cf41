"""This file is about identity: who a caller is by rules, in the answers of tests/vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import peercert
from dialogue import meet
from scene import client_context, server_options
from test_vectors import TESTS, VECTORS, rows

ROWS = rows(json.loads((VECTORS / "identity.json").read_text(encoding="utf-8")))
ANSWERS = [row for row in ROWS if "identity" in row]
PROBLEMS = [row for row in ROWS if "problems" in row]
GOOD = (TESTS / "pki/live/good.pem").read_bytes()


def caller(row: dict[str, Any]) -> Any:
    """What knows the caller of a row: a report, or a connection."""
    name = row["certificate"]
    if row["by"] == "host":
        return peercert.report(name and (TESTS / f"pki/{name}.pem").read_bytes(), row["verdict"])
    acceptor = peercert.Acceptor(**server_options("request"))
    client = client_context(name and name.removeprefix("live/"), "1.3")
    return meet(acceptor.connection(), peercert.PeerError, client).server


@pytest.mark.parametrize("row", ANSWERS, ids=lambda row: row["why"])
def test_rules_say_who_the_caller_is(row: dict[str, Any]) -> None:
    rules, known = peercert.Rules(row["rules"]), caller(row)
    for answer in (
        rules.identify(known),
        known.identity(rules),
        rules.identify(known.clientcert()),
        rules.explain(known)["identity"],
    ):
        found = dict(answer)
        assert bool(found.pop("message", "")) != found["identified"]
        # As texts, because the order of the keys counts, too.
        assert json.dumps(found) == json.dumps(row["identity"])


@pytest.mark.parametrize("row", PROBLEMS, ids=lambda row: row["why"])
def test_every_problem_of_rules_is_told(row: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(peercert.ConfigError) as raised:
        peercert.Rules(row["rules"])
    place = "line" if isinstance(row["rules"], str) else "rule"
    problems = raised.value.problems or [raised.value]
    assert [[p.code, p.context.get(place)] for p in problems] == row["problems"]
    if place == "line":
        file = tmp_path / "users.rules"
        file.write_text(row["rules"], encoding="utf-8", newline="")
        with pytest.raises(peercert.ConfigError) as raised:
            peercert.Rules(file)
        for problem in raised.value.problems:
            where = f"{file}:{problem.context['line']}: " if "line" in problem.context else ""
            assert problem.message.startswith(where)


def test_text_is_data_and_never_a_path(tmp_path: Path) -> None:
    file = tmp_path / "users.rules"
    file.write_text("preset cn\n", encoding="utf-8")
    assert len(peercert.Rules(file)) == 1
    with pytest.raises(peercert.ConfigError):
        peercert.Rules(str(file))
    with pytest.raises(UnicodeEncodeError):
        peercert.Rules("\udcff")
    with pytest.raises(peercert.ConfigError) as raised:
        peercert.Rules(tmp_path / "missing")
    assert raised.value.code == "config.file_not_found"


@pytest.mark.parametrize("wrong", [None, 1, b"preset cn", object(), {"preset": "cn"}])
def test_rules_of_another_type_are_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="rules are str"):
        peercert.Rules(wrong)


def test_a_dictionary_that_was_made_up_is_believed_no_further_than_it_goes() -> None:
    rules = peercert.Rules("preset cn")
    told = dict(peercert.report(GOOD, "SUCCESS").clientcert())
    assert rules.identify(told)["identified"]  # type: ignore[arg-type]
    for change in ({"verifycode": "CERT_HAS_EXPIRED"}, {"verified": False}):
        assert rules.identify(told | change)["reason"] == "unverified"  # type: ignore[arg-type]
    assert rules.identify(told | {"present": False})["reason"] == "absent"  # type: ignore[arg-type]
    for key in ("present", "verified", "verifycode", "source", "pem"):
        with pytest.raises(KeyError, match=key):
            rules.identify({k: v for k, v in told.items() if k != key})  # type: ignore[arg-type]
    for key, value in {"verified": "yes", "present": 1, "pem": b"", "anchor": 1}.items():
        with pytest.raises(TypeError):
            rules.identify(told | {key: value})  # type: ignore[arg-type]
    for key, value in {"pem": "", "anchor": "ab"}.items():
        with pytest.raises(peercert.Error):
            rules.identify(told | {key: value})  # type: ignore[arg-type]
    for nobody in (None, "jane", GOOD, object()):
        with pytest.raises(TypeError, match="a caller is"):
            rules.identify(nobody)  # type: ignore[arg-type]


def test_a_connection_whose_handshake_has_not_ended_is_nobody_yet() -> None:
    connection = peercert.Acceptor(**server_options("request")).connection()
    with pytest.raises(peercert.StateError):
        connection.identity(peercert.Rules("preset cn"))
    with pytest.raises(peercert.StateError):
        peercert.Rules("preset cn").identify(connection)


def test_a_rehearsal_says_what_would_come_of_every_rule() -> None:
    anchor = peercert.certinfo_file(TESTS / "pki/live/client-ca.pem")["fingerprint"]
    rules = peercert.Rules(f"email x@y a\nsubject.CN /.+/ \\0 anchor={anchor}\npreset cn")

    def outcomes(**more: Any) -> list[str]:
        return [rule["outcome"] for rule in rules.rehearse(GOOD, **more)["rules"]]

    assert outcomes() == ["differs", "anchor", "matched"]
    assert outcomes(anchor=anchor) == ["differs", "matched", "not_tried"]
    assert outcomes(verified=False) == ["differs", "unverified", "unverified"]
    assert outcomes(verified=False, anchor=anchor) == ["differs", "unverified", "unverified"]
    first = rules.rehearse(GOOD)["rules"][0]
    assert first["values"] == [
        {"value": "test-client@example.org", "outcome": "differs", "message": "it differs"}
    ]
    with pytest.raises(peercert.CertificateError):
        rules.rehearse(b"")
