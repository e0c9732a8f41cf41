"""This file is about the documents on servers of others, docs/gunicorn.md and its like: their code, run
as it stands."""

from __future__ import annotations

import json
import socket
import ssl
from pathlib import Path

import pytest

from documented import PATIENCE, Site

WSGI_APP = """
import json
from peercert import wsgi

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(environ["peercert.clientcert"]).encode()]

app = wsgi.expose(app)
"""


@pytest.mark.parametrize(
    ("document", "command"),
    [
        *(
            (f"{server}.md", ["app.py"])
            for server in (
                *("aiohttp", "asyncio", "cheroot", "fastapi", "flask"),
                *("gevent", "hypercorn", "uvicorn", "wsgiref"),
            )
        ),
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
        alice, expired, unknown = map(site.curl, ("alice", "expired", "unknown"))
    assert (alice["verified"], alice["subject"]) == (True, "CN = alice")
    assert (expired["verified"], expired["verifycode"]) == (False, "CERT_HAS_EXPIRED")
    code = "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"
    assert (unknown["verified"], unknown["verifycode"]) == (False, code)


def test_a_route_of_fastapi_is_for_users(tmp_path: Path) -> None:
    site = Site(tmp_path, "fastapi.md")
    spoofed = ("-H", "Remote-User: alice", "-H", "Client-Cert: :AAAA:")
    with site.running("app.py"):
        assert site.curl("alice", "/hello", *spoofed) == {"hello": "alice"}
        for client, reason in (
            (None, "no certificate"),
            ("expired", "CERT_HAS_EXPIRED"),
            ("unknown", "not verified"),
        ):
            told = site.curl(client, "/hello", *spoofed, status=403)
            assert reason in told["detail"]


def test_a_view_of_flask_knows_the_user(tmp_path: Path) -> None:
    site = Site(tmp_path, "flask.md")
    with site.running("app.py"):
        users = [site.curl(client)["user"] for client in ("alice", "expired", None)]
    assert users == ["alice", None, None]


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
