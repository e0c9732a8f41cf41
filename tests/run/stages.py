"""This file is about the stages of `make test`, in order: style to documents.

In: the tree and what the machine has. Out: one outcome of all of it.
"""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import environments
import library
import lua
import outcome
import packages
import place
import wheels
from outcome import Outcome

# Beside the package.
MYPY_SOURCES = (
    "tests/run",
    "tests/packaging",
    "tests/docs",
    "tests/python",
    "tests/servers",
    "tests/c",
    "tests/lua",
    "tests/originals",
    "tests/pki",
    "tests/vectors",
    "bench",
)
LUA_SOURCES = ("bindings-lua/lua", "bindings-lua/examples", "tests/lua", "bench/programs")
# Programs whose output is in the tree; each compares it with what it would write.
WRITERS = (
    "tests/pki/make.py",
    "tests/vectors/certinfo.py",
    "tests/vectors/clientcert.py",
    "tests/vectors/export.py",
    "tests/vectors/forwarded.py",
    "tests/vectors/revocation.py",
    "tests/vectors/resumption.py",
)
# The same for the C header, written in Rust.
GENERATE = (
    "cargo",
    "run",
    "--quiet",
    "--locked",
    "-p",
    "peercert-c",
    "--example",
    "generate",
    "--",
)
# Those of them that ask the openssl command.
ASKING = (
    "tests/vectors/certinfo.py",
    "tests/vectors/export.py",
    "tests/vectors/revocation.py",
)
# The test program of the core in which the openssl command judges what the authority issues.
JUDGED = "issue"
# What tests servers that run for long, left out; `make soak` runs these on every CPython.
LONG_RUNNING = ("--ignore=tests/python/running", "--ignore=tests/python/test_resumption.py")
# What tests servers of others, which `make soak` runs on every CPython, left out.
HOSTING = "--ignore=tests/python/hosting"
# `cargo test` and clippy on the system's OpenSSL.
ON_OPENSSL = ("--no-default-features", "--features", "openssl")


def run(only: list[str]) -> tuple[Outcome, list[str]]:
    """Runs all stages or those named; gives the outcome and the packages that are missing."""
    missing = packages.ensure()
    tools = environments.with_build_tools()
    tools.install("lint", place.dependency_group("lint"))
    total = Outcome()
    for name, stage in STAGES.items():
        if not only or name in only:
            for part in stage(tools, missing):
                total.add(part)
    return total, missing


def style(tools: environments.Venv, missing: list[str]) -> Iterator[Outcome]:
    """The formatters and linters."""
    yield outcome.check("rustfmt", ["cargo", "fmt", "--all", "--check"])
    clippy = ["cargo", "clippy", "--quiet", "--all-targets", "--locked"]
    warnings = ["--", "-D", "warnings"]
    yield outcome.check("clippy", [*clippy, "--workspace", *warnings])
    name = "clippy on the system's OpenSSL"
    if skip := _without_openssl(name, missing):
        yield skip
    else:
        yield outcome.check(
            name, [*clippy, "--workspace", "--exclude", "peercert-lua", *ON_OPENSSL, *warnings]
        )
    yield outcome.check("ruff check", [tools.bin("ruff"), "check", "--quiet", "."])
    yield outcome.check("ruff format", [tools.bin("ruff"), "format", "--quiet", "--check", "."])
    if "lua-check" in missing:
        yield Outcome(skipped=["luacheck: install lua-check"])
    else:
        # What every version of Lua has.
        luacheck = ["luacheck", "-q", "--std", "min", "--no-max-line-length"]
        yield outcome.check("luacheck", [*luacheck, *LUA_SOURCES])
    for writer in WRITERS:
        name = f"{writer} --check"
        if writer in ASKING and "openssl" in missing:
            yield Outcome(skipped=[f"{name}: install openssl"])
        else:
            yield outcome.check(name, [str(tools.python), writer, "--check"])
    yield outcome.check("the C header --check", [*GENERATE, "--check"])


