"""This file is about the example servers in Lua: which there are, and how they are started.

In: an interpreter and a server's name. Out: a server that runs; or a skip that names what is missing.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server import Server, arguments, running

EXAMPLES = Path(__file__).resolve().parents[2] / "bindings-lua" / "examples"
#: Each server, and the modules that it needs with where they come from.
SERVERS = {
    "blocking": {"socket": "install lua-socket"},
    "select": {"socket": "install lua-socket"},
    "luv": {"luv": "install lua-luv"},
    "copas1": {"socket": "install lua-socket", "copas": "Debian has Copas 1 for Lua 5.1 alone"},
    "copas": {"socket": "install lua-socket", "copas": "Debian has no Copas 3 or 4"},
    "pegasus": {"socket": "install lua-socket", "pegasus.handler": "Debian has no Pegasus"},
}
#: Lua itself knows no signals: SIGTERM ends it where no loop listens for that.
STATUSES = (0, -signal.SIGTERM)


def demand(lua: str, name: str) -> None:
    """Skips a test where a server's modules are missing for the interpreter."""
    for module, reason in SERVERS[name].items():
        program = f"require({module!r})"
        # Only the later Copas knows of TLS.
        if name.startswith("copas") and module == "copas":
            program = f"assert(({program}.handler ~= nil) == {str(name == 'copas').lower()})"
        found = subprocess.run([lua, "-e", program], capture_output=True, check=False)
        if found.returncode:
            pytest.skip(f"{reason} ({lua})")


def command(lua: str, name: str, mode: str, *options: str) -> list[str]:
    """The command that starts a server."""
    return [lua, str(EXAMPLES / f"{name}_server.lua"), *arguments(mode, *options)]


@contextmanager
def serving(lua: str, name: str, mode: str, *options: str) -> Iterator[Server]:
    """Runs a server for the block, which it has to survive."""
    with running(command(lua, name, mode, *options), STATUSES) as server:
        yield server
