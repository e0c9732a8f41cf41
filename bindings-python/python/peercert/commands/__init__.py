"""This package is about the command line: `peercert serve`, `demo`, `info`, `map` and `ca`.

In: arguments. Out: text, and the exit status: 0, 1 when what was looked at is not in order, 2 when
the command was wrong or could not start. Whatever goes wrong is one line with its code, never a
traceback. It needs nothing but the standard library until a command does.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NoReturn, TypeAlias

import peercert
from peercert import log

Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status."""
    parser = _Parser(
        prog="peercert",
        description="Mutual TLS for applications: serve with client certificates, look at "
        "certificates, make some for development.",
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    from peercert.commands import ca, demo, info, mapping, serve

    for command in (serve, demo, info, mapping, ca):
        command.add(commands)
    try:
        given = parser.parse_args(arguments)
        status: int = given.run(given)
        sys.stdout.flush()
    except peercert.Error as error:
        return complain(error)
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more may be written to it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        reason = log.one_line(error.strerror or str(error))
        print(f"peercert: io.file: {reason}", file=sys.stderr)
        # What could not be written must not be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def _version() -> str:
    ours, library = peercert.version()
    return f"peercert {ours} ({library})"


def complain(error: peercert.Error) -> int:
    """Prints every problem of an error, one line each, and gives the exit status 2."""
    for problem in error.problems or [error]:
        print(f"peercert: {problem.code}: {log.one_line(problem.message)}", file=sys.stderr)
    return 2


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line with a code, and which takes a flag only once and
    only by its whole name."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **(more | {"allow_abbrev": False}))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As its base, but no flag may be given twice, and a command's own parser, which knows what
        may be meant, says what is unknown."""
        args = sys.argv[1:] if args is None else list(args)
        if self._subparsers is None:
            seen = set()
            for word in args[: args.index("--")] if "--" in args else args:
                action = self._option_string_actions.get(word.partition("=")[0])
                if action is None or isinstance(action, argparse._AppendAction):
                    continue
                if action.dest in seen:
                    self.error(f"{action.option_strings[0]} is given twice")
                seen.add(action.dest)
        known, unknown = super().parse_known_args(args, namespace)
        if unknown and self._subparsers is None:
            self.error(f"unrecognized arguments: {' '.join(unknown)}{self._meant(unknown)}")
        return known, unknown

    def _meant(self, unknown: list[str]) -> str:
        flags = [word.partition("=")[0] for word in unknown if word.startswith("--")]
        close = [get_close_matches(flag, self._option_string_actions, 1) for flag in flags]
        meant = ", ".join(dict.fromkeys(flag for found in close for flag in found))
        return f"; did you mean {meant}?" if meant else ""

    def error(self, message: str) -> NoReturn:
        """Ends the program."""
        if message.startswith("unrecognized arguments"):
            code = "config.unknown_option"
        elif message.endswith("is given twice"):
            code = "config.duplicate_option"
        elif "required" in message:
            code = "config.missing_option"
        else:
            code = "config.invalid_value"
        self.exit(2, f"{self.prog}: {code}: {log.one_line(message)} (see {self.prog} --help)\n")
