"""This file is about `peercert map`: whom rules make of certificates, rule by rule.

In: a file of rules, certificate files. Out: what came of every rule, for people or as JSON. A
certificate on disk has no verdict: it is taken as if it had verified, unless told otherwise. Exit
status 1 when a certificate is nobody or cannot be read, 2 when the rules are wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import peercert
from peercert import log

if TYPE_CHECKING:
    from peercert.commands import Commands
    from peercert.types import Explanation, Identity, TriedRule


def add(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "map",
        help="show which user rules make of a certificate, and why",
        description="Holds a file of rules against certificates and shows, rule by rule, what was "
        "compared. A certificate on disk has no verdict: it is taken as if it had verified. Exit "
        "status: 1 when a certificate is nobody or cannot be read, 2 when the rules are wrong.",
    )
    parser.set_defaults(run=run)
    parser.add_argument("--rules", metavar="FILE", required=True, help="The rules, one in a line.")
    parser.add_argument("files", metavar="CERT", nargs="+")
    parser.add_argument("--json", action="store_true", help="A JSON list, one object per file.")
    standing = parser.add_mutually_exclusive_group()
    standing.add_argument(
        "--ca", metavar="FILE", help="As if this CA had vouched, for rules with anchor=."
    )
    standing.add_argument(
        "--unverified", action="store_true", help="As if the certificates had not verified."
    )


def run(arguments: argparse.Namespace) -> int:
    """Shows what comes of the rules."""
    rules = peercert.Rules(Path(arguments.rules))
    anchor = None if arguments.ca is None else _anchor(arguments.ca)
    if arguments.unverified:
        supposed = "as if not verified"
    elif anchor is None:
        supposed = "as if verified, by a CA that is not told"
    else:
        supposed = f"as if verified by {arguments.ca}"
    nobody = False
    listed: list[dict[str, Any]] = []
    for name in arguments.files:
        try:
            explained = rules.rehearse(
                peercert.certinfo_file(name)["pem"],
                verified=not arguments.unverified,
                anchor=anchor,
            )
        except peercert.Error as error:
            nobody = True
            listed.append({"file": name, "error": {"code": error.code, "message": error.message}})
            if not arguments.json:
                line = log.one_line(f"{name}: {error.code}: {error.message}")
                print(f"peercert: {line}", file=sys.stderr)
            continue
        nobody = nobody or not explained["identity"]["identified"]
        listed.append({"file": name, "supposed": supposed, **explained})
        if not arguments.json:
            _show(name, supposed, explained)
    if arguments.json:
        print(json.dumps(listed, indent=2))
    return 1 if nobody else 0


def _anchor(file: str) -> str:
    """The fingerprint of the CA that is supposed to have vouched."""
    try:
        return peercert.certinfo_file(file)["fingerprint"]
    except peercert.Error as error:
        raise peercert.ConfigError(error.code, f"--ca {file}: {error.message}") from None


def _show(name: str, supposed: str, explained: Explanation) -> None:
    print(log.one_line(f"{name} ({supposed}): {_answer(explained['identity'])}"))
    for rule in explained["rules"]:
        for line in _lines(rule):
            print(log.one_line(line))
    print()


def _answer(identity: Identity) -> str:
    if not identity["identified"]:
        return f"nobody: {identity['message']}"
    groups = ", ".join(identity["groups"])
    return f"user {identity['user']}" + (f", groups {groups}" if groups else "")


def _lines(rule: TriedRule) -> list[str]:
    head = f"  {rule['place']}  {rule['source']} {rule['pattern']}: {rule['message']}"
    return [head] + [f"      {value['value']}: {value['message']}" for value in rule["values"]]
