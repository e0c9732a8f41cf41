"""This file is about clients whose TLS is neither OpenSSL nor ours: Go's crypto/tls, and GnuTLS."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ours
import programs
from clients import LIVE, PATIENCE

#: Asks at a port, with a version of TLS, as a client with that certificate or none: what it is
#: answered, or the number of the alert that it is sent.
Ask = Callable[[int, str, str | None], dict[str, Any] | int]
Port = Callable[[str, str], int]

VERDICTS = {
    None: "ABSENT",
    "good": "OK",
    "good-chain": "OK",
    "expired": "CERT_HAS_EXPIRED",
    "unknown-chain": "SELF_SIGNED_CERT_IN_CHAIN",
}
#: RFC 8446, 6.2; without a certificate, what each version has for that.
ALERTS = {"expired": 45, "unknown-chain": 48}
NO_CERTIFICATE = {"1.2": 40, "1.3": 116}

both_versions = pytest.mark.parametrize("version", ["1.2", "1.3"])
every_client = pytest.mark.parametrize("client", VERDICTS)


def own(client: str | None) -> list[str]:
    """The files of certificate and key, or none."""
    return [str(LIVE / f"{client}.{kind}") for kind in ("pem", "key")] if client else []


@pytest.fixture(scope="session")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client in Go, compiled."""
    go = programs.found("go", "golang-go")
    folder = tmp_path_factory.mktemp("go")
    source = Path(__file__).parent / "clients" / "visit.go"
    offline = {"GOCACHE": str(folder / "cache"), "GOPROXY": "off", "GOTOOLCHAIN": "local"}
    programs.run(go, "build", "-o", str(folder / "visit"), str(source), cwd=folder, **offline)
    return folder / "visit"


def by_go(
    program: Path, port: int, version: str, client: str | None, when: str
) -> dict[str, Any] | int:
    """What crypto/tls is answered."""
    address, ca = f"localhost:{port}", LIVE / "server-ca.pem"
    said = programs.run(program, address, ca, version, when, *own(client))
    return (
        int(alert[1]) if (alert := re.fullmatch("alert ([0-9]+)", said)) else ours.clientcert(said)
    )


def by_gnutls(port: int, version: str, client: str | None) -> dict[str, Any] | int:
    """What GnuTLS is answered."""
    command = [programs.found("gnutls-cli", "gnutls-bin")]
    command += ["--x509cafile", str(LIVE / "server-ca.pem"), "-p", str(port)]
    command += ["--priority", f"NORMAL:-VERS-ALL:+VERS-TLS{version}"]
    for option, file in zip(("--x509certfile", "--x509keyfile"), own(client), strict=False):
        command += [option, file]
    # It ends when its input does: that stays open, and the server ends the connection.
    reading, writing = os.pipe()
    os.write(writing, b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
    with os.fdopen(reading), os.fdopen(writing, "w"):
        ended = subprocess.run(
            [*command, "localhost"],
            stdin=reading,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    said = ended.stdout + ended.stderr
    if alert := re.search(r"Received alert \[([0-9]+)\]", said):
        return int(alert[1])
    assert ended.returncode == 0, said
    return ours.clientcert(said)


@pytest.fixture(params=["Go", "GnuTLS"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Either of the two clients."""
    if request.param == "GnuTLS":
        return by_gnutls
    program: Path = request.getfixturevalue("visit")
    return lambda port, version, client: by_go(program, port, version, client, "always")


@both_versions
@every_client
def test_whoever_calls_is_told_of_when_certificates_are_requested(
    ask: Ask, client: str | None, version: str, port: Port
) -> None:
    answer = ask(port("request", ""), version, client)
    assert isinstance(answer, dict), answer
    assert answer["verifycode"] == VERDICTS[client]
    assert answer["verified"] == (VERDICTS[client] == "OK")
    assert answer["present"] == (client is not None)


@both_versions
@every_client
def test_who_has_no_good_certificate_learns_why_when_one_is_required(
    ask: Ask, client: str | None, version: str, port: Port
) -> None:
    answer = ask(port("require", ""), version, client)
    if VERDICTS[client] == "OK":
        assert isinstance(answer, dict), answer
        assert answer["verified"] is True
    else:
        assert answer == (ALERTS[client] if client else NO_CERTIFICATE[version])


@both_versions
@pytest.mark.parametrize(
    ("client", "code"), [("good", "OK"), ("good-chain", "OK"), ("unknown-chain", "ABSENT")]
)
def test_go_sends_a_certificate_to_who_names_its_ca(
    client: str, code: str, version: str, visit: Path, port: Port
) -> None:
    answer = by_go(visit, port("request", ""), version, client, "asks")
    assert isinstance(answer, dict), answer
    assert answer["verifycode"] == code
