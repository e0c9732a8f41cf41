"""This file is about the example servers in Lua, as clients meet them: those that answer as many
requests on a connection as the client has.
"""

from __future__ import annotations

import functools
import subprocess

import pytest

import serving
from behaviour import (  # noqa: F401
    test_a_refused_client_that_has_sent_its_request_already_reads_its_alert,
    test_a_request_may_come_byte_by_byte,
    test_a_reset_in_the_middle_of_a_request_concerns_nobody_else,
    test_clients_that_a_mode_admits_are_told_who_they_are,
    test_clients_that_a_mode_refuses_read_their_alert_and_are_logged,
    test_large_bodies_come_back_whole_again_and_again,
    test_nobody_is_asked_in_the_mode_none,
    test_one_connection_carries_several_requests,
    test_requests_that_come_at_once_are_answered_one_after_the_other,
    test_strangers_are_logged_and_the_server_goes_on,
    test_the_last_answer_of_a_connection_is_whole_and_ends_with_a_goodbye,
)
from server import Serve


@pytest.fixture(params=["blocking", "select", "luv", "copas1", "copas"])
def serve(request: pytest.FixtureRequest, lua: str) -> Serve:
    """Starts one of the servers in a mode."""
    serving.demand(lua, request.param)
    return functools.partial(serving.serving, lua, request.param)


@pytest.mark.parametrize("name", serving.SERVERS)
def test_all_that_is_wrong_with_the_options_is_said_at_once(lua: str, name: str) -> None:
    serving.demand(lua, name)
    words = serving.command(lua, name, "requir", "colour=blue", "min_version=1.0")
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    for code in ("unknown_mode", "unknown_option", "unsupported_version"):
        assert f"config.{code}: " in ended.stderr
