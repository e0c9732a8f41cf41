"""This file is about many clients at once: a thousand with epoll, as many as threads without."""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import threading
from collections.abc import Callable
from pathlib import Path

import clients
from clients import PATIENCE
from serving import serving

CLIENTS = 1_000
#: How many clients the server with threads takes at once (`CLIENTS` in blocking.c).
THREADS = 256


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


def test_whoever_comes_when_all_threads_are_taken_is_served_when_one_is_free(
    example: Callable[[str], Path],
) -> None:
    late: list[str] = []
    with serving(example("blocking"), "request") as server, contextlib.ExitStack() as taken:
        first = clients.connect(server.port)
        for _ in range(THREADS - 1):
            taken.enter_context(clients.connect(server.port))
        thread = threading.Thread(
            target=lambda: late.append(clients.identity(server.port, "good")["verifycode"])
        )
        thread.start()
        # Those who are in are served meanwhile.
        first.sendall(clients.request("/", "Connection: close"))
        assert clients.Answers(first).next()[0] == 200
        first.close()
        thread.join(PATIENCE)
    assert late == ["OK"]
