"""This file is about what takes longer than the tests: `make bench`, `corpus`, `fuzz`, `soak`.

In: the tree. Out: their exit status.
"""

from __future__ import annotations

import os
import subprocess

import environments
import outcome
import packages
import place
import wheels

CARGO_FUZZ = "0.13.2"

# For tests that loop: memory that leaks once in a round shows.
ROUNDS = "2500"


def bench(rest: list[str]) -> int:
    """Our speed and memory beside the peers', everything built as it is shipped."""
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
    command = [str(venv.python), "bench", str(programs), *rest]
    return subprocess.call(command, cwd=place.TREE)


def corpus(rest: list[str]) -> int:
    """Every certificate of a folder, beside what OpenSSL says of it."""
    environments.with_build_tools()
    command = ["cargo", "run", "--quiet", "--locked", "--release", "-p", "peercert"]
    return subprocess.call([*command, "--example", "corpus", "--", *rest], cwd=place.TREE)


def fuzz(rest: list[str]) -> int:
    """Each fuzz target for as many seconds as asked, 60 by default."""
    environments.with_build_tools()
    place_of_tools = place.TARGET / "tools"
    cargo_fuzz = place_of_tools / "bin" / "cargo-fuzz"
    if not cargo_fuzz.exists():
        install = ["cargo", "install", "--quiet", "--locked", "--root", str(place_of_tools)]
        subprocess.run([*install, f"cargo-fuzz@{CARGO_FUZZ}"], check=True)
    seconds = rest[0] if rest else "60"
    environment = os.environ | {"RUSTC_BOOTSTRAP": "1"}
    folder = ("--fuzz-dir", "tests/fuzz")
    listed = subprocess.run(
        [str(cargo_fuzz), "list", *folder],
        check=True,
        cwd=place.TREE,
        capture_output=True,
        text=True,
    )
    targets = listed.stdout.split()
    for target in targets:
        print(f"== {target}: {seconds} s", flush=True)
        limits = ["--", f"-max_total_time={seconds}", "-rss_limit_mb=2048", "-timeout=10"]
        subprocess.run(
            [str(cargo_fuzz), "run", *folder, target, *limits],
            check=True,
            cwd=place.TREE,
            env=environment,
        )
    print(f"{len(targets)} targets, no finding")
    return 0 if targets else 1


def soak(rest: list[str]) -> int:
    """The Rust tests under AddressSanitizer with its leak check, then under valgrind."""
    del rest
    environments.with_build_tools()
    missing = packages.ensure(packages.SOAK_PACKAGES)
    os.environ["PEERCERT_ROUNDS"] = ROUNDS
    rust = ["--locked", "--workspace", "--exclude", "peercert-python"]
    host = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    triple = next(line[6:] for line in host.splitlines() if line.startswith("host: "))
    total = outcome.cargo_test(
        "Rust tests under AddressSanitizer",
        ["cargo", "test", *rust, "--tests", "--target", triple],
        RUSTC_BOOTSTRAP="1",
        RUSTFLAGS="-Zsanitizer=address",
        ASAN_OPTIONS="detect_leaks=1",
        CARGO_TARGET_DIR=str(place.TARGET / "soak"),
    )
    name = "Rust tests under valgrind"
    if missing:
        total.skipped.append(f"{name}: install {' '.join(missing)}")
    else:
        valgrind = "valgrind --quiet --error-exitcode=9 --leak-check=full"
        variable = f"CARGO_TARGET_{triple.upper().replace('-', '_')}_RUNNER"
        total.add(
            outcome.cargo_test(
                name,
                ["cargo", "test", *rust, "--tests", "--", "--test-threads=1"],
                **{variable: f"{valgrind} --errors-for-leak-kinds=definite"},
            )
        )
    return outcome.close(total, missing)
