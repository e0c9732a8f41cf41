"""A plain accept loop in Python, by `peercert.SSLContext` or by `ssl.SSLContext`.

With `--hold` it keeps the connections open and tells what they take in memory.
"""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import ssl
import sys
import time
from pathlib import Path
from typing import Any

import peercert

ANSWER = b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n"


def context(kind: str, folder: str) -> ssl.SSLContext:
    """The context that is measured."""
    files = (f"{folder}/server.pem", f"{folder}/server.key", f"{folder}/client-ca.pem")
    if kind == "peercert":
        return peercert.SSLContext(
            certificate=files[0],
            key=files[1],
            client_ca_file=files[2],
            client_cert_mode="require",
        )
    stock = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    stock.load_cert_chain(files[0], files[1])
    stock.load_verify_locations(files[2])
    stock.verify_mode = ssl.CERT_REQUIRED
    return stock


def resident() -> float:
    """Resident memory in kilobytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1000


def serve(connection: Any, ours: bool) -> None:
    """One request, one answer; whoever the caller is has been verified."""
    if not (connection.clientcert()["verified"] if ours else connection.getpeercert()):
        raise SystemExit("a client is not verified")
    request = b""
    while not request.endswith(b"\r\n\r\n"):
        request += connection.recv(1024)
    connection.sendall(ANSWER)
    with contextlib.suppress(OSError):
        connection.unwrap()


def main() -> None:
    """Serves one connection to warm up and then as many as are asked for."""
    folder, count, kind, *hold = sys.argv[1:]
    tls = context(kind, folder)
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    print("listening", listener.getsockname()[1], flush=True)
    held = []
    cpu = memory = 0.0
    for number in range(int(count) + 1):
        plain, _ = listener.accept()
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if number == 1:
            cpu, memory = time.process_time(), resident()
        connection = tls.wrap_socket(plain, server_side=True)
        if hold:
            held.append(connection)
        else:
            serve(connection, kind == "peercert")
            connection.close()
    spent = {"cpu": time.process_time() - cpu, "kilobytes": resident() - memory}
    print(json.dumps(spent | {"connections": int(count)}), flush=True)


if __name__ == "__main__":
    main()
