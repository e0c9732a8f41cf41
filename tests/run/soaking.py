"""This file is about the soak of the C library: its test programs under valgrind, and very many
connections, natively and under sanitizers.

In: the tree. Out: an exit status, and what the programs measured.
"""

from __future__ import annotations

import os
import shlex
import subprocess

import environments
import library
import longer
import packages
import place

#: What is run on each TLS library, in order: what it is, what of tests/c, and its environment.
#: valgrind and sanitizers are memory of their own, so that ours is compared without them alone.
RUNS = (
    (
        "100,000 connections",
        ["tests/c/test_soak.py"],
        {"PEERCERT_SANITIZERS": "off", "PEERCERT_ROUNDS": "100000"},
    ),
    (
        "5,000 connections under AddressSanitizer and UBSan",
        ["tests/c/test_soak.py"],
        {"PEERCERT_ROUNDS": "5000"},
    ),
    (
        "every program under valgrind",
        ["tests/c", "--ignore=tests/c/test_header.py"],
        {
            **{name: longer.few()[name] for name in ("PEERCERT_MEMORY", "OPENSSL_ia32cap")},
            "PEERCERT_VALGRIND": shlex.join(longer.VALGRIND),
            "PEERCERT_SANITIZERS": "off",
            "PEERCERT_ROUNDS": "200",
        },
    ),
)
Run = tuple[str, list[str], dict[str, str]]


def c(rest: list[str]) -> int:
    """The C library on each TLS library."""
    del rest
    tools = prepared()
    for tls in library.FEATURES:
        installed = place.TARGET / "installed" / tls
        library.install(library.Folders(prefix=str(installed)), tls, "dev", static=True)
        where = {"PEERCERT_PREFIX": str(installed), "PEERCERT_TLS": tls}
        if not each(tools, f"the C library on {tls}", where, RUNS):
            return 1
    return 0


def prepared() -> environments.Venv:
    """The tools of the tests, once every package of theirs is there, and of the soak."""
    tools = environments.with_build_tools()
    tools.install("lint", place.dependency_group("lint"))
    if missing := packages.ensure((*packages.PACKAGES, *packages.SOAK_PACKAGES)):
        raise SystemExit(f"nothing is soaked: install {' '.join(missing)}")
    return tools


def each(
    tools: environments.Venv, title: str, where: dict[str, str], runs: tuple[Run, ...]
) -> bool:
    """Runs the tests of each run with its environment; false as soon as one fails."""
    for name, arguments, environment in runs:
        print(f"{title}: {name}", flush=True)
        command = [str(tools.python), "-m", "pytest", "-q", "-s", *arguments]
        if subprocess.call(command, cwd=place.TREE, env=os.environ | where | environment):
            return False
    return True
