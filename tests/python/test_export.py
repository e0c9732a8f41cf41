"""This file is about the names that applications already read: the vectors, and real connections."""

from __future__ import annotations

import contextlib
import json
import ssl
from pathlib import Path
from typing import Any

import pytest

import peercert
from dialogue import meet
from scene import LIVE, client_context, server_options

TESTS = Path(__file__).resolve().parents[1]
ROWS = json.loads((TESTS / "vectors" / "export.json").read_text())["rows"]
FORMS = ("apache", "nginx", "cgi", "basicauth", "rfc9440", "xfcc", "asgi")


def details(given: dict[str, Any]) -> dict[str, Any]:
    """The keyword arguments that say what a row knows of the connection."""
    found = dict(given)
    if server := found.pop("server", None):
        found["server_certificate"] = (TESTS / server).read_bytes()
    if cipher := found.get("cipher"):
        found["cipher"] = (cipher["name"], cipher["number"], tuple(cipher["bits"]))
    if session := found.get("session_id"):
        found["session_id"] = bytes.fromhex(session)
    return found


@pytest.mark.parametrize("row", ROWS, ids=[row["why"] for row in ROWS])
def test_a_caller_is_exported_as_its_row_says(row: dict[str, Any]) -> None:
    pem = (TESTS / row["certificate"]).read_text() if row["certificate"] else None
    report = peercert.report(pem, row["verdict"])
    for form in FORMS:
        found: dict[str, Any]
        try:
            found = report.export(form, **details(row["details"]))
        except peercert.Error as error:
            found = {"error": error.code}
        if form == "apache":
            assert found.pop("SSL_VERSION_INTERFACE") == f"peercert/{peercert.__version__}"
            assert "/" in found.pop("SSL_VERSION_LIBRARY")
        assert found == row[form], form


def test_an_unknown_form_is_an_error_that_names_the_others() -> None:
    with pytest.raises(peercert.StateError, match=r"iis.*apache.*xfcc") as caught:
        peercert.report(None, None).export("iis")
    assert caught.value.code == "state.invalid_argument"
    with pytest.raises(TypeError, match="serial"):
        peercert.report(None, None).export("apache", serial=1)


def test_a_connection_fills_in_what_was_negotiated() -> None:
    acceptor = peercert.Acceptor(**server_options("request"))
    meeting = meet(acceptor.connection(), peercert.Error, client_context("good"))
    connection = meeting.server
    asgi = connection.export("asgi")
    assert asgi["tls_version"] == 0x0304
    assert asgi["cipher_suite"] in (0x1301, 0x1302, 0x1303)
    assert asgi["client_cert_chain"] == [(LIVE / "good.pem").read_text()]
    assert asgi["server_cert"] == (LIVE / "server.pem").read_text()
    assert asgi["client_cert_error"] is None
    assert connection.export("cgi", user="jane")["REMOTE_USER"] == "jane"
    assert connection.export("apache")["SSL_PROTOCOL"] == "TLSv1.3"


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize(
    ("name", "own"), [("www.example.org", "server"), ("rsa.example.org", "server-rsa")]
)
def test_the_certificate_that_is_told_is_that_of_the_host(
    version: str, name: str, own: str
) -> None:
    rsa = {"certificate": LIVE / "server-rsa.pem", "key": LIVE / "server-rsa.key"}
    acceptor = peercert.Acceptor(**server_options("request", hosts={"rsa.example.org": rsa}))
    connection = acceptor.connection()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = client_context("good", version)
    client = context.wrap_bio(incoming, outgoing, server_hostname=name)
    done = False
    while not done:
        with contextlib.suppress(ssl.SSLWantReadError):
            client.do_handshake()
        connection.feed(outgoing.read())
        done = connection.handshake()
        incoming.write(connection.take())
    assert connection.export("asgi")["server_cert"] == (LIVE / f"{own}.pem").read_text()
    assert connection.export("apache")["SSL_TLS_SNI"] == name
