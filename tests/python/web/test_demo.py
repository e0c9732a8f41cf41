"""This file is about `peercert demo`: four clients, the page, and the folder that is kept."""

from __future__ import annotations

import json
import platform
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from commandline import peercert, serving
from peercert import ca
from peercert.commands import dev

Pki = Any


def test_four_clients_call_and_each_answer_is_printed(tmp_path: Path) -> None:
    ended = peercert("demo", cwd=tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    codes = re.findall(r'"verifycode": "(\w+)"', ended.stdout)
    assert codes == ["ABSENT", "OK", "CERT_HAS_EXPIRED", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"]
    assert ended.stdout.count("$ curl --cacert") == 4
    assert "CN = alice" in ended.stdout


def test_it_says_how_many_keys_it_leaves_out_and_prints_them_when_asked(tmp_path: Path) -> None:
    short = peercert("demo", cwd=tmp_path).stdout
    whole = peercert("demo", "--all", cwd=tmp_path).stdout
    first, rest = (objects(text) for text in (short, whole))
    assert [list(answer) for answer in first] == [
        [key for key in answer if key in shown] for shown, answer in zip(first, rest, strict=True)
    ]
    told = re.findall(r"\.\.\. and (\d+) more keys: peercert demo --all prints them", short)
    hidden = [len(answer) - len(shown) for shown, answer in zip(first, rest, strict=True)]
    assert [int(count) for count in told] == [count for count in hidden if count]
    assert len(told) == 3
    assert {"pem", "extensions", "verifyerrors", "spki"} <= rest[1].keys()
    assert "more keys" not in whole
    assert peercert("demo", "--all", "--serve", cwd=tmp_path).returncode == 2


def objects(text: str) -> list[dict[str, Any]]:
    """The JSON objects in what was printed, each from a line `{` to a line `}`."""
    return [json.loads(found) for found in re.findall(r"(?ms)^\{\n.*?^\}$", text)]


def test_the_certificates_stay_and_are_used_again_while_they_fit(tmp_path: Path) -> None:
    (tmp_path / "demo-pki").mkdir()
    (tmp_path / "demo-pki" / ".peercert-development").touch()
    files = ca.development(tmp_path / "demo-pki", "a password")
    before = {path: path.read_bytes() for path in files.values()}
    assert peercert("demo", cwd=tmp_path).returncode == 0
    assert before == {path: path.read_bytes() for path in files.values()}
    files["client_key"].unlink()
    assert peercert("demo", cwd=tmp_path).returncode == 0
    assert before[files["client"]] != files["client"].read_bytes()


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "demo-pki").mkdir()
    (tmp_path / "demo-pki" / "thesis.txt").write_text("years of work")
    ended = peercert("demo", cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.startswith("peercert: io.file_exists: ")
    assert (tmp_path / "demo-pki" / "thesis.txt").read_text() == "years of work"


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = peercert("demo", "--folder", tmp_path / "file" / "x", cwd=tmp_path)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1


def test_it_can_stay_up_for_a_browser_and_says_how_to_import_the_certificate(
    tmp_path: Path,
) -> None:
    passwords = []
    for _ in range(2):
        with serving("demo", "--serve", cwd=tmp_path) as server:
            passwords.append(server.wait_for(r"(?m)password: (\S+)$")[1])
            server.wait_for("Firefox")
            files = ca.development_files(tmp_path / "demo-pki")
            page = subprocess.run(
                [
                    *("curl", "-sS", "--noproxy", "*", "--cacert", str(files["server_ca"])),
                    *("--cert-type", "P12"),
                    *("--cert", f"{files['client_pkcs12']}:{passwords[-1]}"),
                    f"https://localhost:{server.port}/",
                ],
                capture_output=True,
                text=True,
                check=True,
            )
            assert "Verified" in page.stdout
            assert server.end() == 0
    assert passwords[0] != passwords[1]


@pytest.mark.parametrize(("system", "mac"), [("Linux", "sha256"), ("Darwin", "sha1")])
def test_the_bundle_has_the_form_that_the_system_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, openssl: str, system: str, mac: str
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    for _ in range(2):
        made = dev.certificates(str(tmp_path / "pki"), new_bundle=True)
        told = subprocess.run(
            [
                *(openssl, "pkcs12", "-info", "-noout", "-in", made.files["client_pkcs12"]),
                *("-passin", f"pass:{made.password}"),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"MAC: {mac}," in told.stderr


def test_it_is_for_this_machine_alone(tmp_path: Path) -> None:
    ended = peercert("demo", "--serve", "--bind", "0.0.0.0:0", cwd=tmp_path)
    assert ended.returncode == 2
    assert "config.conflicting_options" in ended.stderr


def test_without_curl_one_line_says_so(tmp_path: Path) -> None:
    ended = peercert("demo", cwd=tmp_path, PATH=str(tmp_path))
    assert ended.returncode == 2
    assert ended.stderr.startswith("peercert: config.missing_package: ")


def test_the_page_is_for_people_and_the_json_for_programs(pki: Pki, server: str) -> None:
    good, none = pki.curl(server, client="client"), pki.curl(server)
    assert "<h1><bdi>alice</bdi></h1>" in good
    assert ("How to get a certificate" in good, "How to get a certificate" in none) == (False, True)
    answer = json.loads(pki.curl("-H", "Accept: application/json", server, client="client"))
    assert answer["clientcert"]["san"]["email"] == ["alice@example.com"]
    assert answer["details"]["servername"] == "localhost"


def test_a_script_in_a_name_is_text(pki: Pki, server: str, hostile: str) -> None:
    page = pki.curl(server, client=hostile)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\x1b" not in page


def test_there_is_one_page_and_it_is_only_read(pki: Pki, server: str) -> None:
    assert " 404 " in pki.curl("-i", f"{server}nowhere").splitlines()[0]
    assert " 405 " in pki.curl("-i", "-X", "DELETE", server).splitlines()[0]
    assert pki.curl("-I", server).startswith("HTTP/1.1 200")
