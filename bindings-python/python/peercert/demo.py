"""This file is about a small WSGI application that shows callers who they are.

In: the environ that `peercert.wsgi.expose` fills. Out: a page, or the two dictionaries as JSON for
a client that prefers it. `peercert serve peercert.demo:app --dev` serves it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from peercert import pages

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answers `GET /` with the caller's identity."""
    method = environ["REQUEST_METHOD"]
    extra: list[tuple[str, str]] = []
    if method not in ("GET", "HEAD"):
        status, kind, text = "405 Method Not Allowed", "text/plain", "GET only.\n"
        extra = [("Allow", "GET, HEAD")]
    elif environ.get("PATH_INFO", "") not in ("", "/"):
        status, kind, text = "404 Not Found", "text/plain", "There is only one page: /\n"
    else:
        status = "200 OK"
        clientcert, details = environ["peercert.clientcert"], environ["peercert.details"]
        if pages.prefers_json(environ.get("HTTP_ACCEPT", "")):
            kind = "application/json"
            text = json.dumps({"clientcert": clientcert, "details": details}, indent=2) + "\n"
        else:
            kind = "text/html; charset=utf-8"
            text = pages.identity(clientcert, details)
    body = text.encode(errors="replace")
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), *extra, *pages.HEADERS]
    start_response(status, headers)
    return [] if method == "HEAD" else [body]
