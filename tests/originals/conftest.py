"""This file is about the servers of these tests: each is started once, when the first test asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import cache
from pathlib import Path

import pytest

import apache
import callers
import nginx
import node
import ours
from callers import Caller


@pytest.fixture(scope="session")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Caller]:
    """The callers by name."""
    return callers.write(tmp_path_factory.mktemp("callers"))


@pytest.fixture(scope="session")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], int]]:
    """The port of a server by its name, and by the caller whose CRL it may need."""
    servers: dict[str, Callable[[Path | None], AbstractContextManager[int]]] = {
        "apache": apache.serving,
        "nginx": lambda crl: nginx.serving(tmp_path_factory.mktemp("nginx"), crl),
        "node": node.serving,
        **{mode: _ours(mode) for mode in ("request", "optional", "require")},
    }
    with ExitStack() as stack:

        @cache
        def started(name: str, crl: Path | None) -> int:
            return stack.enter_context(servers[name](crl))

        yield lambda name, caller: started(name, callers.CRLS.get(caller))


def _ours(mode: str) -> Callable[[Path | None], AbstractContextManager[int]]:
    def serving(crl: Path | None) -> AbstractContextManager[int]:
        return ours.serving(mode, client_crl_file=crl) if crl else ours.serving(mode)

    return serving
