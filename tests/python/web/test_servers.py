"""This file is about the middleware under servers that are not ours; docs/ has the others."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from werkzeug.serving import make_server as make_werkzeug

import peercert
from peercert import wsgi

Pki = Any


def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answers with what it knows of its client."""
    start_response("200 OK", [("Content-Type", "application/json")])
    known = {
        "clientcert": environ["peercert.clientcert"],
        "details": environ["peercert.details"],
        "scheme": environ["wsgi.url_scheme"],
    }
    return [json.dumps(known).encode()]


@contextmanager
def running(server: Any) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def wsgiref_server(pki: Pki, application: Any, handler: type[WSGIRequestHandler]) -> WSGIServer:
    server = make_server("127.0.0.1", 0, application, handler_class=handler)
    context = peercert.SSLContext(**pki.options, client_cert_mode="request")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


class Quiet(wsgi.RequestHandler):
    """Our handler without its access log."""

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def test_wsgiref_hands_over_its_connection_by_our_handler(pki: Pki) -> None:
    with running(wsgiref_server(pki, wsgi.expose(app), Quiet)) as port:
        answer = pki.json(f"https://localhost:{port}", "client")
        assert answer["clientcert"]["verified"] is True
        assert answer["scheme"] == "https"
        expired = pki.json(f"https://localhost:{port}", "expired")
    assert expired["clientcert"]["verifycode"] == "CERT_HAS_EXPIRED"


def test_wsgiref_without_our_handler_is_an_error_that_names_it(
    pki: Pki, capsys: pytest.CaptureFixture[str]
) -> None:
    server = wsgiref_server(pki, wsgi.expose(app), WSGIRequestHandler)
    with running(server) as port:
        assert " 500 " in pki.curl("-i", f"https://localhost:{port}").splitlines()[0]
    assert "handler_class=peercert.wsgi.RequestHandler" in capsys.readouterr().err


def test_wsgiref_without_tls_is_an_error_and_not_an_absent_client(
    capsys: pytest.CaptureFixture[str], pki: Pki
) -> None:
    server = make_server("127.0.0.1", 0, wsgi.expose(app), handler_class=Quiet)
    with running(server) as port:
        assert " 500 " in pki.curl("-i", f"http://localhost:{port}").splitlines()[0]
    assert "state.no_connection" in capsys.readouterr().err


def test_werkzeug_hands_over_its_connection(pki: Pki) -> None:
    context = peercert.SSLContext(**pki.options, client_cert_mode="request")
    guarded = wsgi.require(app, paths=["/private"])
    with running(make_werkzeug("127.0.0.1", 0, guarded, ssl_context=context)) as port:
        url = f"https://localhost:{port}"
        assert pki.json(f"{url}/public")["clientcert"]["present"] is False
        refused = pki.run("-i", f"{url}/private", client="expired").stdout
        assert pki.json(f"{url}/private", "client")["clientcert"]["verified"] is True
    assert " 403 " in refused.splitlines()[0]
    assert "CERT_HAS_EXPIRED" in refused


def test_a_client_that_wsgiref_refuses_is_one_log_line_and_no_traceback(
    pki: Pki, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    server = make_server("127.0.0.1", 0, wsgi.expose(app), handler_class=Quiet)
    context = peercert.SSLContext(**pki.options, client_cert_mode="require")
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    with running(server) as port:
        assert pki.run(f"https://localhost:{port}", client="expired").returncode != 0
        assert pki.json(f"https://localhost:{port}", "client")["clientcert"]["verified"] is True
    (line,) = [text for text in caplog.messages if text.startswith("refused ")]
    assert line.count("CN = mallory") == 1
    assert "Traceback" not in capsys.readouterr().err
