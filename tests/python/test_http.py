"""This file is about a real client, curl, at a real server, the standard library's."""

from __future__ import annotations

import http.server
import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator

import pytest

import peercert
from scene import LIVE, PATIENCE, server_options

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="install curl")


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with who the client is."""

    protocol_version = "HTTP/1.1"
    timeout = PATIENCE

    def do_POST(self) -> None:
        received = len(self.rfile.read(int(self.headers["Content-Length"])))
        assert isinstance(self.connection, peercert.SSLSocket)
        answer = dict(self.connection.clientcert())
        answer["received"] = received
        answer["details"] = self.connection.details()
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the test looks at the answers."""


class Server(http.server.ThreadingHTTPServer):
    """Handshakes happen in the handler's thread."""

    daemon_threads = True
    mode: str

    def handle_error(self, *_: object) -> None:
        """Nothing: a refused client is an error of its own connection."""


@pytest.fixture(params=["request", "require"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The standard library's server over our context."""
    context = peercert.SSLContext(**server_options(request.param))
    with Server(("127.0.0.1", 0), Handler) as made:
        made.socket = context.wrap_socket(
            made.socket, server_side=True, do_handshake_on_connect=False
        )
        made.mode = context.mode
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield made
        finally:
            made.shutdown()
            thread.join(PATIENCE)


def curl(server: Server, name: str | None, *more: str) -> subprocess.CompletedProcess[bytes]:
    """Posts 300 kB, twice over one connection."""
    port = server.server_port
    command = [CURL or "", "--silent", "--show-error", "--max-time", str(PATIENCE), *more]
    command += ["--cacert", str(LIVE / "server-ca.pem"), "--data-binary", "@-"]
    if name is not None:
        command += ["--cert", str(LIVE / f"{name}.pem"), "--key", str(LIVE / f"{name}.key")]
    command += [f"https://localhost:{port}/", "--resolve", f"localhost:{port}:127.0.0.1"]
    return subprocess.run(command, input=b"x" * 300_000, capture_output=True, check=False)


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize(
    ("name", "code"),
    [
        (None, "ABSENT"),
        ("good", "OK"),
        ("expired", "CERT_HAS_EXPIRED"),
        ("unknown-leaf", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
    ],
)
def test_curl_is_told_who_it_is_or_refused(
    server: Server, name: str | None, code: str, version: str
) -> None:
    done = curl(server, name, f"--tlsv{version}", "--tls-max", version)
    if server.mode == "require" and code != "OK":
        # 35 and 56: an alert; 60: curl's own word for the alert certificate_expired.
        assert done.returncode in (35, 56, 60)
        assert done.stdout == b""
        return
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["verifycode"] == code
    assert answer["received"] == 300_000
    assert answer["details"]["sslversion"] == f"TLSv{version}"


def test_a_silent_client_does_not_hold_up_the_server(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.server_port)):
        done = curl(server, "good")
    assert done.returncode == 0, done.stderr
