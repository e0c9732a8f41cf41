"""This file is about the vectors: the Python face gives the answers of tests/vectors."""

from __future__ import annotations

import itertools
import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import peercert
from scene import client_context, server_options

TESTS = Path(__file__).resolve().parents[1]
VECTORS = TESTS / "vectors"
LIBRARY = "aws-lc" if "AWS-LC" in peercert.version()[1] else "openssl"
ALERTS = {"HANDSHAKE_FAILURE": 40, "BAD_CERTIFICATE": 42, "UNSUPPORTED_CERTIFICATE": 43,
    "CERTIFICATE_EXPIRED": 45, "ILLEGAL_PARAMETER": 47, "UNKNOWN_CA": 48, "DECODE_ERROR": 50,
    "DECRYPT_ERROR": 51, "CERTIFICATE_REQUIRED": 116}  # fmt: skip
CLIENTCERT = json.loads((VECTORS / "clientcert.json").read_text())


def rows(vectors: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows that hold for this TLS library."""
    return [row for row in vectors["rows"] if row.get("library") in (None, LIBRARY)]


def option(value: Any) -> Any:
    """The value of an option as the vectors write it."""
    if not isinstance(value, dict):
        return value
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
        found, session = connect(acceptor, context, None)
        if row["session"] == "offered":
            found, _ = connect(acceptor, context, session)
        head = {
            key: row[key] for key in ("mode", "client", "tls", "library", "session") if key in row
        }
        assert json.dumps(head | found) == json.dumps(row)


def connect(acceptor: Any, context: ssl.SSLContext, session: Any) -> tuple[dict[str, Any], Any]:
    """One connection, in memory: what a row says of it, and the client's session."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, session=session)
    server, error, alert = acceptor.connection(), None, None
    steps: Iterator[Callable[[], object]] = itertools.chain(
        [client.do_handshake], itertools.repeat(lambda: client.read(64))
    )
    step, greeted, idle = next(steps), False, 0
    while idle < 2:
        try:
            step()
            step = next(steps)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as refusal:
            alert = alert or ALERTS.get(str(refusal.reason).partition("ALERT_")[2])
        sent = outgoing.read()
        try:
            server.feed(sent)
            if server.handshake() and not greeted:
                greeted = bool(server.write(b"welcome"))
        except peercert.PeerError as refusal:
            error = refusal
        answer = server.take()
        incoming.write(answer)
        idle = 0 if sent or answer else idle + 1
    report = server.clientcert() if error is None else error.clientcert
    found = shown(dict(report)) if report else {}
    if error is None:
        resumed = server.details()["resumed"]
        return {"resumed": resumed, "outcome": "accepted"} | found, client.session
    return {"outcome": "refused", "alert": alert, "error": error.code} | found, None


def shown(report: dict[str, Any]) -> dict[str, Any]:
    """What the vectors say of a report."""
    errors, fingerprint = report.pop("verifyerrors", []), report.get("fingerprint")
    verdict = dict(itertools.islice(report.items(), list(report).index("source") + 1))
    found = {"clientcert": verdict}
    if errors:
        found["firsterror"] = errors[0]
    return found | ({"fingerprint": fingerprint} if fingerprint else {})
