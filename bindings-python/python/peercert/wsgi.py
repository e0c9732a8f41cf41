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
| gunicorn | `post_worker_init, ssl_context = peercert.gunicorn.hooks(...)` in its config file |
| gevent | `peercert.gevent.WSGIServer(..., ssl_context=peercert.SSLContext(...))` |
| Werkzeug, Flask | `ssl_context=peercert.SSLContext(...)` |
| wsgiref | `handler_class=peercert.wsgi.RequestHandler` |

Where virtual hosts let in different clients, a request for one of them that comes over a connection
for another is answered 421 Misdirected Request, before the application runs: HTTP lets a client name
any host on any connection, and only the name in the handshake (SNI) has been judged.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast
from wsgiref.simple_server import WSGIRequestHandler

from peercert import (
    Forwarded,
    PeerError,
    Report,
    Rules,
    StateError,
    _answers,
    _environ,
    _linger,
    log,
    pages,
)
from peercert._answers import Answer
from peercert._callers import Caller, Connection, Settings, is_ours
from peercert._hosts import authorities
from peercert._paths import Paths

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from peercert.types import Identity

__all__ = ["Connection", "RequestHandler", "direct", "expose", "require"]


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

    gate = Gate(rules, forwarded, names)

    def exposed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = gate.meet(environ)
        if answer is None:
            return app(environ, start_response)
        return _send(environ, start_response, answer)

    return exposed


def direct(app: WSGIApplication) -> WSGIApplication:
    """The same application, which requests do not reach that belong on another connection: they are
    answered 421. `expose` and `require` do that as well."""

    def directed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if _is_here(environ):
            return app(environ, start_response)
        return _send(environ, start_response, _answers.misdirected(_accept(environ)))

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
    _answers.check(status)
    chosen = None if paths is None else Paths(paths)

    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        identity = None if rules is None else environ["peercert.identity"]
        lack = pages.lack(environ["peercert.clientcert"], identity)
        if lack is None or not (chosen is None or _is_under(chosen, environ)):
            return app(environ, start_response)
        answer = _answers.refusal(_accept(environ), environ["peercert.clientcert"], lack, status)
        return _send(environ, start_response, answer)

    return expose(guarded, rules=rules, forwarded=forwarded, names=names)


class Gate:
    """Finds out who the client of each request is, and tells it in the environ."""

    def __init__(
        self, rules: Rules | None, forwarded: Forwarded | None, names: Iterable[str]
    ) -> None:
        possible = _environ.VARIABLES + _environ.HEADERS
        self._settings = Settings(rules, forwarded, names, possible)

    def meet(self, environ: WSGIEnvironment) -> Answer | None:
        """Fills the environ; gives the answer to a request that may not reach an application."""
        try:
            self._identify(environ)
        except PeerError as error:
            return _answers.malformed(_environ.sender(environ), error)
        return None if _is_here(environ) else _answers.misdirected(_accept(environ))

    def _identify(self, environ: WSGIEnvironment) -> None:
        settings = self._settings
        told: Report | None = environ.get(_TOLD)
        if told is None and settings.trusts:
            # What a proxy says is read once: the outer one of two has taken it out.
            told = settings.stripping.read_environ(_environ.sender(environ), environ)
        caller: Caller
        if told is None:
            caller = connection = _connection(environ)
        else:
            caller, connection = told, None
        identity: Identity | None = environ.get("peercert.identity")
        if settings.rules is not None:
            identity = caller.identity(settings.rules)
        # What is left after the outer one of two, it has put there.
        if settings.trusts or environ.get(_MET) is not True:
            settings.stripping.strip_environ(environ)
            environ[_MET] = True
        environ["peercert.connection"] = caller
        environ["peercert.clientcert"] = caller.clientcert()
        if connection is None:
            environ[_TOLD] = told
        else:
            environ["peercert.details"] = connection.details()
        if identity is not None:
            environ["peercert.identity"] = identity
        _environ.export(environ, caller, settings.names, identity)


class RequestHandler(WSGIRequestHandler):
    """The handler for wsgiref's server, which puts the connection into the environ.

    `make_server(host, port, app, handler_class=RequestHandler)`, and the server's socket wrapped by
    a `peercert.SSLContext`.
    """

    def handle(self) -> None:
        """Does the handshake, and answers who gets through it; who does not is one log line."""
        if is_ours(self.connection):
            who = log.peer(self.connection)
            try:
                self.connection.do_handshake()
            except OSError as error:
                log.refused(_logger, who, error)
                _linger.drain(self.connection)
                return
        super().handle()

    def get_environ(self) -> dict[str, Any]:
        """The environ, with the connection."""
        # As most servers do: in an environ, nobody can tell `Client_Cert` from `Client-Cert`.
        for name in self.headers:
            if "_" in name:
                del self.headers[name]
        environ: dict[str, Any] = super().get_environ()
        environ["peercert.connection"] = self.connection
        if is_ours(self.connection):
            environ["wsgi.url_scheme"] = "https"
            environ["HTTPS"] = "on"
        return environ


_logger = logging.getLogger("peercert")

# Where a report is that was read from headers. A client cannot set what is no string.
_TOLD = "peercert.forwarded"
_MET = "peercert.met"

# Where servers keep the connection, and what has to be done so that it is one of ours.
_PLACES = {
    "peercert.connection": "peercert.cheroot.Adapter for cheroot, "
    "handler_class=peercert.wsgi.RequestHandler for wsgiref, peercert.gevent.WSGIServer for gevent",
    "gunicorn.socket": "for gunicorn post_worker_init, ssl_context = peercert.gunicorn.hooks(...)",
    "werkzeug.socket": "for Werkzeug and Flask ssl_context=peercert.SSLContext(...)",
}


def _connection(environ: WSGIEnvironment) -> Connection:
    for place in _PLACES:
        connection: Any = environ.get(place)
        if is_ours(connection):
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


# Where servers keep the request's target as it came; wsgiref has an absolute one for a path.
_TARGETS = ("RAW_URI", "REQUEST_URI", "PATH_INFO")


def _is_here(environ: WSGIEnvironment) -> bool:
    """Whether this connection is for the hosts that the request names. Of a client that a proxy
    tells of, the proxy has chosen the host."""
    if _TOLD in environ:
        return True
    targets = [environ.get(place, "") for place in _TARGETS]
    named = authorities([environ.get("HTTP_HOST", "")], targets)
    return all(map(_connection(environ).serves, named))


def _is_under(chosen: Paths, environ: WSGIEnvironment) -> bool:
    inner = environ.get("PATH_INFO", "")
    return chosen.cover(environ.get("SCRIPT_NAME", "") + inner) or chosen.cover(inner)


def _accept(environ: WSGIEnvironment) -> str:
    return str(environ.get("HTTP_ACCEPT", ""))


def _send(
    environ: WSGIEnvironment, start_response: StartResponse, answer: Answer
) -> Iterable[bytes]:
    start_response(f"{answer.status} {answer.reason}", answer.headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]
