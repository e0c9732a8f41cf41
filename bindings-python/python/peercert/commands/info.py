"""This file is about `peercert info`: what certificate files hold.

In: files (PEM, DER, PKCS#7, PKCS#12). Out: their certificates, for people or as JSON; exit status 1
when a file cannot be read, 2 when a certificate expires too soon.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import peercert
from peercert import log
from peercert.commands import layout, options

if TYPE_CHECKING:
    from peercert.commands import Commands

_DAY = 86_400
_UNREADABLE = "cannot be read"
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": _DAY, "w": 7 * _DAY}

# From how many files on a progress bar is worth its line.
_MANY = 10


def add(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "info",
        help="show what certificate files hold",
        description="Shows the certificates of files: PEM, DER, PKCS#7 and PKCS#12. Exit status: "
        "1 when a file cannot be read, 2 when a certificate expires too soon.",
    )
    parser.set_defaults(run=run)
    parser.add_argument("files", metavar="FILE", nargs="+")
    parser.add_argument("--json", action="store_true", help="A JSON list, one object per file.")
    parser.add_argument(
        "--expires-within",
        metavar="TIME",
        type=_duration,
        help="Exit with 2 when a certificate has expired or will within this time: 30d, 12h, 2w.",
    )
    options.add_password(parser, "password", "Opens PKCS#12 files")


def run(arguments: argparse.Namespace) -> int:
    """Shows the files."""
    password = options.password(arguments, "password")
    now = time.time()
    limit = None if arguments.expires_within is None else now + arguments.expires_within
    unreadable = expiring = False
    listed: list[dict[str, Any]] = []
    for name in _with_progress(arguments.files):
        try:
            certificates = _read(name, password)
        except peercert.Error as error:
            unreadable = True
            listed.append({"file": name, "error": {"code": error.code, "message": error.message}})
            if not arguments.json:
                line = log.one_line(f"{name}: {error.code}: {error.message}")
                if error.code == "certificate.missing_password":
                    line += " with --password-file or --password-env"
                print(f"peercert: {line}", file=sys.stderr)
            continue
        late = limit is not None and any(c.get("notaftertime", now) <= limit for c in certificates)
        expiring = expiring or late
        listed.append({"file": name, "certificates": certificates})
        if not arguments.json:
            _show(name, certificates, now, limit)
    if arguments.json:
        print(json.dumps(listed, indent=2))
    return 1 if unreadable else 2 if expiring else 0


def _read(name: str, password: str | None) -> list[dict[str, Any]]:
    return cast(list[dict[str, Any]], peercert.certinfos(Path(name), password))


def _show(name: str, certificates: list[dict[str, Any]], now: float, limit: float | None) -> None:
    for number, certificate in enumerate(certificates, 1):
        of = f" ({number} of {len(certificates)})" if len(certificates) > 1 else ""
        print(log.one_line(f"{name}{of}"))
        for line in layout.lines(_with_remaining(certificate, now, limit)):
            print(line)
        print()


def _with_remaining(cert: dict[str, Any], now: float, limit: float | None) -> dict[str, Any]:
    """The certificate with the time that is left beside its end; a date that it lacks because it
    cannot be read is told in its place."""
    shown: dict[str, Any] = {}
    for key, value in cert.items():
        shown[key] = value
        if key == "serial":
            shown |= {"notbefore": _UNREADABLE, "notafter": _UNREADABLE}
    if "notafter" in cert:
        shown["notafter"] = f"{cert['notafter']} ({_remaining(cert, now, limit)})"
    return shown


def _remaining(cert: dict[str, Any], now: float, limit: float | None) -> str:
    if "notaftertime" not in cert or "notbeforetime" not in cert:
        return _UNREADABLE
    days = int(abs(cert["notaftertime"] - now) // _DAY)
    if cert["notaftertime"] < now:
        return f"EXPIRED {_days(days)} ago"
    if cert["notbeforetime"] > now:
        return "not valid yet"
    late = limit is not None and cert["notaftertime"] < limit
    return f"{'EXPIRES SOON, ' if late else ''}{_days(days)} left"


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _with_progress(files: list[str]) -> Iterable[str]:
    """The files, with a progress bar when there are many, somebody watches, and rich is there."""
    if len(files) < _MANY or not sys.stderr.isatty():
        return files
    try:
        from rich.console import Console
        from rich.progress import track
    except ImportError:
        return files
    console = Console(stderr=True)
    return track(files, description="Reading", console=console, transient=True)


def _duration(text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,9})([smhdw])", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time, as 30d, 12h or 2w")
    return int(found[1]) * _UNITS[found[2]]
