"""This file is about `peercert serve`: real servers, real curl, wrong input."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from commandline import flags, only_line, peercert, serving

Pki = Any

APP = """
import json

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(environ["peercert.clientcert"]).encode()]

number = 7
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hello.py").write_text(APP)
    (tmp_path / "broken.py").write_text("import json\n1 / 0\n")
    (tmp_path / "lacking.py").write_text("import a_package_that_is_nowhere\n")
    (tmp_path / "leaving.py").write_text("raise SystemExit(3)\n")
    (tmp_path / "typo.py").write_text("def (:\n")
    return tmp_path


def test_the_application_is_served_and_learns_who_calls(pki: Pki, folder: Path) -> None:
    with serving("serve", "hello:app", "--bind", "127.0.0.1:0", *flags(pki), cwd=folder) as server:
        url = f"https://localhost:{server.port}"
        assert pki.json(url)["verifycode"] == "ABSENT"
        assert pki.json(url, "client")["verified"] is True
        assert pki.json(url, "expired")["verifycode"] == "CERT_HAS_EXPIRED"
        assert "client_cert_mode request" in server.output


def test_a_refused_client_is_one_line_of_the_log_with_the_reason(pki: Pki, folder: Path) -> None:
    options = flags(pki, client_cert_mode="require")
    with serving("serve", "hello:app", "--bind", "127.0.0.1:0", *options, cwd=folder) as server:
        url = f"https://localhost:{server.port}"
        assert pki.run(url).returncode != 0
        server.wait_for("refused .*")
        assert pki.run(url, client="expired").returncode != 0
        server.wait_for("certificate_refused.*")
        assert pki.json(url, "client")["verified"] is True
        assert server.end() == 0
    lines = [line for line in server.lines if "refused 127" in line]
    assert len(lines) == 2
    assert "peer.no_certificate" in lines[0]
    assert "certificate has expired" in lines[1]
    assert "CN = mallory" in lines[1]


def test_debugging_tells_each_step_of_the_verification(pki: Pki, folder: Path) -> None:
    options = [*flags(pki), "--log-level", "debug"]
    with serving("serve", "hello:app", "--bind", "127.0.0.1:0", *options, cwd=folder) as server:
        pki.json(f"https://localhost:{server.port}", "expired")
        server.wait_for("certificate of CN = mallory")
        server.wait_for("depth 0: CERT_HAS_EXPIRED")
        server.wait_for("not verified: CERT_HAS_EXPIRED")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_even_with_connections_open(
    pki: Pki, folder: Path, number: int
) -> None:
    with serving("serve", "hello:app", "--bind", "127.0.0.1:0", *flags(pki), cwd=folder) as server:
        silent = socket.create_connection(("127.0.0.1", server.port))
        kept = pki.tls(server.port)
        kept.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert kept.recv(1) == b"H"
        assert server.end(number) == 0
        silent.close()
        kept.close()
    assert "Traceback" not in server.output


def test_every_option_of_the_contract_is_a_flag() -> None:
    from peercert import _native

    text = peercert("serve", "--help").stdout
    named = set(re.findall(r"--(?!no-)([a-z0-9-]+)", text))
    for row in _native.option_table():
        # What is secret does not stand in the list of processes: it comes from a file or the
        # environment. Hosts are for programs.
        secret = row["name"] == "key_password" or row["type"] in ("bytes", "secrets")
        of_hosts = row["name"] in ("hosts", "strict_sni")
        assert (row["name"].replace("_", "-") in named) is not (secret or of_hosts), row["name"]
    assert {"key-password-file", "key-password-env"} <= named


def test_check_only_checks(pki: Pki, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        ended = peercert("serve", "hello:app", "--check", "--bind", bind, *flags(pki), cwd=folder)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "in order" in ended.stdout


@pytest.mark.parametrize("check", [[], ["--check"]])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere:app", "no module nowhere"),
        ("hello:nothing", "has no nothing"),
        ("hello:number", "not callable"),
        ("hello:app.deeper", "has no app.deeper"),
        ("broken:app", "ZeroDivisionError: division by zero"),
        ("lacking:app", "a_package_that_is_nowhere"),
        ("leaving:app", "SystemExit: 3"),
        ("typo:app", "SyntaxError"),
        (":app", "not a module and a name"),
        ("..:app", "not a module and a name"),
    ],
)
def test_an_application_that_does_not_import_is_one_line(
    pki: Pki, folder: Path, name: str, words: str, check: list[str]
) -> None:
    ended = peercert("serve", name, "--bind", "127.0.0.1:0", *check, *flags(pki), cwd=folder)
    only_line(ended, "config.bad_application", words)


