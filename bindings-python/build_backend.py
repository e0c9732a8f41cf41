"""This file is about building the package where cmake or libclang are missing.

In: the calls of a PEP 517 front end (pip, build) or of the tests. Out: the same calls to maturin,
with the two tools that AWS-LC needs taken from their PyPI packages when the system has none. It may
not import anything but the standard library before the front end has installed the requirements.

Environment: `PEERCERT_BUILD_TOOLS=packages` takes both from their packages even if the system has
them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CMAKE = "cmake>=3.31,<5"
LIBCLANG = "libclang>=18,<19"

_LIBCLANG_FOLDERS = (
    "/usr/lib*/llvm*/lib*",
    "/usr/lib/*-linux-gnu*",
    "/usr/lib*",
    "/usr/local/lib*",
    "/usr/local/llvm*/lib*",
    "/usr/lib/llvm*/lib",
    "/opt/homebrew/opt/llvm*/lib",
    "/usr/local/opt/llvm*/lib",
    "/Library/Developer/CommandLineTools/usr/lib",
)
_LIBCLANG_NAMES = ("libclang.so", "libclang.so.*", "libclang-[0-9]*.so*", "libclang.dylib")

Settings = Mapping[str, Any] | None


def missing_tools(environment: Mapping[str, str]) -> list[str]:
    """The requirements for those of cmake and libclang that the system does not have."""
    packages = environment.get("PEERCERT_BUILD_TOOLS") == "packages"
    missing = []
    if packages or not _has_cmake(environment):
        missing.append(CMAKE)
    if packages or not _has_libclang(environment):
        missing.append(LIBCLANG)
    return missing


def tool_environment(environment: Mapping[str, str], site: Path | None = None) -> dict[str, str]:
    """What to set so that the build finds the tools that came from packages.

    `site` is the site-packages folder they are in; this interpreter's own by default.
    """
    missing = missing_tools(environment)
    found = {}
    if CMAKE in missing:
        found["CMAKE"] = str(_package("cmake", site) / "data" / "bin" / "cmake")
    if LIBCLANG in missing:
        found["LIBCLANG_PATH"] = str(_package("clang", site) / "native")
        # The package is the library alone; stddef.h and its like come from the C compiler.
        compiler = environment.get("CC", "cc")
        headers = subprocess.run(
            [compiler, "-print-file-name=include"], check=True, capture_output=True, text=True
        ).stdout.strip()
        given = environment.get("BINDGEN_EXTRA_CLANG_ARGS", "")
        found["BINDGEN_EXTRA_CLANG_ARGS"] = f"{given} -I{headers}".strip()
    return found


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """maturin's own requirements, and the tools that are missing."""
    import maturin

    requires: list[str] = list(maturin.get_requires_for_build_wheel(config_settings))
    return requires + (missing_tools(os.environ) if _builds_aws_lc(config_settings) else [])


def build_wheel(
    wheel_directory: str,
    config_settings: Settings = None,
    metadata_directory: str | None = None,
) -> str:
    """Builds a wheel."""
    import maturin

    _provide_tools(config_settings)
    return str(maturin.build_wheel(wheel_directory, config_settings, metadata_directory))


def get_requires_for_build_editable(config_settings: Settings = None) -> list[str]:
    """As for a wheel."""
    return get_requires_for_build_wheel(config_settings)


def build_editable(
    wheel_directory: str,
    config_settings: Settings = None,
    metadata_directory: str | None = None,
) -> str:
    """Builds an editable wheel."""
    import maturin

    _provide_tools(config_settings)
    return str(maturin.build_editable(wheel_directory, config_settings, metadata_directory))


def get_requires_for_build_sdist(config_settings: Settings = None) -> list[str]:
    """A source distribution compiles nothing, so it needs no tool."""
    import maturin

    return list(maturin.get_requires_for_build_sdist(config_settings))


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    """Builds a source distribution."""
    import maturin

    return str(maturin.build_sdist(sdist_directory, config_settings))


def prepare_metadata_for_build_wheel(
    metadata_directory: str, config_settings: Settings = None
) -> str:
    """Writes the metadata alone."""
    import maturin

    return str(maturin.prepare_metadata_for_build_wheel(metadata_directory, config_settings))


prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel


def _provide_tools(config_settings: Settings) -> None:
    """Sets this process's environment so that the build that it starts finds the tools."""
    if _builds_aws_lc(config_settings):
        os.environ.update(tool_environment(os.environ))


def _builds_aws_lc(config_settings: Settings) -> bool:
    """Whether the feature is on: it is the default, so it is unless the defaults are off."""
    settings = config_settings or {}
    given = settings.get("maturin.build-args", settings.get("build-args", ""))
    words = " ".join(given) if isinstance(given, list) else str(given)
    words += " " + os.environ.get("MATURIN_PEP517_ARGS", "")
    return "--no-default-features" not in words or "aws-lc" in words


def _has_cmake(environment: Mapping[str, str]) -> bool:
    command = environment.get("CMAKE", "cmake")
    return shutil.which(command, path=environment.get("PATH")) is not None


def _has_libclang(environment: Mapping[str, str]) -> bool:
    """Looks where the build looks: LIBCLANG_PATH, llvm-config's folder, the usual folders."""
    given = environment.get("LIBCLANG_PATH")
    if given:
        return Path(given).is_file() or _holds_libclang(Path(given))
    config = shutil.which(
        environment.get("LLVM_CONFIG_PATH", "llvm-config"), path=environment.get("PATH")
    )
    if config:
        answer = subprocess.run([config, "--libdir"], capture_output=True, text=True, check=False)
        if answer.returncode == 0 and _holds_libclang(Path(answer.stdout.strip())):
            return True
    root = Path("/")
    return any(
        _holds_libclang(folder)
        for pattern in _LIBCLANG_FOLDERS
        for folder in root.glob(pattern.lstrip("/"))
    )


def _holds_libclang(folder: Path) -> bool:
    return any(True for name in _LIBCLANG_NAMES for _ in folder.glob(name))


def _package(name: str, site: Path | None) -> Path:
    """The folder of an installed package."""
    if site is not None:
        return site / name
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"the build tool package {name!r} is not installed in {sys.prefix}")
    return Path(next(iter(spec.submodule_search_locations)))
