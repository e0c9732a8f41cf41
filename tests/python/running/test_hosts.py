"""This file is about virtual hosts: each has a mode and client CAs of its own."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
from typing import Any

import pytest

import peercert
from premises import Premises, connect, refusal, serving, visit
from scene import PATIENCE, Peer, tcp_pair

Make = Any


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_host_that_requires_a_certificate_does_so_under_a_default_that_asks_nobody(
    premises: Premises, make: Make, version: str
) -> None:
    none = premises.client(None, version)
    staff, partner = (premises.client(name, version) for name in ("staff", "partner"))
    missing = {"1.2": "HANDSHAKE_FAILURE", "1.3": "CERTIFICATE_REQUIRED"}[version]
    with serving(make(**premises.hosts())) as port:
        assert visit(port, staff)["clientcert"]["verifycode"] == "ABSENT"
        for name in ("staff.example", "a.partner.example"):
            assert refusal(port, none, name).endswith(missing), name
        told = visit(port, staff, "STAFF.example")
        assert told["clientcert"]["verified"] is True
        assert told["details"]["servername"].lower() == "staff.example"
        assert visit(port, partner, "a.partner.example")["clientcert"]["verified"] is True
        assert refusal(port, partner, "staff.example").endswith("UNKNOWN_CA")
        assert refusal(port, staff, "a.partner.example").endswith("UNKNOWN_CA")
        asked = visit(port, partner, "open.example")["clientcert"]
        assert (asked["present"], asked["verified"]) == (True, False)


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_strict_sni_refuses_every_name_but_those_of_hosts(premises: Premises, version: str) -> None:
    client = premises.client(None, version)
    client.check_hostname = False
    made = peercert.Acceptor(**premises.hosts(strict_sni=True))
    with serving(made) as port:
        for name in ("localhost", "b.a.partner.example", "example"):
            assert "UNRECOGNIZED_NAME" in refusal(port, client, name), name
        with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized"):
            connect(port, client, None)  # type: ignore[arg-type]
        assert visit(port, client, "open.example")["clientcert"]["present"] is False


def test_a_host_names_its_own_cas_to_clients(premises: Premises, openssl: str) -> None:
    with serving(peercert.Acceptor(**premises.hosts())) as port:
        shown = {}
        for name in ("open.example", "a.partner.example", "localhost"):
            address = ["-connect", f"127.0.0.1:{port}", "-servername", name]
            ended = subprocess.run(
                [openssl, "s_client", *address, "-CAfile", premises.path("server-ca.pem")],
                input=b"\n",
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
            shown[name] = ended.stdout.decode()
    assert "CN = staff-ca" in shown["open.example"].replace("CN=", "CN = ")
    assert "partner-ca" not in shown["open.example"]
    assert "CN = partner-ca" in shown["a.partner.example"].replace("CN=", "CN = ")
    assert "No client certificate CA names sent" in shown["localhost"]


def _serves(connection: Any) -> dict[str, bool]:
    asked = (
        "localhost",
        "staff.example",
        "STAFF.example:8443",
        "a.partner.example",
        "open.example",
    )
    return {name: connection.serves(name) for name in asked}


@pytest.mark.parametrize("kind", ["Socket", "SSLSocket", "SSLObject", "Connection"])
def test_a_connection_serves_the_hosts_that_let_in_the_same_clients(
    premises: Premises, kind: str
) -> None:
    options = premises.hosts()
    options["hosts"]["also-staff.example"] = options["hosts"]["Staff.example"]
    with tcp_pair() as (ours, theirs), ours.dup() as end:
        client = Peer(lambda: _hear(premises, theirs))
        connection = _accepted(kind, options, ours)
        assert _serves(connection) == {
            "localhost": False,
            "staff.example": True,
            "STAFF.example:8443": True,
            "a.partner.example": False,
            "open.example": False,
        }
        assert connection.serves("also-staff.example")
        end.shutdown(socket.SHUT_RDWR)
        client.result()
        if isinstance(connection, peercert.SSLSocket | peercert.Socket):
            connection.close()


def _hear(premises: Premises, theirs: socket.socket) -> None:
    tls = premises.client("staff").wrap_socket(theirs, server_hostname="staff.example")
    with contextlib.suppress(OSError):
        tls.recv(1)
    tls.close()


def _accepted(kind: str, options: dict[str, Any], sock: socket.socket) -> Any:
    """A connection of a kind, its handshake done."""
    sock.settimeout(PATIENCE)
    if kind == "Socket":
        return peercert.Acceptor(**options).accept(sock)
    context = peercert.SSLContext(**options)
    if kind == "SSLSocket":
        return context.wrap_socket(sock, server_side=True)
    if kind == "SSLObject":
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
                incoming.write(sock.recv(16384))
            else:
                sock.sendall(outgoing.read())
                return tls
    connection = peercert.Acceptor(**options).connection()
    while not connection.handshake():
        sock.sendall(connection.take())
        connection.feed(sock.recv(connection.wants()))
    sock.sendall(connection.take())
    return connection


def test_every_problem_of_every_host_is_told_at_once(premises: Premises, make: Make) -> None:
    hosts: dict[str, Any] = {
        "a.example": {"client_cert_mode": "require"},
        "*.*.example": {},
        "b.example": {"certificate": "/nowhere"},
        "c.example": {"session_tickets": False},
        "d.example": {},
        "D.example.": {},
    }
    with pytest.raises(peercert.ConfigError) as caught:
        make(**premises.options(hosts=hosts))
    text = " ".join(problem.message for problem in caught.value.problems)
    for name in ("a.example", "*.*.example", "b.example", "c.example", "D.example."):
        assert name in text, text


@pytest.mark.parametrize("hosts", [{"a.example": None}, {"a.example": "b"}, ["a.example"], "a"])
def test_what_is_no_set_of_options_is_told_and_never_left_out(
    premises: Premises, hosts: Any
) -> None:
    with pytest.raises(peercert.ConfigError) as caught:
        peercert.Acceptor(**premises.options(hosts=hosts))
    assert caught.value.code == "config.wrong_type"


def test_settings_of_the_base_class_are_those_of_the_default_host(premises: Premises) -> None:
    names = premises.hosts()["hosts"]
    context = peercert.SSLContext(hosts=names)
    context.load_cert_chain(premises.path("server.pem"), premises.path("server.key"))
    with serving(context) as port:
        assert refusal(port, premises.client(), "staff.example")
        assert visit(port, premises.client("staff"), "staff.example")["clientcert"]["verified"]
        assert visit(port, premises.client("staff"))["clientcert"]["present"] is False
