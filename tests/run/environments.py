"""This file is about virtual environments: `.venv` with the tools, one for each further CPython.

In: an interpreter and requirements. Out: an environment that has them; nothing is installed twice.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import place

sys.path.insert(0, str(place.TREE / "bindings-python"))
import build_backend


class Venv:
    """A virtual environment in a folder, made by an interpreter when it is not there yet."""

    def __init__(self, folder: Path, interpreter: str = sys.executable) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        stamp = folder / "stamp-interpreter"
        if not (place.is_current(stamp, interpreter) and self.python.exists()):
            subprocess.run([interpreter, "-m", "venv", "--clear", str(folder)], check=True)
            place.write_stamp(stamp, interpreter)

    def bin(self, name: str) -> str:
        """The path of a program of the environment."""
        return str(self.folder / "bin" / name)

    def install(self, what: str, requirements: list[str]) -> None:
        """Installs requirements under a name, unless the same ones are there under it already."""
        if not requirements:
            return
        key = hashlib.sha256("\n".join(requirements).encode()).hexdigest()
        stamp = self.folder / f"stamp-{what}"
        if place.is_current(stamp, key):
            return
        self.pip("install", *requirements)
        place.write_stamp(stamp, key)

    def pip(self, *arguments: str) -> None:
        """Runs the environment's own pip."""
        quiet = ["-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
        subprocess.run([str(self.python), *quiet, *arguments], check=True)


def with_build_tools() -> Venv:
    """`.venv` with maturin and, where the system lacks them, cmake and libclang; the environment
    of this process is set so that every build that it starts finds them."""
    venv = Venv(place.VENV)
    venv.install("build", place.dependency_group("build"))
    venv.install("tools", build_backend.missing_tools(os.environ))
    site = subprocess.run(
        [str(venv.python), "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    os.environ.update(build_backend.tool_environment(os.environ, Path(site)))
    # As maturin sets it: without it, tests and wheels would build pyo3 anew in turns.
    os.environ["PYO3_BUILD_EXTENSION_MODULE"] = "1"
    cargo = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"), "bin")
    os.environ["PATH"] = f"{os.environ['PATH']}{os.pathsep}{cargo}"
    return venv


def pythons() -> list[str]:
    """Every CPython >= 3.11 that is found: one interpreter per minor version, ours first.

    Looks on PATH and among pyenv's versions. Free-threaded builds cannot load the abi3 wheel.
    """
    candidates = [Path(sys.executable)]
    for folder in os.get_exec_path():
        candidates += sorted(Path(folder).glob("python3.[0-9][0-9]"))
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates += sorted((root / "versions").glob("3.*/bin/python3"))
    found: dict[str, str] = {}
    question = (
        "import ensurepip, sys, sysconfig, venv; assert sys.version_info >= (3, 11);"
        "assert sys.implementation.name == 'cpython';"
        "assert not sysconfig.get_config_var('Py_GIL_DISABLED');"
        "print('%d.%d' % sys.version_info[:2])"
    )
    for candidate in candidates:
        answer = subprocess.run(
            [str(candidate), "-c", question], capture_output=True, text=True, check=False
        )
        if answer.returncode == 0:
            found.setdefault(answer.stdout.strip(), str(candidate))
    return list(found.values())
