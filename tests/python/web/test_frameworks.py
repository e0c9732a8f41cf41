"""This file is about docs/flask.md, gunicorn.md and uvicorn.md: their code, run as it stands."""

from __future__ import annotations

import json
import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from peercert import ca

DOCS = Path(__file__).parents[3] / "docs"
PATIENCE = 30

WSGI_APP = """
import json
from peercert import wsgi

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(environ["peercert.clientcert"]).encode()]

app = wsgi.expose(app)
"""


class Site:
    """A folder with a document's files, the certificates that they name, and clients."""

    def __init__(self, folder: Path, document: str) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        text = (DOCS / document).read_text()
        assert text.count("\n") <= 30
        for name, code in re.findall(r"<!-- run: file (\S+) -->\n```python\n(.*?)```", text, re.S):
            (folder / name).write_text(code.replace("8443", str(self.port)))
        authority = ca.Authority.create(folder / "pki")
        authority.server(dns=["localhost"])
        authority.client(subject="CN=alice")
        authority.client(
            subject="CN=mallory", not_before="2020-01-01", not_after="2021-01-01", name="expired"
        )

    def curl(self, client: str | None = None) -> dict[str, object]:
        own = ["--cert", f"pki/{client}.pem", "--key", f"pki/{client}.key"] if client else []
        ended = subprocess.run(
            [
                *("curl", "-sS", "--noproxy", "*", "--max-time", str(PATIENCE)),
                *("--cacert", "pki/ca.pem", *own, f"https://localhost:{self.port}/"),
            ],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        answer: dict[str, object] = json.loads(ended.stdout)
        return answer

    @contextmanager
    def running(self, *command: str) -> Iterator[None]:
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
        try:
            socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()
        except ConnectionRefusedError:
            return False
        return True


@pytest.mark.parametrize(
    ("document", "command"),
    [
        ("flask.md", ["app.py"]),
        ("uvicorn.md", ["app.py"]),
        ("hypercorn.md", ["app.py"]),
        ("gunicorn.md", ["-m", "gunicorn", "--workers", "2", "wsgi_app:app"]),
    ],
)
def test_the_documents_code_serves_and_tells_who_calls(
    tmp_path: Path, document: str, command: list[str]
) -> None:
    site = Site(tmp_path, document)
    (tmp_path / "wsgi_app.py").write_text(WSGI_APP)
    with site.running(*command):
        assert site.curl()["verifycode"] == "ABSENT"
        alice, expired = site.curl("alice"), site.curl("expired")
    assert (alice["verified"], alice["subject"]) == (True, "CN = alice")
    assert (expired["verified"], expired["verifycode"]) == (False, "CERT_HAS_EXPIRED")


def test_gunicorns_workers_keep_their_context_so_that_sessions_resume(tmp_path: Path) -> None:
    site = Site(tmp_path, "gunicorn.md")
    (tmp_path / "wsgi_app.py").write_text(WSGI_APP)
    context = ssl.create_default_context(cafile=str(tmp_path / "pki" / "ca.pem"))
    context.load_cert_chain(tmp_path / "pki" / "alice.pem", tmp_path / "pki" / "alice.key")

    def call(session: ssl.SSLSession | None) -> tuple[bool | None, bool, ssl.SSLSession | None]:
        plain = socket.create_connection(("127.0.0.1", site.port), PATIENCE)
        with context.wrap_socket(plain, server_hostname="localhost", session=session) as tls:
            tls.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = b""
            while part := tls.recv(4096):
                answer += part
            verified = json.loads(answer.partition(b"\r\n\r\n")[2])["verified"]
            return tls.session_reused, verified, tls.session

    with site.running("-m", "gunicorn", "wsgi_app:app"):
        first, verified, session = call(None)
        assert (first, verified) == (False, True)
        assert call(session)[:2] == (True, True)


def wait_until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(PATIENCE * 20):
        if condition():
            return
        pause.wait(0.05)
    pytest.fail("the server did not start in time")
