"""This file is about the example servers in Lua that serve many clients at once."""

from __future__ import annotations

import functools

import pytest

import serving
from behaviour import (  # noqa: F401
    test_a_client_that_does_not_read_holds_up_nobody,
    test_clients_that_are_there_do_not_keep_the_server_from_ending,
)
from server import Serve


@pytest.fixture(params=["select", "luv", "copas1", "copas"])
def serve(request: pytest.FixtureRequest, lua: str) -> Serve:
    """Starts one of the servers in a mode."""
    serving.demand(lua, request.param)
    return functools.partial(serving.serving, lua, request.param)
