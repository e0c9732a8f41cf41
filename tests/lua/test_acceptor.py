"""This file is about acceptors in operation: virtual hosts, shared ticket keys, reloads, counters.

The acceptors are in processes of Lua's, the clients are CPython's.
"""

from __future__ import annotations

import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from answering import Program, Refusal, literal
from dialogue import Meeting, meet
from scene import LIVE, PATIENCE, Peer, client_context, server_options, talk, tcp_pair

JUNK = LIVE.parent / "README.md"
#: Bytes of which the second half is no text.
KEYS = [bytes((start + at) % 256 for at in range(80)) for start in (0, 100, 200)]


@pytest.fixture
def program(lua: str) -> Iterator[Program]:
    """A process with an acceptor."""
    with Program(lua) as running:
        yield running


def visit(
    program: Program,
    name: str | None = None,
    *,
    host: str | None = None,
    context: ssl.SSLContext | None = None,
    session: ssl.SSLSession | None = None,
) -> Meeting:
    """A client with a certificate, or none, that asks for a host, or none."""
    context = context or client_context(name)
    return meet(program.connection(), Refusal, context, session, host)


def outcome(program: Program, name: str | None = None, host: str | None = None) -> str:
    """The client's verifycode when it is let in, else the error's code."""
    met = visit(program, name, host=host)
    return str(met.error.code if met.error else met.server.clientcert()["verifycode"])


def place(target: Path, source: Path) -> None:
    """Replaces a file, all at once."""
    fresh = target.with_suffix(".fresh")
    shutil.copy(source, fresh)
    fresh.replace(target)


def hosts() -> dict[str, dict[str, Any]]:
    """Hosts of which one demands a certificate, some ask for one, and one says nothing."""
    cas = {"client_ca_file": LIVE / "client-cas.pem"}
    return {
        "admin.test": {"client_cert_mode": "require", **cas},
        "*.users.test": {"client_cert_mode": "request", **cas},
        "www.test": {},
    }


def test_a_client_meets_the_policy_of_the_host_that_it_asks_for(program: Program) -> None:
    program.ask("acceptor", server_options("none", hosts=hosts()))
    assert outcome(program) == "ABSENT"
    assert outcome(program, "good", "www.test") == "ABSENT"
    assert outcome(program, "good", "admin.test") == "OK"
    assert outcome(program, None, "admin.test") == "peer.no_certificate"
    assert outcome(program, "expired", "alice.users.test") == "CERT_HAS_EXPIRED"
    program.ask("acceptor", server_options("none", hosts=hosts(), strict_sni=True))
    assert outcome(program, "good", "unknown.test") == "peer.unrecognized_name"


def test_a_connection_serves_the_hosts_of_its_own_policy(program: Program) -> None:
    program.ask("acceptor", server_options("none", hosts=hosts()))
    asked = ["www.test:8443", "127.0.0.1", "Admin.TEST", "bob.users.test", "\xff"]
    answers = {}
    for host in (None, "admin.test", "alice.users.test"):
        connection = visit(program, "good", host=host).server
        answers[host] = [connection.serves(authority) for authority in asked]
    assert answers == {
        None: [True, True, False, False, False],
        "admin.test": [False, False, True, False, False],
        "alice.users.test": [False, False, False, True, False],
    }


