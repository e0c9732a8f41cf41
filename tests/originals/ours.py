"""This file is about our server, which tells each caller its names as the originals have them.

In: a mode, further options. Out: cheroot with our TLS, in a thread of the test.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from callers import AUTHORITIES
from clients import LIVE
from peercert import wsgi
from peercert.cheroot import Adapter, Server

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


def tell(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answers with the caller's dictionary, and its names for each of the others."""
    connection: Any = environ["peercert.connection"]
    body = json.dumps(
        {
            "clientcert": environ["peercert.clientcert"],
            "details": environ["peercert.details"],
            "apache": connection.export("apache"),
            "generous": connection.export("apache", generous=True),
            "nginx": connection.export("nginx"),
        }
    ).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


@contextmanager
def serving(mode: str, application: WSGIApplication = tell, **options: Any) -> Iterator[int]:
    """Runs our server for the block; gives its port."""
    given: dict[str, Any] = {
        "certificate": LIVE / "server.pem",
        "key": LIVE / "server.key",
        "client_ca_file": AUTHORITIES,
        "client_cert_mode": mode,
        # What Apache and nginx prefer.
        "ciphersuites": ["TLS_AES_256_GCM_SHA384"],
    }
    adapter = Adapter(**given | options)
    server = Server(("127.0.0.1", 0), wsgi.expose(application), adapter)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server.socket.getsockname()[1]
    finally:
        server.stop()
        thread.join()


def clientcert(said: str) -> dict[str, Any]:
    """The caller's dictionary in an answer that a client has printed among other things."""
    answer, _ = json.JSONDecoder().raw_decode(said, said.index('{"clientcert"'))
    found: dict[str, Any] = answer["clientcert"]
    return found


def names(body: bytes, form: str) -> dict[str, bytes]:
    """What an answer has under `form`."""
    answer = json.loads(body)
    if form == "node":
        return {"authorizationError": answer["clientcert"]["verifycode"].encode()}
    return {name: value.encode() for name, value in answer[form].items()}
