"""This file is about the certificates of these tests, and the clients that hold them."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 30


class Pki:
    """A folder with the server's certificate and those of its clients."""

    password = "a password that nobody guesses"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def options(self) -> dict[str, str]:
        """The acceptor's options that name files."""
        return {
            "certificate": str(self.folder / "server.pem"),
            "key": str(self.folder / "server.key"),
            "client_ca_file": str(self.folder / "client-ca.pem"),
        }

    @property
    def encrypted_key(self) -> str:
        """The server's key, encrypted with `password`."""
        return (self.folder / "encrypted.key").read_text()

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


def _temporary(folder: Path) -> None:
    def run(*a: str, **k: Any) -> None:
        subprocess.run(["openssl", *a], cwd=folder, check=True, capture_output=True, **k)

    def ca(name: str) -> None:
        run(
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.pem",
            "-subj",
            f"/CN={name}",
            "-addext",
            "keyUsage=critical,keyCertSign,cRLSign",
        )

    def leaf(name: str, by: str, subject: str, ext: str, days: str = "9") -> None:
        run(
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.csr",
            "-subj",
            subject,
        )
        (folder / "ext").write_text(ext)
        run(
            "x509",
            "-req",
            "-in",
            f"{name}.csr",
            "-CA",
            f"{by}.pem",
            "-CAkey",
            f"{by}.key",
            "-days",
            days,
            "-out",
            f"{name}.pem",
            "-extfile",
            "ext",
        )

    for name in ("server-ca", "client-ca", "other-ca"):
        ca(name)
    leaf("server", "server-ca", "/CN=localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    leaf(
        "client",
        "client-ca",
        "/CN=alice",
        "extendedKeyUsage=clientAuth\nsubjectAltName=email:alice@example.com",
    )
    leaf("expired", "client-ca", "/CN=mallory", "extendedKeyUsage=clientAuth", "-1")
    leaf("stranger", "other-ca", "/CN=stranger", "extendedKeyUsage=clientAuth")
    leaf(
        "hostile",
        "other-ca",
        "/CN=<script>alert(1)<\\/script>\nrefused 1.2.3.4",
        "extendedKeyUsage=clientAuth",
    )
    run(
        "pkcs8",
        "-topk8",
        "-in",
        "server.key",
        "-out",
        "encrypted.key",
        "-passout",
        f"pass:{Pki.password}",
    )


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    folder = tmp_path_factory.mktemp("pki")
    _temporary(folder)
    return Pki(folder)
