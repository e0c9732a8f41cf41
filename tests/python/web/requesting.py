"""This file is about ASGI without a server: connections whose client is given, and requests as scopes.

In: a client, and what a request says. Out: what the application has seen of it, and the answer.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import Any

import peercert
from peercert import asgi
from scene import LIVE, client_context, server_options

GOOD = (LIVE / "good.pem").read_text()
SUBJECT = "test-client"


class Connection:
    """A connection whose client is given by a report."""

    def __init__(self, verdict: str | None = "SUCCESS", *others: str) -> None:
        """`others` are the hosts that it does not serve; without a verdict nothing was sent."""
        self.report = peercert.report(GOOD if verdict else None, verdict)
        self.others = others

    def clientcert(self) -> Any:
        return self.report.clientcert()

    def details(self) -> dict[str, Any]:
        return {"sslversion": "TLSv1.3", "clientcert": {}}

    def der(self) -> bytes | None:
        return self.report.der()

    def identity(self, rules: peercert.Rules) -> Any:
        return self.report.identity(rules)

    def serves(self, authority: str) -> bool:
        return authority.lower() not in self.others

    def export(self, form: str, *, user: str | None = None, pinned: bool = False) -> dict[str, Any]:
        return self.report.export(form, user=user, pinned=pinned)


def shaken(client: str | None) -> peercert.SSLObject:
    """A real connection of a client, its handshake over."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = peercert.SSLContext(**server_options("request"))
    ours = context.wrap_bio(to_server, to_client, server_side=True)
    theirs = client_context(client).wrap_bio(to_client, to_server)
    left = [theirs, ours]
    while left:
        end = left.pop(0)
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            left.append(end)
    assert isinstance(ours, peercert.SSLObject)
    return ours


@dataclass
class Answer:
    """What became of a request."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    #: The scope as the application has seen it; empty when it was not called.
    seen: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        told = self.messages[0]["headers"]
        return {name.decode(): value.decode() for name, value in told}

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)

    @property
    def ours(self) -> dict[str, Any]:
        found: dict[str, Any] = self.seen["extensions"]["peercert"]
        return found

    def sent(self, name: str) -> list[str]:
        """The values of a header that the application has seen."""
        found = self.seen["headers"]
        return [value.decode() for key, value in found if key.decode() == name]


def scope(**more: Any) -> dict[str, Any]:
    """The scope of a GET as uvicorn makes it. `headers` are pairs of text."""
    made: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": "/",
        "root_path": "",
        "query_string": b"",
        "headers": [],
        "client": ("203.0.113.9", 50000),
        "server": ("192.0.2.1", 8443),
        **more,
    }
    if "raw_path" not in made:
        made["raw_path"] = made["path"].encode()
    made["headers"] = [(name.encode(), value.encode()) for name, value in made["headers"]]
    return made


def call(
    wrap: Any, connection: Any = None, first: str = "websocket.connect", **more: Any
) -> Answer:
    """One request: to an application that `wrap` wraps, over a connection. `first` is what the server
    says of a WebSocket."""
    answer = Answer()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        del receive
        answer.seen = scope
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"reached"})

    async def receive() -> dict[str, Any]:
        return {"type": first}

    async def send(message: dict[str, Any]) -> None:
        answer.messages.append(message)

    app = wrap(application)
    if connection is not None:
        app = asgi.attach(app, connection)
    asyncio.run(app(scope(**more), receive, send))
    return answer
