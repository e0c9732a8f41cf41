"""This file is about the first thing a newcomer may meet: a program that is missing or too old."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).parents[1] / "run" / "requirements"
PYTHON = f'exec {sys.executable} "$@"'
TOO_OLD_PYTHON = "exit 1"
WITHOUT_VENV = f'[ "$2" = "import ensurepip, venv" ] && exit 1; {PYTHON}'


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder that is the whole PATH of a machine on which everything is there."""
    for name in ("cat", "dirname", "id", "sed", "sh"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    for name in ("cc", "curl", "apt-get"):
        _program(tmp_path / name, "exit 0")
    _program(tmp_path / "python3", PYTHON)
    _program(tmp_path / "cargo", "echo cargo 1.95.0")
    return tmp_path


def test_a_complete_machine_gives_the_python_to_use(machine: Path) -> None:
    answer = _ask(machine)
    assert answer.stderr == ""
    assert answer.returncode == 0
    assert Path(answer.stdout.strip()).samefile(sys.executable)


@pytest.mark.parametrize(
    ("program", "instead", "words"),
    [
        ("cc", None, ("a C compiler", "apt-get install -y gcc libc6-dev")),
        ("curl", None, ("curl", "apt-get install -y curl")),
        ("python3", None, ("Python 3.11 or newer", "apt-get install -y python3 python3-venv")),
        ("python3", TOO_OLD_PYTHON, ("Python 3.11", "apt-get install -y python3 python3-venv")),
        ("python3", WITHOUT_VENV, ("the venv module", "apt-get install -y python3-venv")),
        ("cargo", None, ("Rust 1.88 or newer", "https://sh.rustup.rs")),
        ("cargo", "echo cargo 1.87.0", ("this is 1.87.0", "https://sh.rustup.rs")),
        ("cargo", "echo error; exit 1", ("Rust 1.88 or newer", "https://sh.rustup.rs")),
    ],
)
def test_what_is_missing_or_too_old_is_one_line_with_the_command_that_installs_it(
    machine: Path, program: str, instead: str | None, words: tuple[str, str]
) -> None:
    (machine / program).unlink()
    if instead is not None:
        _program(machine / program, instead)
    answer = _ask(machine)
    assert answer.returncode == 1
    assert answer.stdout == ""
    (line,) = answer.stderr.splitlines()
    assert line.startswith("peercert needs ")
    for word in words:
        assert word in line


def test_an_old_rust_beside_rustup_is_updated_by_rustup(machine: Path) -> None:
    _program(machine / "cargo", "echo cargo 1.70.0")
    _program(machine / "rustup", "exit 0")
    assert _ask(machine).stderr == (
        "peercert needs Rust 1.88 or newer, and this is 1.70.0: rustup update stable\n"
    )


def _program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def _ask(machine: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(REQUIREMENTS)],
        env={"PATH": str(machine), "HOME": str(machine), "CARGO_HOME": str(machine / "none")},
        capture_output=True,
        text=True,
        check=False,
    )
