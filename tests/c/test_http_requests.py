"""This file is about what the example servers with our own HTTP take for a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clients import Answers, connect, last_words, request
from server import Server
from serving import serving

REFUSED = {
    "a line without carriage return": (400, b"GET / HTTP/1.1\nHost: a\n\r\n\r\n"),
    "no version": (400, b"GET /\r\n\r\n"),
    "another protocol": (400, b"GET / HTTQ/1.1\r\nHost: a\r\n\r\n"),
    "a version to come": (505, b"GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
    "a method of other characters": (400, b"G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
    "a long method": (501, request(method="G" * 16)),
    "a target of another form": (400, b"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    "a long target": (414, request("/" + "a" * 1024)),
    "no host": (400, b"GET / HTTP/1.1\r\n\r\n"),
    "two hosts": (400, request("/", "Host: b")),
    "a field without a name": (400, request("/", ": b")),
    "a field without a colon": (400, request("/", "b")),
    "a space before the colon": (400, request("/", "b : c")),
    "a folded field": (400, request("/", "b: c", " d")),
    "a control character": (400, request("/", "b: \x01")),
    "a NUL": (400, request("/", "b\0: c")),
    "a large head": (431, request("/", "b: " + "c" * 16_384)),
    "two lengths": (400, request("/echo", "Content-Length: 1", "Content-Length: 1")),
    "a list of lengths": (400, request("/echo", "Content-Length: 1, 1")),
    "a signed length": (400, request("/echo", "Content-Length: +1")),
    "no length at all": (400, request("/echo", "Content-Length:")),
    "a large body": (413, request("/echo", "Content-Length: 8388609")),
    "a length beyond all numbers": (413, request("/echo", "Content-Length: 1" + "0" * 30)),
    "chunks": (411, request("/echo", "Transfer-Encoding: chunked", method="POST")),
    "length and chunks": (411, request("/echo", "Content-Length: 1", "Transfer-Encoding: x")),
    "another expectation": (417, request("/", "Expect: rain")),
}


@pytest.fixture(params=["blocking", "epoll"])
def server(request: pytest.FixtureRequest, example: Callable[[str], Path]) -> Iterator[Server]:
    """One of the servers."""
    with serving(example(request.param), "request") as server:
        yield server


def test_whatever_is_no_request_is_refused_with_a_status_and_ends_the_connection(
    server: Server,
) -> None:
    answers = {}
    for what, (_, sent) in REFUSED.items():
        with connect(server.port) as connection:
            # What follows such a request is never taken for another.
            connection.sendall(sent + request("/echo", method="POST", body=b"smuggled"))
            answers[what] = Answers(connection).next()[0]
            assert connection.recv(1) == b""
    assert answers == {what: status for what, (status, _) in REFUSED.items()}


def test_requests_for_what_is_not_there_leave_the_connection_open(server: Server) -> None:
    with connect(server.port) as connection:
        answers = Answers(connection)
        asked = [("/nothing", "GET"), ("/", "POST"), ("/echo", "GET"), ("/", "GET")]
        for path, method in asked:
            connection.sendall(request(path, method=method))
        assert [answers.next()[0] for _ in asked] == [404, 405, 405, 200]


@pytest.mark.parametrize(
    "field", ["Connection: close", "connection: Upgrade , CLOSE", "Connection:close"]
)
def test_a_client_may_ask_for_the_end_of_the_connection(server: Server, field: str) -> None:
    with connect(server.port) as connection:
        connection.sendall(request("/", field) + request())
        assert Answers(connection).next()[0] == 200
        assert connection.recv(1) == b""


def test_http_1_0_ends_with_the_answer(server: Server) -> None:
    with connect(server.port) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert Answers(connection).next()[0] == 200
        assert connection.recv(1) == b""


def test_a_body_up_to_the_limit_comes_back(server: Server) -> None:
    body = bytes(8_388_608)
    with connect(server.port) as connection:
        connection.sendall(request("/echo", method="POST", body=body))
        assert Answers(connection).next() == (200, body)


@pytest.mark.parametrize("goodbye", [True, False], ids=["close_notify", "FIN"])
def test_a_client_that_has_ended_its_side_still_gets_its_answer(
    server: Server, goodbye: bool
) -> None:
    body = bytes(2_000_000)
    heard = last_words(server.port, request("/echo", method="POST", body=body), goodbye=goodbye)
    assert heard.startswith(b"HTTP/1.1 200 ")
    assert heard.endswith(b"\r\n\r\n" + body)
