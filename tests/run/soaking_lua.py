"""This file is about the soak of the Lua module: very many handshakes, and its programs under valgrind.

In: the tree. Out: an exit status, and what the programs measured.
"""

from __future__ import annotations

import os
import subprocess

import environments
import longer
import lua
import packages
import place

#: What is run, in order: what it is, what of tests/lua, and its environment.
RUNS = (
    ("100,000 handshakes", ["tests/lua/test_soak.py"], {"PEERCERT_ROUNDS": "100000"}),
    (
        "300 handshakes and every misuse under valgrind",
        ["tests/lua/test_soak.py", "tests/lua/test_misuse.py"],
        {
            "OPENSSL_ia32cap": longer.few()["OPENSSL_ia32cap"],
            "PEERCERT_VALGRIND": "on",
            "PEERCERT_ROUNDS": "300",
        },
    ),
)


def module(rest: list[str]) -> int:
    """The Lua module on the newest Lua."""
    del rest
    tools = environments.with_build_tools()
    tools.install("lint", place.dependency_group("lint"))
    if missing := packages.ensure((*packages.PACKAGES, *packages.SOAK_PACKAGES)):
        print(f"the Lua module is not soaked: install {' '.join(missing)}")
        return 1
    version = next(version for version in lua.TESTED if version.name == lua.DEFAULT)
    installed = place.TARGET / "installed" / version.command
    lua.install(installed, version, "aws-lc", "dev")
    where = {"PEERCERT_LUA": version.command, **lua.environment(installed, version)}
    for name, arguments, environment in RUNS:
        print(f"the Lua module on {version.command}: {name}", flush=True)
        command = [str(tools.python), "-m", "pytest", "-q", "-s", *arguments]
        if subprocess.call(command, cwd=place.TREE, env=os.environ | where | environment):
            return 1
    return 0
