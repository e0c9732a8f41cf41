"""This file is about LuaSec's parameters: which are honoured, and that all others are errors."""

from __future__ import annotations

import subprocess

import pytest

from clients import LIVE

BASE = f"""
local ssl = require("peercert.ssl")
local parameters = {{
  mode = "server", protocol = "any", certificate = "{LIVE}/server.pem", key = "{LIVE}/server.key",
  cafile = "{LIVE}/client-ca.pem", verify = "peer", options = "all",
}}
"""
#: What is changed, and what the refusal names.
REFUSED = {
    'parameters.mode = "client"': "mode = client",
    "parameters.mode = nil": "mode = nil",
    'parameters.protocol = "tlsv1"': "protocol = tlsv1",
    'parameters.protocol = "tlsv1_1"': "protocol = tlsv1_1",
    "parameters.protocol = {}": "protocol = table",
    'parameters.verify = {"peer", "perhaps"}': "verify = perhaps",
    "parameters.verify = true": "verify = true",
    "parameters.verify = {peer = true}": "verify = table",
    "parameters.verify = {true}": "verify = table",
    'parameters.verify = {"fail_if_no_peer_cert"}': "verify = fail_if_no_peer_cert",
    'parameters.verifyext = "crl_check"': "verifyext = crl_check",
    'parameters.verifyext = {"lsec_ignore_purpose"}': "verifyext = lsec_ignore_purpose",
    "parameters.verifyext = 1": "verifyext = 1",
    'parameters.options = {"allow_unsafe_legacy_renegotiation"}': "options = allow_unsafe_legacy",
    "parameters.options = 7": "options = 7",
    "parameters.psk = function() end": "psk = function",
    "parameters.dhparam = function() end": "dhparam = function",
    "parameters.dane = true": "dane = true",
    'parameters.capath = "/nowhere"': "/nowhere",
    "parameters.capath = {}": "client_ca_path",
    "parameters.certificates = {}": "certificates = table",
    "parameters.alpn = function() end": "alpn",
    'parameters.key = "/nowhere"': "/nowhere",
    "parameters.certificate = nil": "certificate",
    "parameters.cafile = nil": "client_ca",
    'parameters.ciphers = "NONE"': "ciphers",
    "parameters.depth = -1": "depth",
}
#: What is changed, and the mode that it means.
MODES = {
    "parameters.verify = nil": "none",
    'parameters.verify = "none"': "none",
    'parameters.verify = "peer"': "optional",
    'parameters.verify = {"peer", "client_once"}': "optional",
    'parameters.verify = {"peer", "fail_if_no_peer_cert"}': "require",
    'parameters.verifyext = "lsec_continue"': "request",
    'parameters.verify, parameters.verifyext = {"peer", "fail_if_no_peer_cert"}, "lsec_continue"': (
        "require_any"
    ),
    'parameters.capath, parameters.cafile = parameters.cafile:match("^(.*)/"), nil': "optional",
    'parameters.capath, parameters.verify = "/nowhere", nil': "none",
    'parameters.options = {"no_ticket", "no_tlsv1_3", "cipher_server_preference"}': "optional",
    'parameters.password = function() return "unused" end': "optional",
}


def _said(lua: str, program: str) -> str:
    told = subprocess.run([lua, "-e", BASE + program], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return told.stdout


@pytest.mark.parametrize("change", REFUSED)
def test_what_cannot_be_honoured_is_an_error_that_names_it(lua: str, change: str) -> None:
    said = _said(lua, f"{change} print(ssl.newcontext(parameters))")
    assert said.startswith("nil\t")
    assert REFUSED[change] in said


@pytest.mark.parametrize("change", REFUSED)
def test_wrap_refuses_the_same(lua: str, change: str) -> None:
    said = _said(lua, f"{change} print(ssl.wrap(0, parameters))")
    assert said.startswith("nil\t")
    assert REFUSED[change] in said


@pytest.mark.parametrize("change", MODES)
def test_verify_means_a_mode(lua: str, change: str) -> None:
    program = f"{change} print(assert(ssl.newcontext(parameters)).acceptor:mode())"
    assert _said(lua, program) == f"{MODES[change]}\n"


@pytest.mark.parametrize("wrong", ["nil", "1", '"context"'])
def test_what_is_no_context_is_a_wrong_argument(lua: str, wrong: str) -> None:
    said = _said(lua, f"print(pcall(ssl.wrap, 0, {wrong}))")
    assert said.startswith("false\t")
    assert "bad argument #2 to 'wrap' (context: table expected" in said
