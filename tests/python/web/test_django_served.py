"""This file is about docs/django.md: its code under gunicorn by WSGI, and under gunicorn and uvicorn by
ASGI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from documented import PATIENCE, Site

UVICORN = """
import uvicorn
from peercert.uvicorn import tls

files = {"certificate": "pki/localhost.pem", "key": "pki/localhost.key"}
setting = tls(**files, client_ca_file="pki/ca.pem", client_cert_mode="request")
uvicorn.run(
    "django.core.asgi:get_asgi_application", factory=True, port=8443, lifespan="off", **setting
)
"""
GUNICORN = ("-m", "gunicorn", "--worker-class")
SERVERS: dict[str, tuple[str, ...]] = {
    "gunicorn by WSGI": (*GUNICORN, "gthread", "django.core.wsgi:get_wsgi_application()"),
    "gunicorn by ASGI": (*GUNICORN, "asgi", "django.core.asgi:get_asgi_application()"),
    "uvicorn": ("serve.py",),
}


@pytest.mark.parametrize("server", SERVERS)
def test_a_certificate_logs_its_user_in_and_nothing_else_does(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path, "django.md", "gunicorn.md")
    (tmp_path / "serve.py").write_text(UVICORN.replace("8443", str(site.port)))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "settings")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *_path()]))
    for command in (["migrate", "-v0"], ["shell", "-v0", "-c", ACCOUNTS]):
        run = [sys.executable, "-m", "django", *command]
        subprocess.run(run, cwd=tmp_path, check=True, timeout=PATIENCE)
    jar = ("-c", "cookies", "-b", "cookies")
    with site.running(*SERVERS[server]):
        assert user(site.curl()) == ""
        told = site.curl("alice", "/", *jar)
        assert (user(told), told["verified"]) == ("alice", True)
        assert "sessionid" in (tmp_path / "cookies").read_text()
        for client in (None, "expired", "unknown"):
            # Neither the session's cookie nor a header is a certificate.
            told = site.curl(client, "/", "-b", "cookies", "-H", "Remote-User: root")
            assert (user(told), told["verified"]) == ("", False)
        assert user(site.curl("alice", "/", *jar, "-H", "Remote-User: root")) == "alice"


ACCOUNTS = """
from django.contrib.auth.models import User
for name in ("alice", "mallory", "root"):
    User.objects.create(username=name)
"""


def user(told: dict[str, Any]) -> str:
    found: str = told["user"]
    return found


def _path() -> list[str]:
    given = os.environ.get("PYTHONPATH")
    return [given] if given else []
