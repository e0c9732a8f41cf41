"""This file is about sessions that go from one process to another, as tests/vectors say.

In: resumption.json, the rows of another process whose clock is the system's. Rust runs all of them.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dialogue import ALERTS
from elsewhere import GREETING, Process, process
from scene import LIVE, client_context

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "resumption.json").read_text())
ROWS = [
    row for row in VECTORS["rows"] if row["process"] == "other" and row["certificate"] != "expired"
]


@pytest.fixture(scope="module")
def processes() -> Iterator[tuple[Process, Process]]:
    """Two processes that have the same ticket keys and nothing else in common."""
    with process() as one, process() as other:
        assert one.first["pid"] != other.first["pid"]
        yield one, other


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a ticket key."""
    file = tmp_path_factory.mktemp("keys") / "ticket.key"
    file.write_bytes(bytes(range(80)))
    return file


def clients(mode: str, certificate: dict[str, Any], when: int) -> dict[str, Any]:
    """The options on clients in a mode, before (0) or after (1)."""
    options: dict[str, Any] = {"client_cert_mode": mode}
    if mode != "none":
        options["client_ca_file"] = str(LIVE / certificate["ca"][when])
        if certificate["crl"][when]:
            options["client_crl_file"] = str(LIVE / certificate["crl"][when])
    return options


def options(row: dict[str, Any], when: int, key: Path) -> dict[str, Any]:
    """The options of the server before (0) or after (1)."""
    certificate = VECTORS["certificates"][row["certificate"]]
    host = VECTORS["hosts"][row["host"]]
    modes = row["before"], row["after"]
    found: dict[str, Any] = {"certificate": str(LIVE / "server.pem"),
        "key": str(LIVE / "server.key"), "ticket_key_files": str(key)}  # fmt: skip
    if host["hosts"][when] is None:
        return found | clients(modes[when], certificate, when)
    served = (0, 1) if host["beside"] else (when,)
    return found | {
        "hosts": {host["hosts"][at]: clients(modes[at], certificate, when) for at in served}
    }


def connect(
    server: Process,
    settings: dict[str, Any],
    context: ssl.SSLContext,
    name: str,
    session: ssl.SSLSession | None,
) -> tuple[dict[str, Any], int | None, ssl.SSLSession | None]:
    """What the server tells of a connection, the alert that its client received, its session."""
    alert, kept = None, None
    with server.call(settings) as theirs:
        try:
            with context.wrap_socket(theirs, server_hostname=name, session=session) as tls:
                heard = b""
                while chunk := tls.recv(1000):
                    heard += chunk
                assert heard == GREETING
                kept = tls.session
        except ssl.SSLError as error:
            alert = ALERTS[str(error.reason).partition("ALERT_")[2]]
    return server.told(), alert, kept


@pytest.mark.parametrize("host", VECTORS["hosts"])
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_another_process_resumes_a_session_where_its_row_says_so(
    tls: str, host: str, processes: tuple[Process, Process], key: Path
) -> None:
    ran = 0
    for row in (row for row in ROWS if (row["tls"], row["host"]) == (tls, host)):
        asked = VECTORS["hosts"][host]["asked"]
        context = client_context(VECTORS["certificates"][row["certificate"]]["client"], tls)
        one, other = processes
        _, _, session = connect(one, options(row, 0, key), context, asked[0], None)
        told, alert, _ = connect(other, options(row, 1, key), context, asked[1], session)
        assert (session is not None) == row["session"], row
        assert told.get("resumed") == row.get("resumed"), row
        assert (told.get("error"), alert) == (row.get("error"), row.get("alert")), row
        expected = VECTORS["reports"][row["report"]]
        keys = ("present", "verified", "verifyresult", "verifycode", "anchor", "fingerprint")
        assert {k: told["report"][k] for k in keys if k in told["report"]} == expected, row
        ran += 1
    assert ran == 100
