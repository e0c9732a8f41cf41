"""This file is about ASGI applications that read headers, and services behind a proxy."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

import pytest

import peercert
from peercert import asgi
from requesting import GOOD, SUBJECT, Connection, call

CN = peercert.Rules("preset cn")
EXPIRED = "FAILED:certificate has expired"
PROXY = {"forwarded_format": "nginx", "forwarded_from": "10.0.0.0/8, unix"}
CERT = quote(GOOD, safe="")
NGINX = [("x-ssl-client-cert", CERT), ("x-ssl-client-verify", "SUCCESS")]


def exposing(**options: Any) -> Any:
    """`expose` with options."""
    return lambda app: asgi.expose(app, **options)


def behind(**more: Any) -> Any:
    """`expose` behind a proxy."""
    return exposing(forwarded=peercert.Forwarded(PROXY), **more)


def test_a_framework_that_looks_for_the_user_in_a_header_finds_it() -> None:
    told = [("remote-user", "root"), ("remote-user", "admin")]
    answer = call(exposing(rules=CN, names=["cgi"]), Connection(), headers=told)
    assert answer.sent("remote-user") == [SUBJECT]
    assert answer.sent("auth-type") == ["ClientCert"]
    # No header holds the line ends of PEM.
    assert all(b"\n" not in value for _, value in answer.seen["headers"])


def test_what_the_outer_of_two_says_reaches_the_application_through_the_inner() -> None:
    def wrap(app: Any) -> Any:
        return asgi.expose(asgi.require(app, paths=["/x"]), rules=CN, names=["cgi", "rfc9440"])

    answer = call(wrap, Connection(), headers=[("remote-user", "root"), ("client-cert", ":AA:")])
    assert answer.sent("remote-user") == [SUBJECT]
    assert len(answer.sent("client-cert")) == 1
    assert answer.sent("client-cert") != [":AA:"]


@pytest.mark.parametrize("verdict", [None, EXPIRED])
def test_who_does_not_verify_is_no_user(verdict: str | None) -> None:
    answer = call(
        exposing(rules=CN, names=["cgi"]), Connection(verdict), headers=[("remote-user", "root")]
    )
    assert answer.seen["headers"] == []


def test_a_user_of_any_script_is_octets_in_a_header() -> None:
    rules = peercert.Rules("subject.CN /.*/ Łukasz")
    answer = call(exposing(rules=rules, names=["cgi"]), Connection())
    assert answer.sent("remote-user") == ["Łukasz"]


def test_an_upstream_finds_the_certificate_in_the_headers_of_a_proxy() -> None:
    answer = call(
        exposing(names=["rfc9440", "xfcc"]), Connection(), headers=[("Client_Cert", ":AAAA:")]
    )
    (der,) = answer.sent("client-cert")
    assert base64.b64decode(der.strip(":")) == Connection().der()
    (xfcc,) = answer.sent("x-forwarded-client-cert")
    assert xfcc.startswith("Hash=")


def test_fake_basic_auth_replaces_what_the_client_says() -> None:
    faked = "Basic " + base64.b64encode(b"/CN=root:password").decode()
    honest = "Basic " + base64.b64encode(b"jane:secret").decode()
    told = [("authorization", faked), ("Authorization", honest)]
    found = call(exposing(names=["basicauth"]), Connection(), headers=told)
    (ours,) = found.sent("authorization")
    assert base64.b64decode(ours.removeprefix("Basic ")).endswith(b":password")
    assert ours not in (faked, honest)
    assert found.sent("Authorization") == []
    unknown = call(exposing(names=["basicauth"]), Connection(EXPIRED), headers=told)
    assert unknown.seen["headers"] == [(b"Authorization", honest.encode())]


@pytest.mark.parametrize("names", [["apache"], ["nginx"], ["asgi"], ["Cgi"]])
def test_an_export_that_a_scope_has_no_place_for_is_refused_at_once(names: list[str]) -> None:
    with pytest.raises(ValueError, match="basicauth, rfc9440, xfcc, cgi"):
        exposing(names=names)(None)
    with pytest.raises(TypeError):
        exposing(names="cgi")(None)


@pytest.mark.parametrize(
    "sender",
    [
        {"client": ("10.0.0.1", 4711)},
        {"client": ("10.0.0.1", 4711), "headers": [*NGINX, ("x-forwarded-for", "10.0.0.1")]},
        {"client": None, "server": ("/run/app.sock", None)},
        {"client": None, "server": ("/run/app.sock", None), "scheme": "http"},
    ],
    ids=str,
)
def test_a_trusted_proxy_says_who_the_client_is(sender: dict[str, Any]) -> None:
    answer = call(behind(rules=CN, names=["cgi"]), **({"headers": NGINX} | sender))
    assert answer.ours["clientcert"]["source"] == "forwarded"
    assert answer.ours["clientcert"]["verified"] is True
    assert "details" not in answer.ours
    assert answer.sent("remote-user") == [SUBJECT]
    assert answer.seen["extensions"]["tls"]["client_cert_chain"] == [GOOD]
    assert not [name for name, _ in answer.seen["headers"] if b"ssl" in name]


@pytest.mark.parametrize(
    "sender",
    [
        {"client": ("203.0.113.9", 4711)},
        # Middleware for proxies has put a header's address there.
        {"client": ("10.0.0.1", 0)},
        {"client": ("10.0.0.1", 77), "headers": [*NGINX, ("x-forwarded-for", "10.0.0.1:077")]},
        {"client": ("10.0.0.1", 0), "headers": [*NGINX, ("forwarded", "for=10.0.0.1")]},
        # The client is gone, and its address with it; it is no Unix socket.
        {"client": None},
        {"client": None, "server": None},
    ],
    ids=str,
)
def test_nobody_else_does(sender: dict[str, Any]) -> None:
    with pytest.raises(peercert.StateError) as caught:
        call(behind(), **({"headers": NGINX} | sender))
    assert caught.value.code == "state.no_connection"


def test_an_address_out_of_a_header_is_told_from_the_sockets() -> None:
    with pytest.raises(peercert.StateError, match="proxy_headers=False"):
        call(behind(), client=("10.0.0.1", 0), headers=NGINX)


def test_over_a_connection_of_ours_the_client_is_that_connections() -> None:
    answer = call(behind(), Connection(EXPIRED), headers=NGINX)
    assert answer.ours["clientcert"]["source"] != "forwarded"
    assert answer.ours["clientcert"]["verified"] is False
    assert answer.seen["headers"] == []


def test_a_proxy_that_shakes_hands_is_known_by_its_socket_whatever_middleware_says() -> None:
    def wrap(app: Any) -> Any:
        inner = behind()(app)

        async def rewriting(scope: Any, receive: Any, send: Any) -> None:
            await inner(scope | {"client": ("198.51.100.7", 0)}, receive, send)

        return rewriting

    answer = call(wrap, Connection(EXPIRED), client=("10.0.0.1", 4711), headers=NGINX)
    assert answer.ours["clientcert"]["source"] == "forwarded"
    # Those of its own connection are not the client's.
    assert "details" not in answer.ours
    # Nor does a header make a proxy of a client.
    answer = call(wrap, Connection(EXPIRED), headers=NGINX)
    assert answer.ours["clientcert"]["verified"] is False


@pytest.mark.parametrize(
    "wrong",
    [
        [("x-ssl-client-cert", "%zz"), NGINX[1]],
        [*NGINX, NGINX[0]],
        [*NGINX, ("X_SSL_Client_Cert", CERT)],
        [*NGINX, ("client-cert", ":AAAA:")],
        [NGINX[0], ("x-ssl-client-verify", "SUCCESS\nx: y")],
        [("x-ssl-client-cert", CERT + "A" * 100_000), NGINX[1]],
    ],
    ids=lambda headers: str(headers)[-60:],
)
def test_what_a_proxy_says_illegibly_is_refused(
    wrong: list[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    answer = call(behind(), client=("10.0.0.1", 4711), headers=wrong)
    assert (answer.status, answer.seen) == (400, {})
    (line,) = caplog.messages
    assert line.startswith("10.0.0.1: peer.forwarded_")
    assert "\n" not in line


def test_nothing_in_an_address_steers_a_terminal(caplog: pytest.LogCaptureFixture) -> None:
    secret = "correct-horse-battery"
    forwarded = peercert.Forwarded(forwarded_format="nginx", forwarded_secret=secret)
    headers = [("x-peercert-secret", secret), ("client-cert", "x")]
    # What middleware may have found in a header.
    client = ("\x9b31m\x85", 4711)
    answer = call(lambda app: asgi.expose(app, forwarded=forwarded), client=client, headers=headers)
    assert answer.status == 400
    (line,) = caplog.messages
    assert line.startswith(r"\C2\9B31m\C2\85: peer.forwarded_ambiguous: ")


def test_a_guarded_path_asks_the_proxy_and_so_does_what_is_inside() -> None:
    forwarded = peercert.Forwarded(PROXY)
    for verdict, expected in (("SUCCESS", 200), ("NONE", 403)):
        answer = call(
            lambda app: asgi.expose(asgi.require(app), forwarded=forwarded),
            client=("10.0.0.1", 4711),
            headers=[NGINX[0], ("x-ssl-client-verify", verdict)],
        )
        assert answer.status == expected


def test_a_proxy_chooses_the_host() -> None:
    connection = Connection("SUCCESS", "other")
    told = [*NGINX, ("host", "other")]
    answer = call(behind(), connection, client=("10.0.0.1", 4711), headers=told)
    assert answer.status == 200
