"""This file is about a Django project in this process: the settings of docs/django.md, and a view
that tells what it knows.

In: requests over connections whose client is given. Out: what the view has seen. One process has one
project, which the first import of this file sets up.
"""

from __future__ import annotations

import asyncio
import atexit
import io
import json
import re
import runpy
import tempfile
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import django
from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.core.management import call_command

from peercert import asgi
from requesting import scope

DOCUMENT = Path(__file__).parents[3] / "docs" / "django.md"
FOLDER = tempfile.TemporaryDirectory()
atexit.register(FOLDER.cleanup)


def _settings() -> dict[str, Any]:
    (code,) = re.findall(
        r"<!-- run: file settings.py -->\n```python\n(.*?)```", DOCUMENT.read_text(), re.S
    )
    file = Path(FOLDER.name) / "settings.py"
    file.write_text(code)
    found = runpy.run_path(str(file))
    database = found["DATABASES"]["default"]
    database["NAME"] = f"{FOLDER.name}/db.sqlite3"
    # Nothing of it has to last.
    database["OPTIONS"] = {"init_command": "PRAGMA synchronous=OFF"}
    return {key: value for key, value in found.items() if key.isupper()} | {
        "ROOT_URLCONF": __name__
    }


settings.configure(**_settings())
django.setup()
call_command("migrate", verbosity=0)

# Models are there only now.
from django.contrib.auth import login, logout  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils.decorators import sync_and_async_middleware  # noqa: E402


def _told(request: HttpRequest, user: Any) -> JsonResponse:
    return JsonResponse(
        {
            "user": user.get_username(),
            "groups": sorted(group.name for group in user.groups.all()),
            "clientcert": request.clientcert,
            "identity": request.peercert_identity,
            "headers": dict(request.headers),
            "meta": sorted(key for key in request.META if "peercert" in key.lower()),
        }
    )


def who(request: HttpRequest) -> JsonResponse:
    """Tells what a view knows."""
    return _told(request, request.user)


async def awho(request: HttpRequest) -> JsonResponse:
    """The same in a view that is asynchronous, which asks for the user in its own way."""
    user = await request.auser()
    names = sorted([group.name async for group in user.groups.all()]) if user.pk else []
    answer = {"user": user.get_username(), "groups": names, "clientcert": request.clientcert}
    return JsonResponse(answer | {"identity": request.peercert_identity})


def _looking(get_response: Any) -> Any:
    if iscoroutinefunction(get_response):

        async def looking(request: HttpRequest) -> Any:
            assert request.headers
            return await get_response(request)

        return looking

    def plain(request: HttpRequest) -> Any:
        assert request.headers
        return get_response(request)

    return plain


#: Middleware that looks at the headers before anybody else does.
looks_first: Any = sync_and_async_middleware(_looking)


def by_password(request: HttpRequest) -> JsonResponse:
    """Logs jane in as Django's own page for it does."""
    login(request, User.objects.get(username="jane"), "django.contrib.auth.backends.ModelBackend")
    return JsonResponse({})


def leave(request: HttpRequest) -> JsonResponse:
    """Logs out."""
    logout(request)
    return JsonResponse({})


urlpatterns = [
    path("", who),
    path("async", awho),
    path("by-password", by_password),
    path("leave", leave),
]


class Browser:
    """A client that keeps its cookies, and calls the project by WSGI or by ASGI."""

    def __init__(self, protocol: str) -> None:
        self.protocol = protocol
        self.application: Any = (
            get_wsgi_application() if protocol == "wsgi" else get_asgi_application()
        )
        self.cookies = SimpleCookie()
        self.status = 0

    def get(self, path: str, connection: Any, *headers: tuple[str, str], **more: Any) -> Any:
        """One request over a connection; gives the JSON, or the text."""
        sent = [("host", "localhost"), *headers]
        if self.cookies:
            cookies = "; ".join(f"{key}={morsel.value}" for key, morsel in self.cookies.items())
            sent.append(("cookie", cookies))
        call = self._wsgi if self.protocol == "wsgi" else self._asgi
        self.status, received, body = call(path, connection, sent, **more)
        for name, value in received:
            if name.lower() == "set-cookie":
                self.cookies.load(value)
        return json.loads(body) if body.startswith(b"{") else body.decode()

    def _wsgi(
        self, path: str, connection: Any, headers: Any, **more: Any
    ) -> tuple[int, list[Any], bytes]:
        environ: dict[str, Any] = {"PATH_INFO": path, "wsgi.input": io.BytesIO(), **more}
        if connection is not None:
            environ["peercert.connection"] = connection
        for name, value in headers:
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        setup_testing_defaults(environ)
        told: list[Any] = []
        answer = self.application(environ, lambda status, headers: told.extend((status, headers)))
        body = b"".join(answer)
        answer.close()
        return int(told[0][:3]), told[1], body

    def _asgi(
        self, path: str, connection: Any, headers: Any, **more: Any
    ) -> tuple[int, list[Any], bytes]:
        messages: list[Any] = []
        body = asyncio.Queue[dict[str, Any]]()
        body.put_nowait({"type": "http.request", "body": b"", "more_body": False})

        async def receive() -> Any:
            # Then nothing comes: the client waits for its answer.
            return await body.get()

        async def send(message: Any) -> None:
            messages.append(message)

        app = self.application
        if connection is not None:
            app = asgi.attach(app, connection)
        asyncio.run(app(scope(path=path, headers=headers, **more), receive, send))
        told = [(name.decode(), value.decode()) for name, value in messages[0]["headers"]]
        text = b"".join(message.get("body", b"") for message in messages)
        return messages[0]["status"], told, text
