"""This file is about `peercert serve --dev`: certificates that it makes for development, and what it
refuses."""

from __future__ import annotations

import json
import re
import shlex
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from commandline import flags, only_line, peercert, serving
from peercert import ca

Pki = Any

APP = """
import json

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(environ["peercert.clientcert"]).encode()]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hello.py").write_text(APP)
    return tmp_path


def test_dev_makes_certificates_and_prints_a_curl_line_that_works(
    folder: Path, openssl: str
) -> None:
    serve = ["serve", "hello:app", "--dev", "--bind", "127.0.0.1:0"]
    with serving(*serve, cwd=folder) as server:
        command = server.wait_for(r"(?m)^ *(curl .*)$")[1]
        password = server.wait_for(r"(?m)password: (\S+)$")[1]
        server.wait_for("development")
        server.wait_for("peercert-dev")
        answer = subprocess.run(
            shlex.split(command), cwd=folder, capture_output=True, text=True, check=True, timeout=30
        )
        assert json.loads(answer.stdout)["verified"] is True
    assert len(password) >= 12
    opened = subprocess.run(
        [
            *(openssl, "pkcs12", "-in", str(folder / "peercert-dev" / "client-ca" / "alice.p12")),
            *("-noout", "-passin", f"pass:{password}"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert opened.returncode == 0, opened.stderr
    made = contents(folder / "peercert-dev")
    with serving(*serve, cwd=folder) as server:
        server.wait_for(r"(?m)^ *(curl .*)$")
        assert password not in server.output
    assert made == contents(folder / "peercert-dev")
    for path in made:
        if path.suffix in (".key", ".p12"):
            assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("own", [True, False])
def test_who_lacks_a_certificate_is_told_of_the_files_by_a_server_for_development_alone(
    pki: Pki, folder: Path, own: bool
) -> None:
    (folder / "guarded.py").write_text(
        "import peercert.wsgi\nfrom peercert.demo import app\napp = peercert.wsgi.require(app)\n"
    )
    how = ["--dev"] if own else flags(pki)
    with serving("serve", "guarded:app", "--bind", "127.0.0.1:0", *how, cwd=folder) as server:
        url = f"https://localhost:{server.port}"
        authority = ca.development_files(folder / "peercert-dev")["server_ca"]
        trust = ["--cacert", str(authority)] if own else []
        server.wait_for("password: " if own else "listening")
        page = pki.curl(*trust, url)
    assert "403 Forbidden" in page
    assert ("Import peercert-dev/client-ca/alice.p12" in page) is own
    assert (f"{url}/. The browser asks" in page) is own
    assert ("Whoever runs this server gives you one" in page) is not own


def test_dev_moves_an_old_folder_aside_and_removes_nothing_from_it(folder: Path) -> None:
    serve = ["serve", "hello:app", "--dev", "--bind", "127.0.0.1:0"]
    with serving(*serve, cwd=folder) as server:
        server.wait_for(r"(?m)^ *(curl .*)$")
    (folder / "peercert-dev" / "thesis.txt").write_text("years of work")
    (folder / "peercert-dev" / "server-ca" / "server.pem").write_text("broken")
    before = {path.name: data for path, data in contents(folder / "peercert-dev").items()}
    with serving(*serve, cwd=folder) as server:
        aside = Path(server.wait_for(r"old certificates are in (\S+)\.\n")[1])
        server.wait_for(r"password: ")
    assert {path.name: data for path, data in contents(aside).items()} == before
    assert not (folder / "peercert-dev" / "thesis.txt").exists()


@pytest.mark.parametrize("check", [[], ["--check"]])
def test_dev_refuses_a_folder_that_it_did_not_make(folder: Path, check: list[str]) -> None:
    place = folder / "peercert-dev"
    for name in ("server-ca", "client-ca", "unknown-ca"):
        ca.Authority.create(place / name, subject=f"CN={name}")
    before = contents(folder)
    ended = peercert("serve", "hello:app", "--dev", "--bind", "127.0.0.1:0", *check, cwd=folder)
    only_line(ended, "io.file_exists", "name another folder")
    assert contents(folder) == before


def test_a_check_with_dev_makes_nothing(folder: Path) -> None:
    before = contents(folder)
    ended = peercert("serve", "hello:app", "--dev", "--check", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    assert not (folder / "peercert-dev").exists()
    assert before.keys() <= contents(folder).keys()


def test_dev_makes_nothing_for_a_server_that_cannot_be(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        busy = peercert("serve", "hello:app", "--dev", "--bind", f"127.0.0.1:{port}", cwd=folder)
    only_line(busy, "io.address", "cannot listen")
    lost = peercert("serve", "nowhere:app", "--dev", "--bind", "127.0.0.1:0", cwd=folder)
    assert lost.returncode == 2
    assert not (folder / "peercert-dev").exists()


def test_a_password_that_was_made_is_told_even_when_the_server_fails(folder: Path) -> None:
    serve = ["serve", "hello:app", "--dev", "--bind", "127.0.0.1:0", "--ciphers", "NONE-SUCH"]
    ended = peercert(*serve, cwd=folder)
    only_line(ended, "config.unknown_name", "NONE-SUCH")
    assert re.search(r"alice\.p12 has the password: \S+", ended.stdout)


def test_dev_without_client_certificates_blames_no_ca_that_nobody_gave(folder: Path) -> None:
    serve = ["serve", "hello:app", "--dev", "--client-cert-mode", "none", "--check"]
    ended = peercert(*serve, cwd=folder)
    assert ended.returncode == 0, ended.stderr


def test_the_curl_line_of_dev_works_for_every_loopback_address(folder: Path) -> None:
    serve = ["serve", "hello:app", "--dev", "--bind", "127.0.0.2:0"]
    with serving(*serve, cwd=folder) as server:
        command = server.wait_for(r"(?m)^ *(curl .*)$")[1]
        answer = subprocess.run(
            shlex.split(command), cwd=folder, capture_output=True, text=True, check=True, timeout=30
        )
    assert json.loads(answer.stdout)["verified"] is True


@pytest.mark.parametrize("bind", ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.com:0"])
def test_dev_refuses_addresses_that_others_can_reach(folder: Path, bind: str) -> None:
    ended = peercert("serve", "hello:app", "--dev", "--bind", bind, cwd=folder)
    only_line(ended, "config.conflicting_options", "this machine alone")
    assert not (folder / "peercert-dev").exists()


def test_dev_and_certificates_exclude_each_other(pki: Pki, folder: Path) -> None:
    ended = peercert("serve", "hello:app", "--dev", *flags(pki), cwd=folder)
    only_line(ended, "config.conflicting_options", "--certificate")


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
