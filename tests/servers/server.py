"""This file is about the example servers as processes: started, waited for, and ended.

In: a command. Out: a port, what it logs, its exit status.
"""

from __future__ import annotations

import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

from clients import LIVE, PATIENCE


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

    def end(self, statuses: tuple[int, ...]) -> None:
        """Ends it as a service manager does; fails when it ends otherwise than with these."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        for reader in self._readers:
            reader.join()
        assert status in statuses, f"ended with {status}:\n{self.output}"


#: Starts a server in a mode with further options, for a block.
Serve = Callable[..., AbstractContextManager[Server]]


@contextmanager
def running(
    command: list[str], statuses: tuple[int, ...] = (0,), cwd: Path | None = None
) -> Iterator[Server]:
    """Runs a server for the block, which it has to survive unless other statuses are fine."""
    process = subprocess.Popen(
        command,
        cwd=cwd,
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
            server.end(statuses)


def arguments(mode: str, *options: str) -> list[str]:
    """The arguments of a server whose clients are verified with the test CA."""
    files = [str(LIVE / name) for name in ("server.pem", "server.key", "client-ca.pem")]
    return [*files, mode, "0", *options]
