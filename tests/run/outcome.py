"""This file is about counting: what a stage of the tests did, read from what its tool printed.

In: a command, or the report of pytest. Out: how many passed and failed, and every skip with its
reason. A stage that fails without counting a failure counts as one.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import place

_CARGO = re.compile(r"test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored")


@dataclass
class Outcome:
    """What ran."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Takes another's counts in."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def check(name: str, command: Sequence[str], **environment: str) -> Outcome:
    """A tool that is content or not: one test."""
    status, _ = _run(name, command, environment)
    return Outcome(failed=[name]) if status else Outcome(passed=1)


def refusal(name: str, command: Sequence[str], words: str, **environment: str) -> Outcome:
    """A command that has to fail, and say these words."""
    status, text = _run(name, command, environment, show=False)
    if status and words in text:
        return Outcome(passed=1)
    print(text[-4000:])
    return Outcome(failed=[f"{name} (exit {status}, expected a refusal with {words!r})"])


def cargo_test(name: str, command: Sequence[str], **environment: str) -> Outcome:
    """`cargo test`: every test that it counts."""
    status, text = _run(name, command, environment)
    outcome = Outcome()
    failed = 0
    for match in _CARGO.finditer(text):
        outcome.passed += int(match[1])
        failed += int(match[2])
    outcome.failed = [
        f"{name}: {test}" for test in re.findall(r"^test (.+) \.\.\. FAILED$", text, re.M)
    ]
    outcome.failed += [name] * (max(failed, int(status != 0)) - len(outcome.failed))
    outcome.skipped = [
        f"{name}: {test}: {reason or 'ignored'}"
        for test, reason in re.findall(r"^test (.+) \.\.\. ignored(?:, (.*))?$", text, re.M)
    ]
    if not status and not outcome.passed:
        outcome.failed.append(f"{name}: no test ran")
    return outcome


def pytest(name: str, python: Path, arguments: Sequence[str], **environment: str) -> Outcome:
    """pytest: every test of its report."""
    report = place.TARGET / "reports" / f"{re.sub(r'[^a-z0-9.-]+', '-', name)}.xml"
    report.unlink(missing_ok=True)
    command = [str(python), "-m", "pytest", "-q", f"--junitxml={report}", *arguments]
    status, _ = _run(name, command, environment)
    outcome = Outcome()
    for case in ElementTree.parse(report).iter("testcase") if report.exists() else ():  # noqa: S314 (pytest wrote it)
        title = f"{name}: {case.get('classname')}.{case.get('name')}"
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed.append(title)
        elif skip is not None:
            outcome.skipped.append(f"{title}: {skip.get('message')}")
        else:
            outcome.passed += 1
    if status and not outcome.failed:
        outcome.failed.append(f"{name}: pytest ended with {status}")
    return outcome


def close(total: Outcome, missing: list[str]) -> int:
    """Prints what was skipped and what failed, then the closing line; gives the exit status.

    A skip that a package would have prevented says "install ...". In CI that is a failure.
    """
    for_want = [skip for skip in total.skipped if re.search(r"\binstall \S", skip)]
    if os.environ.get("CI") == "true":
        total.failed += [f"{skip} (missing in CI)" for skip in for_want]
        total.skipped = [skip for skip in total.skipped if skip not in for_want]
    print()
    for skip in sorted(set(total.skipped)):
        print(f"skipped: {skip}")
    for failure in total.failed:
        print(f"FAILED: {failure}")
    passed, failed, skipped = total.passed, len(total.failed), len(total.skipped)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    if missing and for_want and not failed:
        print(f"{passed} ran, {skipped} skipped: install {' '.join(missing)}")
    return 1 if failed or not passed else 0


def _run(
    name: str, command: Sequence[str], environment: dict[str, str], show: bool = True
) -> tuple[int, str]:
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    lines = []
    with subprocess.Popen(
        command,
        cwd=place.TREE,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            if show:
                print(line, end="", flush=True)
    print(f"-- {name}: {time.monotonic() - started:.1f} s", flush=True)
    return process.returncode, "".join(lines)
