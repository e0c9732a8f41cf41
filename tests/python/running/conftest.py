"""This file is about the fixtures of the tests of running servers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from peercert import Acceptor, SSLContext
from premises import Premises

Make = Callable[..., Acceptor | SSLContext]


@pytest.fixture
def premises(tmp_path: Path) -> Premises:
    """Certificates that may be renewed."""
    return Premises(tmp_path)


@pytest.fixture(params=[Acceptor, SSLContext], ids=["acceptor", "context"])
def make(request: pytest.FixtureRequest) -> Any:
    """Either of the two that connections are made of."""
    return request.param
