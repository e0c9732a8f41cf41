"""This file is about the variables of a WSGI environ that tell who the client is (PEP 3333).

In: an environ, who the client is, which names are wanted. Out: the environ with these names, and
without those that the client may have set; who has sent the request, by the socket. It may not know how a client was found.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ._callers import Caller, exported
from ._native import is_fake_basic_auth

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from .types import Identity

VARIABLES = ("apache", "nginx", "cgi")
"""The exports that are variables."""
HEADERS = ("basicauth", "rfc9440", "xfcc")
"""The exports that are headers, in an environ with `HTTP_` before their names."""

# The variables of an export, as far as they have to be looked for.
_PREFIXES = {"apache": ("SSL_CLIENT_", "SSL_SERVER_"), "nginx": ("ssl_",)}
_CGI = ("REMOTE_USER", "AUTH_TYPE", "SSL_CLIENT_CERT")


def export(
    environ: WSGIEnvironment, caller: Caller, names: Iterable[str], identity: Identity | None
) -> None:
    """Puts the client into the environ under the names that are wanted, in the place of whatever
    was there: an inherited `REMOTE_USER` is not this client's."""
    for name in names:
        for key in [key for key in environ if key.startswith(_PREFIXES.get(name, ()))]:
            del environ[key]
        if name == "cgi":
            for key in _CGI:
                environ.pop(key, None)
        if name == "basicauth" and is_fake_basic_auth(environ.get("HTTP_AUTHORIZATION", "")):
            del environ["HTTP_AUTHORIZATION"]
        for key, value in exported(caller, name, identity).items():
            if name in HEADERS:
                key = "HTTP_" + key.upper().replace("-", "_")
            # An environ has each octet of UTF-8 as a character.
            environ[key] = value.encode().decode("latin-1")


def sender(environ: WSGIEnvironment) -> str:
    """Who is at the other end of the socket: an address, `unix`, or `""`."""
    for place in ("gunicorn.socket", "werkzeug.socket"):
        # Middleware may have put what a header says in the place of the address, but never here.
        found: Any = environ.get(place)
        if callable(getattr(found, "getpeername", None)):
            return _peer(found)
    # Werkzeug's ProxyFix keeps the address that it replaces.
    servers: Any = environ.get("werkzeug.proxy_fix.orig") or environ
    return str(servers.get("REMOTE_ADDR") or "")


def _peer(sock: Any) -> str:
    if sock.family == socket.AF_UNIX:
        return "unix"
    try:
        return str(sock.getpeername()[0])
    except OSError:
        return ""
