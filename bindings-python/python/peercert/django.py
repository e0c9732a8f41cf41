"""This file is about Django (5.2 and later), under WSGI and under ASGI: it tells a view who its client
is, and by rules logs the user in.

In: settings, and requests. Out: `request.clientcert` (the dictionary of the contract) and
`request.peercert_identity` (who that is by rules; `None` without rules), in `request.META` the same
keys as in a WSGI environ, and `request.user`. It may not know how a handshake is done. Headers that say
who a client is are taken out: under ASGI, Django's own RemoteUserMiddleware believes the header
`Remote-User` of anybody.

| setting | meaning |
|---|---|
| `PEERCERT_RULES` | a `Path`, a list or a text: `peercert.Rules` |
| `PEERCERT_FORWARDED` | a dictionary, or a list of them: the proxies that `peercert.Forwarded` trusts |
| `PEERCERT_CREATE_USERS` | true: a user who has no account gets one. By default, accounts are made by hand |
| `PEERCERT_GROUPS` | a dictionary of groups of the rules to names of Django's groups |

Put `peercert.django.ClientCertMiddleware` below Django's AuthenticationMiddleware, and
`peercert.django.ClientCertBackend` into `AUTHENTICATION_BACKENDS`. Of the groups that
`PEERCERT_GROUPS` names, an account is in those that its certificate gives, from each request on; others
are not touched, and a group that does not exist is not made.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user_model, load_backend
from django.contrib.auth.backends import RemoteUserBackend
from django.contrib.auth.middleware import RemoteUserMiddleware
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse

from peercert import Forwarded, Rules, asgi, wsgi
from peercert._answers import Answer

__all__ = ["ClientCertBackend", "ClientCertMiddleware"]


class ClientCertMiddleware(RemoteUserMiddleware):
    """Tells who the client of a request is, and keeps `request.user` in step with it.

    Once the certificate names nobody, or somebody else, whom it has logged in is logged out. Who has
    logged in by password stays so until a certificate names a user.
    """

    # No header has this name in META, where theirs are in upper case.
    header = "peercert.user"

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        rules, forwarded = _rules(), _forwarded()
        if rules is not None and not any(map(_is_backend, settings.AUTHENTICATION_BACKENDS)):
            raise ImproperlyConfigured(
                "PEERCERT_RULES needs peercert.django.ClientCertBackend in AUTHENTICATION_BACKENDS"
            )
        self._groups: dict[str, str] = getattr(settings, "PEERCERT_GROUPS", None) or {}
        self._environs = wsgi.Gate(rules, forwarded, ())
        self._scopes = asgi.Gate(rules, forwarded, ())
        self._stripping = forwarded or Forwarded()

    def __call__(self, request: HttpRequest) -> Any:
        """One request, and its response; under ASGI a coroutine of it."""
        if self.is_async:
            return self.__acall__(request)
        refused = self._meet(request)
        if refused is not None:
            return refused
        if request.peercert_identity is not None:
            with self._named(request):
                self.process_request(request)
            self._join(request)
        return self.get_response(request)

    async def __acall__(self, request: HttpRequest) -> Any:
        refused = self._meet(request)
        if refused is not None:
            return refused
        if request.peercert_identity is not None:
            before = getattr(request, "user", None)
            with self._named(request):
                await self.aprocess_request(request)
            if request.user is not before:
                _settle(request)
            if self._groups:
                await sync_to_async(self._join)(request)
        return await self.get_response(request)

    def _meet(self, request: HttpRequest) -> HttpResponse | None:
        """Fills the request; gives the answer to one that may not reach a view."""
        if hasattr(request, "scope"):
            request.scope, answer = self._scopes.meet(request.scope)
            if answer is None:
                self._stripping.strip_environ(request.META)
                known = asgi.caller(request.scope)
                for key in ("clientcert", "details", "connection", "identity"):
                    if key in known:
                        request.META[f"peercert.{key}"] = known[key]
        else:
            answer = self._environs.meet(request.META)
        # Who has looked before has seen the client's own.
        request.__dict__.pop("headers", None)
        if answer is not None:
            return _response(request, answer)
        request.clientcert = request.META["peercert.clientcert"]
        request.peercert_identity = request.META.get("peercert.identity")
        return None

    @contextmanager
    def _named(self, request: HttpRequest) -> Iterator[None]:
        """While Django asks for it, the user is where it looks: by Django 5.2, under ASGI, among the
        headers."""
        places = (self.header, f"HTTP_{self.header}")
        identity = request.peercert_identity
        if identity["identified"]:
            request.META |= dict.fromkeys(places, identity["user"])
        try:
            yield
        finally:
            for place in places:
                request.META.pop(place, None)

    def _join(self, request: HttpRequest) -> None:
        """Puts the user's account into the groups that the rules give, and out of the others."""
        identity, user = request.peercert_identity, request.user
        if not self._groups or identity.get("user") != user.get_username():
            return
        given = {self._groups[name] for name in identity["groups"] if name in self._groups}
        managed = Group.objects.filter(name__in=self._groups.values())
        has = set(user.groups.filter(pk__in=managed))
        wanted = {group for group in managed if group.name in given}
        if has != wanted:
            user.groups.remove(*(has - wanted))
            user.groups.add(*(wanted - has))


