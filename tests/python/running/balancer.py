"""This file is about HAProxy in front of machines, as docs/scale.md sets it up.

In: the files that the document prints; machines. Out: a port on which clients reach the machines, and
the balancer's own words for what becomes of them.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import snippets
from machines import Machine
from premises import eventually
from scene import PATIENCE

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "scale.md"

#: Where the balancer hears its operator, in its folder.
CONTROL = "admin.sock"


def printed(name: str) -> str:
    """A file as the document prints it."""
    (found,) = [s.code for s in snippets.snippets(DOCUMENT) if s.argument == name]
    return found


def free_port() -> int:
    """A port that is free on every address."""
    with socket.create_server(("", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def configuration(port: int, servers: dict[str, tuple[str, int]]) -> str:
    """The document's, with this port and these addresses in place of its own."""
    text = printed("haproxy.cfg")
    for number, (name, (address, theirs)) in enumerate(servers.items(), 11):
        line = f"server {name} 10.0.0.{number}:8443"
        assert text.count(line) == 1, line
        text = text.replace(line, f"server {name} {address}:{theirs}")
    for ours, mine in (
        ("bind 0.0.0.0:8443", f"bind 127.0.0.1:{port}"),
        ("/run/haproxy/admin.sock", f"unix@{CONTROL}"),
    ):
        assert text.count(ours) == 1, ours
        text = text.replace(ours, mine)
    return "".join(line for line in text.splitlines(True) if "10.0.0." not in line)


class Balancer:
    """An HAProxy that runs."""

    def __init__(self, port: int, control: Path) -> None:
        self.port = port
        self._control = control

    def tell(self, command: str) -> str:
        """What it answers to a command of its operator."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(str(self._control))
            connection.sendall(command.encode() + b"\n")
            heard = b""
            while part := connection.recv(65536):
                heard += part
        return heard.decode()

    def about(self, server: str, column: str) -> str:
        """A column of its statistics on a server: `status`, `scur` (connections now)."""
        table = csv.DictReader(io.StringIO(self.tell("show stat").removeprefix("# ")))
        (found,) = [row[column] for row in table if row["svname"] == server]
        return found

    def take_out(self, machine: Machine) -> None:
        """Sends a machine no further clients, and waits until those that it has are gone."""
        assert self.tell(f"set server machines/{machine.name} state drain").strip() == ""
        eventually(lambda: self.about(machine.name, "scur") == "0")

    def put_back(self, machine: Machine) -> None:
        """Sends it clients again."""
        assert self.tell(f"set server machines/{machine.name} state ready").strip() == ""
        eventually(lambda: self.about(machine.name, "status") == "UP")


@contextmanager
def balancing(folder: Path, text: str, port: int) -> Iterator[Balancer]:
    """Runs HAProxy for the block."""
    # Debian keeps servers out of the path of who is not root.
    program = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        pytest.skip("install haproxy")
    (folder / "haproxy.cfg").write_text(text)
    command = [program, "-db", "-f", "haproxy.cfg"]
    balancer = Balancer(port, folder / CONTROL)
    with (folder / "haproxy.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )

    def ready() -> bool:
        assert process.poll() is None, (folder / "haproxy.log").read_text()
        with suppress(OSError):
            return bool(balancer.tell("show info"))
        return False

    try:
        eventually(ready)
        yield balancer
    finally:
        process.terminate()
        process.wait(PATIENCE)
