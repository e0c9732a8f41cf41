"""This file is about the programs behind the Makefile: how they count, skip and close."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

RUN = Path(__file__).parents[1] / "run"


@pytest.fixture
def outcome(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that counts, outside of CI."""
    monkeypatch.syspath_prepend(str(RUN))
    monkeypatch.delenv("CI", raising=False)
    import outcome

    return outcome


def test_the_closing_line_counts_what_passed_failed_and_was_skipped(
    outcome: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    total = outcome.Outcome(passed=7, failed=["one"], skipped=["two: a reason"])
    assert outcome.close(total, []) == 1
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "skipped: two: a reason",
        "FAILED: one",
        "7 passed, 1 failed, 1 skipped",
    ]


def test_a_skip_for_want_of_a_package_ends_with_the_command_that_installs_it(
    outcome: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    total = outcome.Outcome(passed=7, skipped=["Rust on OpenSSL: install libssl-dev"])
    assert outcome.close(total, ["libssl-dev"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "7 ran, 1 skipped: install libssl-dev"


def test_a_skip_for_want_of_a_package_fails_in_ci_and_one_with_another_reason_does_not(
    outcome: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    other = outcome.Outcome(passed=7, skipped=["a: OpenSSL alone has it"])
    assert outcome.close(other, []) == 0
    wanting = outcome.Outcome(passed=7, skipped=["a: OpenSSL alone has it", "b: install openssl"])
    assert outcome.close(wanting, ["openssl"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "7 passed, 1 failed, 1 skipped"


def test_nothing_that_ran_is_no_success(outcome: ModuleType) -> None:
    assert outcome.close(outcome.Outcome(), []) == 1


@pytest.mark.parametrize(
    ("printed", "status", "counts"),
    [
        ("test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured", 0, (5, 0, 0)),
        ("test a ... FAILED\ntest result: FAILED. 5 passed; 1 failed; 0 ignored", 101, (5, 1, 0)),
        ("test a ... ignored, why\ntest result: ok. 1 passed; 0 failed; 1 ignored", 0, (1, 0, 1)),
        ("error: could not compile", 101, (0, 1, 0)),
        ("test result: ok. 5 passed; 0 failed; 0 ignored\nSIGSEGV", 101, (5, 1, 0)),
        ("test result: ok. 0 passed; 0 failed; 0 ignored", 0, (0, 1, 0)),
    ],
)
def test_every_way_in_which_cargo_can_fail_is_a_failure(
    outcome: ModuleType, printed: str, status: int, counts: tuple[int, int, int]
) -> None:
    program = f"import sys; print({printed!r}); sys.exit({status})"
    seen = outcome.cargo_test("cargo", [sys.executable, "-c", program])
    assert (seen.passed, len(seen.failed), len(seen.skipped)) == counts


def test_a_command_that_should_be_refused_has_to_say_the_words(outcome: ModuleType) -> None:
    says = [sys.executable, "-c", "import sys; sys.exit('no library')"]
    assert outcome.refusal("r", says, "no library").failed == []
    assert outcome.refusal("r", says, "another").failed != []
    assert outcome.refusal("r", [sys.executable, "-c", "print('no library')"], "no").failed != []


def test_without_the_openssl_command_what_asks_it_is_skipped_and_the_rest_is_not(
    outcome: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    import stages

    ran: list[str] = []

    def note(name: str, command: list[str]) -> Any:
        ran.append(" ".join([name, *command]))
        return outcome.Outcome(passed=1)

    for way in ("check", "cargo_test", "refusal"):
        monkeypatch.setattr(outcome, way, lambda name, command, *_: note(name, command))
    tools: Any = SimpleNamespace(bin=str, python="python")
    parts = [*stages.style(tools, ["openssl"]), *stages.rust(tools, ["openssl"])]
    skipped = [skip for part in parts for skip in part.skipped]
    assert [skip.endswith(": install openssl") for skip in skipped] == [True] * 5
    assert not any(
        asks in line
        for asks in ("certinfo.py", "revocation.py", "vectors/export.py", "--test issue")
        for line in ran
    )
    for still in ("make.py", "clientcert.py", "--lib", "--test engine", "--test soak", "--doc"):
        assert any(still in line for line in ran), still


def test_the_makefile_lists_every_target_with_a_line_of_help() -> None:
    tree = RUN.parents[1]
    answer = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=tree, check=True, capture_output=True
    )
    listed = {line.split()[0] for line in answer.stdout.decode().splitlines()}
    phony = next(
        line for line in (tree / "Makefile").read_text().splitlines() if line.startswith(".PHONY")
    )
    assert listed == set(phony.split()[1:])
