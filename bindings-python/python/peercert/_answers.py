"""This file is about the answers that a request gets in the place of the application's.

In: why it does not reach the application, and what its client prefers to read. Out: status, headers
and body. It may not know of servers, of WSGI or of ASGI.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from . import PeerError, log, pages


class Answer(NamedTuple):
    """An answer in full."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def reason(self) -> str:
        """The phrase of the status line."""
        return HTTPStatus(self.status).phrase


def check(status: int) -> None:
    """Raises `ValueError` for a status that no refusal has."""
    if status not in (400, 403):
        raise ValueError(f"status {status!r} is not possible; it is 403 or 400")


def misdirected(accept: str) -> Answer:
    """421: the request is for a host that this connection is not for."""
    return _preferred(accept, 421, pages.misdirected, {"message": pages.MISDIRECTED})


def refusal(accept: str, clientcert: Mapping[str, Any], lack: str, status: int) -> Answer:
    """400 or 403: the caller lacks something."""
    keys = ("present", "verified", "verifyresult", "verifycode")
    about = {"message": lack} | {key: clientcert[key] for key in keys}
    return _preferred(accept, status, lambda title: pages.refusal(clientcert, lack, title), about)


def malformed(sender: str, error: PeerError) -> Answer:
    """400: a trusted proxy has passed on what it should not have."""
    # Who is known by a secret alone may have an address of whatever middleware has found.
    _logger.warning("%s", log.one_line(f"{sender}: {error}"))
    body = b"400 Bad Request: the proxy says in more than one way, or illegibly, who you are\n"
    return _answer(400, "text/plain; charset=utf-8", body)


_logger = logging.getLogger("peercert")


def _preferred(
    accept: str, status: int, page: Callable[[str], str], about: dict[str, Any]
) -> Answer:
    """HTML or JSON, as the client prefers."""
    reason = HTTPStatus(status).phrase
    if pages.prefers_json(accept):
        kind = "application/json"
        text = json.dumps({"status": status, "error": reason, **about}) + "\n"
    else:
        kind = "text/html; charset=utf-8"
        text = page(f"{status} {reason}")
    return _answer(status, kind, text.encode(errors="replace"))


def _answer(status: int, kind: str, body: bytes) -> Answer:
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), *pages.HEADERS]
    return Answer(status, headers, body)
