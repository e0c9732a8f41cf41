"""This file is about a server in a process of its own, which tells what it has seen.

In: as a program, connections on a port that it prints; each begins with a line of options as JSON,
then comes TLS. Out: a line of JSON on each connection. It greets, says goodbye, and waits for the
end.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import peercert
from scene import PATIENCE

GREETING = b"welcome"


def answer(ours: socket.socket, acceptor: peercert.Acceptor) -> dict[str, Any]:
    """One connection to its end: whether it was resumed and the report, or the error, and what the
    client said."""
    connection = acceptor.connection()
    told: dict[str, Any] = {}
    heard = b""
    ours.settimeout(PATIENCE)
    try:
        while sent := ours.recv(65536):
            connection.feed(sent)
            if connection.handshake():
                if not told:
                    told = {"resumed": connection.details()["resumed"]}
                    told["report"] = json.loads(connection.json())
                    connection.write(GREETING)
                heard += read(connection)
                connection.close()
            ours.sendall(connection.take())
    except peercert.Error as error:
        if not told:
            told = {"error": error.code}
            if error.clientcert:
                told["report"] = dict(error.clientcert)
        with contextlib.suppress(OSError):
            ours.sendall(connection.take())
            ours.shutdown(socket.SHUT_WR)
            while ours.recv(65536):
                pass
    except ConnectionError:
        # The client is gone; what was seen of it stays.
        pass
    return told | {"heard": heard.decode("latin-1")}


def read(connection: peercert.Connection) -> bytes:
    """What there is until more would have to come, or after the goodbye."""
    heard = b""
    with contextlib.suppress(peercert.WantRead, peercert.StateError):
        while data := connection.read():
            heard += data
    return heard


def line(ours: socket.socket) -> str:
    """The first line, and nothing that follows."""
    text = b""
    while not text.endswith(b"\n"):
        text += ours.recv(1) or b"\n"
    return text.decode()


def main() -> None:
    """Serves one connection after the other until its input ends."""
    acceptors: dict[str, peercert.Acceptor] = {}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(json.dumps({"port": listener.getsockname()[1], "pid": os.getpid()}), flush=True)
        while True:
            ours, _ = listener.accept()
            with ours:
                options = line(ours)
                if not options.strip():
                    return
                if options not in acceptors:
                    acceptors[options] = peercert.Acceptor(**json.loads(options))
                told = answer(ours, acceptors[options])
            print(json.dumps(told), flush=True)


class Process:
    """Such a server."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.first = self.told()

    def told(self) -> dict[str, Any]:
        """What it says next."""
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert said, "the server has ended"
        found: dict[str, Any] = json.loads(said)
        return found

    def call(self, options: dict[str, Any]) -> socket.socket:
        """A connection to it that is served with these options."""
        theirs = socket.create_connection(("127.0.0.1", self.first["port"]), timeout=PATIENCE)
        theirs.sendall(json.dumps(options).encode() + b"\n")
        return theirs


@contextlib.contextmanager
def process() -> Iterator[Process]:
    """A server, ended afterwards."""
    command = [sys.executable, __file__]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        server = Process(started)
        try:
            yield server
        finally:
            with socket.create_connection(("127.0.0.1", server.first["port"])) as last:
                last.sendall(b"\n")
            started.wait(PATIENCE)


if __name__ == "__main__":
    main()
