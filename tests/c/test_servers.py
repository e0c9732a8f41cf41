"""This file is about the example servers, as C programs run them and clients meet them."""

from __future__ import annotations

import functools
import itertools
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from behaviour import (  # noqa: F401
    test_a_client_that_does_not_read_holds_up_nobody,
    test_a_refused_client_that_has_sent_its_request_already_reads_its_alert,
    test_a_request_may_come_byte_by_byte,
    test_a_reset_in_the_middle_of_a_request_concerns_nobody_else,
    test_clients_that_a_mode_admits_are_told_who_they_are,
    test_clients_that_a_mode_refuses_read_their_alert_and_are_logged,
    test_clients_that_are_there_do_not_keep_the_server_from_ending,
    test_large_bodies_come_back_whole_again_and_again,
    test_nobody_is_asked_in_the_mode_none,
    test_one_connection_carries_several_requests,
    test_requests_that_come_at_once_are_answered_one_after_the_other,
    test_strangers_are_logged_and_the_server_goes_on,
    test_the_last_answer_of_a_connection_is_whole_and_ends_with_a_goodbye,
)
from building import Library
from clients import identity
from programs import demand
from server import Serve, arguments
from serving import EXAMPLES, SERVERS, serving


@pytest.fixture(params=SERVERS)
def program(request: pytest.FixtureRequest, example: Callable[[str], Path]) -> Path:
    """One of the servers."""
    return example(request.param)


@pytest.fixture
def serve(program: Path) -> Serve:
    """Starts it in a mode."""
    return functools.partial(serving, program)


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_details_tell_of_the_connection(program: Path, version: str) -> None:
    with serving(program, "request", f"max_version={version}") as server:
        details = identity(server.port, "good", "/details")
    assert details["sslversion"] == f"TLSv{version}"
    assert details["servername"] == "localhost"
    assert details["clientcert"]["verified"] is True


def test_all_that_is_wrong_with_the_options_is_said_at_once(program: Path) -> None:
    words = arguments("requir", "colour=blue", "min_version=1.0")
    ended = subprocess.run([str(program), *words], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    for code in ("unknown_mode", "unknown_option", "unsupported_version"):
        assert f"config.{code}: " in ended.stderr


def test_the_lines_of_the_readme_build_every_server(library: Library, tmp_path: Path) -> None:
    demand(*itertools.chain(*SERVERS.values()))
    shutil.copytree(EXAMPLES, tmp_path, dirs_exist_ok=True)
    block = (EXAMPLES / "README.md").read_text().split("```sh\n")[1].split("```")[0]
    told = subprocess.run(
        ["sh", "-euc", block], cwd=tmp_path, env=library.environment(), check=False
    )
    assert told.returncode == 0
    assert {name for name in SERVERS if (tmp_path / name).exists()} == set(SERVERS)
