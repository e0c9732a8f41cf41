"""This file is about `peercert.asgi`: what reaches the application, and which paths are guarded."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

import peercert
from peercert import asgi
from requesting import GOOD, SUBJECT, Connection, call, scope, shaken

CN = peercert.Rules("preset cn")
NOBODY = peercert.Rules("subject.CN nobody nobody")
EXPIRED = "FAILED:certificate has expired"


def exposing(**options: Any) -> Any:
    """`expose` with options."""
    return lambda app: asgi.expose(app, **options)


def requiring(**options: Any) -> Any:
    """`require` with options."""
    return lambda app: asgi.require(app, **options)


def untouched(app: Any) -> Any:
    """No middleware."""
    return app


async def silent(scope: Any, receive: Any, send: Any) -> None:
    """An application that nobody asks."""


def test_a_server_hands_over_all_six_keys_of_the_tls_extension_and_both_dictionaries() -> None:
    answer = call(untouched, Connection())
    tls = answer.seen["extensions"]["tls"]
    assert list(tls) == [
        *("server_cert", "client_cert_chain", "client_cert_name"),
        *("client_cert_error", "tls_version", "cipher_suite"),
    ]
    assert tls["client_cert_chain"] == [GOOD]
    assert answer.ours["clientcert"]["verified"] is True
    assert answer.ours["details"]["sslversion"] == "TLSv1.3"
    assert answer.ours["connection"].der()


def test_why_a_certificate_fails_is_in_the_extension() -> None:
    tls = call(untouched, Connection(EXPIRED)).seen["extensions"]["tls"]
    assert tls["client_cert_error"] == "CERT_HAS_EXPIRED"
    assert call(untouched, Connection(None)).seen["extensions"]["tls"]["client_cert_chain"] == []


def test_other_extensions_stay_and_the_servers_own_scope_is_not_touched() -> None:
    shared: Any = {"websocket.http.response": {}}
    answer = call(untouched, Connection(), extensions=shared)
    assert answer.seen["extensions"]["websocket.http.response"] == {}
    assert shared == {"websocket.http.response": {}}


@pytest.mark.parametrize("client", ["good", "expired", None])
def test_what_an_application_changes_does_not_reach_the_next_request(client: str | None) -> None:
    connection = shaken(client)
    seen: list[str] = []

    async def vandal(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        ours = scope["extensions"]["peercert"]
        tls = scope["extensions"]["tls"]
        seen.append(json.dumps([ours["clientcert"], ours["details"], ours["identity"], tls]))
        ours["clientcert"]["verified"] = "forged"
        for rdn in ours["clientcert"].get("subjectname", []):
            rdn[0]["value"] = "forged"
        ours["details"]["clientcert"]["verified"] = "forged"
        ours["identity"] |= {"identified": True, "user": "forged"}
        ours["identity"].setdefault("groups", []).append("forged")
        tls["client_cert_chain"].append("forged")
        scope["extensions"].clear()

    app = asgi.attach(asgi.expose(vandal, rules=CN), connection)
    for _ in range(4):
        asyncio.run(app(scope(), None, None))
    assert len(set(seen)) == 1
    assert "forged" not in seen[0]


def test_a_client_that_gives_its_certificate_later_is_another_caller_from_then_on() -> None:
    connection = Connection(None)
    users: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        ours = scope["extensions"]["peercert"]
        users.append((ours["clientcert"]["verified"], ours["identity"].get("user")))

    served = asgi.attach(asgi.expose(app, rules=CN), connection)
    asyncio.run(served(scope(), None, None))
    connection.report = peercert.report(GOOD, "SUCCESS")
    asyncio.run(served(scope(), None, None))
    assert users == [(False, None), (True, SUBJECT)]


@pytest.mark.parametrize("connection", [object(), "x", None])
def test_nothing_but_our_connections_can_be_attached(connection: Any) -> None:
    with pytest.raises(peercert.StateError, match=r"peercert\.SSLContext"):
        asgi.attach(silent, connection)


@pytest.mark.parametrize("wrap", [asgi.direct, asgi.expose, asgi.require])
def test_a_server_without_a_hook_is_an_error_that_names_them(wrap: Any) -> None:
    with pytest.raises(peercert.StateError) as caught:
        call(wrap)
    assert caught.value.code == "state.no_connection"
    for word in ("peercert.uvicorn.tls", "peercert.asgi.attach"):
        assert word in caught.value.message


def test_text_of_our_name_is_not_taken_for_a_connection() -> None:
    with pytest.raises(peercert.StateError):
        call(asgi.expose, extensions={"peercert": {"connection": "x", "clientcert": {}}})


def test_what_is_no_request_is_passed_on() -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        seen.append(scope["type"])

    for wrapped in (asgi.direct(app), asgi.require(app), asgi.attach(app, Connection())):
        asyncio.run(wrapped({"type": "lifespan", "asgi": {"version": "3.0"}}, None, None))
    assert seen == ["lifespan"] * 3


def test_a_caller_is_what_is_known_of_the_client() -> None:
    known = asgi.caller(call(exposing(rules=CN), Connection()).seen)
    assert known["clientcert"]["verified"] is True
    assert known["identity"]["user"] == SUBJECT
    with pytest.raises(peercert.StateError):
        asgi.caller({"type": "http"})


@pytest.mark.parametrize(
    "name",
    [
        *("remote-user", "Remote_User", "REMOTE.USER", "_remote-user", "auth-type"),
        *("client-cert", "Client_Cert_Chain", "x-forwarded-client-cert", "ssl-client-verify"),
        *("X_SSL_Client_S_DN", "x-client-cert", "peercert-clientcert", "peercert.user"),
    ],
)
def test_what_says_who_a_client_is_does_not_reach_the_application(name: str) -> None:
    told = [(name, "admin"), ("accept", "*/*"), (name, "root")]
    answer = call(asgi.expose, Connection(None), headers=told)
    assert answer.seen["headers"] == [(b"accept", b"*/*")]


def test_an_identity_has_user_and_groups() -> None:
    identity = call(exposing(rules=CN), Connection()).ours["identity"]
    assert (identity["identified"], identity["user"]) == (True, SUBJECT)


def test_what_outer_rules_say_reaches_the_application_through_an_inner_guard() -> None:
    answer = call(lambda app: asgi.expose(asgi.require(app, paths=["/x"]), rules=CN), Connection())
    assert answer.ours["identity"]["user"] == SUBJECT


def test_a_verified_client_reaches_a_guarded_application() -> None:
    assert call(asgi.require, Connection()).body == b"reached"


@pytest.mark.parametrize("status", [400, 403])
@pytest.mark.parametrize("verdict", [None, EXPIRED])
def test_nobody_else_reaches_it(status: int, verdict: str | None) -> None:
    answer = call(requiring(status=status), Connection(verdict))
    assert (answer.status, answer.seen) == (status, {})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert answer.headers["cache-control"] == "no-store"


def test_a_client_that_prefers_json_gets_json() -> None:
    for told in (
        [("accept", "application/json")],
        [("Accept", "text/html;q=.1"), ("accept", "*/*")],
    ):
        answer = call(asgi.require, Connection(EXPIRED), headers=told)
        assert answer.headers["content-type"] == "application/json"
        assert json.loads(answer.body)["verifycode"] == "CERT_HAS_EXPIRED"


def test_head_gets_no_body() -> None:
    answer = call(asgi.require, Connection(None), method="HEAD")
    assert answer.body == b""
    assert int(answer.headers["content-length"]) > 0


def test_rules_say_who_a_guarded_application_is_for() -> None:
    assert call(requiring(rules=CN), Connection()).status == 200
    assert call(requiring(rules=NOBODY), Connection()).status == 403


def test_a_pinned_certificate_is_a_user_though_it_does_not_verify() -> None:
    pin = peercert.certinfo(GOOD)["fingerprint"]
    rule: Any = {"source": "fingerprint", "value": pin, "user": "gate", "allow_unverified": True}
    answer = call(requiring(rules=peercert.Rules([rule]), names=["cgi"]), Connection(EXPIRED))
    assert answer.sent("remote-user") == ["gate"]
    assert answer.ours["clientcert"]["verified"] is False


def path_status(path: str, root: str = "", raw: bytes | None = None) -> int:
    raw = path.encode(errors="surrogatepass") if raw is None else raw
    guard = requiring(paths=["/admin"])
    return call(guard, Connection(None), path=path, root_path=root, raw_path=raw).status


@pytest.mark.parametrize(
    ("path", "raw"),
    [
        ("/admin", b"/admin"),
        ("/admin/users", b"/%61dmin/users"),
        ("/ADMIN", b"/ADMIN"),
        ("//admin", b"//admin"),
        ("/public/../admin", b"/public/%2e%2e/admin"),
        ("/public", b"/admin"),
        ("/public", b"/admin?x"),
        ("/%61dmin", b"/%2561dmin"),
        ("/\ufffd", b"/%ff"),
        ("/adm\u00adin", b"/adm%C2%ADin"),
        ("/\uff41dmin", b"/%EF%BD%81dmin"),
        # Not even an octet: a surrogate of its own.
        ("/\udcff", b"/public"),
        ("/admin\x00", b"/admin%00"),
        ("http://here/admin", b"http://here/admin"),
        ("*", b"*"),
        ("/public/..;/admin", b"/public/..;/admin"),
    ],
)
def test_every_way_to_write_a_guarded_path_needs_a_certificate(path: str, raw: bytes) -> None:
    assert path_status(path, raw=raw) == 403


@pytest.mark.parametrize(
    "path", ["/", "", "/public", "/administrator", "/public/admin", "/ü", "/a b"]
)
def test_every_other_path_needs_none(path: str) -> None:
    assert path_status(path) == 200


@pytest.mark.parametrize(
    ("path", "root", "expected"),
    [
        # As uvicorn and Starlette have it, with the root in the path.
        ("/app/admin", "/app", 403),
        ("/app/admin", "/app/", 403),
        ("/app/other", "/app", 200),
        ("/application", "/app", 200),
        # As hypercorn has it, without.
        ("/admin", "/app", 403),
        ("/apphttp://here/other", "/app", 200),
    ],
)
def test_a_path_is_meant_from_the_applications_root(path: str, root: str, expected: int) -> None:
    assert path_status(path, root) == expected


def test_a_path_is_meant_from_the_servers_root() -> None:
    guard = requiring(paths=["/app/admin"])
    for path in ("/admin", "/app/admin"):
        answer = call(guard, Connection(None), path=path, root_path="/app")
        assert answer.status == 403


def test_a_path_in_another_alphabet_is_found() -> None:
    guard = requiring(paths=["/größe"])
    assert call(guard, Connection(None), path="/größe").status == 403


def test_a_scope_without_its_raw_path_is_judged_by_its_path() -> None:
    guard = requiring(paths=["/admin"])
    for path, expected in (("/admin", 403), ("/public", 200)):
        answer = call(guard, Connection(None), path=path, raw_path=None, root_path=None)
        assert answer.status == expected


@pytest.mark.parametrize("paths", ["/admin", [], ["admin"], ["/a/../b"], ["/a\n"]])
def test_paths_that_would_guard_something_else_are_refused(paths: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        asgi.require(silent, paths=paths)


def test_another_status_is_refused() -> None:
    with pytest.raises(ValueError, match="403 or 400"):
        asgi.require(silent, status=200)


OTHER = ("other", "other:443", "")


@pytest.mark.parametrize("wrap", [asgi.direct, asgi.expose, asgi.require])
@pytest.mark.parametrize(
    "named",
    [
        {"headers": [("host", "other")]},
        {"headers": [("Host", "Other:443 ")]},
        {"headers": [("host", "here"), ("host", "other")]},
        {"headers": [("host", "here"), (":authority", "other")]},
        {"headers": [("host", "here")], "raw_path": b"https://other/page"},
        {"headers": [("host", "other")], "raw_path": b"https://here/page"},
        {"headers": [("host", "here")], "path": "HTTPS://OTHER", "raw_path": None},
        {"headers": [("host", "here")], "path": "/apphttp://other/", "root_path": "/app"},
        # A request that names none is for the default host.
        {"headers": []},
        {"headers": [("host", "")]},
    ],
    ids=str,
)
def test_a_request_for_a_host_of_another_policy_does_not_reach_the_application(
    wrap: Any, named: dict[str, Any]
) -> None:
    answer = call(wrap, Connection("SUCCESS", *OTHER), **named)
    assert (answer.status, answer.seen) == (421, {})
    assert b"another host" in answer.body


@pytest.mark.parametrize(
    "named",
    [
        {"headers": [("host", "here")]},
        {"headers": [("host", "[2001:db8::1]:8443")]},
        {"headers": [], "raw_path": b"https://here/page"},
        {"headers": [("host", "here")], "path": "//other/page"},
    ],
    ids=str,
)
def test_a_request_for_a_host_of_the_same_policy_reaches_it(named: dict[str, Any]) -> None:
    assert call(asgi.expose, Connection("SUCCESS", *OTHER), **named).status == 200


WEBSOCKET: dict[str, Any] = {
    "type": "websocket",
    "scheme": "wss",
    "method": None,
    "subprotocols": [],
}


def test_a_websocket_tells_its_client_as_a_request_does() -> None:
    answer = call(exposing(rules=CN), Connection(), **WEBSOCKET)
    assert answer.ours["identity"]["user"] == SUBJECT
    assert answer.seen["extensions"]["tls"]["client_cert_error"] is None


def test_who_may_not_open_a_websocket_is_refused_before_it_is_accepted() -> None:
    answer = call(asgi.require, Connection(EXPIRED), **WEBSOCKET)
    assert answer.messages == [{"type": "websocket.close", "code": 1008}]
    assert answer.seen == {}


def test_a_client_that_is_gone_is_told_nothing() -> None:
    answer = call(asgi.require, Connection(None), "websocket.disconnect", **WEBSOCKET)
    assert (answer.messages, answer.seen) == ([], {})


def test_a_server_that_can_tells_why_no_websocket_was_opened() -> None:
    can: Any = {"websocket.http.response": {}}
    answer = call(asgi.require, Connection(EXPIRED), extensions=can, **WEBSOCKET)
    assert [message["type"] for message in answer.messages] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert answer.status == 403
    assert b"certificate has expired" in answer.body


def test_a_misdirected_websocket_is_421() -> None:
    can: Any = {"websocket.http.response": {}}
    connection = Connection("SUCCESS", *OTHER)
    assert call(asgi.direct, connection, extensions=can, **WEBSOCKET).status == 421
