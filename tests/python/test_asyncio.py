"""This file is about event loops: asyncio's own and uvloop, which use memory BIOs."""

from __future__ import annotations

import asyncio
import ssl
from asyncio import sslproto
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

import peercert
from peercert._asyncio import slim
from scene import PATIENCE, client_context, server_options

Run = Callable[[Coroutine[Any, Any, Any]], Any]


def _uvloop() -> Run:
    uvloop = pytest.importorskip("uvloop", reason="uvloop is not installed")
    run: Run = uvloop.run
    return run


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine in a loop, for as long as it should take at most."""
    chosen = asyncio.run if request.param == "asyncio" else _uvloop()

    def bounded(work: Coroutine[Any, Any, Any]) -> Any:
        async def main() -> Any:
            return await asyncio.wait_for(work, PATIENCE)

        return chosen(main())

    return bounded


async def _serve(
    mode: str, handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]
) -> asyncio.Server:
    context = peercert.SSLContext(**server_options(mode))
    return await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)


async def _ask(
    server: asyncio.Server, context: ssl.SSLContext, question: bytes = b"hello\n"
) -> bytes:
    address = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(*address, ssl=context, server_hostname="")
    writer.write(question)
    await writer.drain()
    answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize(
    ("name", "code"), [(None, "ABSENT"), ("good", "OK"), ("expired", "CERT_HAS_EXPIRED")]
)
def test_a_stream_knows_who_called(run: Run, name: str | None, code: str, version: str) -> None:
    async def work() -> bytes:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            assert await reader.readline() == b"hello\n"
            tls = writer.get_extra_info("ssl_object")
            assert isinstance(tls, peercert.SSLObject)
            # What is not verified is not told under asyncio's name.
            assert bool(writer.get_extra_info("peercert")) is (code == "OK")
            writer.write(tls.clientcert()["verifycode"].encode())
            writer.close()

        async with await _serve("request", handle) as server:
            return await _ask(server, client_context(name, version))

    assert run(work()) == code.encode()


def test_a_connection_that_keeps_less_reads_and_writes_as_before(run: Run) -> None:
    sent = bytes(range(256)) * 4_096

    async def work() -> bytes:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            slim(writer.transport)
            kept = getattr(writer.transport, "_ssl_protocol", None)
            if isinstance(kept, sslproto.SSLProtocol):
                assert len(kept._ssl_buffer) == 64 << 10  # type: ignore[attr-defined]
            writer.write(await reader.readexactly(len(sent)))
            await writer.drain()
            writer.close()

        async with await _serve("request", handle) as server:
            return await _ask(server, client_context("good"), sent)

    assert run(work()) == sent


def test_a_refused_client_does_not_reach_the_application(run: Run) -> None:
    # Loops drop the connection without sending what is left to send: the alert is not always seen.
    async def work() -> None:
        async def handle(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            raise AssertionError("the application was reached")

        async with await _serve("require", handle) as server:
            await _ask(server, client_context("expired", "1.2"))

    with pytest.raises(OSError):  # noqa: PT011
        run(work())


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_two_megabytes_go_both_ways(run: Run, version: str) -> None:
    question, answer = b"q" * (1 << 21), b"a" * (1 << 21)

    async def work() -> bytes:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            assert await reader.readexactly(len(question)) == question
            writer.write(answer)
            await writer.drain()
            writer.close()

        async with await _serve("request", handle) as server:
            return await _ask(server, client_context("good", version), question)

    assert run(work()) == answer


def test_many_clients_at_once_are_told_apart(run: Run) -> None:
    names = ["good", "expired", None, "self-signed"] * 8

    async def work() -> list[bytes]:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            tls = writer.get_extra_info("ssl_object")
            writer.write(tls.clientcert()["verifycode"].encode())
            writer.close()

        async with await _serve("request", handle) as server:
            return await asyncio.gather(*(_ask(server, client_context(name)) for name in names))

    codes = [b"OK", b"CERT_HAS_EXPIRED", b"ABSENT", b"DEPTH_ZERO_SELF_SIGNED_CERT"]
    assert run(work()) == codes * 8


def test_a_silent_client_does_not_hold_up_the_others(run: Run) -> None:
    async def work() -> bytes:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            writer.write(b"here")
            writer.close()

        async with await _serve("request", handle) as server:
            _, silent = await asyncio.open_connection(*server.sockets[0].getsockname())
            answer = await _ask(server, client_context())
            silent.close()
            return answer

    assert run(work()) == b"here"
