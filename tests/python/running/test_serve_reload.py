"""This file is about `peercert serve` that reloads: at SIGHUP, and when files are replaced."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import commandline
from premises import Premises, connect, eventually, serial, shows

APP = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]

async def asgi(scope, receive, send):
    headers = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})
"""


@contextmanager
def serve(premises: Premises, *more: str, app: str = "app") -> Iterator[commandline.Server]:
    """A server with the certificate of the premises."""
    (premises.folder / "hello.py").write_text(APP)
    words = ["serve", f"hello:{app}", "--bind", "127.0.0.1:0", *more]
    for name, value in premises.options().items():
        words += [f"--{name}", value]
    with commandline.serving(*words, cwd=premises.folder) as server:
        yield server


@pytest.mark.parametrize("app", ["app", "asgi"])
def test_a_hang_up_reads_the_files_anew_and_connections_in_flight_go_on(
    premises: Premises, app: str
) -> None:
    client = premises.client()
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with serve(premises, app=app) as server, connect(server.port, client) as old:
        for count in (1, 2):
            renewed = premises.renew()
            server.process.send_signal(signal.SIGHUP)
            server.wait_for(rf"(?s)(INFO reloaded: .*){{{count}}}")
            assert serial(server.port, client) == renewed
            old.sendall(request)
            heard = b""
            while not heard.endswith(b"hello"):
                heard += old.recv(1)
        assert server.end() == 0
    assert "Traceback" not in server.output


def test_files_that_are_broken_are_one_line_with_every_problem_and_it_goes_on(
    premises: Premises,
) -> None:
    client = premises.client()
    with serve(premises) as server:
        (premises.folder / "server.pem").write_text("nonsense")
        (premises.folder / "server.key").unlink()
        server.process.send_signal(signal.SIGHUP)
        server.wait_for(r"ERROR not reloaded.*\n")
        assert serial(server.port, client) == premises.serial
        (line,) = [line for line in server.lines if "not reloaded" in line]
        assert "config.bad_certificate" in line
        assert "config.file_not_found" in line
        renewed = premises.renew()
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("INFO reloaded")
        assert serial(server.port, client) == renewed
        assert server.end() == 0


@pytest.mark.parametrize("app", ["app", "asgi"])
def test_it_watches_when_it_is_asked_to(premises: Premises, app: str) -> None:
    client = premises.client()
    with serve(premises, "--watch", "0.02", app=app) as server:
        renewed = premises.renew()
        eventually(shows(server.port, client, renewed))
        server.wait_for("INFO reloaded")
        (premises.folder / "server.pem").write_text("nonsense")
        server.wait_for("ERROR not reloaded.*config.bad_certificate")
        assert serial(server.port, client) == renewed
        assert server.end() == 0


@pytest.mark.parametrize("check", [[], ["--check"]])
@pytest.mark.parametrize("seconds", ["-1", "nan", "1e9"])
def test_an_interval_that_is_none_is_one_line(
    premises: Premises, seconds: str, check: list[str]
) -> None:
    (premises.folder / "hello.py").write_text(APP)
    words = [word for name, value in premises.options().items() for word in (f"--{name}", value)]
    words += ["--bind", "127.0.0.1:0", f"--watch={seconds}", *check]
    ended = commandline.peercert("serve", "hello:app", *words, cwd=premises.folder)
    assert ended.returncode == 2
    assert re.fullmatch(r"peercert: config.invalid_value: --watch.*\n", ended.stderr)


def test_the_help_says_where_hosts_are_given(premises: Premises) -> None:
    text = " ".join(commandline.peercert("serve", "--help", cwd=premises.folder).stdout.split())
    assert "read anew at SIGHUP" in text
    assert "peercert.cheroot.Adapter(hosts=" in text
