"""This file is about authorities that people already have: what they issue, presented to our server.

In: the steps that are in their manuals, run by their own programs. Out: a real client with the
result, and who the server takes it for.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import clients
import ours
import programs
from clients import LIVE
from peercert import wsgi

EASY_RSA = Path("/usr/share/easy-rsa/easyrsa")
PASSWORD = "a password that nobody guesses"

AUTHORITY_EXTENSIONS = """\
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
"""
# The names that NaviServer's manual has.
CLIENT_EXTENSIONS = """\
[client]
basicConstraints = CA:FALSE
keyUsage = digitalSignature
extendedKeyUsage = clientAuth
subjectAltName = @names

[names]
DNS.1 = client1.example.org
DNS.2 = client2.example.org
email.1 = test-client@example.org
URI.1 = spiffe://example.org/user/test-client
"""
# OpenSSL 3 keeps the ciphers of old PKCS#12 files apart.
WITH_LEGACY = """\
openssl_conf = start
[start]
providers = both
[both]
default = on
legacy = on
[on]
activate = 1
"""


def told(authority: Path, *options: str | Path) -> dict[str, Any]:
    """Who curl is with these options, when clients of that authority are required."""
    with ours.serving("require", client_ca_file=authority) as port:
        answer: dict[str, Any] = json.loads(clients.curl(port, "{}/", *map(str, options)))
    clientcert: dict[str, Any] = answer["clientcert"]
    assert clientcert["verified"] is True
    return clientcert


def names(clientcert: dict[str, Any]) -> dict[str, Any]:
    """The alternative names that there are."""
    return {kind: values for kind, values in clientcert["san"].items() if values}


def test_an_extension_file_for_openssl_makes_a_client(tmp_path: Path) -> None:
    openssl = programs.found("openssl")

    def run(*words: str) -> None:
        programs.run(openssl, *words, cwd=tmp_path)

    (tmp_path / "ca.ext").write_text(AUTHORITY_EXTENSIONS)
    (tmp_path / "client.ext").write_text(CLIENT_EXTENSIONS)
    for name, subject in (
        ("ca", "/CN=NaviServer Test Client CA"),
        ("client", "/CN=test-client/O=NaviServer Test"),
    ):
        run("genrsa", "-out", f"{name}.key", "2048")
        run("req", "-new", "-key", f"{name}.key", "-out", f"{name}.csr", "-subj", subject)
    sign = ["x509", "-req", "-sha256", "-days", "365"]
    run(*sign, "-in", "ca.csr", "-signkey", "ca.key", "-out", "ca.crt", "-extfile", "ca.ext")
    run(
        *sign,
        *("-in", "client.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"),
        *("-out", "client.crt", "-extfile", "client.ext", "-extensions", "client"),
    )
    clientcert = told(
        tmp_path / "ca.crt", "--cert", tmp_path / "client.crt", "--key", tmp_path / "client.key"
    )
    assert clientcert["subject"] == "CN = test-client, O = NaviServer Test"
    assert clientcert["issuer"] == "CN = NaviServer Test Client CA"
    assert names(clientcert) == {
        "dns": ["client1.example.org", "client2.example.org"],
        "email": ["test-client@example.org"],
        "uri": ["spiffe://example.org/user/test-client"],
    }
    # The X.509-SVID standard wants the key usage to be critical.
    assert "spiffeid" not in clientcert


@pytest.fixture(scope="module")
def easy_rsa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an authority that easy-rsa has made, with one client."""
    if not EASY_RSA.exists():
        pytest.skip("install easy-rsa")
    programs.found("openssl")
    folder = tmp_path_factory.mktemp("easy-rsa")
    for words in (
        ["init-pki"],
        ["build-ca", "nopass"],
        ["gen-req", "jane", "nopass"],
        ["--san=DNS:jane.example.org", "sign-req", "client", "jane"],
    ):
        programs.run(EASY_RSA, *words, cwd=folder, EASYRSA_BATCH="1")
    return folder / "pki"


def test_easy_rsa_makes_a_client(easy_rsa: Path) -> None:
    own = ("--cert", easy_rsa / "issued" / "jane.crt", "--key", easy_rsa / "private" / "jane.key")
    is_jane(told(easy_rsa / "ca.crt", *own))