def types(tools: environments.Venv, missing: list[str]) -> Iterator[Outcome]:
    """mypy on the sources, and the stubs against the module as it is."""
    del missing
    wheels.install(tools, wheels.wheel(tools))
    yield outcome.check("mypy --strict", [tools.bin("mypy"), "-p", "peercert"])
    backend = ["bindings-python/build_backend.py"]
    for files in (backend, *_by_folder(MYPY_SOURCES)):
        # What they import has had its turn.
        command = [tools.bin("mypy"), "--follow-imports=silent", *files]
        yield outcome.check(f"mypy --strict {Path(files[0]).parent}", command)
    yield outcome.check(
        "stubtest", [str(tools.python), "-m", "mypy.stubtest", "peercert._native"], MYPYPATH=""
    )


def rust(tools: environments.Venv, missing: list[str]) -> Iterator[Outcome]:
    """The core's tests and the vectors on each TLS library; features that exclude each other."""
    del tools
    # The module of the bindings is tested from Python: a test program could not load it.
    test = ["cargo", "test", "--locked", "--no-fail-fast"]
    test += ["--workspace", "--exclude", "peercert-python", "--exclude", "peercert-lua"]
    yield from _rust_tests("Rust tests on AWS-LC", test, missing)
    both = "takes one TLS library"
    check = ["cargo", "check", "--quiet", "--locked", "-p", "peercert"]
    name = "Rust tests on the system's OpenSSL"
    if skip := _without_openssl(name, missing):
        yield skip
        return
    yield from _rust_tests(name, [*test, *ON_OPENSSL], missing)
    yield outcome.refusal("two TLS libraries at once", [*check, "--features", "openssl"], both)
    yield outcome.refusal(
        "no TLS library", [*check, "--no-default-features"], "needs a TLS library"
    )


def python(tools: environments.Venv, missing: list[str]) -> Iterator[Outcome]:
    """The Python tests with one wheel on every CPython, and with OpenSSL inside on the first. Those
    of servers that run for long ask the core, and not CPython: the first one and OpenSSL have them."""
    wheel = wheels.wheel(tools)
    for index, interpreter in enumerate(environments.pythons()):
        found = version(interpreter)
        venv = tools if index == 0 else further(f"python{found}", interpreter)
        wheels.install(venv, wheel)
        tests = ["tests/python", *((*LONG_RUNNING, HOSTING) if index else ())]
        yield outcome.pytest(f"Python tests on CPython {found}", venv.python, tests)
    name = "Python tests on the system's OpenSSL"
    if skip := _without_openssl(name, missing):
        yield skip
        return
    venv = further("openssl", environments.pythons()[0])
    wheels.install(venv, wheels.wheel(tools, "openssl"))
    yield outcome.pytest(name, venv.python, ["tests/python"])


def c(tools: environments.Venv, missing: list[str]) -> Iterator[Outcome]:
    """The C library, installed, and everything that C programs do with it."""
    for tls in library.FEATURES:
        name = f"C tests on {tls}"
        if tls == "openssl" and (skip := _without_openssl(name, missing)):
            yield skip
            return
        installed = place.TARGET / "installed" / tls
        folders = library.Folders(prefix=str(installed))
        library.install(folders, tls, "dev", static=True)
        yield outcome.pytest(
            name,
            tools.python,
            ["tests/c"],
            PEERCERT_PREFIX=str(installed),
            PEERCERT_TLS=tls,
        )


def lua_module(tools: environments.Venv, missing: list[str]) -> Iterator[Outcome]:
    """The Lua module on every version of Lua, and everything that Lua programs do with it."""
    del missing
    for version in lua.TESTED:
        name = f"Lua tests on {version.command}"
        if not shutil.which(version.command):
            yield Outcome(skipped=[f"{name}: install {version.command}"])
            continue
        installed = place.TARGET / "installed" / version.command
        lua.install(installed, version, "aws-lc", "dev")
        yield outcome.pytest(
            name,
            tools.python,
            ["tests/lua"],
            PEERCERT_LUA=version.command,
            **lua.environment(installed, version),
        )


def originals(tools: environments.Venv, missing: list[str]) -> Iterator[Outcome]:
    """Ours beside the servers, the authorities and the clients that people already have."""
    del missing
    wheels.install(tools, wheels.wheel(tools))
    yield outcome.pytest("originals", tools.python, ["tests/originals"])


