"""This file is about the example server on Pegasus, which answers one request on each connection."""

from __future__ import annotations

import functools

import pytest

import serving
from behaviour import (  # noqa: F401
    test_a_request_may_come_byte_by_byte,
    test_a_reset_in_the_middle_of_a_request_concerns_nobody_else,
    test_clients_that_a_mode_admits_are_told_who_they_are,
    test_clients_that_a_mode_refuses_read_their_alert_and_are_logged,
    test_nobody_is_asked_in_the_mode_none,
    test_strangers_are_logged_and_the_server_goes_on,
)
from server import Serve


@pytest.fixture(params=["pegasus"])
def serve(request: pytest.FixtureRequest, lua: str) -> Serve:
    """Starts one of the servers in a mode."""
    serving.demand(lua, request.param)
    return functools.partial(serving.serving, lua, request.param)
