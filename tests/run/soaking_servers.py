"""This file is about the soak of servers of others in Python: every kind of them, on several versions
of each, with every CPython.

In: the tree. Out: an exit status, and what the tests print.
"""

from __future__ import annotations

import os
import subprocess

import environments
import place
import stages
import wheels

#: Sets of versions, each installed after what the tests ask for: what is still in use, and what was
#: new when the tests were written last.
VERSIONS = {
    "oldest": (
        "aiohttp==3.11.*",
        "cheroot==11.0.0",
        "flask==3.0.*",
        "gevent==24.11.1",
        "gunicorn==23.0.0",
        "httptools==0.6.4",
        "hypercorn==0.17.3",
        "uvicorn==0.47.0",
        "websockets==14.*",
        "werkzeug==3.0.*",
    ),
    "middle": (
        "aiohttp==3.13.*",
        "gevent==25.9.1",
        "gunicorn==26.2.0",
        "uvicorn==0.52.4",
        "websockets==15.*",
    ),
    "newest": (),
}
TESTS = ("tests/python/hosting", "tests/python/web/test_frameworks.py")
#: What the tests leave out on all CPythons but the first.
LONG_RUNNING = ("tests/python/running", "tests/python/test_resumption.py")


def python(rest: list[str]) -> int:
    """All of them."""
    del rest
    tools = environments.with_build_tools()
    wheel = wheels.wheel(tools)
    for interpreter in environments.pythons():
        found = stages.version(interpreter)
        for name, versions in VERSIONS.items():
            print(f"servers in Python: the {name} versions on CPython {found}", flush=True)
            venv = stages.further(f"servers-{name}-{found}", interpreter)
            wheels.install(venv, wheel)
            venv.install("versions", list(versions))
            tests = (*TESTS, *LONG_RUNNING) if name == "newest" else TESTS
            command = [str(venv.python), "-m", "pytest", "-q", *tests]
            if subprocess.call(command, cwd=place.TREE, env=os.environ | {"PEERCERT_KINDS": "all"}):
                return 1
    return 0