class ClientCertBackend(RemoteUserBackend):
    """Finds the account of a user whom the rules name, by exactly this name."""

    @property
    def create_unknown_user(self) -> bool:
        """Whether a user without an account gets one."""
        return bool(getattr(settings, "PEERCERT_CREATE_USERS", False))

    def authenticate(self, request: HttpRequest, remote_user: str) -> Any:
        """The account, or `None`; a certificate's user without one is not asked of other backends,
        which would make one, or take another's."""
        return _settled(request, remote_user, super().authenticate(request, _possible(remote_user)))

    async def aauthenticate(self, request: HttpRequest, remote_user: str) -> Any:
        """The same."""
        account = await super().aauthenticate(request, _possible(remote_user))
        return _settled(request, remote_user, account)

    def configure_user(self, request: HttpRequest, user: Any, created: bool = True) -> Any:
        """The account, unless the database takes another name for the same: some compare without
        regard to case and accents."""
        del created
        return user if user is not None and user.get_username() == _named_by(request) else None


def _rules() -> Rules | None:
    rules = getattr(settings, "PEERCERT_RULES", None)
    return rules if rules is None or isinstance(rules, Rules) else Rules(rules)


def _forwarded() -> Forwarded | None:
    proxies = getattr(settings, "PEERCERT_FORWARDED", None)
    if proxies is None:
        return None
    return Forwarded(proxies) if isinstance(proxies, dict) else Forwarded(*proxies)


def _is_backend(path: str) -> bool:
    return isinstance(load_backend(path), RemoteUserBackend)


def _named_by(request: HttpRequest) -> str | None:
    """The user whom the rules name."""
    user: str | None = (getattr(request, "peercert_identity", None) or {}).get("user")
    return user


def _settled(request: HttpRequest, user: str, account: Any) -> Any:
    if account is None and user == _named_by(request):
        raise PermissionDenied("the certificate's user has no account")
    return account


def _possible(user: str) -> str:
    """The user, or nobody if no account can have the name."""
    model = get_user_model()
    longest = model._meta.get_field(model.USERNAME_FIELD).max_length
    return user if longest is None or len(user) <= longest else ""


def _settle(request: HttpRequest) -> None:
    """Lets `request.auser()` give who is logged in now: Django 5.2 would still give who was."""
    user = request.user

    async def auser() -> Any:
        return user

    request.auser = auser


def _response(request: HttpRequest, answer: Answer) -> HttpResponse:
    body = b"" if request.method == "HEAD" else answer.body
    return HttpResponse(body, status=answer.status, headers=dict(answer.headers))
