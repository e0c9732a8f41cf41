"""This file is about what takes longer or needs other tools than the tests: `make bench`, `corpus`.

In: the tree. Out: their exit status.
"""

from __future__ import annotations

import subprocess

import environments
import place
import wheels


def bench(rest: list[str]) -> int:
    """Our speed and memory beside the peers', everything built as it is shipped."""
    tools = environments.with_build_tools()
    subprocess.run(
        ["cargo", "build", "--quiet", "--locked", "--release", "-p", "peercert-bench"],
        check=True,
        cwd=place.TREE,
    )
    venv = environments.Venv(place.TARGET / "venvs" / "bench")
    venv.install("bench", place.dependency_group("bench"))
    wheels.install(venv, wheels.wheel(tools, profile="release"))
    programs = place.TARGET / "release"
    command = [str(venv.python), "bench", str(programs), *rest]
    return subprocess.call(command, cwd=place.TREE)


def corpus(rest: list[str]) -> int:
    """Every certificate of a folder, beside what OpenSSL says of it."""
    environments.with_build_tools()
    command = ["cargo", "run", "--quiet", "--locked", "--release", "-p", "peercert"]
    return subprocess.call([*command, "--example", "corpus", "--", *rest], cwd=place.TREE)
