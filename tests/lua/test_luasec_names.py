"""This file is about LuaSec's contexts by server name, as what stands in for LuaSec chooses them."""

from __future__ import annotations

import contextlib
import json
import subprocess
from pathlib import Path

import pytest

import clients
from clients import LIVE
from server import running
from serving import STATUSES

SCRIPT = Path(__file__).parent / "luasec" / "names.lua"
#: The OID of an RSA key (rsaEncryption), as DER has it.
RSA = bytes.fromhex("2a864886f70d010101")
#: A certificate or none, and the name that is asked for.
VISITORS = [
    (None, None),
    ("good", "other.test"),
    (None, "admin.test"),
    ("good", "admin.test"),
    ("expired", "Admin.Test"),
]
PREPARED = f"""
local ssl = require("peercert.ssl")
local function context(more)
  local parameters = {{ mode = "server", certificate = "{LIVE}/server.pem", key = "{LIVE}/server.key" }}
  for name, value in pairs(more or {{}}) do parameters[name] = value end
  return assert(ssl.newcontext(parameters))
end
local function pair() return assert(ssl.wrap(1, context())) end
"""


def told(lua: str, *arguments: str) -> list[tuple[list[str], str]]:
    """What the server says of each visitor, and whose certificate that one was shown."""
    shown = []
    command = [lua, str(SCRIPT), "peercert.ssl", str(LIVE), str(len(VISITORS)), *arguments]
    with running(command, STATUSES) as server:
        for holder, name in VISITORS:
            context = clients.context(holder)
            context.check_hostname = False
            context.set_alpn_protocols(["h2"])
            kind = "none"
            with (
                contextlib.suppress(OSError),
                context.wrap_socket(clients.plain(server.port), server_hostname=name) as client,
            ):
                kind = "RSA" if RSA in (client.getpeercert(binary_form=True) or b"") else "EC"
                client.recv(100)
            shown.append(kind)
        server.wait_for("^done$")
        seen = [json.loads(line) for line in server.output.splitlines() if line.startswith("[")]
    return list(zip(seen, shown, strict=True))


def test_the_name_decides_which_context_a_client_meets(lua: str) -> None:
    assert [seen for seen, _ in told(lua)] == [
        ["in", "", False, "h2"],
        ["in", "other.test", False, "h2"],
        ["refused", "peer.no_certificate"],
        ["in", "admin.test", True, ""],
        ["refused", "peer.certificate_refused"],
    ]


def test_a_strict_choice_refuses_every_other_name(lua: str) -> None:
    seen = told(lua, "strict")
    assert [words for words, _ in seen] == [
        ["refused", "peer.unrecognized_name"],
        ["refused", "peer.unrecognized_name"],
        ["refused", "peer.no_certificate"],
        ["in", "admin.test", True, ""],
        ["refused", "peer.certificate_refused"],
    ]


def test_each_context_shows_its_own_certificate(lua: str) -> None:
    shown = [kind for _, kind in told(lua)]
    assert (shown[0], shown[1], shown[3]) == ("EC", "EC", "RSA")


@pytest.mark.parametrize(
    ("program", "expected"),
    {
        "pair():sni()": "bad argument #1 to 'sni' (names: table expected",
        "pair():sni({ a = 1 })": "bad argument #1 to 'sni' (names: contexts by name expected)",
        "pair():sni({ context() })": "bad argument #1 to 'sni' (names: contexts by name expected)",
        'pair():sni({ ["a b"] = context() })': "config.bad_host_name",
        'pair():sni({ a = context({ options = "no_ticket" }) })': "sni: session_tickets of a has to",
        'pair():sni({ a = context({ curve = "P-256" }) })': "sni: groups of a has to be the same",
        "pair():sni({}, true)": "config.missing_option",
        'require("peercert").acceptor({ certificate = "%s/server.pem", key = "%s/server.key" })'
        ":wrap(1):sni({})": "'sni' is for connections of ssl.wrap",
    }.items(),
)
def test_what_cannot_be_chosen_from_is_an_error(lua: str, program: str, expected: str) -> None:
    program = program.replace("%s", str(LIVE))
    ended = subprocess.run(
        [lua, "-e", f"{PREPARED} print(pcall(function() {program} end))"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout.startswith("false\t"), ended.stderr
    assert expected in ended.stdout


def test_contexts_that_agree_in_what_the_server_has_are_one_acceptor(lua: str) -> None:
    program = """
      local lists = { ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256", curveslist = { "P-256", "X25519" } }
      local usual, other = context(lists), context(lists)
      local names = { a = other }
      local first = usual:by_name(names)
      assert(first == usual:by_name(names) and first ~= usual:by_name(names, true))
      local strict = usual:by_name(names, true)
      names.b = other
      assert(strict ~= usual:by_name(names, true))
      names.b = nil
      assert(usual:by_name(names, true) and usual:by_name({}))
      print("done")
    """
    ended = subprocess.run(
        [lua, "-e", PREPARED + program], capture_output=True, text=True, check=False
    )
    assert ended.stdout == "done\n", ended.stderr
