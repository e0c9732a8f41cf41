"""This file is about Node's https server, which tells each caller its verdict.

In: the CAs. Out: a server that answers with the code of its error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import programs
import server
from callers import AUTHORITIES
from clients import LIVE

PROGRAM = Path(__file__).parent / "servers" / "verdict.js"


@contextmanager
def serving(crl: Path | None) -> Iterator[int]:
    """Runs Node for the block; gives its port."""
    files = (LIVE / "server.pem", LIVE / "server.key", AUTHORITIES, *([crl] if crl else ()))
    command = [programs.found("node", "nodejs"), str(PROGRAM), *map(str, files)]
    with server.running(command) as started:
        yield started.port


def names(body: bytes) -> dict[str, bytes]:
    """The verdict in an answer, under the name that Node has for it; without a value as ours."""
    verdict = json.loads(body)
    return {"authorizationError": (verdict["authorizationError"] or "OK").encode()}
