"""This file is about the acceptor's options as flags, made from the core's table.

In: the table. Out: flags, and what was given of them. It judges no value: the core does.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import peercert
from peercert import _native

# Kinds of values that a command line can give; bytes and secrets come from files here.
_TYPES: dict[str, dict[str, Any]] = {
    "path": {"metavar": "FILE"},
    "paths": {"metavar": "FILE", "action": "append"},
    "folder": {"metavar": "FOLDER"},
    "text": {"metavar": "TEXT"},
    "word": {"metavar": "WORD"},
    "integer": {"metavar": "N", "type": int},
    "seconds": {"metavar": "SECONDS", "type": float},
    "flag": {"action": argparse.BooleanOptionalAction},
    "list": {"metavar": "NAME:NAME"},
}

# A password would show in the list of processes; a server with one host has no other names.
_NO_FLAGS = {"key_password", "strict_sni"}

_HOSTS = (
    "Files are read anew at SIGHUP. Virtual hosts (hosts, strict_sni) are a program's to give: "
    "peercert.cheroot.Adapter(hosts={...}) in a peercert.cheroot.Server."
)


def add(parser: argparse.ArgumentParser) -> None:
    """Adds a flag for every option that a command line can give."""
    group = parser.add_argument_group("TLS options", _HOSTS)
    for row in _native.option_table():
        if row["type"] not in _TYPES or row["name"] in _NO_FLAGS:
            continue
        default = f" Default: {row['default']}." if row["default"] else ""
        default += " May be given several times." if row["type"] == "paths" else ""
        group.add_argument(
            flag(row["name"]),
            dest=f"option_{row['name']}",
            default=argparse.SUPPRESS,
            help=(row["meaning"] + default).replace("%", "%%"),
            **_TYPES[row["type"]],
        )


def given(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options that were given, by the core's names."""
    prefix = "option_"
    return {
        name.removeprefix(prefix): value
        for name, value in vars(arguments).items()
        if name.startswith(prefix)
    }


def flag(option: str) -> str:
    """The flag of an option."""
    return "--" + option.replace("_", "-")


def add_password(parser: argparse._ActionsContainer, name: str, meaning: str) -> None:
    """Adds the ways to give a password: `--NAME-file` and `--NAME-env`. None of them shows it in
    the list of processes, and nobody is prompted."""
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        f"{flag(name)}-file", metavar="FILE", help=f"{meaning}: the first line of this file."
    )
    ways.add_argument(
        f"{flag(name)}-env", metavar="NAME", help=f"{meaning}: this environment variable."
    )


def password(arguments: argparse.Namespace, name: str) -> str | None:
    """The password that was given, if one was. Raises ConfigError for an empty one."""
    file, variable = getattr(arguments, f"{name}_file"), getattr(arguments, f"{name}_env")
    if file is not None:
        try:
            lines = Path(file).read_text().splitlines()
        except OSError as error:
            raise peercert.ConfigError(
                "config.file_unreadable", f"{file}: {error.strerror}"
            ) from None
        except UnicodeError:
            raise peercert.ConfigError("config.file_unreadable", f"{file}: not text") from None
        text, where = (lines[0] if lines else ""), file
    elif variable is not None:
        text, where = os.environ.get(variable, ""), f"the environment variable {variable}"
    else:
        return None
    if not text:
        raise peercert.ConfigError("config.missing_password", f"{where} holds no password")
    return text
