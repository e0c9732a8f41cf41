"""This file is about `peercert.wsgi`: what reaches the application, and which paths are guarded."""

from __future__ import annotations

import functools
import json
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

import peercert
from peercert import wsgi
from scene import LIVE, Peer, client_context, server_options, tcp_pair

Environ = dict[str, Any]
ABSENT = {"present": False, "verified": False, "verifyresult": "absent", "verifycode": "ABSENT"}
VERIFIED = ABSENT | {"present": True, "verified": True, "verifycode": "OK", "subject": "CN = a"}
EXPIRED = VERIFIED | {
    "verified": False,
    "verifyresult": "certificate has expired",
    "verifycode": "CERT_HAS_EXPIRED",
    "subject": "CN = <script>alert(1)</script>",
}


class FakeConnection:
    """A connection whose client is given."""

    def __init__(self, clientcert: dict[str, Any], *others: str) -> None:
        """`others` are the hosts that it does not serve."""
        self._clientcert = clientcert
        self.others = others

    def clientcert(self) -> dict[str, Any]:
        return dict(self._clientcert)

    def details(self) -> dict[str, Any]:
        return {"sslversion": "TLSv1.3"}

    def serves(self, authority: str) -> bool:
        return authority.lower() not in self.others


def call(app: Any, **environ: Any) -> tuple[str, dict[str, str], bytes]:
    """Calls an application through the validator of the standard library."""
    environ = {key.replace("__", "."): value for key, value in environ.items()}
    setup_testing_defaults(environ)
    environ.setdefault("QUERY_STRING", "")
    environ.setdefault("SCRIPT_NAME", "")
    seen: dict[str, Any] = {}

    def start_response(
        status: str,
        headers: list[tuple[str, str]],
        exc_info: Any = None,  # noqa: ARG001
    ) -> Callable[[bytes], object]:
        seen.update(status=status, headers=dict(headers))
        return lambda _: None

    body: Iterable[bytes] = validator(app)(environ, start_response)
    text = b"".join(body)
    body.close()  # type: ignore[attr-defined]
    return seen["status"], seen["headers"], text


def ignore(*_: Any) -> Any:
    """A `start_response` that nobody looks at."""


def reports(environ: Environ, start_response: Any) -> list[bytes]:
    """An application that answers with what it knows of its client."""
    start_response("200 OK", [("Content-Type", "application/json")])
    known = {k: v for k, v in environ.items() if "PEERCERT" in k.upper() and ".conn" not in k}
    return [json.dumps(known).encode()]


def status(app: Any, path: str, script: str = "") -> int:
    environ = {"gunicorn.socket": FakeConnection(ABSENT), "PATH_INFO": path, "SCRIPT_NAME": script}
    seen: list[str] = []
    setup_testing_defaults(environ)
    start: Any = lambda status, _: seen.append(status)  # noqa: E731
    list(app(environ, start))
    return int(seen[0][:3])


@pytest.mark.parametrize("place", ["peercert.connection", "gunicorn.socket", "werkzeug.socket"])
def test_the_application_finds_both_dictionaries_wherever_the_server_keeps_its_connection(
    place: str,
) -> None:
    _, _, body = call(wsgi.expose(reports), **{place: FakeConnection(VERIFIED)})
    known = json.loads(body)
    assert known["peercert.clientcert"] == VERIFIED
    assert known["peercert.details"] == {"sslversion": "TLSv1.3"}


def test_under_an_unknown_server_the_first_request_raises_an_error_that_names_every_hook() -> None:
    with pytest.raises(peercert.StateError) as caught:
        wsgi.expose(reports)({"SERVER_SOFTWARE": "waitress/3"}, ignore)
    assert caught.value.code == "state.no_connection"
    for word in ("waitress/3", "peercert.cheroot.Adapter", "RequestHandler", "ssl_context"):
        assert word in caught.value.message


@pytest.mark.parametrize("place", ["gunicorn.socket", "werkzeug.socket"])
def test_a_connection_that_is_not_ours_is_an_error_that_names_the_servers_hook(place: str) -> None:
    with pytest.raises(peercert.StateError, match="ssl_context"):
        wsgi.expose(reports)({place: object()}, ignore)


def test_a_variable_of_our_name_is_not_taken_for_a_connection() -> None:
    environ = {"peercert.connection": "x", "peercert.clientcert": {"verified": True}}
    with pytest.raises(peercert.StateError):
        wsgi.require(reports)(environ, ignore)


@pytest.mark.parametrize(
    "name",
    [
        "HTTP_PEERCERT_CLIENTCERT",
        "HTTP_PEERCERT.CLIENTCERT",
        "HTTP__PEERCERT_CLIENTCERT",
        "http_peercert_clientcert",
        "peercert.verified",
        "PEERCERT.CLIENTCERT",
    ],
)
def test_whatever_claims_our_names_is_dropped(name: str) -> None:
    environ: Environ = {"peercert.connection": FakeConnection(ABSENT), name: "forged"}
    seen: Environ = {}

    def app(environ: Environ, _: Any) -> list[bytes]:
        seen.update(environ)
        return []

    wsgi.expose(app)(environ, ignore)
    assert name not in seen
    assert seen["peercert.clientcert"] == ABSENT


