"""This file is about what is gunicorn's own: its settings, and its end when they are wrong."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clients import Answers, request
from commandline import Server, running
from kinds import GUNICORN_ASGI, free_port, listens, python_path
from premises import Premises, connect, eventually
from scene import PATIENCE

WORKERS = ["sync", "gthread", "gevent", *(["asgi"] if GUNICORN_ASGI else [])]
APP = """
from peercert import wsgi

@wsgi.expose
def app(environ, start_response):
    code = environ["peercert.clientcert"]["verifycode"].encode()
    start_response("200 OK", [("Content-Length", str(len(code)))])
    return [code]

async def asgi(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"served"})
"""


@pytest.fixture(scope="module")
def premises(tmp_path_factory: pytest.TempPathFactory) -> Premises:
    """The same certificates for all."""
    made = Premises(tmp_path_factory.mktemp("gunicorn"))
    (made.folder / "hello.py").write_text(APP)
    return made


def config(premises: Premises, hooks: str, *more: str) -> tuple[Path, int]:
    """A config file, and its port."""
    port = free_port()
    lines = [
        "from peercert.gunicorn import hooks",
        f'bind, worker_class = "127.0.0.1:{port}", "gthread"',
        'certfile, keyfile, ca_certs = "server.pem", "server.key", "staff-ca.pem"',
        *more,
        f"post_worker_init, ssl_context = {hooks}",
    ]
    file = premises.folder / f"config{port}.py"
    file.write_text("\n".join(lines) + "\n")
    return file, port


@contextmanager
def serving(premises: Premises, hooks: str, *more: str) -> Iterator[Server]:
    file, port = config(premises, hooks, *more)
    command = [sys.executable, "-m", "gunicorn", "-c", str(file), "hello:app"]
    with running(command, premises.folder) as server:
        server.port = port
        eventually(lambda: server.process.poll() is not None or listens(port))
        assert server.process.poll() is None, server.output
        yield server
    assert "Traceback" not in server.output


def ending(premises: Premises, hooks: str, *more: str, app: str = "hello:app") -> str:
    """What a server says that does not come up."""
    file, _ = config(premises, hooks, *more)
    ended = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", str(file), app],
        cwd=premises.folder,
        env={"PYTHONPATH": python_path()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 3
    assert "Traceback" not in ended.stdout
    assert "Worker failed to boot" in ended.stdout
    return ended.stdout


def told(premises: Premises, server: Server, client: str | None) -> str:
    """What the application knows of a client, or why it does not get in."""
    try:
        with connect(server.port, premises.client(client)) as connection:
            connection.sendall(request())
            return Answers(connection).next()[1].decode()
    except ssl.SSLError as error:
        return str(error.reason)


@pytest.mark.parametrize(
    ("cert_reqs", "answers"),
    [
        (0, ["ABSENT", "ABSENT", "ABSENT"]),
        (1, ["ABSENT", "OK", "SSLV3_ALERT_CERTIFICATE_EXPIRED"]),
        (2, ["TLSV13_ALERT_CERTIFICATE_REQUIRED", "OK", "SSLV3_ALERT_CERTIFICATE_EXPIRED"]),
    ],
)
def test_gunicorns_own_setting_says_whom_to_ask(
    premises: Premises, cert_reqs: int, answers: list[str]
) -> None:
    more = [f"cert_reqs = {cert_reqs}"]
    if cert_reqs == 0:
        more.append("ca_certs = None")
    with serving(premises, "hooks()", *more) as server:
        heard = [told(premises, server, client) for client in (None, "staff", "expired")]
    assert heard == answers


def test_options_of_ours_come_first_where_both_name_something(premises: Premises) -> None:
    hooks = 'hooks(client_ca_file="partner-ca.pem", client_cert_mode="require", max_version="1.2")'
    with serving(premises, hooks, 'ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384"') as server:
        with connect(server.port, premises.client("partner")) as connection:
            cipher = connection.cipher()
        assert cipher is not None
        assert cipher[:2] == ("ECDHE-ECDSA-AES256-GCM-SHA384", "TLSv1.2")
        assert told(premises, server, "staff") == "TLSV1_ALERT_UNKNOWN_CA"


def test_a_thread_does_not_wait_for_ever_for_a_client_that_has_shaken_hands(
    premises: Premises,
) -> None:
    with serving(premises, "hooks(client_cert_mode='request', handshake_timeout=1)") as server:
        with connect(server.port, premises.client("staff")) as silent:
            # There is one thread.
            assert told(premises, server, "expired") == "CERT_HAS_EXPIRED"
            assert silent.recv(1) == b""
        server.wait_for(r"refused 127\.0\.0\.1:\d+: io\.timeout: no request came")


# Before gunicorn 24 the worker with threads waits for ever, though without a thread.
@pytest.mark.parametrize("worker", ["gthread", "asgi"] if GUNICORN_ASGI else ["sync"])
def test_a_client_that_does_not_begin_is_let_go(premises: Premises, worker: str) -> None:
    hooks = "hooks(client_cert_mode='request', handshake_timeout=1)"
    with (
        serving(premises, hooks, f'worker_class = "{worker}"') as server,
        socket.create_connection(("127.0.0.1", server.port), PATIENCE) as silent,
    ):
        assert silent.recv(1) == b""


@pytest.mark.parametrize("worker", WORKERS)
def test_a_wrong_option_ends_gunicorn_with_every_problem(premises: Premises, worker: str) -> None:
    hooks = "hooks(client_cert_mode='sometimes', session_timeout=-1)"
    app = "hello:asgi" if worker == "asgi" else "hello:app"
    said = ending(premises, hooks, f'worker_class = "{worker}"', app=app)
    for words in ('the client-certificate mode "sometimes" is unknown', "session_timeout -1"):
        (line,) = [line for line in said.splitlines() if words in line]
        assert "[ERROR] peercert: config." in line


@pytest.mark.parametrize(
    ("hooks", "more", "words"),
    [
        ("hooks()", ["certfile = keyfile = None"], "certfile switches TLS on"),
        ("hooks(client_cert_mode='request')", ["cert_reqs = 2"], "says require, and"),
        ("hooks()", ["cert_reqs = 3"], "0, 1 or 2, not 3"),
        # Stock verifies nobody then, and says nothing.
        ("hooks()", ["cert_reqs = 0"], "config.ca_without_mode"),
        *(
            (
                "(lambda worker: None, hooks()[1])",
                [f'worker_class = "{worker}"'],
                "post_worker_init",
            )
            for worker in ("gevent", "asgi")
            if worker in WORKERS
        ),
        ("hooks(certificate='nowhere.pem')", [], "nowhere.pem"),
    ],
)
def test_what_would_serve_without_the_wanted_tls_serves_nobody(
    premises: Premises, hooks: str, more: list[str], words: str
) -> None:
    app = "hello:asgi" if "asgi" in str(more) else "hello:app"
    assert words in ending(premises, hooks, *more, app=app)
