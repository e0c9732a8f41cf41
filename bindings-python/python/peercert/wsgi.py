"""This file is about WSGI (PEP 3333): it tells an application who its client is.

In: an application, and the connection as the server puts it into the environ. Out: the application
with `peercert.clientcert` and `peercert.details` (the dictionaries of the contract) and
`peercert.connection` (for `chain()`, `der()`) in its environ. It may not know how a handshake is
done, and believes nothing that could have come from the client: headers that say who a client is
are taken out, unless a proxy sent them that `forwarded` trusts. The client is also there under the
`names` that applications already read (docs/names.md).

| server | what hands over the connection |
|---|---|
| cheroot | `server.ssl_adapter = peercert.cheroot.Adapter(...)` |
| gunicorn | the config hook `ssl_context`, which returns a `peercert.SSLContext` |
| Werkzeug, Flask | `ssl_context=peercert.SSLContext(...)` |
| wsgiref | `handler_class=peercert.wsgi.RequestHandler` |

Where virtual hosts let in different clients, a request for one of them that comes over a connection
for another is answered 421 Misdirected Request, before the application runs: HTTP lets a client name
any host on any connection, and only the name in the handshake (SNI) has been judged.
"""

from __future__ import annotations

import functools
import json
import logging
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, cast
from wsgiref.simple_server import WSGIRequestHandler

from peercert import Forwarded, PeerError, Report, Rules, StateError, _environ, log, pages
from peercert._paths import Paths

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from peercert.types import Identity

__all__ = ["Connection", "RequestHandler", "direct", "expose", "require"]


class Connection(_environ.Exporting, Protocol):
    """What is asked of a connection: any of peercert's sockets has it."""

    def clientcert(self) -> dict[str, Any]:
        """Who the client is."""

    def details(self) -> dict[str, Any]:
        """How the connection is protected."""

    def identity(self, rules: Rules) -> Identity:
        """Who the client is by rules."""

    def serves(self, authority: str) -> bool:
        """Whether requests for this host may be answered here."""


def expose(
    app: WSGIApplication,
    *,
    rules: Rules | None = None,
    forwarded: Forwarded | None = None,
    names: Iterable[str] = (),
) -> WSGIApplication:
    """The same application with `peercert.clientcert` and `peercert.details` in its environ.

    By `rules`, `peercert.identity` says which user the client is. `forwarded` trusts proxies to say
    who the client is; of such a client there are no `peercert.details`, and `peercert.connection`
    is a `Report`. `names` are exports ("apache", "nginx", "cgi", "basicauth"); "cgi" sets
    `REMOTE_USER` to the user of the rules.

    Raises `StateError` (`state.no_connection`) for a request whose server does not hand over the
    connection: an application never sees an empty dictionary in the place of an identity.
    """

    caller = _Caller(rules, forwarded, names)

    def exposed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            caller.identify(environ)
        except PeerError as error:
            return _malformed(environ, start_response, error)
        return directed(environ, start_response)

    directed = direct(app)
    return exposed


def direct(app: WSGIApplication) -> WSGIApplication:
    """The same application, which requests do not reach that belong on another connection: they are
    answered 421. `expose` and `require` do that as well."""

    def directed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # Of a client that a proxy tells of, the proxy has chosen the host.
        if _TOLD in environ or all(map(_connection(environ).serves, _authorities(environ))):
            return app(environ, start_response)
        about = {"message": pages.MISDIRECTED}
        return _answer(environ, start_response, 421, pages.misdirected, about)

    return directed


def require(
    app: WSGIApplication,
    *,
    status: int = 403,
    paths: Iterable[str] | None = None,
    rules: Rules | None = None,
    forwarded: Forwarded | None = None,
    names: Iterable[str] = (),
) -> WSGIApplication:
    """The same application, whose chosen paths need a verified client certificate.

    `paths` are prefixes of whole path segments ("/admin" is "/admin" and "/admin/users", not
    "/administrator"); without them every path is meant. Where a path can be read in more than one
    way (case, `//`, `..`, `%2e`), the way that needs a certificate counts. `status` is 403 or
    400. With `rules`, the client has to be one of their users, too; a rule that pins a certificate
    and says `allow_unverified` is enough. The environ is filled as `expose` does, with the same
    arguments.
    """
    if status not in (400, 403):
        raise ValueError(f"status {status!r} is not possible; it is 403 or 400")
    chosen = None if paths is None else Paths(paths)

    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        identity = None if rules is None else environ["peercert.identity"]
        lack = pages.lack(environ["peercert.clientcert"], identity)
        if lack is None or not (chosen is None or _is_under(chosen, environ)):
            return app(environ, start_response)
        return _refuse(environ, start_response, lack, status)

    return expose(guarded, rules=rules, forwarded=forwarded, names=names)


class RequestHandler(WSGIRequestHandler):
    """The handler for wsgiref's server, which puts the connection into the environ.

    `make_server(host, port, app, handler_class=RequestHandler)`, and the server's socket wrapped by
    a `peercert.SSLContext`.
    """

    def handle(self) -> None:
        """Does the handshake, and answers who gets through it; who does not is one log line."""
        if _is_ours(self.connection):
            try:
                self.connection.do_handshake()
            except OSError as error:
                log.refused(_logger, str(self.client_address[0]), error)
                return
        super().handle()

    def get_environ(self) -> dict[str, Any]:
        """The environ, with the connection."""
        environ: dict[str, Any] = super().get_environ()
        environ["peercert.connection"] = self.connection
        if _is_ours(self.connection):
            environ["wsgi.url_scheme"] = "https"
            environ["HTTPS"] = "on"
        return environ


