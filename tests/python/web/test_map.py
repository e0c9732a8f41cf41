"""This file is about `peercert map`: whom rules make of certificates, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

from commandline import peercert

LIVE = Path(__file__).parents[2] / "pki" / "live"
GOOD, NUL = LIVE / "good.pem", LIVE / "nul.pem"


def rules(folder: Path, text: str) -> Path:
    file = folder / "users.rules"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_rule_is_explained_up_to_the_one_that_matches(tmp_path: Path) -> None:
    file = rules(tmp_path, "# who\nsubject.UID a b\nsubject.CN /test-(.+)/ \\1 groups=x\ndns a b\n")
    ended = peercert("map", "--rules", file, GOOD)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == [
        f"{GOOD} (as if verified, by a CA that is not told): user client, groups x",
        f"  {file}:2  subject.UID a: the certificate has no such value",
        f"  {file}:3  subject.CN /test-(.+)/: user client, groups x",
        "      test-client: it fits",
        f"  {file}:4  dns a: not tried: rule 2 matched first",
        "",
    ]


def test_who_is_nobody_is_told_why_and_nothing_steers_the_terminal(tmp_path: Path) -> None:
    ended = peercert("map", "--rules", rules(tmp_path, "preset cn"), NUL)
    assert ended.returncode == 1
    assert "nobody: " in ended.stdout
    assert "it holds U+0000" in ended.stdout
    assert "\0" not in ended.stdout


def test_what_is_supposed_of_a_certificate_can_be_said(tmp_path: Path) -> None:
    anchor = peercert("info", "--json", LIVE / "client-ca.pem").stdout
    digest = json.loads(anchor)[0]["certificates"][0]["fingerprint"]
    file = rules(tmp_path, f"preset cn anchor={digest}")
    assert peercert("map", "--rules", file, GOOD).returncode == 1
    assert peercert("map", "--rules", file, "--ca", LIVE / "client-ca.pem", GOOD).returncode == 0
    assert peercert("map", "--rules", file, "--ca", LIVE / "rsa-ca.pem", GOOD).returncode == 1
    ended = peercert("map", "--rules", file, "--unverified", GOOD)
    assert ended.returncode == 1
    assert "(as if not verified): nobody: the certificate is not verified" in ended.stdout


def test_and_as_json(tmp_path: Path) -> None:
    file = rules(tmp_path, "preset cn")
    ended = peercert("map", "--json", "--rules", file, GOOD, tmp_path / "missing.pem")
    assert ended.returncode == 1
    first, second = json.loads(ended.stdout)
    assert first["identity"]["user"] == "test-client"
    assert [rule["outcome"] for rule in first["rules"]] == ["matched"]
    assert second["error"]["code"] == "io.file"


def test_every_problem_of_the_rules_is_a_line(tmp_path: Path) -> None:
    file = rules(tmp_path, "preset dn\npreset cn\nmail a b\n")
    ended = peercert("map", "--rules", file, GOOD)
    assert ended.returncode == 2
    first, second = ended.stderr.splitlines()
    assert first.startswith(f"peercert: config.bad_rule: {file}:1: there is no preset")
    assert second.startswith(f"peercert: config.bad_rule: {file}:3: there is no source")
    missing = peercert("map", "--rules", tmp_path / "missing", GOOD)
    assert missing.returncode == 2
    assert "config.file_not_found" in missing.stderr


def test_a_file_that_is_no_ca_is_named(tmp_path: Path) -> None:
    file = rules(tmp_path, "preset cn")
    ended = peercert("map", "--rules", file, "--ca", file, GOOD)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"peercert: certificate.unreadable: --ca {file}: ")
