"""This file is about servers as a system administrator sees them: processes that have used so much.

In: a command that serves at a port. Out: the processor time or the memory that it and its children took
for what a client did.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: The command of a client, for a port and so many connections or requests.
Client = Callable[[int, int], list[str]]


def free_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def processor_time(
    command: list[str], folder: Path, port: int, client: Client, count: int
) -> float:
    """Microseconds for each of what the client does."""
    with _serving(command, folder, port) as pid:
        # The first ones warm the server up and do not count.
        subprocess.run(client(port, 8), check=True, stdout=subprocess.DEVNULL)
        before = sum(map(_cpu_seconds, _family(pid)))
        subprocess.run(client(port, count), check=True, stdout=subprocess.DEVNULL)
        return (sum(map(_cpu_seconds, _family(pid))) - before) / count * 1e6


def memory(command: list[str], folder: Path, port: int, client: Client, count: int) -> float:
    """Kilobytes for each connection that the client holds."""
    with _serving(command, folder, port) as pid:
        with _holding(client(port, 8)):
            pass
        before = sum(map(_kilobytes, _family(pid)))
        with _holding(client(port, count)):
            return (sum(map(_kilobytes, _family(pid))) - before) / count


@contextmanager
def _serving(command: list[str], folder: Path, port: int) -> Iterator[int]:
    log = folder / "server.log"
    with log.open("w") as said:
        server = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
    try:
        while server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except ConnectionRefusedError:
                time.sleep(0.01)
            else:
                break
        else:
            raise RuntimeError(f"{command!r} ended before it listened:\n{log.read_text()}")
        yield server.pid
    finally:
        server.terminate()
        server.wait()


@contextmanager
def _holding(client: list[str]) -> Iterator[None]:
    with subprocess.Popen(
        client, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if not process.stdout or not process.stdin or not process.stdout.readline():
            raise RuntimeError(f"{client!r} ended without an answer")
        yield
        process.stdin.close()


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    # utime and stime, the 14th and 15th of all fields.
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _kilobytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1000
