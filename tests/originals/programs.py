"""This file is about the originals as programs: found, started on a free port, and ended.

In: a command and the port that it listens on. Out: a block in which it does, and what it has said.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from clients import PATIENCE


def found(command: str, package: str | None = None) -> str:
    """The path of a command; the test is skipped where its package is missing."""
    # Debian keeps servers out of the path of who is not root.
    path = shutil.which(command, path=os.environ["PATH"] + ":/usr/sbin")
    if path is None:
        pytest.skip(f"install {package or command}")
    return path


def run(*command: str | Path, cwd: Path | None = None, **environment: str) -> str:
    """What a command prints; fails when it does."""
    ended = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE * 4,
        check=False,
    )
    assert ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr}"
    return ended.stdout


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody listens on."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@contextmanager
def listening(command: list[str], port: int, log: Path, cwd: Path | None = None) -> Iterator[None]:
    """Runs a server in the foreground, from when it listens to the end of the block."""
    with log.open("w") as said:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            # Apache ends its whole process group, which would be that of the tests.
            start_new_session=True,
        )
    try:
        while not _answers(port):
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
                pytest.fail(f"{command[0]} does not listen:\n{log.read_text()}")
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
