"""This file is about running a server and its client, and what the server then cost.

In: a program, the folder of its certificates. Out: microseconds of processor time a connection, or
kilobytes of resident memory an idle connection.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import nginx
import outside

PROGRAMS = Path(__file__).with_name("programs")

# The interpreter, which finds the module by LUA_PATH and LUA_CPATH.
LUA = ("lua5.4",)

#: A title, ours, the peer, the unit, and the ratio that is aimed at.
Row = tuple[str, Callable[[], float], Callable[[], float], str, float | None]

# How many idle connections are held.
IDLE = 500


class Bench:
    """What all runs have in common."""

    def __init__(self, programs: Path, folder: Path, connections: int) -> None:
        self.programs = programs
        self.folder = folder
        self.connections = connections

    def program(self, name: str) -> Callable[[], float]:
        """A server written in Rust or C."""
        return lambda: self._requests([str(self.programs / name)], [])

    def core(
        self, *, what: str = "requests", version: str = "1.3", **options: Path
    ) -> Callable[[], float]:
        """The core, with more options, for clients that may resume their sessions."""
        more = [f"{name}={path}" for name, path in options.items()]
        return lambda: self._requests([str(self.programs / "core")], more, what, version)

    def python(self, script: str, kind: str) -> Callable[[], float]:
        """A server written in Python."""
        return lambda: self._requests([sys.executable, str(PROGRAMS / script)], [kind])

    def lua(self, kind: str) -> Callable[[], float]:
        """A server written in Lua."""
        return lambda: self._requests([*LUA, str(PROGRAMS / "loop.lua")], [kind])

    def nginx(self) -> Callable[[], float]:
        """nginx, with as many connections of the same client."""
        return lambda: nginx.measure(self.folder, self.connections, self.client("requests"))

    def idle_lua(self, kind: str) -> Callable[[], float]:
        """A server written in Lua that holds idle connections; kilobytes each."""
        return lambda: self._idle([*LUA, str(PROGRAMS / "loop.lua")], [kind])

    def idle_program(self, name: str) -> Callable[[], float]:
        """A server written in Rust or C that holds idle connections; kilobytes each."""
        return lambda: self._idle([str(self.programs / name)], [])

    def idle_python(self, kind: str) -> Callable[[], float]:
        """The same, written in Python."""
        return lambda: self._idle([sys.executable, str(PROGRAMS / "loop.py")], [kind])

    def _requests(
        self, command: list[str], more: list[str], what: str = "requests", version: str = "1.3"
    ) -> float:
        with ExitStack() as stack:
            arguments = [*command, str(self.folder), str(self.connections), *more]
            server = stack.enter_context(_start(arguments))
            # The first connection warms the server up and does not count.
            client = self._load(_port(server), self.connections + 1, what, version)
            subprocess.run(client, check=True, stdout=subprocess.DEVNULL)
            answer = json.loads(_line(server))
            return float(answer["cpu"] / answer["connections"] * 1e6)

    def _idle(self, command: list[str], more: list[str]) -> float:
        with ExitStack() as stack:
            arguments = [*command, str(self.folder), str(IDLE), *more, "--hold"]
            server = stack.enter_context(_start(arguments))
            client = stack.enter_context(_start(self._load(_port(server), IDLE + 1, "idle")))
            answer = json.loads(_line(server))
            _line(client)
            if client.stdin:
                client.stdin.close()
            return float(answer["kilobytes"] / answer["connections"])

    def client(self, what: str) -> outside.Client:
        """The command of the client that does this."""
        return lambda port, count: self._load(port, count, what)

    def _load(self, port: int, connections: int, what: str, version: str = "1.3") -> list[str]:
        arguments = [str(self.folder), str(port), str(connections), what, version]
        return [str(self.programs / "load"), *arguments]


def _start(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )


def _line(process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError(f"{process.args!r} ended without an answer")
    return line


def _port(server: subprocess.Popen[str]) -> int:
    word, port = _line(server).split()
    if word != "listening":
        raise RuntimeError(f"{server.args!r} does not listen")
    return int(port)
