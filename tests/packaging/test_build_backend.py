"""This file is about the build backend: which tools it asks for, and how the build finds them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

BACKEND = Path(__file__).parents[2] / "bindings-python"


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The backend as a front end loads it."""
    monkeypatch.syspath_prepend(str(BACKEND))
    import build_backend

    yield build_backend
    sys.modules.pop("build_backend", None)


@pytest.fixture
def machine(backend: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """The environment of a machine whose folders hold neither tool."""
    monkeypatch.setattr(backend, "_LIBCLANG_FOLDERS", (f"{tmp_path}/lib*",))
    (tmp_path / "lib").mkdir()
    (tmp_path / "bin").mkdir()
    return {"PATH": str(tmp_path / "bin")}


def test_both_tools_are_asked_for_when_the_system_has_neither(
    backend: ModuleType, machine: dict[str, str]
) -> None:
    assert backend.missing_tools(machine) == [backend.CMAKE, backend.LIBCLANG]


def test_the_tools_of_the_system_are_used_when_they_are_there(
    backend: ModuleType, machine: dict[str, str], tmp_path: Path
) -> None:
    cmake = tmp_path / "bin" / "cmake"
    cmake.write_text("#!/bin/sh\n")
    cmake.chmod(0o755)
    assert backend.missing_tools(machine) == [backend.LIBCLANG]
    (tmp_path / "lib" / "libclang-14.so.1").touch()
    assert backend.missing_tools(machine) == []
    assert backend.tool_environment(machine) == {}
    assert backend.missing_tools(machine | {"PEERCERT_BUILD_TOOLS": "packages"}) == [
        backend.CMAKE,
        backend.LIBCLANG,
    ]


def test_the_cpp_library_of_clang_is_not_taken_for_libclang(
    backend: ModuleType, machine: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "lib" / "libclang-cpp.so.14").touch()
    assert backend.LIBCLANG in backend.missing_tools(machine)


def test_a_named_folder_counts_only_when_the_library_is_in_it(
    backend: ModuleType, machine: dict[str, str], tmp_path: Path
) -> None:
    named = machine | {"LIBCLANG_PATH": str(tmp_path)}
    assert backend.LIBCLANG in backend.missing_tools(named)
    (tmp_path / "libclang.so").touch()
    assert backend.LIBCLANG not in backend.missing_tools(named)


@pytest.mark.parametrize(
    ("settings", "tools"),
    [
        (None, True),
        ({"build-args": "--profile dev"}, True),
        ({"build-args": "--no-default-features --features openssl"}, False),
        ({"maturin.build-args": ["--no-default-features", "--features", "openssl"]}, False),
        ({"build-args": "--no-default-features --features aws-lc"}, True),
    ],
)
def test_only_a_build_with_aws_lc_asks_for_the_tools(
    backend: ModuleType,
    machine: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str] | None,
    tools: bool,
) -> None:
    monkeypatch.delenv("MATURIN_PEP517_ARGS", raising=False)
    monkeypatch.setattr(backend.os, "environ", machine)
    asked = backend.get_requires_for_build_wheel(settings)
    assert (backend.CMAKE in asked and backend.LIBCLANG in asked) is tools
