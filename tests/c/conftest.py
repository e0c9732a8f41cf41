"""This file is about what the tests of the C library share: where it is installed, its examples."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import serving
from building import Library

pytest.register_assert_rewrite("behaviour")


@pytest.fixture(scope="session")
def library() -> Library:
    """The library that the stage `c` of `make test` installed."""
    return Library(Path(os.environ["PEERCERT_PREFIX"]), os.environ["PEERCERT_TLS"])


@pytest.fixture(scope="session")
def example(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Gives the program of an example server by its name."""
    folder = tmp_path_factory.mktemp("servers")
    return functools.cache(lambda name: serving.compiled(library, name, folder))


def pytest_configure() -> None:
    """Says how the tests are run, where nothing is installed."""
    if "PEERCERT_PREFIX" not in os.environ:
        pytest.exit("the tests of the C library are run by: make test STAGE=c", returncode=2)
