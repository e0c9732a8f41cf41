"""This file is about what the tests of the Lua module share: the interpreter that finds it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

# Their clients and certificates are those of the tests of the Python package.
sys.path.append(str(Path(__file__).resolve().parents[1] / "python"))

pytest.register_assert_rewrite("behaviour")


@pytest.fixture(scope="session")
def lua() -> str:
    """The interpreter; LUA_PATH and LUA_CPATH lead it to the module."""
    return os.environ["PEERCERT_LUA"]


def pytest_configure() -> None:
    """Says how the tests are run, where nothing is installed."""
    if "PEERCERT_LUA" not in os.environ:
        pytest.exit("the tests of the Lua module are run by: make test STAGE=lua", returncode=2)