def test_a_connection_over_a_socket_serves_them_too(lua: str) -> None:
    options = literal(server_options("none", hosts=hosts()))
    script = f"""
        local acceptor = assert(require("peercert").acceptor({options}))
        local connection = assert(acceptor:accept(tonumber(arg[1])))
        print(connection:serves("www.test"), connection:serves("admin.test"), connection:serves("\\255"))
        print(acceptor:counters().done)
        assert(connection:receive("*l") == "hello" and connection:send("bye"))
        connection:close()
    """
    with tcp_pair() as (ours, theirs):
        client = Peer(talk(theirs, client_context("good"), b"hello\n"))
        ended = subprocess.run(
            [lua, "-", str(ours.fileno())],
            input=script,
            pass_fds=[ours.fileno()],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        ours.close()
        assert (ended.returncode, ended.stderr) == (0, "")
        assert client.result() == b"bye"
    assert ended.stdout.split() == ["true", "false", "false", "1"]


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_processes_that_share_ticket_keys_resume_each_others_sessions(
    lua: str, tmp_path: Path, version: str
) -> None:
    for number, key in enumerate(KEYS):
        (tmp_path / f"{number}.key").write_bytes(key)
    files = [tmp_path / "1.key", tmp_path / "0.key"]
    context = client_context("good", version)
    with ExitStack() as stack:
        first, same, rotated, filed, foreign = (stack.enter_context(Program(lua)) for _ in range(5))
        first.ask("acceptor", server_options("require", ticket_keys=KEYS[0]))
        same.ask("acceptor", server_options("require", ticket_keys=[KEYS[0]]))
        rotated.ask("acceptor", server_options("require", ticket_keys=[KEYS[1], KEYS[0]]))
        filed.ask("acceptor", server_options("require", ticket_key_files=files))
        foreign.ask("acceptor", server_options("require", ticket_keys=KEYS[1:]))
        session = visit(first, context=context).session
        resumed = {}
        for name, program in {"same": same, "rotated": rotated, "filed": filed}.items():
            client = visit(program, context=context, session=session).server.clientcert()
            resumed[name] = (client["verified"], client["resumed"], client["subject"])
        subject = visit(foreign, context=context, session=session).server.clientcert()
        assert (subject["verified"], subject["resumed"]) == (True, False)
        assert resumed == dict.fromkeys(resumed, (True, True, subject["subject"]))


def test_keys_of_a_wrong_length_are_an_error(program: Program) -> None:
    with pytest.raises(Refusal) as caught:
        program.ask("acceptor", server_options("none", ticket_keys=[KEYS[0], KEYS[1][:79]]))
    assert caught.value.code == "config.bad_ticket_key"


def test_a_reload_uses_new_files_and_keeps_the_last_good_ones(
    program: Program, tmp_path: Path
) -> None:
    ca = tmp_path / "ca.pem"
    place(ca, LIVE / "client-cas.pem")
    program.ask("acceptor", server_options("require", client_ca_file=ca))
    assert outcome(program, "good") == "OK"
    place(ca, LIVE / "unknown-root.pem")
    assert outcome(program, "good") == "OK"
    assert program.ask("reload") is True
    assert outcome(program, "good") == "peer.certificate_refused"
    place(ca, JUNK)
    with pytest.raises(Refusal) as caught:
        program.ask("reload")
    assert caught.value.code.startswith("config.")
    assert program.ask("reload_error") == caught.value.code
    assert outcome(program, "good") == "peer.certificate_refused"
    place(ca, LIVE / "client-cas.pem")
    assert program.ask("reload") is True
    assert program.ask("reload_error") is False
    assert outcome(program, "good") == "OK"


def test_warnings_are_of_the_files_as_they_were_read_last(program: Program, tmp_path: Path) -> None:
    place(tmp_path / "ca.pem", LIVE / "client-ca.pem")
    place(tmp_path / "junk.pem", JUNK)
    options = server_options("request", client_ca_path=tmp_path)
    del options["client_ca_file"]
    program.ask("acceptor", options)
    assert any("junk.pem" in warning for warning in program.ask("warnings"))
    (tmp_path / "junk.pem").unlink()
    program.ask("reload")
    assert not any("junk.pem" in warning for warning in program.ask("warnings"))


def test_a_watch_reloads_by_itself_until_it_is_ended(program: Program, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    place(ca, LIVE / "client-cas.pem")
    program.ask("acceptor", server_options("require", client_ca_file=ca))
    assert program.ask("watch", 0.01) is True
    place(ca, LIVE / "unknown-root.pem")
    wait_for(lambda: outcome(program, "good") == "peer.certificate_refused")
    place(ca, JUNK)
    wait_for(lambda: program.ask("reload_error") is not False)
    assert outcome(program, "good") == "peer.certificate_refused"
    place(ca, LIVE / "client-cas.pem")
    wait_for(lambda: program.ask("reload_error") is False)
    assert outcome(program, "good") == "OK"
    counters = program.ask("counters")
    assert (counters["reloads"], counters["reloadfailures"]) == (2, 1)
    assert program.ask("watch", 0) is True


def wait_for(happened: Any) -> None:
    """Asks again and again, a client or a question each time."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it has not come to pass"


def test_the_counters_tell_what_has_become_of_the_handshakes(program: Program) -> None:
    program.ask("acceptor", server_options("require"))
    for name in ("good", "expired", "expired", None):
        visit(program, name)
    visit(program, "good", context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    assert program.ask("counters") == {
        "done": 1,
        "resumed": 0,
        "inflight": 0,
        "abandoned": 0,
        "refused": [{"word": "ABSENT", "number": 1}, {"word": "CERT_HAS_EXPIRED", "number": 2}],
        "alerts": [{"word": "unknown_ca", "number": 1}],
        "failed": [],
        "reloads": 0,
        "reloadfailures": 0,
    }
