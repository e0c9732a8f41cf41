"""This file is about what the tests of the C library share: where it is installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from building import Library


@pytest.fixture(scope="session")
def library() -> Library:
    """The library that the stage `c` of `make test` installed."""
    return Library(Path(os.environ["PEERCERT_PREFIX"]), os.environ["PEERCERT_TLS"])


def pytest_configure() -> None:
    """Says how the tests are run, where nothing is installed."""
    if "PEERCERT_PREFIX" not in os.environ:
        pytest.exit("the tests of the C library are run by: make test STAGE=c", returncode=2)