def packaging(tools: environments.Venv, missing: list[str]) -> Iterator[Outcome]:
    """The wheel and the source distribution in empty environments; what the set-up demands."""
    del missing
    yield outcome.pytest(
        "packaging",
        tools.python,
        ["tests/packaging"],
        PEERCERT_WHEEL=str(wheels.wheel(tools)),
        PEERCERT_SDIST=str(wheels.sdist(tools)),
        PEERCERT_WHEEL_FROM_SDIST=str(wheels.from_sdist(tools)),
    )


def documents(tools: environments.Venv, missing: list[str]) -> Iterator[Outcome]:
    """The snippets and the generated tables of the documents."""
    del missing
    wheels.install(tools, wheels.wheel(tools))
    installed = place.TARGET / "installed" / "documents"
    library.install(library.Folders(prefix=str(installed)), "aws-lc", "dev")
    (newest,) = (version for version in lua.VERSIONS if version.name == lua.DEFAULT)
    lua.install(installed, newest, "aws-lc", "dev")
    yield outcome.pytest(
        "documents",
        tools.python,
        ["tests/docs"],
        # A system's own folders need neither.
        PKG_CONFIG_PATH=str(installed / "lib" / "pkgconfig"),
        LD_LIBRARY_PATH=str(installed / "lib"),
        **lua.environment(installed, newest),
    )


STAGES: dict[str, Callable[[environments.Venv, list[str]], Iterator[Outcome]]] = {
    "style": style,
    "types": types,
    "rust": rust,
    "python": python,
    "c": c,
    "lua": lua_module,
    "originals": originals,
    "packaging": packaging,
    "documents": documents,
}


def _by_folder(places: tuple[str, ...]) -> list[list[str]]:
    """The Python files of each folder by itself, because folders have files of the same name."""
    folders: dict[Path, list[str]] = {}
    for name in places:
        for path in sorted((place.TREE / name).rglob("*.py")):
            folders.setdefault(path.parent, []).append(str(path.relative_to(place.TREE)))
    return list(folders.values())


def further(name: str, interpreter: str) -> environments.Venv:
    """An environment beside `.venv`, with what the tests need."""
    venv = environments.Venv(place.TARGET / "venvs" / name, interpreter)
    venv.install("test", place.dependency_group("test"))
    return venv


def _rust_tests(name: str, test: list[str], missing: list[str]) -> Iterator[Outcome]:
    """All of them; without the openssl command all but one program."""
    if "openssl" not in missing:
        yield outcome.cargo_test(name, test)
        return
    answer = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version=1", "--locked"],
        check=True,
        cwd=place.TREE,
        capture_output=True,
        text=True,
    )
    left_out = {after for word, after in itertools.pairwise(test) if word == "--exclude"}
    ours = [p for p in json.loads(answer.stdout)["packages"] if p["name"] not in left_out]
    targets = [target for package in ours for target in package["targets"]]
    programs = {target["name"] for target in targets if target["kind"] == ["test"]} - {JUDGED}
    chosen = [word for program in sorted(programs) for word in ("--test", program)]
    # Programs and documentation cannot be chosen in one call.
    yield outcome.cargo_test(name, [*test, "--lib", "--bins", *chosen])
    yield outcome.cargo_test(f"{name}, documentation", [*test, "--doc"])
    yield Outcome(skipped=[f"{name}, what the authority issues: install openssl"])


def _without_openssl(name: str, missing: list[str]) -> Outcome | None:
    needed = [package for package in ("libssl-dev", "pkg-config") if package in missing]
    return Outcome(skipped=[f"{name}: install {' '.join(needed)}"]) if needed else None


def version(interpreter: str) -> str:
    """The version of an interpreter, as 3.11.7."""
    answer = subprocess.run(
        [interpreter, "-c", "import json, sys; print(json.dumps(sys.version_info[:3]))"],
        check=True,
        capture_output=True,
        text=True,
    )
    return ".".join(map(str, json.loads(answer.stdout)))
