"""This file is about what is uvicorn's own: its setting, made of options of ours."""

from __future__ import annotations

import pickle
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import uvicorn

import peercert
from commandline import running
from kinds import free_port, listens
from peercert.uvicorn import tls
from premises import Premises, eventually, serial
from scene import PATIENCE


async def app(scope: Any, receive: Any, send: Any) -> None:
    """An application that nobody asks."""


def test_a_wrong_option_is_told_where_it_stands() -> None:
    with pytest.raises(peercert.ConfigError) as caught:
        tls(certificate="nowhere.pem", key="nowhere.key", client_cert_mode="sometimes")
    assert {problem.code for problem in caught.value.problems} >= {"config.file_not_found"}


@pytest.mark.parametrize("watch", [-1, 1e9])
def test_an_interval_that_is_none_is_told_there_too(tmp_path: Path, watch: float) -> None:
    with pytest.raises(peercert.ConfigError):
        tls(watch=watch, **Premises(tmp_path).options())


def test_a_server_may_be_started_again_with_the_same_settings(tmp_path: Path) -> None:
    premises = Premises(tmp_path)
    settings = tls(**premises.options())
    for _ in range(2):
        assert _serial_once_served(premises, settings) == premises.serial


def _serial_once_served(premises: Premises, settings: dict[str, Any]) -> str:
    """Starts a server, looks at its certificate, and ends it."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_level="critical", **settings)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        eventually(lambda: server.started)
        return serial(server.servers[0].sockets[0].getsockname()[1], premises.client())
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


def test_what_goes_to_other_processes_holds_no_key(tmp_path: Path) -> None:
    premises = Premises(tmp_path)
    factory = tls(**premises.options())["ssl_context_factory"]
    key = (premises.folder / "server.key").read_bytes().splitlines()[1]
    assert key not in pickle.dumps(factory)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_client_that_does_not_begin_is_let_go(tmp_path: Path, loop: str) -> None:
    premises, port = Premises(tmp_path), free_port()
    options = premises.options(handshake_timeout=1)
    program = (
        "import uvicorn\nfrom peercert.uvicorn import tls\n"
        "async def app(scope, receive, send): ...\n"
        f"uvicorn.run(app, port={port}, loop={loop!r}, lifespan='off', **tls(**{options!r}))\n"
    )
    with running([sys.executable, "-c", program], tmp_path) as server:
        eventually(lambda: server.process.poll() is not None or listens(port))
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as silent:
            assert silent.recv(1) == b""
