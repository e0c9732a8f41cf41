"""A WSGI application on cheroot, by our adapter or by cheroot's builtin one."""

from __future__ import annotations

import json
import ssl
import sys
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cheroot import wsgi
from cheroot.ssl.builtin import BuiltinSSLAdapter

import peercert.cheroot

if TYPE_CHECKING:
    from wsgiref.types import StartResponse


class Counter:
    """The application: counts what it serves and notes what the counted part cost."""

    def __init__(self, count: int, kind: str) -> None:
        self.count = count
        self.kind = kind
        self.served = 0
        self.start = self.end = 0.0
        self.done = threading.Event()

    def __call__(self, environ: dict[str, Any], respond: StartResponse) -> Iterable[bytes]:
        if self.kind == "peercert":
            verified = environ["peercert.clientcert"]["verified"]
        else:
            verified = environ["SSL_CLIENT_VERIFY"] == "SUCCESS"
        if not verified:
            raise SystemExit("a client is not verified")
        self.served += 1
        if self.served == 1:
            self.start = time.process_time()
        if self.served == self.count + 1:
            self.end = time.process_time()
            self.done.set()
        respond("200 OK", [("Content-Length", "3"), ("Connection", "close")])
        return [b"ok\n"]


def adapter(kind: str, folder: str) -> Any:
    """The adapter that is measured."""
    files = (f"{folder}/server.pem", f"{folder}/server.key")
    if kind == "peercert":
        return peercert.cheroot.Adapter(
            *files, client_ca_file=f"{folder}/client-ca.pem", client_cert_mode="require"
        )
    stock = BuiltinSSLAdapter(*files)
    stock.context.load_verify_locations(f"{folder}/client-ca.pem")
    stock.context.verify_mode = ssl.CERT_REQUIRED
    return stock


def main() -> None:
    """Serves one connection to warm up and then as many as are asked for."""
    folder, count, kind = sys.argv[1:]
    application = Counter(int(count), kind)
    server = wsgi.Server(("127.0.0.1", 0), application, numthreads=4)
    server.ssl_adapter = adapter(kind, folder)
    server.prepare()
    print("listening", server.bind_addr[1], flush=True)
    threading.Thread(target=server.serve, daemon=True).start()
    application.done.wait()
    spent = application.end - application.start
    print(json.dumps({"cpu": spent, "connections": int(count)}), flush=True)
    server.stop()


if __name__ == "__main__":
    main()
