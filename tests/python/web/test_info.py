"""This file is about `peercert info`: what it shows of files, and its exit status."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from commandline import peercert
from peercert import certinfos
from peercert.commands import main

Pki = Any


def test_a_certificate_is_shown_for_people(pki: Pki) -> None:
    ended = peercert("info", pki.certificate("client"))
    assert ended.returncode == 0
    title, *lines = ended.stdout.splitlines()
    assert title == pki.certificate("client")
    # Every key under its own name and in the dictionary's order, what is inside it indented.
    (cert,) = certinfos(Path(pki.certificate("client")))
    named = [line.split()[0] for line in lines if re.match(r"  \S", line)]
    assert named == list(cert)
    inside = [line.split() for line in lines if re.match(r"    \S", line)]
    assert ["clientAuth"] in inside
    assert ["alice@example.com"] in [line.split() for line in lines if line.startswith("      ")]
    for key in ("subject", "serial", "fingerprint", "spki"):
        assert ["", key, cert[key]] in [re.split(" {2,}", line) for line in lines]
    for extension in cert["extensions"]:
        assert any(extension["oid"] in line and extension["value"] in line for line in lines)
    assert cert["pem"].splitlines() == [
        line.strip() for line in lines[-len(cert["pem"].splitlines()) - 1 : -1]
    ]
    assert "days left" in ended.stdout


def test_and_as_json_with_every_key(pki: Pki) -> None:
    ended = peercert("info", "--json", pki.certificate("client"), pki.certificate("expired"))
    first, second = json.loads(ended.stdout)
    assert first["file"] == pki.certificate("client")
    assert first["certificates"][0]["san"]["email"] == ["alice@example.com"]
    assert second["certificates"][0]["subject"] == "CN = mallory"


def test_every_certificate_of_a_bundle_is_shown(pki: Pki, tmp_path: Path) -> None:
    names = ("client", "expired", "server")
    bundle = "".join(Path(pki.certificate(name)).read_text() for name in names)
    (tmp_path / "bundle.pem").write_text(bundle)
    ended = peercert("info", tmp_path / "bundle.pem")
    assert ended.returncode == 0
    assert "(3 of 3)" in ended.stdout


def test_a_pkcs12_file_opens_with_its_password_alone(
    pki: Pki, openssl: str, tmp_path: Path
) -> None:
    bundle = tmp_path / "alice.p12"
    subprocess.run(
        [
            *(openssl, "pkcs12", "-export", "-in", pki.certificate("client")),
            *("-inkey", pki.key("client"), "-out", bundle, "-passout", f"pass:{pki.password}"),
        ],
        check=True,
    )
    opened = peercert("info", bundle, "--password-env", "SECRET", SECRET=pki.password)
    assert opened.returncode == 0, opened.stderr
    assert "CN = alice" in opened.stdout
    wrong = peercert("info", bundle, "--password-env", "SECRET", SECRET="wrong")
    assert wrong.returncode == 1
    assert "certificate.wrong_password" in wrong.stderr
    missing = peercert("info", bundle)
    assert missing.returncode == 1
    (line,) = missing.stderr.splitlines()
    assert "certificate.missing_password" in line
    assert "give its password with --password-file or --password-env" in line


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "io.file"),
        (b"", "certificate.empty"),
        (b"hello", "certificate."),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate."),
        (b"\x30" * 2_000_000, "certificate.too_large"),
    ],
)
def test_an_unreadable_file_is_one_line_and_status_1_and_the_others_are_shown(
    pki: Pki, tmp_path: Path, content: bytes | None, code: str
) -> None:
    path = tmp_path / "bad"
    if content is not None:
        path.write_bytes(content)
    ended = peercert("info", path, pki.certificate("client"))
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"peercert: {path}: {code}")
    assert "CN = alice" in ended.stdout
    listed = json.loads(peercert("info", "--json", path).stdout)
    assert listed[0]["error"]["code"].startswith(code)


def test_certificates_that_expire_within_a_time_are_status_2(pki: Pki) -> None:
    client, expired = pki.certificate("client"), pki.certificate("expired")
    assert peercert("info", client, "--expires-within", "1d").returncode == 0
    assert peercert("info", client, "--expires-within", "52w").returncode == 2
    ended = peercert("info", client, expired, "--expires-within", "1d")
    assert ended.returncode == 2
    assert "EXPIRED" in ended.stdout
    assert peercert("info", expired).returncode == 0
    assert peercert("info", expired, "/nowhere", "--expires-within", "1d").returncode == 1


@pytest.mark.parametrize("time", ["30", "d", "-1d", "1y", "1e9d", ""])
def test_a_time_that_is_none_is_one_line(time: str) -> None:
    ended = peercert("info", "x", f"--expires-within={time}")
    assert ended.returncode == 2
    assert ended.stderr.startswith("peercert info: config.invalid_value: ")
    assert len(ended.stderr.splitlines()) == 1


def test_many_files_show_a_progress_bar_on_a_terminal_and_none_in_a_pipe(pki: Pki) -> None:
    arguments = ["info", "--json", *[pki.certificate("client")] * 20]
    assert peercert(*arguments).stderr == ""
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "peercert", *arguments],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm"},
    )
    os.close(theirs)
    output, _ = program.communicate(timeout=60)
    seen = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        seen += part
    os.close(ours)
    assert b"Reading" in seen
    assert len(json.loads(output)) == 20


def test_a_reader_that_has_seen_enough_ends_it_quietly(pki: Pki) -> None:
    many = " ".join([pki.certificate("client")] * 400)
    ended = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m peercert info {many} | head -1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stderr == ""
    assert ended.stdout.count("\n") == 1


def test_a_name_cannot_steer_the_terminal(openssl: str, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "a\x1b[31m.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=\x1b[31mred", "-utf8"),
        ],
        check=True,
        capture_output=True,
    )
    ended = peercert("info", certificate)
    assert ended.returncode == 0
    assert "\x1b" not in ended.stdout + ended.stderr


def test_an_endless_file_and_a_full_disk_are_one_line_and_status_1(pki: Pki) -> None:
    ended = peercert("info", "/dev/zero")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "certificate.too_large" in ended.stderr
    with Path("/dev/full").open("w") as full:
        lost = subprocess.run(
            [sys.executable, "-m", "peercert", "info", pki.certificate("client")],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert lost.returncode == 1
    assert len(lost.stderr.splitlines()) == 1


def test_a_date_that_cannot_be_read_counts_as_expiring(
    pki: Pki, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (cert,) = certinfos(Path(pki.certificate("client")))
    dates = ("notafter", "notaftertime", "notbefore", "notbeforetime")
    undated = {key: value for key, value in cert.items() if key not in dates}
    monkeypatch.setattr("peercert.certinfos", lambda *_: [undated])
    assert main(["info", "x", "--expires-within", "1d"]) == 2
    assert capsys.readouterr().out.count("cannot be read") == 2
