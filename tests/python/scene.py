"""This file is about the scene of the tests: certificates, socket pairs, clients in threads.

Nothing sleeps; every socket is on a port that the system picks.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

LIVE = Path(__file__).resolve().parents[1] / "pki" / "live"

#: How long a test waits for something that should come at once.
PATIENCE = 20.0


def server_options(mode: str = "request", **more: Any) -> dict[str, Any]:
    """Options of a server whose clients are verified with the test CAs."""
    options: dict[str, Any] = {
        "certificate": LIVE / "server.pem",
        "key": LIVE / "server.key",
        "client_cert_mode": mode,
    }
    if mode not in ("none",):
        options["client_ca_file"] = LIVE / "client-cas.pem"
    return options | more


def client_context(name: str | None = None, version: str | None = None) -> ssl.SSLContext:
    """A client of CPython's ssl, with the certificate `name` or none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(LIVE / "server-ca.pem")
    if version is not None:
        wanted = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
        context.minimum_version = context.maximum_version = wanted
    if name is not None:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.load_cert_chain(LIVE / f"{name}.pem", LIVE / f"{name}.key")
    return context


class Peer:
    """A function on one end of a socket pair, in a thread of its own."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._result: Any = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[], Any]) -> None:
        try:
            self._result = work()
        except BaseException as error:
            self._error = error

    def result(self) -> Any:
        """What the function gave; raises what it raised."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the thread hangs"
        if self._error is not None:
            raise self._error
        return self._result


@contextlib.contextmanager
def tcp_pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connected pair of TCP sockets: server's end, client's end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        theirs = socket.create_connection(listener.getsockname(), timeout=PATIENCE)
        ours, _ = listener.accept()
    with ours, theirs:
        yield ours, theirs


def talk(
    theirs: socket.socket, context: ssl.SSLContext, say: bytes = b"hello"
) -> Callable[[], bytes]:
    """What a client does: shakes hands, says something, reads until the end."""

    def work() -> bytes:
        with context.wrap_socket(theirs) as tls:
            tls.sendall(say)
            heard = b""
            while chunk := tls.recv(65536):
                heard += chunk
            with contextlib.suppress(OSError):
                tls.unwrap()
            return heard

    return work
