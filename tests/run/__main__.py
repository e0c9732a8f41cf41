"""This file is about the commands behind the Makefile's targets.

In: a target's name. Out: its exit status, and for `test` the closing line.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import environments
import library
import longer
import lua
import outcome
import place
import soaking
import soaking_lua
import soaking_servers
import stages
import wheels


def main(arguments: list[str]) -> int:
    """Runs a command: the name of a target and what it takes, or `python ARGUMENT...`."""
    command, *rest = arguments
    try:
        return {
            "demo": demo,
            "test": test,
            "wheel": wheel,
            "lint": lint,
            "fmt": fmt,
            "bench": longer.bench,
            "corpus": longer.corpus,
            "header": header,
            "install": library.main,
            "lua": lua.main,
            "fuzz": longer.fuzz,
            "soak": soak,
            "python": python,
        }[command](rest)
    except subprocess.CalledProcessError as error:
        words = [str(word) for word in error.cmd]
        print(f"failed with {error.returncode}: {' '.join(words)}", file=sys.stderr)
        return 1


def soak(rest: list[str]) -> int:
    """The core's tests, the programs of the C library and of the Lua module, and servers in Python;
    or the one of these that is named."""
    parts = {
        "rust": longer.soak,
        "c": soaking.c,
        "lua": soaking_lua.module,
        "servers": soaking_servers.python,
    }
    return next((status for name in rest or parts if (status := parts[name]([]))), 0)


def demo(rest: list[str]) -> int:
    """A real server and four real clients."""
    tools = environments.with_build_tools()
    wheels.install(tools, wheels.wheel(tools))
    return subprocess.call([tools.bin("peercert"), "demo", *rest], cwd=place.TREE)


def test(rest: list[str]) -> int:
    """All tests, or the stages named; the last line counts them."""
    unknown = set(rest) - set(stages.STAGES)
    if unknown:
        print(f"no such stage: {', '.join(sorted(unknown))}; there are {', '.join(stages.STAGES)}")
        return 2
    total, missing = stages.run(rest)
    return outcome.close(total, missing)


def wheel(rest: list[str]) -> int:
    """The wheel and the source distribution that one ships, in dist/."""
    del rest
    tools = environments.with_build_tools()
    dist = place.TREE / "dist"
    dist.mkdir(exist_ok=True)
    for made in (wheels.wheel(tools, profile="release"), wheels.sdist(tools)):
        print(shutil.copy2(made, dist))
    return 0


def lint(rest: list[str]) -> int:
    """The first two stages of the tests."""
    del rest
    return test(["style", "types"])


def header(rest: list[str]) -> int:
    """Writes the C header, the list of what the library exports, and the manual anew."""
    environments.with_build_tools()
    return subprocess.call([*stages.GENERATE, *rest], cwd=place.TREE)


def fmt(rest: list[str]) -> int:
    """Formats everything in place."""
    del rest
    tools = environments.with_build_tools()
    tools.install("lint", place.dependency_group("lint"))
    for command in (
        ["cargo", "fmt", "--all"],
        [tools.bin("ruff"), "format", "--quiet", "."],
        [tools.bin("ruff"), "check", "--quiet", "--fix", "."],
        [tools.bin("ruff"), "format", "--quiet", "."],
    ):
        subprocess.run(command, check=True, cwd=place.TREE)
    return 0


def python(rest: list[str]) -> int:
    """Runs Python in `.venv` with the package and the test tools in it, e.g. `-m pytest`."""
    tools = environments.with_build_tools()
    tools.install("lint", place.dependency_group("lint"))
    wheels.install(tools, wheels.wheel(tools))
    return subprocess.call([str(tools.python), *rest], cwd=Path.cwd())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
