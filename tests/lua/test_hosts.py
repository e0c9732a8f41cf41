"""This file is about hosts that end TLS themselves: one script decides in all of them who calls."""

from __future__ import annotations

import os
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import hosts

#: Each host, and the interpreter that it embeds.
EMBEDDED: dict[str, tuple[Callable[[Path], hosts.Started], str]] = {
    "nginx": (hosts.nginx, "luajit"),
    "haproxy": (hosts.haproxy, "lua5.3"),
    "lighttpd": (hosts.lighttpd, "lua5.4"),
}
EXPECTED = {
    None: ("absent\n", 403),
    "good": ("test-client\n", 200),
    "expired": ("certificate has expired\n", 403),
    "unknown-ca": ("unable to verify the first certificate\n", 403),
    # Its CA is ours, its purpose is not.
    "server-only": ("unsuitable certificate purpose\n", 403),
    # Verified, and nobody that the script knows.
    "no-eku": ("no user in CN = no-eku, O = NaviServer Test\n", 403),
}
#: lighttpd shows a certificate only when it verified.
HIDDEN = ("expired", "unknown-ca", "server-only")


class Host:
    """A host that answers on a port."""

    def __init__(self, name: str, port: int, folder: Path) -> None:
        self.name, self.port, self._folder = name, port, folder

    def expect(self, client: str | None, *options: str) -> None:
        """Asks as that client, and expects what it has to be answered."""
        found = hosts.answer(self.port, client, *options)
        assert found == self.expected(client), hosts.logged(self._folder)

    def expected(self, client: str | None) -> tuple[str, int]:
        """What that client has to be answered."""
        hidden = self.name == "lighttpd" and client in HIDDEN
        return EXPECTED[None if hidden else client]


@pytest.fixture(scope="module", params=EMBEDDED)
def host(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    """A host that runs, where the module is built for the Lua that it embeds."""
    start, embedded = EMBEDDED[request.param]
    if os.environ["PEERCERT_LUA"] != embedded:
        pytest.skip(f"{request.param} embeds {embedded}")
    folder = tmp_path_factory.mktemp(request.param)
    port = hosts.set_up(folder)
    with hosts.running(start(folder), folder):
        found = Host(request.param, port, folder)
        # Its answer says that it is up; before that it may have no pid to be ended by.
        found.expect(None)
        yield found


@pytest.mark.parametrize("client", EXPECTED)
def test_a_client_is_told_who_it_is_or_why_it_is_nobody(host: Host, client: str | None) -> None:
    for version in ("1.2", "1.3"):
        host.expect(client, f"--tlsv{version}", "--tls-max", version)


def test_a_header_of_a_client_changes_nothing(host: Host) -> None:
    host.expect(None, "-H", "X-User: root", "-H", "SSL_CLIENT_VERIFY: SUCCESS")


def test_a_host_serves_one_client_after_the_other(host: Host) -> None:
    for _ in range(5):
        for client in EXPECTED:
            host.expect(client)


@pytest.mark.parametrize(
    ("certificate", "verdict", "expected"),
    [
        ("live/good", "SUCCESS", "test-client nil"),
        ("info/step-ca", "SUCCESS", "jane nil"),
        ("info/step-ca", "NONE", "nil unspecified certificate verification error"),
        ("info/step-ca", "FAILED:certificate revoked", "nil certificate revoked"),
        # Two addresses: which of them calls is nowhere said.
        ("info/san-mixed", "SUCCESS", "nil no user in"),
        ("live/script", "SUCCESS", "nil no user in"),
    ],
)
def test_a_user_is_a_spiffe_id_or_the_only_address(
    lua: str, certificate: str, verdict: str, expected: str
) -> None:
    program = """
        local who = require("who")
        local file = assert(io.open(arg[1], "rb"))
        local user, why = who.user(file:read("*a"), arg[2])
        print(tostring(user) .. " " .. tostring(why))"""
    path = f"{hosts.EXAMPLE}/?.lua;{os.environ['LUA_PATH']}"
    told = subprocess.run(
        [lua, "-", str(hosts.PKI / f"{certificate}.pem"), verdict],
        input=program,
        env=os.environ | {"LUA_PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.startswith(expected)


@pytest.mark.parametrize("client", [client for client in EXPECTED if client])
@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_a_resumed_session_makes_nobody_another(host: Host, client: str, version: str) -> None:
    expected, _ = host.expected(client)
    visitor = hosts.Returning(host.port, client, ssl.TLSVersion[version])
    for resumed in (False, True, True):
        assert visitor.visit() == (expected, resumed)
