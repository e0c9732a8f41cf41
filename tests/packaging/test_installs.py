"""This file is about what is shipped: a wheel and a source distribution, in empty environments.

In: their paths, in PEERCERT_WHEEL, PEERCERT_SDIST and PEERCERT_WHEEL_FROM_SDIST (built from the
source distribution alone, with cmake and libclang taken from their packages).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

WHEELS = ("PEERCERT_WHEEL", "PEERCERT_WHEEL_FROM_SDIST")


def shipped(name: str) -> Path:
    """The file that a variable of the environment names."""
    return Path(os.environ[name])


@pytest.mark.parametrize("wheel", WHEELS)
def test_a_wheel_works_in_an_empty_environment_and_brings_no_other_package(
    wheel: str, tmp_path: Path
) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "empty")], check=True)
    python = str(tmp_path / "empty" / "bin" / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    before = _output([*pip, "list", "--format=freeze"])
    subprocess.run([*pip, "install", "-q", "--no-index", str(shipped(wheel))], check=True)
    after = _output([*pip, "list", "--format=freeze"])
    (new,) = set(after.splitlines()) - set(before.splitlines())
    assert new.startswith("peercert==")
    program = "import peercert, peercert._native; print(peercert.__file__)"
    assert str(tmp_path) in _output([python, "-c", program], cwd=tmp_path)


@pytest.mark.parametrize("wheel", WHEELS)
def test_a_wheel_is_for_every_cpython_from_3_11_and_is_typed(wheel: str) -> None:
    path = shipped(wheel)
    assert "-cp311-abi3-" in path.name
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        metadata = archive.read(next(n for n in names if n.endswith("/METADATA"))).decode()
        entries = archive.read(next(n for n in names if n.endswith("/entry_points.txt"))).decode()
    assert {"peercert/py.typed", "peercert/_native.pyi", "peercert/_native.abi3.so"} <= names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert not {n for n in names if not n.startswith(("peercert/", "peercert-"))}
    assert not {n for n in names if n.endswith((".pyc", ".rs"))}
    assert "peercert=peercert.__main__:main" in entries.replace(" ", "")
    required = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:")]
    assert required
    assert all("extra == 'cli'" in line for line in required)


def test_the_source_distribution_holds_what_a_build_needs_and_no_more() -> None:
    with tarfile.open(shipped("PEERCERT_SDIST")) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = {
        "Cargo.toml",
        "Cargo.lock",
        "LICENSE",
        "PKG-INFO",
        "README.md",
        "pyproject.toml",
        "bindings-python/build_backend.py",
        "bindings-python/Cargo.toml",
        "core/Cargo.toml",
        "core/build.rs",
    }
    assert needed <= names
    assert not {n for n in names if n.startswith(("target/", ".venv/", "tests/", "demo-pki/"))}


def _output(command: list[str], cwd: Path | None = None) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=cwd, env=environment
    ).stdout
