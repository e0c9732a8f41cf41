"""This file is about wheels: built by maturin in the wanted profile, once per state of the sources.

In: the TLS library and the profile. Out: the path of a wheel. `dev` is for tests and the demo: it
shares its dependencies with the Rust tests; `release` is what one ships and measures.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import place
from environments import Venv

FEATURES = {"aws-lc": [], "openssl": ["--no-default-features", "--features", "openssl"]}


def wheel(tools: Venv, library: str = "aws-lc", profile: str = "dev") -> Path:
    """The wheel of the sources as they are, with this TLS library inside."""
    folder = place.TARGET / "wheels" / f"{library}-{profile}"
    key = place.source_key(library, profile)
    if not place.is_current(folder / "stamp", key):
        shutil.rmtree(folder, ignore_errors=True)
        _quietly(
            [
                *(tools.bin("maturin"), "build", "--quiet", "--profile", profile),
                *("--interpreter", str(tools.python), "--out", str(folder)),
                # Portable tags and copied libraries are for what leaves this machine.
                *("--auditwheel", "repair" if profile == "release" else "skip"),
                *FEATURES[library],
            ]
        )
        place.write_stamp(folder / "stamp", key)
    (found,) = folder.glob("*.whl")
    return found


def install(venv: Venv, path: Path) -> None:
    """Installs a wheel with the command line's requirements, unless this very one is installed."""
    key = (path.parent / "stamp").read_text()
    stamp = venv.folder / "stamp-peercert"
    if not place.is_current(stamp, key):
        venv.install("cli", _requirements_of_cli())
        venv.pip("install", "--no-deps", "--force-reinstall", str(path))
        place.write_stamp(stamp, key)


def sdist(tools: Venv) -> Path:
    """The source distribution of the sources as they are."""
    folder = place.TARGET / "wheels" / "sdist"
    key = place.source_key("sdist")
    if not place.is_current(folder / "stamp", key):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        subprocess.run(
            [
                *(str(tools.python), "-c"),
                "import sys, build_backend; build_backend.build_sdist(sys.argv[1])",
                str(folder),
            ],
            check=True,
            cwd=place.TREE,
            env=os.environ
            | {
                "PYTHONPATH": str(place.TREE / "bindings-python"),
                "PATH": f"{tools.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            },
        )
        place.write_stamp(folder / "stamp", key)
    (found,) = folder.glob("*.tar.gz")
    return found


def from_sdist(tools: Venv) -> Path:
    """The wheel that pip builds of the source distribution alone, cmake and libclang hidden."""
    source = sdist(tools)
    folder = place.TARGET / "wheels" / "from-sdist"
    key = (source.parent / "stamp").read_text()
    if not place.is_current(folder / "stamp", key):
        shutil.rmtree(folder, ignore_errors=True)
        hidden = ("CMAKE", "LIBCLANG_PATH", "BINDGEN_EXTRA_CLANG_ARGS")
        environment = {name: os.environ[name] for name in os.environ if name not in hidden}
        environment["PEERCERT_BUILD_TOOLS"] = "packages"
        environment["CARGO_TARGET_DIR"] = str(place.TARGET / "from-sdist")
        environment["MATURIN_PEP517_ARGS"] = "--profile dev"
        pip = [str(tools.python), "-m", "pip", "-q", "--disable-pip-version-check"]
        subprocess.run(
            [*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(source)],
            check=True,
            cwd=place.TARGET,
            env=environment,
        )
        place.write_stamp(folder / "stamp", key)
    (found,) = folder.glob("*.whl")
    return found


def _quietly(command: list[str]) -> None:
    """Runs a command of which one wants to read only when it fails."""
    ended = subprocess.run(
        command, cwd=place.TREE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if ended.returncode:
        sys.stderr.write(ended.stdout.decode(errors="replace"))
        ended.check_returncode()


def _requirements_of_cli() -> list[str]:
    project = tomllib.loads((place.TREE / "pyproject.toml").read_text())["project"]
    return list(project["optional-dependencies"]["cli"])
