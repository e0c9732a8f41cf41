"""This file is about the application of docs/node.md, asked by the clients that a Node server has."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

import clients
import programs
import snippets
from clients import LIVE

DOCUMENT = Path(__file__).parents[2] / "docs" / "node.md"
CLIENTS = Path(__file__).parent / "clients"
#: The CA that the server has anyway, and the one that may come to it.
OWN, EXTRA = LIVE / "rsa-ca.pem", LIVE / "client-ca.pem"
VALID = {"mTLSValid": True}


def invalid(reason: str) -> dict[str, Any]:
    return {"mTLSValid": False, "reason": reason}


@contextmanager
def application(folder: Path, *authorities: Path) -> Iterator[int]:
    """Runs the document's application with these CAs; gives its port."""
    (code,) = (found.code for found in snippets.snippets(DOCUMENT) if found.kind == "file")
    (port,) = programs.free_ports(1)
    (folder / "app.py").write_text(code.replace("8443", str(port)))
    (folder / "server-ca").mkdir()
    for kind in ("pem", "key"):
        shutil.copy(LIVE / f"server.{kind}", folder / "server-ca" / f"localhost.{kind}")
    command = [sys.executable, "app.py", *map(str, authorities)]
    with programs.listening(command, port, folder / "said", cwd=folder):
        yield port


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, int]]:
    """The ports of two servers: without the further CA and with it."""
    with ExitStack() as stack:

        def started(*authorities: Path) -> int:
            return stack.enter_context(application(tmp_path_factory.mktemp("app"), *authorities))

        yield {False: started(OWN), True: started(OWN, EXTRA)}


def files(client: str | None) -> list[str]:
    """The server's CA, and what the client has of its own, as arguments."""
    own = [f"{client}.pem", f"{client}.key"] if client else []
    return [str(LIVE / name) for name in ("server-ca.pem", *own)]


def by_curl(port: int, client: str | None) -> list[Any]:
    """What curl is answered."""
    return [clients.identity(port, client)]


def by_agent(port: int, client: str | None) -> list[Any]:
    """What Node is answered over `https.Agent`, on two connections."""
    node = programs.found("node", "nodejs")
    program = str(CLIENTS / "agent.js")
    said = programs.run(node, program, f"https://localhost:{port}/", *files(client))
    first, second = map(json.loads, said.splitlines())
    assert not first["resumed"]
    # Who is not verified is judged anew each time.
    assert second["resumed"] == (first["answer"].get("reason", "ABSENT") == "ABSENT")
    return [first["answer"], second["answer"]]


@pytest.fixture(scope="session")
def axios(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, str | None], list[Any]]:
    """Asks by axios, as its lock file pins it."""
    node, npm = programs.found("node", "nodejs"), programs.found("npm")
    folder = tmp_path_factory.mktemp("node") / "axios"
    shutil.copytree(CLIENTS / "axios", folder)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    fetched = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if fetched.returncode:
        pytest.skip(f"install axios: npm did not get it: {fetched.stderr.strip()}")

    def ask(port: int, client: str | None) -> list[Any]:
        program = str(folder / "ask.js")
        url = f"https://localhost:{port}/"
        return [json.loads(programs.run(node, program, url, *files(client)))]

    return ask


ANSWERS = [
    # Whether the server has the further CA, the client's certificate, the answer.
    (False, None, invalid("ABSENT")),
    (False, "good", invalid("UNABLE_TO_GET_ISSUER_CERT_LOCALLY")),
    (False, "unknown-intermediate", invalid("UNABLE_TO_GET_ISSUER_CERT_LOCALLY")),
    (True, None, invalid("ABSENT")),
    (True, "good", VALID),
    (True, "expired", invalid("CERT_HAS_EXPIRED")),
    (True, "unknown-chain", invalid("SELF_SIGNED_CERT_IN_CHAIN")),
]
answers = pytest.mark.parametrize(("extra", "client", "answer"), ANSWERS)


@answers
@pytest.mark.parametrize("ask", [by_curl, by_agent])
def test_the_application_answers_as_node_would(
    ask: Callable[[int, str | None], list[Any]],
    extra: bool,
    client: str | None,
    answer: dict[str, Any],
    port: dict[bool, int],
) -> None:
    said = ask(port[extra], client)
    assert said == [answer] * len(said)


@answers
def test_axios_is_answered_the_same(
    axios: Callable[[int, str | None], list[Any]],
    extra: bool,
    client: str | None,
    answer: dict[str, Any],
    port: dict[bool, int],
) -> None:
    assert axios(port[extra], client) == [answer]
