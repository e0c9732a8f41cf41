"""This file is about the soak of the Lua module: very many handshakes, and its programs under valgrind.

In: the tree. Out: an exit status, and what the programs measured.
"""

from __future__ import annotations

import shlex

import longer
import lua
import place
import soaking

#: What is run, in order: what it is, what of tests/lua, and its environment.
RUNS = (
    ("100,000 handshakes", ["tests/lua/test_soak.py"], {"PEERCERT_ROUNDS": "100000"}),
    (
        "300 handshakes and every misuse under valgrind",
        ["tests/lua/test_soak.py", "tests/lua/test_misuse.py"],
        {
            "OPENSSL_ia32cap": longer.few()["OPENSSL_ia32cap"],
            "PEERCERT_VALGRIND": shlex.join(longer.VALGRIND),
            "PEERCERT_ROUNDS": "300",
        },
    ),
)


def module(rest: list[str]) -> int:
    """The Lua module on the newest Lua."""
    del rest
    tools = soaking.prepared()
    version = next(version for version in lua.TESTED if version.name == lua.DEFAULT)
    installed = place.TARGET / "installed" / version.command
    lua.install(installed, version, "aws-lc", "dev")
    where = {"PEERCERT_LUA": version.command, **lua.environment(installed, version)}
    return 0 if soaking.each(tools, f"the Lua module on {version.command}", where, RUNS) else 1