def test_headers_of_other_names_stay() -> None:
    environ: Environ = {"peercert.connection": FakeConnection(ABSENT), "HTTP_X_PEER": "a"}
    wsgi.expose(lambda *_: [])(environ, ignore)
    assert environ["HTTP_X_PEER"] == "a"


def test_a_verified_client_reaches_a_guarded_application() -> None:
    answer, _, _ = call(wsgi.require(reports), gunicorn__socket=FakeConnection(VERIFIED))
    assert answer == "200 OK"


@pytest.mark.parametrize("code", [400, 403])
@pytest.mark.parametrize("clientcert", [ABSENT, EXPIRED])
def test_nobody_else_reaches_it(code: int, clientcert: dict[str, Any]) -> None:
    app = wsgi.require(lambda *_: pytest.fail("the application was called"), status=code)
    answer, headers, body = call(app, gunicorn__socket=FakeConnection(clientcert))
    assert answer.startswith(str(code))
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert int(headers["Content-Length"]) == len(body)
    assert headers["Cache-Control"] == "no-store"


def test_a_truthy_verdict_that_is_not_true_does_not_count() -> None:
    odd = FakeConnection(EXPIRED | {"verified": "no"})
    answer, _, _ = call(wsgi.require(reports), gunicorn__socket=odd)
    assert answer == "403 Forbidden"


def test_the_page_says_what_is_missing() -> None:
    _, _, body = call(wsgi.require(reports), gunicorn__socket=FakeConnection(ABSENT))
    assert b"none was sent" in body


def test_the_page_says_why_a_certificate_does_not_count_and_a_script_in_it_is_text() -> None:
    _, _, body = call(wsgi.require(reports), gunicorn__socket=FakeConnection(EXPIRED))
    assert b"certificate has expired (CERT_HAS_EXPIRED)" in body
    assert b"&lt;script&gt;" in body
    assert b"<script" not in body


def test_a_client_that_prefers_json_gets_json() -> None:
    _, headers, body = call(
        wsgi.require(reports),
        gunicorn__socket=FakeConnection(EXPIRED),
        HTTP_ACCEPT="text/html;q=0.5, application/json",
    )
    assert headers["Content-Type"] == "application/json"
    about = json.loads(body)
    assert about["status"] == 403
    assert about["verifycode"] == "CERT_HAS_EXPIRED"


def test_head_gets_no_body() -> None:
    environ = {"gunicorn.socket": FakeConnection(ABSENT), "REQUEST_METHOD": "HEAD"}
    _, _, body = call(wsgi.require(reports), **environ)
    assert body == b""


@pytest.mark.parametrize(
    "path",
    [
        "/admin",
        "/admin/",
        "/admin/users",
        "//admin",
        "/./admin",
        "/admin/./x",
        "/public/../admin",
        "/admin/../public",
        "/%61dmin",
        "/%2561dmin",
        "/%252561dmin",
        "/%25252561dmin",
        "/public/%2e%2e/admin",
        "/public/..;/admin",
        "/public/.. /x",
        "/ADMIN",
        "/admin;x=1",
        "/admin.",
        "/admin ",
        "\\admin",
        "/public\\..\\admin",
        "/%5cadmin",
        "/admin%00",
        "/admin\x00",
        "/public/\xff",
        "/\xef\xbd\x81dmin",
        "/adm\xc2\xadin",
        "http://host/admin",
        "*",
    ],
)
def test_every_way_to_write_a_guarded_path_needs_a_certificate(path: str) -> None:
    assert status(wsgi.require(reports, paths=["/admin"]), path) == 403


@pytest.mark.parametrize(
    "path",
    ["", "/", "/public", "/administrator", "/public/admin", "/100%", "/a%20b", "/a.b", "/\xc3\xbc"],
)
def test_every_other_path_needs_none(path: str) -> None:
    assert status(wsgi.require(reports, paths=["/admin"]), path) == 200


def test_a_path_is_meant_from_the_servers_root_and_from_the_applications() -> None:
    app = wsgi.require(reports, paths=["/app/admin"])
    assert status(app, "/admin", script="/app") == 403
    assert status(app, "/other", script="/app") == 200
    assert status(wsgi.require(reports, paths=["/admin"]), "/admin", script="/app") == 403


def test_a_path_in_another_alphabet_is_found_as_the_server_writes_it() -> None:
    app = wsgi.require(reports, paths=["/größe"])
    assert status(app, "/größe".encode().decode("latin-1")) == 403


def test_the_root_guards_everything() -> None:
    assert status(wsgi.require(reports, paths=["/"]), "/anything") == 403


