"""This file is about the command line, and servers of others, as programs: started, waited for, and
ended."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 60


def peercert(
    *arguments: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs `peercert` to its end."""
    return subprocess.run(
        _command(arguments),
        cwd=cwd,
        env=_environment(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@dataclass
class Server:
    """A server that listens."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return "".join(self.lines)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first match in what it prints; fails when there is none in time."""
        pause = threading.Event()
        for _ in range(PATIENCE * 50):
            if found := re.search(pattern, self.output):
                return found
            if self.process.poll() is not None and not re.search(pattern, self.output):
                break
            pause.wait(0.02)
        raise AssertionError(f"no {pattern!r} in:\n{self.output}")

    def end(self, number: int = signal.SIGTERM) -> int:
        """Sends a signal and gives the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(*arguments: str | Path, cwd: Path, **environment: str) -> Iterator[Server]:
    """Runs a command of ours that serves, and ends it with the block."""
    with running(_command(arguments), cwd=cwd, **environment) as server:
        server.port = int(server.wait_for(r"https://[^ ]*?:(\d+)")[1])
        yield server


@contextmanager
def running(command: list[str], cwd: Path, **environment: str) -> Iterator[Server]:
    """Runs any server, and ends it with the block."""
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=_environment(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Server(process)

    def collect() -> None:
        assert process.stdout is not None
        server.lines.extend(iter(process.stdout.readline, ""))

    reader = threading.Thread(target=collect)
    reader.start()
    try:
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join()
        if process.stdout is not None:
            process.stdout.close()


def flags(pki: Any, **more: str) -> list[str]:
    """The flags of a server of these certificates, in the mode `request` unless told otherwise."""
    options = pki.options | {"client_cert_mode": "request"} | more
    words: list[str] = []
    for name, value in options.items():
        words += ["--" + name.replace("_", "-"), str(value)]
    return words


def only_line(ended: subprocess.CompletedProcess[str], code: str, words: str) -> None:
    """What every failed start has to look like."""
    assert ended.returncode == 2, ended.stdout + ended.stderr
    (line,) = ended.stderr.splitlines()
    assert re.match(rf"peercert( \w+)?: {re.escape(code)}", line), line
    assert words in line


def _command(arguments: tuple[str | Path, ...]) -> list[str]:
    return [sys.executable, "-m", "peercert", *map(str, arguments)]


def _environment(more: dict[str, str]) -> dict[str, str]:
    return os.environ | {"PYTHONUNBUFFERED": "1", "COLUMNS": "100", "NO_COLOR": "1"} | more
