"""This file is about the conventions of LuaSec and LuaSocket: the same scenario runs with LuaSec and
with what stands in for it, and observes the same, but for what is meant to differ.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import clients
from clients import LIVE
from server import Server, running
from serving import STATUSES

SCRIPT = Path(__file__).parent / "luasec" / "conventions.lua"
OURS = "peercert.ssl"
Observed = dict[str, list[Any]]
Client = Callable[[Server, ssl.SSLSocket], None]


def _quiet(server: Server, connection: ssl.SSLSocket) -> None:
    """A client that waits for the server to be done."""
    server.wait_for("^done$")
    connection.close()


def observed(
    lua: str, module: str, scenario: str, client: Client = _quiet, holder: str | None = "good"
) -> Observed:
    """What a scenario observes of a client."""
    context = clients.context(holder)
    context.set_alpn_protocols(["http/1.1"])
    with running([lua, str(SCRIPT), module, scenario, str(LIVE)], STATUSES) as server:
        plain = clients.plain(server.port)
        with context.wrap_socket(plain, server_hostname="localhost") as connection:
            client(server, connection)
        server.wait_for("^done$")
        return _parsed(server)


def _parsed(server: Server) -> Observed:
    lines = (line for line in server.output.splitlines() if line.startswith("["))
    return {words[0]: _few(words[1:]) for words in map(json.loads, lines)}


def _few(results: list[Any]) -> list[Any]:
    """Results of a Lua function as its caller sees them: nil is as good as none."""
    while results and results[-1] is None:
        results.pop()
    return results


def luasec(lua: str) -> None:
    """Skips a test that compares where there is no LuaSec."""
    found = subprocess.run([lua, "-e", 'require("ssl")'], capture_output=True, check=False)
    if found.returncode:
        pytest.skip(f"install lua-sec for {lua}")


def _said(data: bytes) -> Client:
    """A client that says something and ends the connection properly."""

    def client(server: Server, connection: ssl.SSLSocket) -> None:
        del server
        connection.sendall(data)
        with contextlib.suppress(OSError):
            connection.unwrap()

    return client


def _in_halves(server: Server, connection: ssl.SSLSocket) -> None:
    server.wait_for("^waiting half a line$")
    connection.sendall(b"half ")
    server.wait_for("^waiting the other half$")
    connection.sendall(b"and half\n")
    server.wait_for("^done$")


def _ten_bytes(server: Server, connection: ssl.SSLSocket) -> None:
    server.wait_for("^waiting bytes$")
    connection.sendall(b"0123456789")
    server.wait_for("^done$")


def _hearing(connection: ssl.SSLSocket) -> bytes:
    heard = b""
    with contextlib.suppress(ssl.SSLEOFError):
        while came := connection.recv(65536):
            heard += came
    return heard


def _late_reader(server: Server, connection: ssl.SSLSocket) -> None:
    server.wait_for("^waiting the reader$")
    assert _hearing(connection) == b"0123456789abcdef" * 500_000


def _reader(server: Server, connection: ssl.SSLSocket) -> None:
    del server
    assert _hearing(connection) == b"hello" + b"ello" + b"ell" + b"llo" + b"hell" + b"llo" + b"42"


PATTERNS = b"one\r\ntwo\na\rb\r\rc\r\nfour\n\n123de-rest\n\0\xff of it"
SCENARIOS: dict[str, Client] = {
    "patterns": _said(PATTERNS),
    "last_line_without_end": _said(b"no end"),
    "count_that_is_too_large": _said(b"few"),
    "parts": _in_halves,
    "sending": _reader,
    "sending_in_parts": _late_reader,
    "dirt": _ten_bytes,
    "closing": _quiet,
    "names": _quiet,
    "certificate": _quiet,
}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_script_observes_what_it_observes_with_luasec(lua: str, scenario: str) -> None:
    luasec(lua)
    client = SCENARIOS[scenario]
    seen = observed(lua, OURS, scenario, client)
    if scenario == "closing":
        # LuaSec 1.2 crashes there.
        assert seen.pop("handshake") == [False, "closed"]
    assert seen == observed(lua, "ssl", scenario, client)


@pytest.mark.parametrize("holder", ["good", "good-chain", "expired", "unknown-leaf", "server-only"])
def test_lsec_continue_lets_everybody_in_and_tells_the_same_reasons(lua: str, holder: str) -> None:
    luasec(lua)
    seen = observed(lua, OURS, "verdict", holder=holder)
    assert seen["verified"][0] is holder.startswith("good")
    assert seen == observed(lua, "ssl", "verdict", holder=holder)


def test_patterns_are_those_of_luasocket(lua: str) -> None:
    seen = observed(lua, OURS, "patterns", _said(PATTERNS))
    assert seen == {
        "default": ["one"],
        "line": ["two"],
        "line with carriage returns": ["abc"],
        "line behind a prefix": ["prefixfour"],
        "empty line": [""],
        "count": ["123"],
        "no pattern": [False],
        "count behind a prefix": ["abcde"],
        "count that the prefix has": ["prefix"],
        "nothing": [""],
        "all": ["-rest\n\0\xff of it"],
        "all at the end": [None, "closed", ""],
        "line at the end": [None, "closed", ""],
        "count at the end": [None, "closed", "prefix"],
    }


def test_patterns_need_no_star(lua: str) -> None:
    seen = observed(lua, OURS, "without_star", _said(b"one\ntwo\nthree"))
    assert seen == {"line": ["one"], "all": ["two\nthree"]}


def test_an_end_that_the_client_has_not_said_is_no_end_of_all(lua: str) -> None:
    def cut_off(server: Server, connection: ssl.SSLSocket) -> None:
        del server
        connection.sendall(b"one\ntwo\nthree")
        # Without close_notify, as whoever cuts the line would end it.
        connection.close()

    seen = observed(lua, OURS, "without_star", cut_off)
    assert seen == {"line": ["one"], "all": [None, "closed", "two\nthree"]}


def test_nothing_is_received_once_the_connection_is_closed(lua: str) -> None:
    # LuaSec gives what it still holds.
    seen = observed(lua, OURS, "closing_with_lines", _said(b"one\ntwo\n"))
    assert seen == {
        "line": ["one"],
        "dirty": [True],
        "line after": [None, "closed", ""],
        "dirty after": [False],
    }


def test_without_a_certificate_nobody_is_verified_and_the_chain_is_empty(lua: str) -> None:
    seen = observed(lua, OURS, "absence", holder=None)
    assert seen == {"certificate": [], "verified": [False, "absent"], "chain": [{}]}


def test_a_wait_that_is_over_is_a_timeout(lua: str) -> None:
    def endless(server: Server, connection: ssl.SSLSocket) -> None:
        server.wait_for("^waiting the endless line$")
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(b"no end ")

    seen = observed(lua, OURS, "patience", endless)
    # LuaSec says "wantread" there, which means that the socket may not wait.
    assert seen["each wait"] == [None, "timeout", ""]
    assert seen["the whole call"] == [None, "timeout", True]


def test_a_refused_client_is_a_word_for_luasec_and_a_report_for_who_asks(lua: str) -> None:
    with running([lua, str(SCRIPT), OURS, "refusal", str(LIVE)], STATUSES) as server:
        alert = clients.alert(server.port, "expired", "1.2")
        server.wait_for("^done$")
        seen = _parsed(server)
    assert alert == "SSLV3_ALERT_CERTIFICATE_EXPIRED"
    done, word = seen["refused"]
    assert done is False
    assert word.startswith("peer.certificate_refused: ")
    assert seen["why"][0]["clientcert"]["verifycode"] == "CERT_HAS_EXPIRED"


def test_a_socket_that_was_closed_aside_takes_no_stranger_for_its_client(lua: str) -> None:
    assert observed(lua, OURS, "taken_descriptor") == {
        "same descriptor": [True],
        "descriptor": [-1],
        "receive": [None, "closed", ""],
        "send": [None, "closed", 0],
        "handshake": [False, "closed"],
        "dirty": [False],
        "close": [True],
        "other is open": [True],
    }


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_sessions_are_resumed_and_the_client_stays_verified(lua: str, version: str) -> None:
    context = clients.context("good", version)
    session = None
    with running([lua, str(SCRIPT), OURS, "resumption", str(LIVE), "2"], STATUSES) as server:
        for _ in range(2):
            plain = clients.plain(server.port)
            with context.wrap_socket(plain, server_hostname="localhost", session=session) as client:
                assert client.recv(100) == b"verified\n"
                reused, session = client.session_reused, client.session
        server.wait_for("^done$")
    assert reused is True
