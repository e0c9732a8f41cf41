"""This file is about documents whose code is served: their files in a folder, beside the certificates
that they name.

In: a document of docs/. Out: its server, and what curl is told by it.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from peercert import ca

DOCS = Path(__file__).parents[3] / "docs"
PATIENCE = 30
_FILES = re.compile(r"<!-- run: file (\S+) -->\n```python\n(.*?)```", re.DOTALL)


class Site:
    """A folder with the files of documents, the certificates that they name, and clients."""

    def __init__(self, folder: Path, *documents: str) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        for document in documents:
            text = (DOCS / document).read_text()
            assert text.count("\n") <= 30
            for name, code in _FILES.findall(text):
                (folder / name).write_text(code.replace("8443", str(self.port)))
        authority = ca.Authority.create(folder / "pki")
        authority.server(dns=["localhost"])
        authority.client(subject="CN=alice")
        authority.client(
            subject="CN=mallory", not_before="2020-01-01", not_after="2021-01-01", name="expired"
        )
        unknown = ca.Authority.create(folder / "unknown").client(subject="CN=alice", name="unknown")
        for file in (unknown.file, unknown.key):
            assert file is not None
            shutil.copy(file, folder / "pki")

    def curl(
        self, client: str | None = None, path: str = "/", *more: str, status: int = 200
    ) -> dict[str, Any]:
        """What the server answers a client, as JSON; fails for another status."""
        own = ["--cert", f"pki/{client}.pem", "--key", f"pki/{client}.key"] if client else []
        ended = subprocess.run(
            [
                *("curl", "-sS", "--noproxy", "*", "--max-time", str(PATIENCE)),
                *("--cacert", "pki/ca.pem", *own, "-w", "\n%{http_code}", *more),
                f"https://localhost:{self.port}{path}",
            ],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        body, _, code = ended.stdout.rpartition("\n")
        assert code == str(status), body
        answer: dict[str, Any] = json.loads(body)
        return answer

    @contextmanager
    def running(self, *command: str) -> Iterator[None]:
        """Runs a server for the block."""
        log = self.folder / "server.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=self.folder, stdout=output, stderr=output
            )
        try:
            wait_until(lambda: process.poll() is not None or self.listens())
            assert process.poll() is None, log.read_text()
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)

    def listens(self) -> bool:
        """Whether the server can be connected to."""
        try:
            socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()
        except ConnectionRefusedError:
            return False
        return True


def wait_until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(PATIENCE * 20):
        if condition():
            return
        pause.wait(0.05)
    pytest.fail("the server did not start in time")
