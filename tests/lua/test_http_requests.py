"""This file is about what the example servers in Lua take for a request."""

from __future__ import annotations

import pytest

import serving
from clients import Answers, connect, request

REFUSED = {
    "no version": (400, b"GET /\r\n\r\n"),
    "another protocol": (400, b"GET / HTTQ/1.1\r\nHost: a\r\n\r\n"),
    "a target of another form": (400, b"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    "a field without a colon": (400, request("/", "b")),
    "a space before the colon": (400, request("/", "b : c")),
    "two lengths": (400, request("/echo", "Content-Length: 1", "Content-Length: 1")),
    "a signed length": (400, request("/echo", "Content-Length: +1")),
    "a length beyond all numbers": (413, request("/echo", "Content-Length: 1" + "0" * 400)),
    "chunks": (501, request("/echo", "Transfer-Encoding: chunked", method="POST")),
    "too many fields": (400, request("/", *(f"field-{count}: b" for count in range(200)))),
}
ANSWERED = {
    "a field that comes twice": (200, request("/", "Accept: a", "Accept: b")),
    "what is not there": (404, request("/nothing")),
    "another method": (405, request("/", method="POST")),
    "an echo of nothing": (405, request("/echo")),
}


@pytest.mark.parametrize("name", ["select", "luv"])
def test_what_is_no_request_is_refused_and_ends_the_connection(lua: str, name: str) -> None:
    serving.demand(lua, name)
    answers = {}
    with serving.serving(lua, name, "request") as server:
        for what, (_, sent) in REFUSED.items():
            with connect(server.port) as connection:
                connection.sendall(sent)
                answers[what] = Answers(connection).next()[0]
    assert answers == {what: status for what, (status, _) in REFUSED.items()}


@pytest.mark.parametrize("name", ["select", "luv"])
def test_what_is_a_request_leaves_the_connection_open(lua: str, name: str) -> None:
    serving.demand(lua, name)
    with serving.serving(lua, name, "request") as server, connect(server.port) as connection:
        answers = Answers(connection)
        for _, sent in ANSWERED.values():
            connection.sendall(sent)
        told = {what: answers.next()[0] for what in ANSWERED}
    assert told == {what: status for what, (status, _) in ANSWERED.items()}
