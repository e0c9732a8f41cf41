"""This file is about the fixtures of the tests of servers of others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kinds import KINDS, Hosted, Kind, hosted
from premises import Premises


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def host(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hosted]:
    """A server of each kind, which runs while its tests do."""
    kind: Kind = request.param
    with hosted(kind, Premises(tmp_path_factory.mktemp(kind.name))) as running:
        yield running
    assert "Traceback" not in running.server.output, running.server.output
