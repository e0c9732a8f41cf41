"""This file is about what takes longer than the tests: `make bench`, `corpus`, `fuzz`, `soak`.

In: the tree. Out: their exit status.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path

import environments
import library
import lua
import packages
import place
import wheels


def bench(rest: list[str]) -> int:
    """Our speed and memory beside the peers', everything built as it is shipped."""
    if missing := packages.ensure(packages.BENCH_PACKAGES):
        print(f"not measured: install {' '.join(missing)}")
        return 1
    tools = environments.with_build_tools()
    subprocess.run(
        ["cargo", "build", "--quiet", "--locked", "--release", "-p", "peercert-bench"],
        check=True,
        cwd=place.TREE,
    )
    venv = environments.Venv(place.TARGET / "venvs" / "bench")
    venv.install("bench", place.dependency_group("bench"))
    wheels.install(venv, wheels.wheel(tools, profile="release"))
    programs = place.TARGET / "release"
    _compile(programs)
    (newest,) = (version for version in lua.VERSIONS if version.name == lua.DEFAULT)
    installed = place.TARGET / "installed" / "release"
    lua.install(installed, newest, "aws-lc", "release")
    command = [str(venv.python), "bench", str(programs), *rest]
    environment = os.environ | lua.environment(installed, newest)
    return subprocess.call(command, cwd=place.TREE, env=environment)


def _compile(programs: Path) -> None:
    """The measured programs in C, on the library as it is installed and on the system's OpenSSL."""
    installed = place.TARGET / "installed" / "release"
    library.install(library.Folders(prefix=str(installed)), "aws-lc", "release")
    ours = [f"-I{installed}/include", f"-L{installed}/lib", f"-Wl,-rpath,{installed}/lib"]
    for name, *sources, libraries in (
        ("c-ours", "ours.c", "server.c", "usage.c", [*ours, "-lpeercert"]),
        ("c-openssl", "openssl.c", "server.c", "usage.c", ["-lssl", "-lcrypto"]),
        ("c-certinfo-ours", "certinfo_ours.c", "timing.c", [*ours, "-lpeercert"]),
        ("c-loading-openssl", "loading_openssl.c", "usage.c", ["-lcrypto"]),
        ("c-certinfo-openssl", "certinfo_openssl.c", "timing.c", ["-lcrypto"]),
    ):
        command = [os.environ.get("CC", "cc"), *C_FLAGS, "-o", str(programs / name)]
        paths = [str(place.TREE / "bench" / "c" / source) for source in sources]
        subprocess.run([*command, *paths, *libraries], check=True)


C_FLAGS = ("-std=c99", "-D_POSIX_C_SOURCE=200809L", "-O2", "-Wall", "-Wextra", "-Wpedantic")


def corpus(rest: list[str]) -> int:
    """Every certificate of a folder, beside what OpenSSL says of it."""
    environments.with_build_tools()
    command = ["cargo", "run", "--quiet", "--locked", "--release", "-p", "peercert"]
    return subprocess.call([*command, "--example", "corpus", "--", *rest], cwd=place.TREE)


FUZZ_TARGETS = ("certinfo", "crl", "engine", "forwarded", "identity", "names")
CARGO_FUZZ = "0.13.2"


def fuzz(rest: list[str]) -> int:
    """Every fuzz target for so many seconds, from the corpus of the runs before."""
    seconds = rest[0] if rest else "60"
    environments.with_build_tools()
    tools = place.TARGET / "cargo-tools"
    if not (tools / "bin" / "cargo-fuzz").exists():
        install = ["cargo", "install", "--quiet", "--locked", "--root", str(tools)]
        subprocess.run([*install, "cargo-fuzz", "--version", CARGO_FUZZ], check=True)
    # cargo-fuzz wants flags that a stable compiler has only under this name.
    environment = os.environ | {
        "PATH": f"{tools / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "RUSTC_BOOTSTRAP": "1",
    }
    for target in FUZZ_TARGETS:
        print(f"{target}: {seconds} seconds", flush=True)
        seeds = place.TREE / "tests" / "fuzz" / "corpus" / target
        seeds.mkdir(parents=True, exist_ok=True)
        _seed(target, seeds)
        limits = [f"-max_total_time={seconds}", "-rss_limit_mb=2048", "-timeout=10", "-verbosity=0"]
        command = ["cargo", "fuzz", "run", "--fuzz-dir", "tests/fuzz", target, "--", *limits]
        if subprocess.call(command, cwd=place.TREE, env=environment):
            return 1
    return 0


