"""This file is about `peercert ca`: what it makes, and that it never shows or overwrites a secret."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import peercert as library
from commandline import peercert
from peercert.commands import ca as command

STUB = Path(library.__file__).with_name("_native.pyi")


def run(folder: Path, *arguments: str, **environment: str) -> str:
    """What `peercert ca` prints; fails when it fails."""
    ended = peercert("ca", *arguments, cwd=folder, **environment)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    return ended.stdout


def info(path: Path) -> dict[str, Any]:
    return dict(library.certinfo_file(path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run(tmp_path, "init", "--subject", "CN=Example CA,O=Example")
    return tmp_path


def test_an_authority_issues_for_servers_and_clients(folder: Path) -> None:
    assert run(folder, "server", "--dns", "localhost", "--ip", "127.0.0.1", "--ip", "::1") == (
        "pki/localhost.pem\npki/localhost.key\n"
    )
    run(
        *(folder, "client", "--subject", "CN=alice,O=Example", "--email", "alice@example.com"),
        *("--uri", "spiffe://example.com/alice", "--upn", "alice@corp.example", "--days", "7"),
        *("--key", "rsa2048", "--name", "alice"),
        *("--extended-key-usage", "clientAuth", "--extended-key-usage", "serverAuth"),
    )
    server, alice = info(folder / "pki/localhost.pem"), info(folder / "pki/alice.pem")
    assert server["san"]["ip"] == ["127.0.0.1", "::1"]
    assert server["extendedkeyusage"] == ["serverAuth"]
    assert alice["subject"] == "CN = alice, O = Example"
    assert alice["issuer"] == "CN = Example CA, O = Example"
    assert (alice["keytype"], alice["keybits"]) == ("RSA", 2048)
    assert alice["spiffeid"] == "spiffe://example.com/alice"
    for key in (folder / "pki").glob("*.key"):
        assert key.stat().st_mode & 0o077 == 0


def test_an_intermediate_issues_with_its_chain(folder: Path, openssl: str) -> None:
    assert run(folder, "intermediate", "--name", "team") == "pki/team/ca.pem\n"
    run(folder, "client", "--folder", "pki/team", "--subject", "CN=bob")
    verified = subprocess.run(
        [
            *(openssl, "verify", "-CAfile", "pki/ca.pem", "-untrusted", "pki/team/chain.pem"),
            *("-purpose", "sslclient", "pki/team/bob.pem"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.returncode == 0, verified.stderr


def test_a_request_is_made_by_one_and_signed_by_another(folder: Path) -> None:
    made = run(folder, "request", "--folder", "mine", "--subject", "CN=carol", "--dns", "c.example")
    assert made == "mine/carol.csr\nmine/carol.key\n"
    signed = run(folder, "sign", "mine/carol.csr", "--for", "server", "--name", "carol")
    assert signed == "pki/carol.pem\n"
    assert info(folder / "pki/carol.pem")["extendedkeyusage"] == ["serverAuth"]
    (folder / "no.csr").write_text("hello")
    failed(peercert("ca", "sign", "no.csr", cwd=folder), "certificate.bad_request")


def test_what_is_revoked_is_on_the_next_list(folder: Path, openssl: str) -> None:
    for name in ("alice", "bob"):
        run(folder, "client", "--subject", f"CN={name}")
    serials = [info(folder / f"pki/{name}.pem")["serial"] for name in ("alice", "bob")]
    run(folder, "revoke", "pki/alice.pem", "--reason", "keyCompromise")
    run(folder, "revoke", "--serial", serials[1])
    assert run(folder, "crl", "--days", "3") == "pki/crl.pem\n"
    text = subprocess.run(
        [openssl, "crl", "-in", "pki/crl.pem", "-noout", "-text"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert all(serial in text for serial in serials)
    assert "Key Compromise" in text
    failed(peercert("ca", "revoke", "pki/alice.pem", cwd=folder), "certificate.cannot_issue")
    failed(peercert("ca", "revoke", cwd=folder), "config.missing_option")


def test_programs_that_make_a_list_at_once_use_no_number_twice(folder: Path) -> None:
    command = [sys.executable, "-m", "peercert", "ca", "crl"]
    programs = [subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) for _ in range(6)]
    assert [program.communicate()[0] for program in programs] == [b"pki/crl.pem\n"] * 6
    lines = (folder / "pki/index.txt").read_text().splitlines()
    numbers = [line.split("\t")[2] for line in lines if line.startswith("C")]
    assert numbers == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize("legacy", [[], ["--legacy"]])
def test_a_bundle_gets_a_random_password_or_the_given_one(
    folder: Path, openssl: str, legacy: list[str]
) -> None:
    run(folder, "client", "--subject", "CN=alice")
    path, line = run(folder, "pkcs12", "alice", *legacy).splitlines()
    assert path == "pki/alice.p12"
    word, _, password = line.partition(": ")
    assert (word, opens(openssl, folder / path, password)) == ("password", True)
    (folder / path).unlink()
    assert run(
        folder, "pkcs12", "alice", *legacy, "--password-env", "SECRET", SECRET="open sesame"
    ) == ("pki/alice.p12\n")
    assert opens(openssl, folder / path, "open sesame")
    assert not opens(openssl, folder / path, "")


def test_passwords_come_from_files_and_variables_and_are_never_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("open sesame\n")
    printed = run(tmp_path, "init", "--password-file", "secret")
    assert "ENCRYPTED" in (tmp_path / "pki/ca.key").read_text()
    issue = ["client", "--subject", "CN=alice"]
    printed += run(tmp_path, *issue, "--ca-password-env", "SECRET", SECRET="open sesame")
    ended = peercert("ca", *issue, "--ca-password-env", "SECRET", cwd=tmp_path, SECRET="sesame")
    failed(ended, "certificate.bad_key")
    assert "sesame" not in printed + ended.stdout + ended.stderr
    failed(peercert("ca", *issue, cwd=tmp_path), "certificate.bad_key")
    failed(
        peercert("ca", *issue, "--ca-password-file", "nowhere", cwd=tmp_path),
        "config.file_unreadable",
    )


def test_nothing_is_overwritten(folder: Path) -> None:
    run(folder, "client", "--subject", "CN=alice")
    before = {path: path.read_bytes() for path in (folder / "pki").iterdir()}
    failed(peercert("ca", "client", "--subject", "CN=alice", cwd=folder), "io.file_exists")
    failed(peercert("ca", "init", cwd=folder), "io.file_exists")
    assert before == {path: path.read_bytes() for path in (folder / "pki").iterdir()}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["server", "--subject", "CN=x"], "certificate.cannot_issue"),
        (["client", "--subject", "alice"], "certificate.cannot_issue"),
        (["client", "--subject", "CN=a", "--days", "0"], "certificate.cannot_issue"),
        (["client", "--subject", "CN=a", "--days", "x"], "config.invalid_value"),
        (["client", "--subject", "CN=a", "--key", "dsa"], "certificate.cannot_issue"),
        (["client", "--subject", "CN=a", "--not-after", "soon"], "certificate.cannot_issue"),
        (["client", "--subject", "CN=a", "--path-length", "-1"], "certificate.cannot_issue"),
        (["client", "--subject", "CN=a", "--path-length", "300"], "certificate.cannot_issue"),
        (["client", "--subject", "CN=a", "--name", "../a"], "certificate.cannot_issue"),
        (["client", "--folder", "nowhere"], "io.file"),
        (["crl", "--days", "0"], "certificate.cannot_issue"),
        (["pkcs12", "nobody"], "io.file"),
        (["revoke", "nowhere.pem"], "io.file"),
        (["revoke", "--serial", "01"], "certificate.cannot_issue"),
        (["revoke", "pki/ca.pem", "--reason", "boredom"], "certificate.cannot_issue"),
        (["nonsense"], "config.invalid_value"),
        ([], "config.missing_option"),
    ],
)
def test_what_cannot_be_is_one_line_with_its_code(
    folder: Path, arguments: list[str], code: str
) -> None:
    failed(peercert("ca", *arguments, cwd=folder), code)


def test_every_field_that_the_authority_takes_is_a_flag() -> None:
    (spec,) = (
        node
        for node in ast.parse(STUB.read_text()).body
        if isinstance(node, ast.ClassDef) and node.name == "_Spec"
    )
    fields = {node.target.id for node in spec.body if isinstance(node, ast.AnnAssign)}  # type: ignore[union-attr]
    assert fields == {name for name, *_ in command._FIELDS} | {"password"}


def opens(openssl: str, bundle: Path, password: str) -> bool:
    ended = subprocess.run(
        [openssl, "pkcs12", "-in", bundle, "-noout", "-passin", f"pass:{password}"],
        capture_output=True,
        check=False,
    )
    return ended.returncode == 0


def failed(ended: subprocess.CompletedProcess[str], code: str) -> None:
    """What every failure has to look like."""
    assert ended.returncode == 2, ended.stdout + ended.stderr
    (line,) = ended.stderr.splitlines()
    assert f": {code}: " in line, line