@pytest.mark.parametrize("paths", ["/admin", [], ["admin"], ["/a/../b"], ["/a\n"]])
def test_paths_that_would_guard_something_else_are_refused(paths: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        wsgi.require(reports, paths=paths)


def test_another_status_is_refused() -> None:
    with pytest.raises(ValueError, match="403 or 400"):
        wsgi.require(reports, status=200)


OTHER = FakeConnection(VERIFIED, "other", "other:443", "")


@pytest.mark.parametrize("wrap", [wsgi.direct, wsgi.expose, wsgi.require])
@pytest.mark.parametrize(
    "named",
    [
        {"HTTP_HOST": "other"},
        {"HTTP_HOST": "Other:443"},
        {"HTTP_HOST": " other"},
        # What counts is the target, and what applications look at is the header.
        {"HTTP_HOST": "here", "RAW_URI": "https://other/page"},
        {"HTTP_HOST": "other", "RAW_URI": "https://here/page"},
        {"HTTP_HOST": "here", "REQUEST_URI": "HTTPS://OTHER"},
        # A request that names none is for the default host.
        {"HTTP_HOST": ""},
    ],
    ids=str,
)
def test_a_request_for_a_host_of_another_policy_does_not_reach_the_application(
    wrap: Callable[[Any], Any], named: dict[str, str]
) -> None:
    app = wrap(lambda *_: pytest.fail("the application was called"))
    answer, headers, body = call(app, gunicorn__socket=OTHER, **named)
    assert answer == "421 Misdirected Request"
    assert int(headers["Content-Length"]) == len(body)
    assert headers["Cache-Control"] == "no-store"
    assert b"another host" in body


@pytest.mark.parametrize(
    "named",
    [
        # Without any host the default one is asked for.
        {},
        # wsgiref has a whole URL for a path.
        {"HTTP_HOST": "here", "PATH_INFO": "https://other/page"},
    ],
    ids=str,
)
def test_what_the_validator_does_not_know_does_not_reach_it_either(named: dict[str, str]) -> None:
    environ = {"REQUEST_METHOD": "GET", "peercert.connection": OTHER, **named}
    seen: list[str] = []
    start: Any = lambda status, _: seen.append(status)  # noqa: E731
    list(wsgi.direct(reports)(environ, start))
    assert seen == ["421 Misdirected Request"]


@pytest.mark.parametrize(
    "named",
    [
        {"HTTP_HOST": "here"},
        {"HTTP_HOST": "[2001:db8::1]:8443"},
        {"HTTP_HOST": "", "RAW_URI": "https://here/page"},
        {"HTTP_HOST": "here", "RAW_URI": "//other/page", "PATH_INFO": "//other/page"},
        {"HTTP_HOST": "here", "RAW_URI": "/?next=https://other/"},
    ],
    ids=str,
)
def test_a_request_for_a_host_of_the_same_policy_reaches_it(named: dict[str, str]) -> None:
    answer, _, _ = call(wsgi.expose(reports), gunicorn__socket=OTHER, **named)
    assert answer == "200 OK"


@pytest.fixture(scope="module")
def connection() -> Iterator[peercert.SSLSocket]:
    """A real connection for the host `here`, beside which there is another that lets in others."""
    hosts = {"here": server_options("request", client_ca_file=LIVE / "client-ca.pem")}
    context = peercert.SSLContext(**server_options("require"), hosts=hosts)
    client = client_context("good")

    def call_here(theirs: socket.socket) -> None:
        with client.wrap_socket(theirs, server_hostname="here") as tls:
            tls.recv(1)

    with tcp_pair() as (ours, theirs):
        peer = Peer(functools.partial(call_here, theirs))
        with context.wrap_socket(ours, server_side=True) as tls:
            yield tls
        peer.result()


@pytest.mark.parametrize("wrap", [wsgi.direct, wsgi.expose, wsgi.require])
@pytest.mark.parametrize(
    "named",
    [
        {"HTTP_HOST": "other"},
        {"HTTP_HOST": ""},
        # Hosts that applications read in more than one way.
        {"HTTP_HOST": "here,other"},
        {"HTTP_HOST": "user@other"},
        {"HTTP_HOST": "oth%65r"},
        {"HTTP_HOST": "here", "RAW_URI": "https://user@here/"},
        {"HTTP_HOST": "\xef\xbd\x8fther"},
    ],
    ids=str,
)
def test_a_real_connection_serves_no_host_that_can_be_read_as_another(
    connection: peercert.SSLSocket, wrap: Callable[[Any], Any], named: dict[str, str]
) -> None:
    app = wrap(lambda *_: pytest.fail("the application was called"))
    answer, _, _ = call(app, gunicorn__socket=connection, **named)
    assert answer == "421 Misdirected Request"


def test_a_real_connection_serves_its_own_host(connection: peercert.SSLSocket) -> None:
    for host in ("here", "HERE:8443"):
        answer, _, _ = call(wsgi.require(reports), gunicorn__socket=connection, HTTP_HOST=host)
        assert answer == "200 OK"


def test_a_program_that_prefers_json_is_told_of_its_misdirected_request_in_json() -> None:
    wanted = {"HTTP_HOST": "other", "HTTP_ACCEPT": "application/json"}
    _, _, body = call(wsgi.direct(reports), gunicorn__socket=OTHER, **wanted)
    assert json.loads(body)["status"] == 421