def test_a_port_in_use_is_one_line(pki: Pki, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        ended = peercert("serve", "hello:app", "--bind", bind, *flags(pki), cwd=folder)
    only_line(ended, "io.address", "in use")


def test_an_address_of_another_machine_is_one_line(pki: Pki, folder: Path) -> None:
    ended = peercert("serve", "hello:app", "--bind", "192.0.2.1:0", *flags(pki), cwd=folder)
    only_line(ended, "io.address", "192.0.2.1")


@pytest.mark.parametrize("bind", ["8443", ":8443", "localhost", "localhost:x", "::1:1", "h:99999"])
def test_a_bind_that_is_no_address_is_one_line(pki: Pki, folder: Path, bind: str) -> None:
    ended = peercert("serve", "hello:app", f"--bind={bind}", *flags(pki), cwd=folder)
    only_line(ended, "config.invalid_value", "bind")


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("certificate", "nowhere.pem", "config.file_not_found"),
        ("certificate", "empty", "config.bad_certificate"),
        ("certificate", "garbage", "config.bad_certificate"),
        ("certificate", ".", "config.file_unreadable"),
        ("certificate", "SWAPPED", "config."),
        ("key", "nowhere.key", "config.file_not_found"),
        ("key", "garbage", "config.bad_key"),
        ("key", "OTHER", "config.key_mismatch"),
        ("key", "ENCRYPTED", "config.missing_password"),
        ("client_ca_file", "nowhere.pem", "config.file_not_found"),
        ("client_ca_file", "LEAF", "config.no_ca"),
        ("client_ca_file", "empty", "config.no_ca"),
        ("client_cert_mode", "maybe", "config.unknown_mode"),
        ("client_cert_mode", "optional_no_ca", "config.unknown_mode"),
        ("client_cert_mode", "none", "config.ca_without_mode"),
        ("min_version", "1.1", "config.unsupported_version"),
        ("ciphers", "NOT-A-CIPHER", "config.unknown_name"),
        ("groups", "nowhere", "config.unknown_name"),
        ("session_timeout", "x", "config.invalid_value"),
        ("handshake_timeout", "-1", "config.invalid_value"),
    ],
)
def test_a_wrong_option_is_one_line_with_its_code(
    pki: Pki, folder: Path, option: str, value: str, code: str
) -> None:
    (folder / "empty").write_bytes(b"")
    (folder / "garbage").write_bytes(bytes(range(256)))
    special = {
        "SWAPPED": pki.options["key"],
        "OTHER": pki.key("client"),
        "LEAF": pki.certificate("client"),
        "ENCRYPTED": pki.key("encrypted"),
    }
    given = flags(pki, **{option: special.get(value, value)})
    ended = peercert("serve", "hello:app", "--bind", "127.0.0.1:0", *given, cwd=folder)
    only_line(ended, code, "")


def test_several_problems_are_all_told(pki: Pki, folder: Path) -> None:
    given = flags(pki, client_cert_mode="maybe", min_version="7")
    ended = peercert("serve", "hello:app", *given, cwd=folder)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 2


def test_an_unknown_option_is_one_line(folder: Path) -> None:
    ended = peercert("serve", "hello:app", "--clown", cwd=folder)
    only_line(ended, "config.unknown_option", "clown")


def test_without_certificates_the_error_names_every_way(folder: Path) -> None:
    ended = peercert("serve", "hello:app", cwd=folder)
    only_line(ended, "config.missing_option", "--certificate and --key, or --pkcs12, or --dev")


def test_a_wrong_password_is_one_line_and_does_not_show_it(pki: Pki, folder: Path) -> None:
    (folder / "password").write_text("certainly wrong\n")
    encrypted = flags(pki, certificate=pki.certificate("encrypted"), key=pki.key("encrypted"))
    given = [*encrypted, "--key-password-file", "password"]
    ended = peercert("serve", "hello:app", *given, cwd=folder)
    only_line(ended, "config.wrong_password", "")
    assert "certainly" not in ended.stderr


def test_a_key_opens_with_the_password_of_a_file_or_a_variable(pki: Pki, folder: Path) -> None:
    (folder / "password").write_text(f"{pki.password}\n")
    encrypted = flags(pki, certificate=pki.certificate("encrypted"), key=pki.key("encrypted"))
    given = ["serve", "hello:app", "--check", *encrypted]
    by_file = peercert(*given, "--key-password-file", "password", cwd=folder)
    by_variable = peercert(*given, "--key-password-env", "SECRET", cwd=folder, SECRET=pki.password)
    assert (by_file.returncode, by_variable.returncode) == (0, 0), by_file.stderr
    empty = peercert(*given, "--key-password-env", "SECRET", cwd=folder, SECRET="")
    only_line(empty, "config.missing_password", "SECRET")


def test_without_cheroot_one_line_says_what_to_install(folder: Path) -> None:
    program = (
        "import sys; sys.modules['cheroot'] = None; from peercert.commands import main; "
        "sys.exit(main(['serve', 'hello:app', '--dev']))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )
    only_line(ended, "config.missing_package", "pip install 'peercert[cli]'")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["--thr", "3"], "config.unknown_option"),
        (["--threads", "3", "--threads=4"], "config.duplicate_option"),
        (["--key-password", "secret"], "config.unknown_option"),
    ],
)
def test_flags_are_whole_and_given_once_and_no_password_is_one(
    folder: Path, given: list[str], code: str
) -> None:
    only_line(peercert("serve", "hello:app", *given, cwd=folder), code, "")


def test_an_unknown_flag_is_told_with_the_one_that_is_meant(folder: Path) -> None:
    given = ["--client-ca-fil", "ca.pem", "--certificat=server.pem"]
    ended = peercert("serve", "hello:app", *given, cwd=folder)
    meant = "did you mean --client-ca-file, --certificate? (see peercert serve --help)"
    only_line(ended, "config.unknown_option", meant)
