"""This file is about what an ASGI scope tells of a request (ASGI 3, HTTP and WebSocket).

In: a scope as the server has made it. Out: who sent it, which hosts and paths it names, and its
headers with the client under the names that are wanted. It may not know how a client was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

from ._callers import Caller, exported
from ._hosts import authorities
from ._native import is_fake_basic_auth

if TYPE_CHECKING:
    from .types import Identity

    Header = tuple[bytes, bytes]

Scope = MutableMapping[str, Any]

HEADERS = ("basicauth", "rfc9440", "xfcc", "cgi")
"""The exports that are possible. A scope has no variables: of `cgi` it is `Remote-User` and
`Auth-Type`, which frameworks look for in the headers."""


def peer(scope: Scope) -> str:
    """Who is at the other end of the socket, when nothing but the server has made the scope: an
    address, `unix`, or `""`."""
    client = scope.get("client")
    if client:
        return str(client[0])
    # A server that could not learn the client's address has an address of its own.
    server, *port = scope.get("server") or ("",)
    return "unix" if port == [None] or str(server).startswith("/") else ""


def sender(scope: Scope) -> str:
    """The same when something else may have been at the scope: `""` if a header may have said so.

    Middleware for proxies (uvicorn has it by default) sets the client to what a header says, with the
    header's port, or 0 if that has none. So the address of a socket has a port, and no header says
    the two.
    """
    if scope.get("client"):
        address, port = scope["client"]
        said = [value.decode("latin-1") for value in _values(scope, *_FORWARDED)]
        if not port or any(f"{address}{end}" in text for text in said for end in (":", "]:")):
            return ""
    return peer(scope)


_FORWARDED = (b"x-forwarded-for", b"forwarded")


def accept(scope: Scope) -> str:
    """What the client prefers to read."""
    return ",".join(value.decode("latin-1") for value in _values(scope, b"accept"))


def hosts(scope: Scope) -> set[str]:
    """The hosts that a request names."""
    root = _root(scope)
    targets = [target.removeprefix(root) for target in _targets(scope)]
    named = _values(scope, b"host", b":authority")
    return authorities([host.decode("latin-1") for host in named], targets)


def paths(scope: Scope) -> Iterator[str]:
    """A request's path as anyone may read it, octets as Latin-1: decoded and as it came, from the
    server's root and from the application's. Servers and frameworks differ in which of them they
    have."""
    root = _root(scope)
    for path in _targets(scope):
        yield path
        yield root + path
        if path.startswith(root + "/"):
            yield path.removeprefix(root)


def headers(
    left: Iterable[Header], caller: Caller, names: Iterable[str], identity: Identity | None
) -> list[Header]:
    """The headers with the client under the names that are wanted; `left` are those of the request
    that do not say who the client is."""
    told = list(left)
    for name in names:
        fields = exported(caller, name, identity)
        if name == "basicauth":
            told = [header for header in told if not _gives_way(header, bool(fields))]
        for key, value in fields.items():
            field = key.lower().replace("_", "-")
            # A certificate in PEM has line ends, and no framework looks for it in a header.
            if field != "ssl-client-cert":
                told.append((field.encode(), value.encode()))
    return told


def _gives_way(header: Header, always: bool) -> bool:
    name, value = header
    is_authorization = name.lower() == b"authorization"
    return is_authorization and (always or is_fake_basic_auth(value.decode("latin-1")))


def _values(scope: Scope, *wanted: bytes) -> list[bytes]:
    return [value for name, value in scope["headers"] if name.lower() in wanted]


def _root(scope: Scope) -> str:
    return _octets(scope.get("root_path") or "").rstrip("/")


def _targets(scope: Scope) -> list[str]:
    raw = (scope.get("raw_path") or b"").decode("latin-1")
    path = _octets(scope.get("path") or "")
    # Some servers leave the query in it.
    return [path, raw.partition("?")[0]] if raw else [path]


def _octets(text: str) -> str:
    return text if text.isascii() else text.encode(errors="surrogatepass").decode("latin-1")
