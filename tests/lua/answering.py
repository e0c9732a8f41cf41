"""This file is about the Lua program that answers: its process, and its connections as Python's.

In: operations of `programs/answers.lua`. Out: their answers; an error of the module's as `Refusal`.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import types
from pathlib import Path
from typing import Any

PROGRAMS = Path(__file__).resolve().parent / "programs"

#: What stands before an interpreter where `make soak` asks for valgrind.
CHECKED = tuple(shlex.split(os.environ.get("PEERCERT_VALGRIND", "")))


class Refusal(Exception):
    """An error table."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code: str = error["code"]
        self.clientcert: dict[str, Any] | None = error.get("clientcert")
        self.problems: list[dict[str, Any]] = error["problems"]


def literal(value: Any) -> str:
    """A value as Lua writes it."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case str():
            return literal(value.encode())
        case bytes():
            return '"' + "".join(f"\\{byte:03d}" for byte in value) + '"'
        case os.PathLike():
            return literal(os.fspath(value))
        case list():
            return "{" + ",".join(map(literal, value)) + "}"
        case dict():
            return "{" + ",".join(f"[{literal(k)}]={literal(v)}" for k, v in value.items()) + "}"
        case _:
            raise TypeError(f"Lua has no {value!r}")


def environment() -> dict[str, str]:
    """The variables by which a program finds the module, and what is beside it."""
    return os.environ | {"LUA_PATH": f"{PROGRAMS}/?.lua;{os.environ['LUA_PATH']}"}


class Program:
    """A running program."""

    def __init__(self, lua: str) -> None:
        self._process = subprocess.Popen(
            [*CHECKED, lua, str(PROGRAMS / "answers.lua")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
        )

    def __enter__(self) -> Program:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        self._process.communicate()
        assert error or self._process.returncode == 0

    def ask(self, operation: str, argument: Any = None) -> Any:
        """The answer; None where the module wants more first."""
        asked, told = self._process.stdin, self._process.stdout
        assert asked
        assert told
        given = "" if argument is None else f", {literal(argument)}"
        asked.write(f'return "{operation}"{given}\n'.encode())
        asked.flush()
        line = told.readline()
        assert line, f"the program ended in {operation}: exit {self._process.wait()}"
        answer = json.loads(line)
        if "error" in answer:
            raise Refusal(answer["error"])
        return answer.get("value")

    def connection(self) -> Connection:
        """A connection of the acceptor that was made last; there is one at a time."""
        self.ask("connection")
        return Connection(self)


class Connection:
    """A connection of the program's, with the methods of our Python one."""

    def __init__(self, program: Program) -> None:
        self._ask = program.ask

    def feed(self, data: bytes) -> None:
        self._ask("feed", data)

    def handshake(self) -> bool:
        return self._ask("handshake") is True

    def write(self, data: bytes) -> int:
        return int(self._ask("write", data))

    def take(self) -> bytes:
        return bytes.fromhex(self._ask("take"))

    def clientcert(self) -> dict[str, Any]:
        found: dict[str, Any] = self._ask("clientcert")
        return found

    def details(self) -> dict[str, Any]:
        found: dict[str, Any] = self._ask("details")
        return found

    def serves(self, authority: str) -> bool:
        return self._ask("serves", authority) is True

    def json(self) -> str:
        return str(self._ask("json"))
