"""This file is about who calls: the client of a connection, or the one that a trusted proxy tells of.

In: rules, the proxies that are trusted, and what a request says. Out: the caller, and which user it
is. It may not know of WSGI, of ASGI or of how a handshake is done.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from . import Forwarded, Rules

if TYPE_CHECKING:
    from .types import Identity


class Caller(Protocol):
    """Who can be asked for a client: any of peercert's sockets, and a report."""

    def clientcert(self) -> Any:
        """Who the client is."""

    def identity(self, rules: Rules) -> Identity:
        """Who the client is by rules."""

    def export(self, form: str, *, user: str | None = None, pinned: bool = False) -> dict[str, Any]:
        """The client under the names of a format."""


class Connection(Caller, Protocol):
    """What is asked of a connection: any of peercert's sockets has it."""

    def details(self) -> Any:
        """How the connection is protected."""

    def der(self) -> bytes | None:
        """The client's certificate."""

    def serves(self, authority: str) -> bool:
        """Whether requests for this host may be answered here."""


class Settings:
    """What an application was wrapped with."""

    def __init__(
        self,
        rules: Rules | None,
        forwarded: Forwarded | None,
        names: Iterable[str],
        possible: Iterable[str],
    ) -> None:
        """`possible` are the exports that there are names for. Raises `ValueError` for another, and
        `TypeError` for rules or proxies that are only the text or the path of some."""
        for given, kind in ((rules, Rules), (forwarded, Forwarded)):
            if not (given is None or isinstance(given, kind)):
                name = kind.__name__
                raise TypeError(
                    f"{name.lower()} is a {type(given).__name__}: make it a peercert.{name}"
                )
        if isinstance(names, str):
            raise TypeError("names is a list of exports, not one text")
        self.rules = rules
        self.names = tuple(names)
        for name in self.names:
            if name not in possible:
                known = ", ".join(possible)
                raise ValueError(f"export {name!r} is not possible here; it is one of {known}")
        #: Somebody may tell of clients.
        self.trusts = forwarded is not None
        #: Takes out what says who a client is, whoever has sent it.
        self.stripping = Forwarded() if forwarded is None else forwarded


def is_ours(connection: object) -> bool:
    """Whether this is one of peercert's sockets. A client cannot send one: variables and headers are
    text, which has no such method."""
    return callable(getattr(connection, "clientcert", None))


def exported(caller: Caller, name: str, identity: Identity | None) -> dict[str, Any]:
    """The caller under the names of an export, as the user that the rules have found."""
    known: Identity = identity or {"identified": False}
    # Rules identify an unverified caller only by the very certificate.
    pinned = known.get("verified") is False
    return caller.export(name, user=known.get("user"), pinned=pinned)
