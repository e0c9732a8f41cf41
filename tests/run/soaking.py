"""This file is about the soak of the C library: its test programs under valgrind, and very many
connections, natively and under sanitizers.

In: the tree. Out: an exit status, and what the programs measured.
"""

from __future__ import annotations

import os
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
        ["tests/c/test_soak.py", "-s"],
        {"PEERCERT_SANITIZERS": "off", "PEERCERT_ROUNDS": "100000"},
    ),
    (
        "5,000 connections under AddressSanitizer and UBSan",
        ["tests/c/test_soak.py", "-s"],
        {"PEERCERT_ROUNDS": "5000"},
    ),
    (
        "every program under valgrind",
        ["tests/c", "--ignore=tests/c/test_header.py"],
        {
            **{name: longer.few()[name] for name in ("PEERCERT_MEMORY", "OPENSSL_ia32cap")},
            "PEERCERT_VALGRIND": "on",
            "PEERCERT_SANITIZERS": "off",
            "PEERCERT_ROUNDS": "200",
        },
    ),
)


def c(rest: list[str]) -> int:
    """The C library on each TLS library."""
    del rest
    tools = environments.with_build_tools()
    tools.install("lint", place.dependency_group("lint"))
    if missing := packages.ensure((*packages.PACKAGES, *packages.SOAK_PACKAGES)):
        print(f"the C library is not soaked: install {' '.join(missing)}")
        return 1
    for tls in library.FEATURES:
        installed = place.TARGET / "installed" / tls
        library.install(library.Folders(prefix=str(installed)), tls, "dev", static=True)
        where = {"PEERCERT_PREFIX": str(installed), "PEERCERT_TLS": tls}
        for name, arguments, environment in RUNS:
            print(f"the C library on {tls}: {name}", flush=True)
            command = [str(tools.python), "-m", "pytest", "-q", *arguments]
            if subprocess.call(command, cwd=place.TREE, env=os.environ | where | environment):
                return 1
    return 0
