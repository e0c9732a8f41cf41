"""This file is about WSGI applications that read Apache's names, and services behind a proxy."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote
from wsgiref.simple_server import WSGIServer, make_server
from wsgiref.util import setup_testing_defaults

import pytest
from werkzeug.middleware.proxy_fix import ProxyFix

import peercert
from peercert import asgi, wsgi
from scene import LIVE, client_context, server_options

GOOD = (LIVE / "good.pem").read_text()
CN = peercert.Rules("preset cn")
JANE = peercert.Rules("subject.CN /.*/ jane")
PROXY = {"forwarded_format": "nginx", "forwarded_from": "10.0.0.0/8"}
NGINX = {
    "HTTP_X_SSL_CLIENT_CERT": quote(GOOD, safe=""),
    "HTTP_X_SSL_CLIENT_VERIFY": "SUCCESS",
}


def call(app: Any, **environ: Any) -> tuple[str, dict[str, Any]]:
    """Calls an application; gives the status and the environ that the inner one has seen."""
    seen: dict[str, Any] = {}
    status: list[str] = []

    def inner(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ)
        start_response("200 OK", [])
        return []

    setup_testing_defaults(environ)
    app(inner)(environ, lambda given, _: status.append(given))
    return status[0], seen


class Verified:
    """A connection whose client is given by a report."""

    def __init__(self, verdict: str = "SUCCESS") -> None:
        self.report = peercert.report(GOOD, verdict)

    def clientcert(self) -> Any:
        return self.report.clientcert()

    def details(self) -> dict[str, Any]:
        return {}

    def identity(self, rules: peercert.Rules) -> Any:
        return self.report.identity(rules)

    def serves(self, _: str) -> bool:
        return True

    def export(self, form: str, *, user: str | None = None, pinned: bool = False) -> dict[str, Any]:
        return self.report.export(form, user=user, pinned=pinned)


def exposing(**options: Any) -> Any:
    """`expose` with options."""
    return lambda app: wsgi.expose(app, **options)


def test_an_application_reads_apaches_names() -> None:
    status, seen = call(
        exposing(names=["apache", "cgi"], rules=CN),
        **{"peercert.connection": Verified()},
        REMOTE_USER="inherited",
        SSL_CLIENT_S_DN_UID="inherited",
        HTTP_REMOTE_USER="admin",
        HTTP_SSL_CLIENT_VERIFY="SUCCESS",
    )
    assert status == "200 OK"
    assert seen["SSL_CLIENT_VERIFY"] == "SUCCESS"
    assert seen["SSL_CLIENT_CERT"] == GOOD
    assert seen["AUTH_TYPE"] == "ClientCert"
    assert seen["REMOTE_USER"] == seen["peercert.clientcert"]["subjectname"][0][0]["value"]
    for key in ("SSL_CLIENT_S_DN_UID", "HTTP_REMOTE_USER", "HTTP_SSL_CLIENT_VERIFY"):
        assert key not in seen


def test_who_does_not_verify_is_no_user() -> None:
    _, seen = call(
        exposing(names=["apache", "cgi"], rules=CN),
        **{"peercert.connection": Verified("FAILED:certificate revoked")},
        REMOTE_USER="inherited",
    )
    assert seen["SSL_CLIENT_VERIFY"] == "FAILED:certificate revoked"
    assert "REMOTE_USER" not in seen
    assert "AUTH_TYPE" not in seen


def test_a_user_of_any_script_is_octets_in_an_environ() -> None:
    _, seen = call(
        exposing(names=["cgi"], rules=peercert.Rules("subject.CN /.*/ Łukasz")),
        **{"peercert.connection": Verified()},
    )
    assert seen["REMOTE_USER"].encode("latin-1").decode() == "Łukasz"


def test_rules_say_who_a_guarded_path_is_for() -> None:
    nobody = peercert.Rules("subject.CN nobody nobody")
    for rules, expected in ((CN, "200 OK"), (nobody, "403 Forbidden")):
        status, seen = call(
            lambda app, rules=rules: wsgi.require(app, rules=rules),
            **{"peercert.connection": Verified()},
        )
        assert status == expected
        assert seen.get("peercert.identity", {}).get("identified", False) is (expected == "200 OK")


def test_a_pinned_certificate_is_a_user_though_it_does_not_verify() -> None:
    pin = peercert.certinfo(GOOD)["fingerprint"]
    options: list[Any] = [
        {"source": "fingerprint", "value": pin, "user": "gate", "allow_unverified": True}
    ]
    status, seen = call(
        lambda app: wsgi.require(app, rules=peercert.Rules(options), names=["cgi"]),
        **{"peercert.connection": Verified("FAILED:self-signed certificate")},
    )
    assert status == "200 OK"
    assert seen["peercert.clientcert"]["verified"] is False
    assert (seen["peercert.identity"]["user"], seen["REMOTE_USER"]) == ("gate", "gate")


def test_what_the_outer_rules_say_reaches_the_application_through_an_inner_guard() -> None:
    _, seen = call(
        lambda app: wsgi.expose(wsgi.require(app, paths=["/admin"]), rules=CN),
        **{"peercert.connection": Verified()},
    )
    assert seen["peercert.identity"]["identified"] is True


def test_what_the_outer_of_two_says_reaches_the_application_through_the_inner() -> None:
    _, seen = call(
        lambda app: wsgi.expose(wsgi.require(app, paths=["/x"]), names=["rfc9440"]),
        **{"peercert.connection": Verified(), "peercert.met": "True"},
        HTTP_CLIENT_CERT=":AA:",
        HTTP_REMOTE_USER="root",
    )
    assert seen["HTTP_CLIENT_CERT"] == Verified().export("rfc9440")["Client-Cert"]
    assert "HTTP_REMOTE_USER" not in seen


def test_fake_basic_auth_replaces_what_the_client_says() -> None:
    faked = "Basic " + base64.b64encode(b"/CN=root:password").decode()
    for verdict, expected in (("SUCCESS", True), ("FAILED:certificate revoked", False)):
        _, seen = call(
            exposing(names=["basicauth"]),
            **{"peercert.connection": Verified(verdict)},
            HTTP_AUTHORIZATION=faked,
        )
        assert ("HTTP_AUTHORIZATION" in seen) is expected
        assert seen.get("HTTP_AUTHORIZATION") != faked


def test_a_trusted_proxy_says_who_the_client_is() -> None:
    forwarded = peercert.Forwarded(PROXY)
    status, seen = call(
        exposing(forwarded=forwarded, names=["cgi"], rules=JANE),
        REMOTE_ADDR="10.0.0.1",
        **NGINX,
    )
    assert status == "200 OK"
    assert seen["peercert.clientcert"]["source"] == "forwarded"
    assert seen["peercert.clientcert"]["verified"] is True
    assert seen["REMOTE_USER"] == "jane"
    assert not [key for key in seen if "CLIENT_VERIFY" in key]


def test_nobody_else_does() -> None:
    forwarded = peercert.Forwarded(PROXY)
    with pytest.raises(peercert.StateError) as caught:
        call(exposing(forwarded=forwarded), REMOTE_ADDR="203.0.113.9", **NGINX)
    assert caught.value.code == "state.no_connection"
    # Over a connection of ours, it is that connection's client.
    _, seen = call(
        exposing(forwarded=forwarded),
        REMOTE_ADDR="203.0.113.9",
        **{"peercert.connection": Verified("FAILED:certificate revoked")},
        **NGINX,
    )
    assert seen["peercert.clientcert"]["verified"] is False
    assert not [key for key in seen if "SSL_CLIENT" in key]


def test_no_header_makes_a_client_the_trusted_proxy() -> None:
    forwarded = peercert.Forwarded(PROXY)
    for address, header, trusted in (
        ("203.0.113.9", "10.0.0.1", False),
        ("10.0.0.1", "203.0.113.9", True),
    ):
        _, seen = call(
            lambda app: ProxyFix(wsgi.expose(app, forwarded=forwarded)),
            REMOTE_ADDR=address,
            HTTP_X_FORWARDED_FOR=header,
            **{"peercert.connection": Verified("FAILED:certificate revoked")},
            **NGINX,
        )
        assert seen["REMOTE_ADDR"] == header
        assert (seen["peercert.clientcert"]["source"] == "forwarded") is trusted


def test_two_that_replace_the_address_do_not_make_a_client_the_trusted_proxy() -> None:
    forwarded = peercert.Forwarded(PROXY | {"forwarded_from": "10.0.0.0/8, unix"})
    here, there = socket.socketpair()
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    with here, there, listener, client, listener.accept()[0] as served:
        for sock, trusted in ((served, False), (here, True)):
            _, seen = call(
                lambda app: ProxyFix(ProxyFix(wsgi.expose(app, forwarded=forwarded))),
                REMOTE_ADDR="203.0.113.9",
                HTTP_X_FORWARDED_FOR="10.0.0.1",
                **{"peercert.connection": Verified("FAILED:certificate revoked")},
                **{"gunicorn.socket": sock},
                **NGINX,
            )
            assert (seen["peercert.clientcert"]["source"] == "forwarded") is trusted


def test_what_a_proxy_says_illegibly_is_refused() -> None:
    forwarded = peercert.Forwarded(PROXY)
    for wrong in (
        {"HTTP_X_SSL_CLIENT_CERT": "%zz"},
        {"HTTP_CLIENT_CERT": ":AAAA:"},
        {"HTTP_X_SSL_CLIENT_CERT": NGINX["HTTP_X_SSL_CLIENT_CERT"] + "," + quote(GOOD, safe="")},
    ):
        status, seen = call(
            exposing(forwarded=forwarded), REMOTE_ADDR="10.0.0.1", **(NGINX | wrong)
        )
        assert status == "400 Bad Request"
        assert not seen


def test_a_guarded_path_asks_the_proxy() -> None:
    forwarded = peercert.Forwarded(PROXY)
    for verdict, expected in (("SUCCESS", "200 OK"), ("NONE", "403 Forbidden")):
        given = NGINX | {"HTTP_X_SSL_CLIENT_VERIFY": verdict}
        status, _ = call(
            lambda app: wsgi.require(wsgi.expose(app), forwarded=forwarded),
            REMOTE_ADDR="10.0.0.1",
            **given,
        )
        assert status == expected


def test_an_export_that_is_nothing_for_wsgi_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="asgi"):
        wsgi.expose(lambda *_: [], names=["asgi"])
    with pytest.raises(TypeError):
        wsgi.expose(lambda *_: [], names="apache")


@pytest.mark.parametrize(
    "given", [{"rules": "preset cn"}, {"forwarded": {"forwarded_from": "::1"}}]
)
@pytest.mark.parametrize("wrap", [wsgi.expose, wsgi.require, asgi.expose, asgi.require])
def test_what_would_make_rules_or_proxies_is_refused_at_once(
    wrap: Callable[..., object], given: dict[str, Any]
) -> None:
    with pytest.raises(TypeError, match=r"make it a peercert\.(Rules|Forwarded)"):
        wrap(lambda *_: [], **given)


@contextmanager
def serving(app: Any) -> Iterator[int]:
    """wsgiref's server over TLS on a free port."""
    server: WSGIServer = make_server("127.0.0.1", 0, app, handler_class=wsgi.RequestHandler)
    context = peercert.SSLContext(**server_options("request"))
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("client", "verdict"),
    [
        (None, "NONE"),
        ("good", "SUCCESS"),
        ("expired", "FAILED:certificate has expired"),
        ("self-signed", "FAILED:self-signed certificate"),
    ],
)
def test_a_real_server_tells_apaches_names(client: str | None, verdict: str) -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{environ['SSL_CLIENT_VERIFY']} {environ.get('REMOTE_USER', '-')}".encode()]

    exposed = wsgi.expose(app, names=["apache", "cgi"], rules=JANE)
    context: ssl.SSLContext = client_context(client)
    with serving(exposed) as port:
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=context)
        connection.request("GET", "/", headers={"Remote-User": "root", "SSL_CLIENT_VERIFY": "x"})
        answer = connection.getresponse().read().decode()
        connection.close()
    assert answer == f"{verdict} {'jane' if verdict == 'SUCCESS' else '-'}"


def test_a_real_server_does_not_take_one_header_for_another() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return ["; ".join(key for key in environ if "CALLER" in key).encode()]

    with serving(wsgi.expose(app)) as port:
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=client_context("good"))
        # Of a proxy that takes out X-Caller and X-Caller-2, and tells of nobody.
        connection.request("GET", "/", headers={"X_Caller": "jane", "x-caller_2": "jane"})
        answer = connection.getresponse().read().decode()
        connection.close()
    assert answer == ""
