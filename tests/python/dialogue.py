"""This file is about a dialogue in memory: CPython's client with a server that has no socket.

In: the server's connection, of whichever language. Out: what became of it, and what the client saw.
"""

from __future__ import annotations

import itertools
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

#: Alerts by what CPython calls them.
ALERTS = {"HANDSHAKE_FAILURE": 40, "BAD_CERTIFICATE": 42, "UNSUPPORTED_CERTIFICATE": 43,
    "CERTIFICATE_REVOKED": 44, "CERTIFICATE_EXPIRED": 45, "ILLEGAL_PARAMETER": 47, "UNKNOWN_CA": 48, "DECODE_ERROR": 50,
    "DECRYPT_ERROR": 51, "CERTIFICATE_REQUIRED": 116}  # fmt: skip


@dataclass(frozen=True)
class Meeting:
    """How a connection ended: the server's error or none, the client's alert or none, its session."""

    server: Any
    error: Any
    alert: int | None
    session: ssl.SSLSession | None


def meet(
    server: Any,
    refusal: type[Exception],
    context: ssl.SSLContext,
    session: ssl.SSLSession | None = None,
    host: str | None = None,
) -> Meeting:
    """One connection until neither side has more to say; the server greets."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=host, session=session)
    error: Exception | None = None
    alert: int | None = None
    steps: Iterator[Callable[[], object]] = itertools.chain(
        [client.do_handshake], itertools.repeat(lambda: client.read(64))
    )
    step, greeted, idle = next(steps), False, 0
    while idle < 2:
        try:
            step()
            step = next(steps)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as told:
            alert = alert or ALERTS.get(str(told.reason).partition("ALERT_")[2])
        sent = outgoing.read()
        try:
            server.feed(sent)
            if server.handshake() and not greeted:
                greeted = bool(server.write(b"welcome"))
        except refusal as told:
            error = told
        answer = server.take()
        incoming.write(answer)
        idle = 0 if sent or answer else idle + 1
    return Meeting(server, error, alert, None if error else client.session)
