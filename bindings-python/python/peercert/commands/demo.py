"""This file is about `peercert demo`: a real server, four real clients, and what it knows of each.

In: nothing. Out: four answers, exit status 0 when each is the one to expect; or, with `--serve`, a
server to visit with a browser.
"""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import peercert
from peercert import log
from peercert.commands import dev, listen

if TYPE_CHECKING:
    from peercert.commands import Commands

_FOLDER = "demo-pki"

# What is printed of an answer without --all.
_SHOWN = (
    "present",
    "verified",
    "verifyresult",
    "verifycode",
    "source",
    "subject",
    "issuer",
    "serial",
    "notbefore",
    "notafter",
    "fingerprint",
    "san",
)


@dataclass(frozen=True)
class _Client:
    """A client: what it has, and what the server has to find."""

    title: str
    certificate: Path | None
    key: Path | None
    verified: bool
    verifycode: str


def _clients(files: dict[str, Path]) -> tuple[_Client, ...]:
    return (
        _Client("a client without a certificate", None, None, False, "ABSENT"),
        _Client(
            "a client with a good certificate",
            files["client"],
            files["client_key"],
            True,
            "OK",
        ),
        _Client(
            "a client whose certificate has expired",
            files["expired"],
            files["expired_key"],
            False,
            "CERT_HAS_EXPIRED",
        ),
        _Client(
            "a client with a certificate of an unknown CA",
            files["unknown"],
            files["unknown_key"],
            False,
            "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        ),
    )


def add(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "demo",
        help="see a real server tell four clients who they are",
        description="Serves a page that shows callers who they are, and calls it with curl: "
        "without a certificate, with a good one, an expired one, and one of an unknown CA.",
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--folder",
        default=_FOLDER,
        help=f"Where the certificates are made and kept. Default: {_FOLDER}.",
    )
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--all", action="store_true", help="Print every key of the answers, not the first ones."
    )
    either.add_argument(
        "--serve", action="store_true", help="Keep the server up, for a browser, until Ctrl-C."
    )
    parser.add_argument(
        "--bind",
        metavar="HOST:PORT",
        default="127.0.0.1:0",
        help="Where to listen; only loopback addresses. Default: any free port of 127.0.0.1.",
    )


def run(arguments: argparse.Namespace) -> int:
    """Runs the demonstration."""
    bind = listen.address(arguments.bind)
    listen.refuse_other_hosts(bind[0])
    listen.need("cheroot")
    curl = shutil.which("curl")
    if curl is None and not arguments.serve:
        raise peercert.ConfigError("config.missing_package", "the demo's clients need curl")
    from peercert.commands import serve_wsgi
    from peercert.demo import app

    made: list[dev.Made] = []

    def pki_options() -> dict[str, str]:
        made.append(dev.certificates(arguments.folder, new_bundle=arguments.serve))
        return made[0].options

    server = serve_wsgi.Server(app, bind, pki_options)
    (pki,) = made
    url = listen.url(server, "localhost")
    if arguments.serve:
        listen.log_to_stderr("info")
        where = server.socket.getsockname()[0]
        print(f"listening on {url}\n{dev.welcome(pki, url, where)}", flush=True)
        server.until_told()
        return 0
    print(f"A server listens on {url}; its certificates are in {pki.folder}.")
    if pki.aside is not None:
        print(f"The old ones are in {pki.aside}.")
    with server.meanwhile():
        good = [
            _call(str(curl), client, pki.files["server_ca"], url, arguments.all)
            for client in _clients(pki.files)
        ]
    print("\npeercert demo --serve keeps the server up, for a browser.")
    return 0 if all(good) else 1


def _call(curl: str, client: _Client, server_ca: Path, url: str, whole: bool) -> bool:
    """Calls the server as one client, prints the answer, and tells whether it is the right one."""
    command = ["--cacert", str(server_ca)]
    if client.certificate is not None:
        command += ["--cert", str(client.certificate), "--key", str(client.key)]
    command += ["-H", "Accept: application/json", f"{url}/"]
    print(f"\n# {client.title}\n$ curl {shlex.join(command)}", flush=True)
    ended = subprocess.run(  # noqa: S603 - curl, found on the path, with our own arguments
        [curl, "-sS", "--noproxy", "*", "--max-time", "30", *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        answer: dict[str, Any] = json.loads(ended.stdout)["clientcert"]
    except (ValueError, KeyError, TypeError):
        print(f"peercert: curl: {log.one_line(ended.stderr.strip())}", file=sys.stderr)
        return False
    shown = answer if whole else {key: _short(answer[key]) for key in _SHOWN if key in answer}
    print(json.dumps(shown, indent=2, ensure_ascii=True))
    if more := len(answer.keys() - shown.keys()):
        print(f"... and {more} more keys: peercert demo --all prints them")
    if (answer["verified"], answer["verifycode"]) != (client.verified, client.verifycode):
        print(f"peercert: this should have been {client.verifycode}", file=sys.stderr)
        return False
    return True


def _short(value: Any) -> Any:
    """Alternative names without the kinds that are empty."""
    if isinstance(value, dict):
        return {kind: names for kind, names in value.items() if names}
    return value
