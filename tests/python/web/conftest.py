"""This file is about the certificates of these tests, the clients that hold them, and the server
with the demonstration's page that several of them call."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from peercert import ca, demo, wsgi
from peercert.cheroot import Adapter, Server

PATIENCE = 30


class Pki:
    """A folder with the server's certificate and those of its clients."""

    password = "a password that nobody guesses"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def options(self) -> dict[str, Any]:
        """The acceptor's options that name files."""
        return {
            "certificate": str(self.folder / "server.pem"),
            "key": str(self.folder / "server.key"),
            "client_ca_file": str(self.folder / "client-ca.pem"),
        }

    def certificate(self, client: str) -> str:
        return str(self.folder / f"{client}.pem")

    def key(self, client: str) -> str:
        return str(self.folder / f"{client}.key")

    def run(self, *arguments: str, client: str | None = None) -> subprocess.CompletedProcess[str]:
        """Runs curl as a client."""
        curl = shutil.which("curl")
        assert curl is not None
        own = []
        if client is not None:
            own = ["--cert", self.certificate(client), "--key", self.key(client)]
        trust = ["--cacert", str(self.folder / "server-ca.pem"), "--max-time", str(PATIENCE)]
        return subprocess.run(
            [curl, "-sS", "--noproxy", "*", *trust, *own, *arguments],
            capture_output=True,
            text=True,
            check=False,
        )

    def curl(self, *arguments: str, client: str | None = None) -> str:
        """What curl prints; fails when it does."""
        ended = self.run(*arguments, client=client)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def json(self, url: str, client: str | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(
            self.curl("-H", "Accept: application/json", url, client=client)
        )
        return answer

    def tls(self, port: int, client: str | None = None) -> ssl.SSLSocket:
        """A connection of a client by CPython's own TLS."""
        context = ssl.create_default_context(cafile=str(self.folder / "server-ca.pem"))
        if client is not None:
            context.load_cert_chain(self.certificate(client), self.key(client))
        plain = socket.create_connection(("127.0.0.1", port), PATIENCE)
        try:
            return context.wrap_socket(plain, server_hostname="localhost")
        except BaseException:
            plain.close()
            raise


def _issue(authority: ca.Authority, folder: Path, name: str, purpose: str, **spec: Any) -> None:
    """Issues a certificate and puts it where the tests look for it."""
    made = getattr(authority, purpose)(name=name, **spec)
    shutil.copy(made.file, folder / f"{name}.pem")
    shutil.copy(made.key, folder / f"{name}.key")


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """Certificates for a server (localhost) and for clients: `client` (alice) is good, `expired`
    (mallory) is not any more, `stranger` is of a CA that nobody trusts."""
    folder = tmp_path_factory.mktemp("pki")
    for name in ("server-ca", "client-ca", "other-ca"):
        authority = ca.Authority.create(folder / name, subject=f"CN={name}")
        shutil.copy(authority.certificate_file, folder / f"{name}.pem")
        if name == "server-ca":
            server = {"dns": ["localhost"], "ip": ["127.0.0.1"]}
            _issue(authority, folder, "server", "server", **server)
            _issue(authority, folder, "encrypted", "server", password=Pki.password, **server)
        elif name == "client-ca":
            alice = {"subject": "CN=alice", "email": ["alice@example.com"], "days": 30}
            _issue(authority, folder, "client", "client", **alice)
            past = {"not_before": "2020-01-01", "not_after": "2021-01-01"}
            _issue(authority, folder, "expired", "client", subject="CN=mallory", **past)
        else:
            _issue(authority, folder, "stranger", "client", subject="CN=stranger")
    return Pki(folder)


@pytest.fixture(scope="session")
def hostile(pki: Pki, openssl: str) -> str:
    """A client whose certificate has a name that our own authority would not write."""
    subject = "/CN=<script>alert(1)<\\/script>\nrefused 1.2.3.4: \x1b[31m"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", "hostile.key", "-out", "hostile.pem", "-subj", subject),
        ],
        cwd=pki.folder,
        check=True,
        capture_output=True,
    )
    return "hostile"


@pytest.fixture
def server(pki: Pki) -> Iterator[str]:
    """The address of a server with the demonstration's page, which takes every client."""
    adapter = Adapter(**pki.options, client_cert_mode="request")
    made = Server(("127.0.0.1", 0), wsgi.expose(demo.app), adapter)
    made.prepare()
    thread = threading.Thread(target=made.serve)
    thread.start()
    yield f"https://localhost:{made.socket.getsockname()[1]}/"
    made.stop()
    thread.join()
