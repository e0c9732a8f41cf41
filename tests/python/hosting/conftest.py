"""This file is about the fixtures of the tests of servers of others."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from kinds import FURTHER, KINDS, Hosted, Kind, hosted
from premises import Premises


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker known."""
    config.addinivalue_line("markers", "only(feature): for the kinds of servers that have it")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves out the tests of what a kind of server does not do."""

    def fits(item: pytest.Item) -> bool:
        marker = item.get_closest_marker("only")
        return marker is None or getattr(item.callspec.params["host"], marker.args[0])  # type: ignore[attr-defined]

    items[:] = filter(fits, items)


#: `make soak` runs every kind, on several versions of each server.
MEANT = KINDS + FURTHER if os.environ.get("PEERCERT_KINDS") == "all" else KINDS


@pytest.fixture(scope="module", params=MEANT, ids=lambda kind: kind.name)
def host(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hosted]:
    """A server of each kind, which runs while its tests do."""
    kind: Kind = request.param
    with hosted(kind, Premises(tmp_path_factory.mktemp(kind.name))) as running:
        yield running
    assert "Traceback" not in running.server.output, running.server.output