_logger = logging.getLogger("peercert")

# Where a report is that was read from headers. A client cannot set what is no string.
_TOLD = "peercert.forwarded"

# Where servers keep the connection, and what has to be done so that it is one of ours.
_PLACES = {
    "peercert.connection": "peercert.cheroot.Adapter for cheroot, "
    "handler_class=peercert.wsgi.RequestHandler for wsgiref",
    "gunicorn.socket": "for gunicorn the config hook ssl_context, returning a peercert.SSLContext",
    "werkzeug.socket": "for Werkzeug and Flask ssl_context=peercert.SSLContext(...)",
}


class _Caller:
    """Finds out who the client of a request is, and tells it in the environ."""

    def __init__(
        self, rules: Rules | None, forwarded: Forwarded | None, names: Iterable[str]
    ) -> None:
        self._rules = rules
        self._proxies = forwarded
        self._stripping = Forwarded() if forwarded is None else forwarded
        self._names = _environ.check(names)

    def identify(self, environ: WSGIEnvironment) -> None:
        """Fills the environ."""
        told: Report | None = environ.get(_TOLD)
        if told is None and self._proxies is not None:
            # What a proxy says is read once: the outer one of two has taken it out.
            told = self._proxies.read(_environ.sender(environ), _environ.headers(environ))
        connection: Connection | Report = _connection(environ) if told is None else told
        identity: Identity | None = environ.get("peercert.identity")
        if self._rules is not None:
            identity = connection.identity(self._rules)
        self._stripping.strip_environ(environ)
        environ["peercert.connection"] = connection
        environ["peercert.clientcert"] = connection.clientcert()
        if told is not None:
            environ[_TOLD] = told
        else:
            environ["peercert.details"] = _connection(environ).details()
        if identity is not None:
            environ["peercert.identity"] = identity
        if self._names:
            _environ.export(environ, connection, self._names, identity or {"identified": False})


def _connection(environ: WSGIEnvironment) -> Connection:
    for place in _PLACES:
        connection: Any = environ.get(place)
        if _is_ours(connection):
            return cast(Connection, connection)
    seen = next((place for place in _PLACES if place in environ), None)
    if seen is not None and seen != "peercert.connection":
        raise StateError(
            "state.no_connection",
            f"the connection in environ[{seen!r}] is not one of peercert's; the hook is: "
            f"{_PLACES[seen]}",
        )
    server = environ.get("SERVER_SOFTWARE") or "this server"
    raise StateError(
        "state.no_connection",
        f"{server} does not hand over its TLS connection; the hook is "
        + "; ".join(_PLACES.values()),
    )


def _is_ours(connection: object) -> bool:
    # Variables and headers are strings, which have no such method.
    return callable(getattr(connection, "clientcert", None))


# Where servers keep the request's target as it came; wsgiref has an absolute one for a path.
_TARGETS = ("RAW_URI", "REQUEST_URI", "PATH_INFO")
_ABSOLUTE_FORM = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")


def _authorities(environ: WSGIEnvironment) -> set[str]:
    """The hosts that a request names: in `Host`, and in its target if that is a whole URL. By RFC
    9112, 3.2.2, the latter alone counts; applications look at the former. A request that names
    none is for the default host."""
    named = set()
    for place in _TARGETS:
        target = environ.get(place, "")
        if not target.startswith("/") and (found := _ABSOLUTE_FORM.match(target)):
            named.add(found[1].strip())
    host: str = environ.get("HTTP_HOST", "").strip()
    return named | {host} if host or not named else named


def _is_under(chosen: Paths, environ: WSGIEnvironment) -> bool:
    inner = environ.get("PATH_INFO", "")
    return chosen.cover(environ.get("SCRIPT_NAME", "") + inner) or chosen.cover(inner)


def _refuse(
    environ: WSGIEnvironment, start_response: StartResponse, lack: str, status: int
) -> Iterable[bytes]:
    clientcert = environ["peercert.clientcert"]
    keys = ("present", "verified", "verifyresult", "verifycode")
    about = {"message": lack} | {key: clientcert[key] for key in keys}
    page = functools.partial(pages.refusal, clientcert, lack)
    return _answer(environ, start_response, status, page, about)


def _answer(
    environ: WSGIEnvironment,
    start_response: StartResponse,
    status: int,
    page: Callable[[str], str],
    about: dict[str, Any],
) -> Iterable[bytes]:
    """An answer in the place of the application's, in the form that the client prefers."""
    reason = HTTPStatus(status).phrase
    if pages.prefers_json(environ.get("HTTP_ACCEPT", "")):
        kind = "application/json"
        text = json.dumps({"status": status, "error": reason, **about}) + "\n"
    else:
        kind = "text/html; charset=utf-8"
        text = page(f"{status} {reason}")
    body = text.encode(errors="replace")
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), *pages.HEADERS]
    start_response(f"{status} {reason}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _malformed(
    environ: WSGIEnvironment, start_response: StartResponse, error: PeerError
) -> Iterable[bytes]:
    """The answer to what a trusted proxy should not have passed on."""
    _logger.warning("%s: %s", environ.get("REMOTE_ADDR", ""), error)
    body = b"400 Bad Request: the proxy says in more than one way, or illegibly, who you are\n"
    kind = ("Content-Type", "text/plain; charset=utf-8")
    start_response("400 Bad Request", [kind, ("Content-Length", str(len(body))), *pages.HEADERS])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
