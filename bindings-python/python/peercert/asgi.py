"""This file is about ASGI (version 3): it tells an application who its client is.

In: an application, and the connection that its server has made. Out: the application with
`scope["extensions"]["tls"]` (the ASGI TLS extension 0.2, all six keys) and, in
`scope["extensions"]["peercert"]`, `clientcert` and `details` (the dictionaries of the contract),
`connection` (for `chain()`, `der()`), and by rules `identity`. It may not know how a handshake is
done, and believes nothing that could have come from the client: headers that say who a client is are
taken out, unless a proxy sent them that `forwarded` trusts. The client is also there under the
`names` that applications already read (docs/names.md).

| server | what hands over the connection |
|---|---|
| uvicorn | `uvicorn.run(app, **peercert.uvicorn.tls(...))` |
| hypercorn | `hypercorn.asyncio.serve(app, peercert.hypercorn.Config(...))` |
| gunicorn | `post_worker_init, ssl_context = peercert.gunicorn.hooks(...)`, and the worker `asgi` |
| another | `peercert.asgi.attach(app, connection)`, for each connection |

Where virtual hosts let in different clients, a request for one of them that comes over a connection
for another is answered 421 Misdirected Request, before the application runs: HTTP lets a client name
any host on any connection, and only the name in the handshake (SNI) has been judged. Who may not open
a WebSocket is refused before it is accepted.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, cast

from peercert import Forwarded, PeerError, Report, Rules, StateError, _answers, _scope, pages
from peercert._answers import Answer
from peercert._callers import Caller, Connection, Settings, is_ours
from peercert._paths import Paths
from peercert._scope import Scope

if TYPE_CHECKING:
    from peercert.types import Identity

__all__ = ["Connection", "attach", "caller", "direct", "expose", "require"]

# Servers and frameworks have types of their own for what goes in and out.
Receive = Callable[[], Any]
Send = Callable[[Any], Any]
Application = Callable[[Any, Any, Any], Awaitable[None]]
Wrapped = Callable[[Any, Any, Any], Coroutine[Any, Any, None]]


def attach(app: Application, connection: Connection) -> Wrapped:
    """The same application for the requests of one connection, with the connection in their scopes.

    For integrations of servers: call it once for each connection, when its handshake is over, with
    any of peercert's sockets (`transport.get_extra_info("ssl_object")` in asyncio), and around
    whatever else there is. Each request has dictionaries of its own. Raises `StateError`
    (`state.no_connection`) for another object.
    """
    if not is_ours(connection):
        raise StateError(
            "state.no_connection",
            f"the connection is a {type(connection).__name__} and not one of peercert's; the "
            "server's context has to be a peercert.SSLContext",
        )

    async def attached(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in _TYPES:
            ours = {
                "clientcert": connection.clientcert(),
                "details": connection.details(),
                "connection": connection,
                # Middleware for proxies may replace the client by what a header says.
                _SENDER: _scope.peer(scope),
            }
            extensions = {"tls": connection.export("asgi"), "peercert": ours}
            scope = {**scope, "extensions": (scope.get("extensions") or {}) | extensions}
        await app(scope, receive, send)

    return attached


def expose(
    app: Application,
    *,
    rules: Rules | None = None,
    forwarded: Forwarded | None = None,
    names: Iterable[str] = (),
) -> Wrapped:
    """The same application with `clientcert` and `details` in `scope["extensions"]["peercert"]`.

    By `rules`, `identity` says which user the client is. `forwarded` trusts proxies to say who the
    client is; of such a client there are no `details`, and `connection` is a `Report`. `names` are
    exports that are headers ("basicauth", "rfc9440", "xfcc"); "cgi" sets the header `Remote-User`
    to the user of the rules. Scopes that are no requests are passed on.

    Raises `StateError` (`state.no_connection`) for a request whose server does not hand over the
    connection: an application never sees an empty dictionary in the place of an identity.
    """
    gate = Gate(rules, forwarded, names)

    async def exposed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in _TYPES:
            scope, answer = gate.meet(scope)
            if answer is not None:
                await _send(scope, receive, send, answer)
                return
        await app(scope, receive, send)

    return exposed


def direct(app: Application) -> Wrapped:
    """The same application, which requests do not reach that belong on another connection: they are
    answered 421. `expose` and `require` do that as well."""

    async def directed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in _TYPES and not _is_here(scope):
            await _send(scope, receive, send, _answers.misdirected(_scope.accept(scope)))
        else:
            await app(scope, receive, send)

    return directed


def require(
    app: Application,
    *,
    status: int = 403,
    paths: Iterable[str] | None = None,
    rules: Rules | None = None,
    forwarded: Forwarded | None = None,
    names: Iterable[str] = (),
) -> Wrapped:
    """The same application, whose chosen paths need a verified client certificate.

    `paths` are prefixes of whole path segments ("/admin" is "/admin" and "/admin/users", not
    "/administrator"); without them every path is meant. Where a path can be read in more than one
    way (case, `//`, `..`, `%2e`, with `root_path` and without), the way that needs a certificate
    counts. `status` is 403 or 400. With `rules`, the client has to be one of their users, too; a
    rule that pins a certificate and says `allow_unverified` is enough. The scope is filled as
    `expose` does, with the same arguments.
    """
    _answers.check(status)
    chosen = None if paths is None else Paths(paths)

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in _TYPES:
            ours = caller(scope)
            lack = pages.lack(ours["clientcert"], None if rules is None else ours["identity"])
            if lack is not None and (chosen is None or any(map(chosen.cover, _scope.paths(scope)))):
                accept = _scope.accept(scope)
                answer = _answers.refusal(accept, ours["clientcert"], lack, status)
                await _send(scope, receive, send, answer)
                return
        await app(scope, receive, send)

    return expose(guarded, rules=rules, forwarded=forwarded, names=names)


def caller(scope: Scope) -> dict[str, Any]:
    """What is known of a request's client: `clientcert`, `details`, `connection`, `identity`.

    Raises `StateError` (`state.no_connection`) where that is nothing.
    """
    ours = _ours(scope)
    if "clientcert" not in ours:
        raise StateError("state.no_connection", _NO_CONNECTION)
    return ours


# What is a request, and has a client.
_TYPES = ("http", "websocket")
# Kept beside what is for applications.
_SENDER = "_sender"
_MET = "_met"
# A report that was read from headers. A client can set nothing of a scope's extensions.
_TOLD = "_forwarded"

_NO_CONNECTION = (
    "the server does not hand over its TLS connection; the hook is for uvicorn "
    "uvicorn.run(app, **peercert.uvicorn.tls(...)), for hypercorn peercert.hypercorn.Config(...), for "
    "gunicorn peercert.gunicorn.hooks(...); for others peercert.asgi.attach, which an integration of "
    "the server calls for each connection"
)


class Gate:
    """Finds out who the client of each request is, and tells it in the scope."""

    def __init__(
        self, rules: Rules | None, forwarded: Forwarded | None, names: Iterable[str]
    ) -> None:
        self._settings = Settings(rules, forwarded, names, _scope.HEADERS)

    def meet(self, scope: Scope) -> tuple[Scope, Answer | None]:
        """The scope that the application is to see, and the answer to a request that may not reach
        it."""
        ours = _ours(scope)
        sender: str = ours[_SENDER] if _SENDER in ours else _scope.sender(scope)
        told: Report | None = ours.get(_TOLD)
        try:
            # What a proxy says is read once: the outer one of two has taken it out.
            if told is None and self._settings.trusts:
                told = self._settings.stripping.read(sender, scope["headers"])
        except PeerError as error:
            return scope, _answers.malformed(sender, error)
        scope = self._filled(scope, sender, told)
        if _is_here(scope):
            return scope, None
        return scope, _answers.misdirected(_scope.accept(scope))

    def _filled(self, scope: Scope, sender: str, told: Report | None) -> Scope:
        settings = self._settings
        ours = dict(_ours(scope))
        extensions = dict(scope.get("extensions") or {})
        client: Caller
        if told is not None:
            client = told
            ours.pop("details", None)
            ours |= {"clientcert": told.clientcert(), "connection": told, _TOLD: told}
            extensions["tls"] = told.export("asgi")
        else:
            client = connection = self._connection(scope, sender)
            if "clientcert" not in ours:
                ours |= {"clientcert": client.clientcert(), "details": connection.details()}
        if settings.rules is not None:
            ours["identity"] = client.identity(settings.rules)
        identity: Identity | None = ours.get("identity")
        left = scope["headers"]
        # What is left after the outer one of two, it has put there.
        if settings.trusts or _MET not in ours:
            left = settings.stripping.strip(left)
            ours[_MET] = True
        headers = _scope.headers(left, client, settings.names, identity)
        return {**scope, "headers": headers, "extensions": extensions | {"peercert": ours}}

    def _connection(self, scope: Scope, sender: str) -> Connection:
        connection = _ours(scope).get("connection")
        if is_ours(connection):
            return cast(Connection, connection)
        why = _NO_CONNECTION
        if self._settings.trusts:
            why = f"{sender or 'the sender'} is no proxy that `forwarded` trusts, and {why}"
            if not sender and scope.get("client"):
                why += (
                    '. scope["client"] is what a header says: let nothing replace it that is around '
                    "peercert.asgi (proxy_headers=False for uvicorn)"
                )
        raise StateError("state.no_connection", why)


def _ours(scope: Scope) -> dict[str, Any]:
    ours: dict[str, Any] = (scope.get("extensions") or {}).get("peercert") or {}
    return ours


def _is_here(scope: Scope) -> bool:
    """Whether this connection is for the hosts that the request names. Of a client that a proxy
    tells of, the proxy has chosen the host."""
    ours = _ours(scope)
    if _TOLD in ours:
        return True
    connection = ours.get("connection")
    if not is_ours(connection):
        raise StateError("state.no_connection", _NO_CONNECTION)
    return all(map(cast(Connection, connection).serves, _scope.hosts(scope)))


async def _send(scope: Scope, receive: Receive, send: Send, answer: Answer) -> None:
    """Answers in the place of the application."""
    kind = "http"
    if scope["type"] == "websocket":
        if (await receive())["type"] != "websocket.connect":
            return
        if "websocket.http.response" not in (scope.get("extensions") or {}):
            # Before it is accepted, this is 403 to the client.
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        kind = "websocket.http"
    headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers]
    body = b"" if scope.get("method") == "HEAD" else answer.body
    await send({"type": f"{kind}.response.start", "status": answer.status, "headers": headers})
    await send({"type": f"{kind}.response.body", "body": body})


# RFC 6455, 7.4.1.
_POLICY_VIOLATION = 1008