def _seed(target: str, seeds: Path) -> None:
    """What the target begins with: certificates and CRLs as DER, headers and rules of the vectors."""
    sources = {"certinfo": "info/*.pem", "crl": "live/*.crl.pem"}.get(target)
    for source in (place.TREE / "tests" / "pki").glob(sources) if sources else ():
        first = source.read_text().split("-----END")[0].splitlines()[1:]
        (seeds / source.stem).write_bytes(base64.b64decode("".join(first)))
    if target not in ("forwarded", "identity"):
        return
    vectors = json.loads((place.TREE / "tests" / "vectors" / f"{target}.json").read_text())
    for number, row in enumerate(vectors["rows"]):
        text = row.get("rules") or "\n".join(
            f"{name}:{value}" for name, value in row.get("headers", ())
        )
        if isinstance(text, str):
            (seeds / str(number)).write_text(text)


def soak(rest: list[str]) -> int:
    """The core's tests, with many rounds, under AddressSanitizer and under valgrind."""
    del rest
    environments.with_build_tools()
    test = ["cargo", "test", "--quiet", "--locked", "-p", "peercert", "-p", "peercert-tests"]
    many = os.environ | {"PEERCERT_ROUNDS": "2500", "PEERCERT_MEMORY": "off"}
    print("AddressSanitizer, with leaks", flush=True)
    sanitizer = many | {
        "RUSTC_BOOTSTRAP": "1",
        "RUSTFLAGS": "-Zsanitizer=address",
        "RUSTDOCFLAGS": "-Zsanitizer=address",
        "ASAN_OPTIONS": "detect_leaks=1",
    }
    host = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    (triple,) = (line[6:] for line in host.splitlines() if line.startswith("host: "))
    command = [*test, "--tests", "--target", triple]
    if subprocess.call(command, cwd=place.TREE, env=sanitizer):
        return 1
    built = subprocess.run(
        [*test, "--tests", "--no-run", "--message-format=json"],
        cwd=place.TREE,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    messages = [json.loads(line) for line in built.splitlines() if line.startswith("{")]
    programs = [message["executable"] for message in messages if message.get("executable")]
    if missing := packages.ensure(packages.SOAK_PACKAGES):
        print(f"not under valgrind: install {' '.join(missing)}")
        return 1
    for program in programs:
        print(f"valgrind {Path(program).name}", flush=True)
        if subprocess.call([*VALGRIND, program, "--test-threads=1"], cwd=CRATE, env=few()):
            return 1
    return 0


CRATE = place.TREE / "core"
# The tests of C and Lua are given it, too, in PEERCERT_VALGRIND.
# Of leaks it tells what it fails for. "Possibly lost" is what only a pointer to the inside of its
# block reaches: here, until the end, the main thread's handle and the static hash maps of crates.
VALGRIND = (
    "valgrind",
    "--quiet",
    "--error-exitcode=9",
    "--leak-check=full",
    "--errors-for-leak-kinds=definite",
    "--show-leak-kinds=definite",
)


def few() -> dict[str, str]:
    """The environment for valgrind, which is slow and does not know the newest instructions."""
    return os.environ | {
        "PEERCERT_ROUNDS": "20",
        "PEERCERT_MEMORY": "off",
        "OPENSSL_ia32cap": "~0x1000000000000000:~0xFFFFFFFFFFFFFFFF",
    }
