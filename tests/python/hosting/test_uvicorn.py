"""This file is about what is uvicorn's own: its setting, made of options of ours."""

from __future__ import annotations

import pickle
import socket
import sys
from pathlib import Path

import pytest

import peercert
from commandline import running
from kinds import free_port, listens
from peercert.uvicorn import tls
from premises import Premises, eventually
from scene import PATIENCE


def test_a_wrong_option_is_told_where_it_stands() -> None:
    with pytest.raises(peercert.ConfigError) as caught:
        tls(certificate="nowhere.pem", key="nowhere.key", client_cert_mode="sometimes")
    assert {problem.code for problem in caught.value.problems} >= {"config.file_not_found"}


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
