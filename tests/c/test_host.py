"""This file is about reports on connections that a host ends itself with the system's libssl."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import programs
from building import Library

TOPICS = ("verdicts", "not_asked", "not_looked_at", "no_report", "refused", "left_alone")


@pytest.fixture(scope="module")
def program(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The host."""
    if library.name != "openssl":
        pytest.skip(f"the build on {library.name} shares no libssl with a host")
    return programs.compiled(library, tmp_path_factory.mktemp("host"), "host")


@pytest.mark.parametrize("topic", TOPICS)
def test_a_host_gets_the_report_on_its_client(program: Path, topic: str) -> None:
    assert programs.run(program, topic)


def test_every_topic_of_the_program_is_run() -> None:
    source = (programs.HERE / "host" / "main.c").read_text()
    assert set(re.findall(r'\{"(\w+)", \w+\}', source)) == set(TOPICS)


def test_only_the_build_that_shares_a_libssl_declares_it(library: Library, tmp_path: Path) -> None:
    source = tmp_path / "declared.c"
    source.write_text("#include <peercert.h>\nint main(void)\n{\n"
        "    return peercert_report_new_from_ssl(0, 0, 0) == PEERCERT_OK;\n}\n")  # fmt: skip
    if library.name == "openssl":
        program = library.compile(tmp_path / "declared", source)
        assert subprocess.run([str(program)], check=False).returncode == 0
    else:
        with pytest.raises(AssertionError, match="implicit declaration"):
            library.compile(tmp_path / "declared", source)
