"""This file is about PKCS#12 bundles of `peercert ca pkcs12` in the programs that import them.

In: both forms of a bundle with an intermediate. Out: what NSS (Chromium, Firefox), OpenSSL and Java
found in it. The keychains of macOS and iOS and the store of Windows cannot be asked here.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import browser as chromium
from browser import Browser
from commandline import peercert

# Java takes no others than those in ASCII.
PASSWORD = "open sesame"

# What each form is sealed with, as openssl names it.
FORMS = {
    "modern": ([], "PBES2, PBKDF2, AES-256-CBC", "MAC: sha256"),
    "legacy": (["--legacy"], "pbeWithSHA1And3-KeyTripleDES-CBC", "MAC: sha1"),
}


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bundle(tmp_path: Path, form: str) -> Path:
    """jane's, below an intermediate; with an RSA key, which every system takes."""
    for command in (
        ["init", "--subject", "CN=Example CA"],
        ["intermediate", "--name", "people", "--subject", "CN=Example people"],
        ["client", "--folder", "pki/people", "--subject", "CN=jane", "--key", "rsa2048"],
        ["pkcs12", "--folder", "pki/people", "jane", "--password-env", "SECRET", *FORMS[form][0]],
    ):
        ended = peercert("ca", *command, cwd=tmp_path, SECRET=PASSWORD)
        assert ended.returncode == 0, ended.stderr
    return tmp_path / "pki" / "people" / "jane.p12"


def ask(*command: str | Path) -> str:
    """What a program prints; fails when it does."""
    ended = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.mark.skipif(chromium.lacks() is not None, reason=chromium.lacks() or "")
def test_the_store_of_chromium_and_firefox_takes_it(bundle: Path, tmp_path: Path) -> None:
    store = Browser(tmp_path / "browser")
    with pytest.raises(subprocess.CalledProcessError):
        store.own(bundle, "guessed")
    store.own(bundle, PASSWORD)
    where = f"sql:{store.store}"
    assert re.search(r"(?m)rsa +[0-9a-f]{40} +CN=jane$", ask("certutil", "-K", "-d", where))
    named = ask("certutil", "-L", "-d", where)
    assert re.search(r"(?m)^CN=jane +u,u,u *$", named), named
    assert re.search(r"(?m)^CN=Example people +,, *$", named), named


def test_openssl_finds_key_and_chain_without_its_legacy_provider(
    openssl: str, bundle: Path, form: str
) -> None:
    _, seal, mac = FORMS[form]
    text = ask(openssl, "pkcs12", "-info", "-in", bundle, "-passin", f"pass:{PASSWORD}", "-nodes")
    assert text.count(seal) == 2, "key and certificates"
    assert mac in text
    assert re.findall(r"subject=CN = (.*)", text) == ["jane", "Example people"]
    assert text.count("BEGIN PRIVATE KEY") == 1


@pytest.mark.skipif(shutil.which("keytool") is None, reason="there is no Java on this machine")
def test_java_finds_key_and_chain(bundle: Path) -> None:
    text = ask("keytool", "-list", "-v", "-keystore", bundle, "-storepass", PASSWORD)
    assert "Alias name: jane" in text
    assert "Entry type: PrivateKeyEntry" in text
    assert re.findall(r"Owner: CN=(.*)", text) == ["jane", "Example people"]
