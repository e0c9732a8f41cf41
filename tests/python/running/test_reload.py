"""This file is about reloading: new connections are of the new files, and those in flight go on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import peercert
from premises import Premises, ask, connect, refusal, serial, serving, visit
from scene import PATIENCE

Make = Any


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_new_connections_meet_the_new_certificate_and_policy_and_old_ones_go_on(
    premises: Premises, make: Make, version: str
) -> None:
    staff = premises.client("staff", version)
    trusted = premises.folder / "trusted.pem"
    shutil.copy(premises.path("staff-ca.pem"), trusted)
    made = make(**premises.options(client_cert_mode="require", client_ca_file=trusted))
    with serving(made) as port:
        assert serial(port, staff) == premises.serial
        with connect(port, staff) as old:
            before = ask(old)
            renewed = premises.renew()
            shutil.copy(premises.path("partner-ca.pem"), trusted)
            assert serial(port, staff) == premises.serial
            made.reload()
            assert ask(old) == before
            assert refusal(port, staff).endswith("UNKNOWN_CA")
            partner = premises.client("partner", version)
            assert serial(port, partner) == renewed
            told = visit(port, partner)["clientcert"]
            assert (told["verified"], told["subject"]) == (True, "CN = partner")
            assert ask(old) == before
    assert made.reload_error() is None
    assert made.counters()["reloads"] == 1


def test_a_broken_file_keeps_what_was_there_and_every_problem_is_told(
    premises: Premises, make: Make
) -> None:
    options = premises.options(
        client_cert_mode="request", client_ca_file=premises.path("staff-ca.pem")
    )
    made = make(**options)
    with serving(made) as port:
        assert made.reload_error() is None
        (premises.folder / "staff-ca.pem").write_text("nonsense\n\x1b[31m")
        Path(options["key"]).unlink()
        with pytest.raises(peercert.ConfigError) as caught:
            made.reload()
        codes = {problem.code for problem in caught.value.problems}
        assert codes == {"config.file_not_found", "config.no_ca"}
        kept = made.reload_error()
        assert isinstance(kept, peercert.ConfigError)
        assert str(kept) == str(caught.value)
        assert {problem.code for problem in kept.problems} == codes
        assert serial(port, premises.client()) == premises.serial
        assert visit(port, premises.client("staff"))["clientcert"]["verified"] is True
        renewed = premises.renew()
        shutil.copy(premises.folder / "staff-ca" / "ca.pem", premises.path("staff-ca.pem"))
        made.reload()
        assert made.reload_error() is None
        assert serial(port, premises.client()) == renewed
    counted = made.counters()
    assert (counted["reloads"], counted["reloadfailures"]) == (1, 1)


def test_files_that_the_base_classes_methods_named_are_read_anew(premises: Premises) -> None:
    context = peercert.SSLContext(client_cert_mode="require")
    context.load_cert_chain(premises.path("server.pem"), premises.path("server.key"))
    trusted, folder = premises.folder / "trusted.pem", premises.folder / "more"
    folder.mkdir()
    shutil.copy(premises.path("server-ca.pem"), trusted)
    shutil.copy(premises.path("server-ca.pem"), folder)
    context.load_verify_locations(trusted, folder)
    staff, partner = premises.client("staff"), premises.client("partner")
    with serving(context) as port:
        assert refusal(port, staff)
        assert refusal(port, partner)
        renewed = premises.renew()
        shutil.copy(premises.path("staff-ca.pem"), trusted)
        shutil.copy(premises.path("partner-ca.pem"), folder)
        context.reload()
        assert serial(port, staff) == renewed
        for client in (staff, partner):
            assert visit(port, client)["clientcert"]["verified"] is True


def test_of_a_second_file_the_contents_stay_those_of_the_call(premises: Premises) -> None:
    context = peercert.SSLContext(client_cert_mode="require")
    context.load_cert_chain(premises.path("server.pem"), premises.path("server.key"))
    second = premises.folder / "second.pem"
    shutil.copy(premises.path("partner-ca.pem"), second)
    context.load_verify_locations(premises.path("staff-ca.pem"))
    context.load_verify_locations(second)
    assert context.cert_store_stats()["x509_ca"] == 2
    with serving(context) as port:
        second.write_text("nonsense")
        context.reload()
        for name in ("staff", "partner"):
            assert visit(port, premises.client(name))["clientcert"]["verified"] is True


def test_a_reload_before_the_first_connection_leaves_the_settings_open(
    premises: Premises,
) -> None:
    context = peercert.SSLContext(**premises.options())
    context.reload()
    context.set_alpn_protocols(["h2"])
    context.reload()
    assert context.counters()["reloads"] == 1
    assert context.counters()["done"] == 0


def test_a_session_of_an_old_policy_is_not_resumed(premises: Premises, make: Make) -> None:
    trusted = premises.folder / "trusted.pem"
    shutil.copy(premises.path("staff-ca.pem"), trusted)
    made = make(**premises.options(client_cert_mode="request", client_ca_file=trusted))
    staff = premises.client("staff")
    with serving(made) as port:
        with connect(port, staff) as first:
            assert ask(first)["clientcert"]["verified"] is True
            session = first.session
        made.reload()
        with connect(port, staff, session=session) as same:
            told = ask(same)["clientcert"]
            assert (same.session_reused, told["resumed"], told["verified"]) == (True, True, True)
            session = same.session
        shutil.copy(premises.path("partner-ca.pem"), trusted)
        made.reload()
        with connect(port, staff, session=session) as other:
            told = ask(other)["clientcert"]
            assert (other.session_reused, told["verified"]) == (False, False)


WAITING = """
import os, sys, threading, peercert

key = sys.argv[3]
made = peercert.Acceptor(certificate=sys.argv[1], key=sys.argv[2], ticket_key_files=[key])
os.unlink(key)
os.mkfifo(key)
reloading = threading.Thread(target=made.reload)
reloading.start()
# Opens when the other end does: the reload is waiting for this thread then.
with open(key, "wb") as pipe:
    assert made.counters()["reloads"] == 0
    pipe.write(os.urandom(80))
reloading.join()
print(made.counters()["reloads"])
"""


def test_other_threads_run_while_files_are_read(premises: Premises) -> None:
    (premises.folder / "ticket.key").write_bytes(os.urandom(80))
    files = [premises.path(name) for name in ("server.pem", "server.key", "ticket.key")]
    ended = subprocess.run(
        [sys.executable, "-c", WAITING, *files],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "1\n", "")
