"""This file is about two WSGI applications on one server, each of which reads `REMOTE_USER`.

They are mounted as Keystone's were under mod_nss and mod_wsgi: `NSSUserName SSL_CLIENT_S_DN_UID`,
/main for everybody and `NSSVerifyClient require` for /admin. Apache's mod_ssl has the same setting,
so that it says whom it would take a caller for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import cheroot.wsgi
import pytest

import apache
import clients
import ours
import peercert
from callers import NOBODY, Caller
from peercert import wsgi

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Find = Callable[[str], Caller]
Port = Callable[[str, str], int]

#: Whom Apache and we take a caller for.
USERS = {
    "everything": "jdoe",
    "name-multi": "b",
    "good": None,
    NOBODY: None,
}


def service(title: str) -> WSGIApplication:
    """An application that believes in REMOTE_USER, and in nothing else."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        user = environ.get("REMOTE_USER")
        told = {"service": title, "user": user, "type": environ.get("AUTH_TYPE")}
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(told | {"mounted": environ["SCRIPT_NAME"]}).encode()]

    return application


@pytest.fixture(scope="module")
def keystone() -> Iterator[int]:
    """The port of the two applications, below /main and /admin."""
    rules = peercert.Rules([{"preset": "uid"}])
    pair = {
        "/main": wsgi.expose(service("main"), rules=rules, names=["cgi"]),
        "/admin": wsgi.require(service("admin"), rules=rules, names=["cgi"]),
    }
    mounted: Any = cheroot.wsgi.PathInfoDispatcher(pair)  # type: ignore[no-untyped-call]
    with ours.serving("request", mounted) as port:
        yield port


def ask(port: int, path: str, caller: Caller, *more: str) -> tuple[int, Any]:
    """Status and answer of a service, which curl asks."""
    own = []
    if caller.certificate is not None:
        own = ["--cert", str(caller.certificate), "--key", str(caller.key)]
    json_too = ["-H", "Accept: application/json", "-w", "\n%{http_code}"]
    said = clients.curl(port, *own, *json_too, *more, f"{{}}{path}")
    body, _, status = said.rpartition("\n")
    return int(status), json.loads(body)


@pytest.mark.parametrize("name", USERS)
def test_the_user_is_the_uid_of_the_subject(name: str, caller: Find, keystone: int) -> None:
    user = USERS[name]
    kind = "ClientCert" if user else None
    told = {"service": "main", "user": user, "type": kind, "mounted": "/main"}
    assert ask(keystone, "/main/v3", caller(name)) == (200, told)


@pytest.mark.parametrize("name", USERS)
def test_apache_names_the_same_user(name: str, caller: Find, port: Port) -> None:
    found = apache.variables(caller(name).ask(port("apache", name), "1.3"))
    user = USERS[name]
    assert found.get("REMOTE_USER") == (user.encode() if user else None)


def test_who_is_of_an_unknown_ca_is_a_user_of_apaches_and_none_of_ours(
    caller: Find, port: Port, keystone: int
) -> None:
    stranger = caller("unknown-uid")
    theirs = apache.variables(stranger.ask(port("apache", stranger.name), "1.3"))
    assert theirs["REMOTE_USER"] == b"b"
    status, told = ask(keystone, "/main/v3", stranger)
    assert (status, told["user"], told["type"]) == (200, None, None)


@pytest.mark.parametrize(
    ("name", "status"),
    [("everything", 200), ("name-multi", 200), ("good", 403), (NOBODY, 403), ("expired", 403)],
)
def test_the_application_that_requires_a_certificate_sees_users_only(
    name: str, status: int, caller: Find, keystone: int
) -> None:
    answered, told = ask(keystone, "/admin/v3/users", caller(name))
    assert answered == status
    if status == 200:
        assert (told["service"], told["user"]) == ("admin", USERS[name])
    else:
        assert "user" not in told


@pytest.mark.parametrize("header", ["Remote-User: root", "REMOTE_USER: root", "remote_user: root"])
def test_nobody_can_say_who_they_are_by_a_header(header: str, caller: Find, keystone: int) -> None:
    status, told = ask(keystone, "/main/v3", caller(NOBODY), "-H", header)
    assert (status, told["user"]) == (200, None)
    status, told = ask(keystone, "/main/v3", caller("everything"), "-H", header)
    assert (status, told["user"]) == (200, "jdoe")
