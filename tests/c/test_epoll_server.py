"""This file is about what only the server with epoll promises: a thousand clients at once."""

from __future__ import annotations

import asyncio
import json
import resource
from collections.abc import Callable
from pathlib import Path

import clients
from clients import PATIENCE
from serving import serving

CLIENTS = 1_000


async def _visit(port: int, client: str | None, everybody: asyncio.Barrier) -> str:
    context = clients.context(client)
    reader, writer = await asyncio.open_connection(
        "localhost", port, ssl=context, ssl_handshake_timeout=4 * PATIENCE
    )
    # Nobody asks before all are there.
    await everybody.wait()
    writer.write(clients.request("/", "Connection: close"))
    answer = await reader.read()
    writer.close()
    return str(json.loads(answer.partition(b"\r\n\r\n")[2])["verifycode"])


async def _visit_all(port: int) -> list[str]:
    everybody = asyncio.Barrier(CLIENTS)
    who = (["good", "expired", None, "unknown-leaf"][count % 4] for count in range(CLIENTS))
    return await asyncio.gather(*(_visit(port, client, everybody) for client in who))


def test_a_thousand_clients_at_once_are_each_told_who_they_are(
    example: Callable[[str], Path],
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with serving(example("epoll"), "request", f"handshake_timeout={4 * PATIENCE}") as server:
            told = asyncio.run(_visit_all(server.port))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    codes = ["OK", "CERT_HAS_EXPIRED", "ABSENT", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"]
    assert told == codes * (CLIENTS // len(codes))
