"""This file is about the example servers as programs: compiled, started, waited for, and ended.

In: a program and its arguments. Out: a port, what it logs, its exit status. A sanitizer or valgrind
that complains makes the program end with another status than 0.
"""

from __future__ import annotations

import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import programs
from building import TREE, Library
from clients import LIVE, PATIENCE

EXAMPLES = TREE / "bindings-c" / "examples"
#: The servers, and what each needs besides the library.
SERVERS: dict[str, tuple[str, ...]] = {"blocking": (), "epoll": (), "evhttp": ("libevent",)}
#: Seconds that a handshake may take where a test waits for that to be over.
HASTE = 1 if programs.SANITIZED else 20
#: What they share.
SHARED = tuple(EXAMPLES / name for name in ("start.c", "http.c", "answer.c"))


def compiled(library: Library, name: str, folder: Path) -> Path:
    """The program of a server."""
    programs.demand(*SERVERS[name])
    return library.compile(
        folder / name,
        EXAMPLES / f"{name}.c",
        *SHARED,
        packages=SERVERS[name],
        more=("-pthread",),
        sanitized=programs.SANITIZED,
    )


class Server:
    """A server that runs. What it prints is read as it comes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._said: list[str] = []
        self._news = threading.Condition()
        self._streams = [process.stdout, process.stderr]
        self._readers = [
            threading.Thread(target=self._read, args=(stream,)) for stream in self._streams
        ]
        for reader in self._readers:
            reader.start()
        self.port = int(self.wait_for(r"^listening (\d+)$")[1])

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            with self._news:
                self._said.append(line)
                self._news.notify_all()
        with self._news:
            self._streams.remove(stream)
            self._news.notify_all()

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return "".join(self._said)

    def wait_for(self, pattern: str, count: int = 1) -> re.Match[str]:
        """The match number `count` in what it prints; fails when that does not come."""

        def found() -> list[re.Match[str]]:
            return list(re.finditer(pattern, self.output, re.MULTILINE))

        with self._news:
            self._news.wait_for(lambda: len(found()) >= count or not self._streams, PATIENCE)
            matches = found()
            assert len(matches) >= count, f"no {pattern!r} in:\n{self.output}"
            return matches[count - 1]

    def end(self) -> None:
        """Ends it as a service manager does; fails when it does not end well."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        for reader in self._readers:
            reader.join()
        assert status == 0, f"ended with {status}:\n{self.output}"


@contextmanager
def serving(program: Path, mode: str, *options: str) -> Iterator[Server]:
    """Runs a server for the block, which it has to survive."""
    process = subprocess.Popen(
        [*programs.valgrind(), str(program), *arguments(mode, *options)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        server = Server(process)
        try:
            yield server
        finally:
            server.end()


def arguments(mode: str, *options: str) -> list[str]:
    """The arguments of a server whose clients are verified with the test CA."""
    files = [str(LIVE / name) for name in ("server.pem", "server.key", "client-ca.pem")]
    return [*files, mode, "0", *options]