@pytest.mark.parametrize("form", ["modern", "legacy"])
def test_a_bundle_of_openssls_opens_for_the_client_that_calls(
    form: str, easy_rsa: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "jane.p12"
    programs.run(
        *("openssl", "pkcs12", "-export", *(["-legacy"] if form == "legacy" else [])),
        *("-in", easy_rsa / "issued" / "jane.crt", "-inkey", easy_rsa / "private" / "jane.key"),
        *("-certfile", easy_rsa / "ca.crt", "-passout", f"pass:{PASSWORD}", "-out", bundle),
    )
    if form == "legacy":
        (tmp_path / "openssl.cnf").write_text(WITH_LEGACY)
        monkeypatch.setenv("OPENSSL_CONF", str(tmp_path / "openssl.cnf"))
    is_jane(told(easy_rsa / "ca.crt", "--cert-type", "P12", "--cert", bundle, "--pass", PASSWORD))


def is_jane(clientcert: dict[str, Any]) -> None:
    """easy-rsa's client, with what has to be looked at: the key usage and the name."""
    assert clientcert["subject"] == "CN = jane"
    assert clientcert["issuer"] == "CN = Easy-RSA CA"
    assert names(clientcert) == {"dns": ["jane.example.org"]}
    assert clientcert["extendedkeyusage"] == ["clientAuth"]


def peercert(folder: Path, *words: str | Path) -> None:
    """Runs our command."""
    programs.run(sys.executable, "-m", "peercert", *words, cwd=folder, SECRET=PASSWORD)


def test_a_request_with_an_address_in_its_alternative_name_is_signed(tmp_path: Path) -> None:
    peercert(tmp_path, "ca", "init")
    programs.run(
        *(programs.found("openssl"), "req", "-new", "-newkey", "ec", "-nodes"),
        *("-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", "john.key", "-out", "john.csr"),
        *("-subj", "/CN=John Doe", "-addext", "subjectAltName=email:john.doe@example.org"),
        cwd=tmp_path,
    )
    usages = ("--extended-key-usage", "serverAuth", "--extended-key-usage", "clientAuth")
    peercert(tmp_path, "ca", "sign", *usages, "--name", "john", "john.csr")
    own = ("--cert", str(tmp_path / "pki" / "john.pem"), "--key", str(tmp_path / "john.key"))
    page = ("-o", str(tmp_path / "page"), "-w", "%{http_code}", "{}/")
    guarded = wsgi.require(ours.tell)
    authority = tmp_path / "pki" / "ca.pem"
    with ours.serving("request", guarded, client_ca_file=authority) as port:
        assert clients.curl(port, *page) == "403"
        assert clients.curl(port, *own, *page) == "200"
    clientcert = json.loads((tmp_path / "page").read_text())["clientcert"]
    assert clientcert["subject"] == "CN = John Doe"
    assert names(clientcert) == {"email": ["john.doe@example.org"]}
    assert clientcert["extendedkeyusage"] == ["serverAuth", "clientAuth"]
    assert {"subjectkeyid", "authoritykeyid"} <= clientcert.keys()


@pytest.mark.parametrize("form", ["modern", "legacy"])
def test_a_bundle_of_ours_imports_into_nss_whose_client_calls_with_it(
    form: str, tmp_path: Path
) -> None:
    certutil, store = programs.found("certutil", "libnss3-tools"), f"sql:{tmp_path}"
    peercert(tmp_path, "ca", "init")
    peercert(tmp_path, "ca", "client", "--subject", "CN=alice", "--email", "alice@example.org")
    legacy = ["--legacy"] if form == "legacy" else []
    peercert(tmp_path, "ca", "pkcs12", "alice", *legacy, "--password-env", "SECRET")
    programs.run(certutil, "-N", "--empty-password", "-d", store)
    trusted = ("-n", "server-ca", "-t", "C,,", "-i", LIVE / "server-ca.pem")
    programs.run(certutil, "-A", *trusted, "-d", store)
    bundle = tmp_path / "pki" / "alice.p12"
    programs.run("pk12util", "-i", bundle, "-W", PASSWORD, "-d", store)
    request = tmp_path / "request"
    request.write_bytes(clients.request("/", "Connection: close"))
    with ours.serving("require", client_ca_file=tmp_path / "pki" / "ca.pem") as port:
        said = programs.run(
            *("tstclnt", "-4", "-h", "localhost", "-p", str(port), "-d", store),
            *("-n", "CN=alice", "-A", request),
        )
    clientcert = ours.clientcert(said)
    assert (clientcert["verified"], clientcert["subject"]) == (True, "CN = alice")
    assert names(clientcert) == {"email": ["alice@example.org"]}
