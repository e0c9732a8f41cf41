"""This file is about what is shared: one context in many threads and after a fork, and answers."""

from __future__ import annotations

import functools
import json
import os
import socket
import ssl
import threading

import peercert
from scene import PATIENCE, Peer, client_context, server_options, talk, tcp_pair

CODES = {"good": "OK", "expired": "CERT_HAS_EXPIRED", None: "ABSENT"}


def one_connection(context: peercert.SSLContext, name: str | None) -> str:
    with tcp_pair() as (ours, theirs):
        client = Peer(talk(theirs, client_context(name)))
        with context.wrap_socket(ours, server_side=True) as tls:
            assert isinstance(tls, peercert.SSLSocket)
            assert tls.recv(5) == b"hello"
            code = tls.clientcert()["verifycode"]
            tls.unwrap()
        client.result()
    return code


def test_threads_share_a_context_from_its_first_connection_on() -> None:
    context = peercert.SSLContext(**server_options())
    barrier = threading.Barrier(8)

    def work(name: str | None) -> list[str]:
        barrier.wait(PATIENCE)
        return [one_connection(context, name) for _ in range(10)]

    names = ["good", "expired", None, "good", "expired", None, "good", "expired"]
    workers = [Peer(functools.partial(work, name)) for name in names]
    for name, worker in zip(names, workers, strict=True):
        assert worker.result() == [CODES[name]] * 10


def test_a_context_of_which_connections_were_made_serves_after_a_fork() -> None:
    context = peercert.SSLContext(**server_options())
    assert one_connection(context, "good") == "OK"
    assert in_child(lambda: one_connection(context, "expired")) == "CERT_HAS_EXPIRED"
    assert one_connection(context, "good") == "OK"


def test_a_context_that_is_new_serves_after_a_fork() -> None:
    context = peercert.SSLContext(**server_options())
    assert in_child(lambda: one_connection(context, "good")) == "OK"


def test_a_fork_while_another_thread_holds_the_context_leaves_no_lock_behind() -> None:
    context = peercert.SSLContext(**server_options())
    with context._lock:
        assert in_child(lambda: one_connection(context, "good")) == "OK"


def test_children_resume_the_sessions_of_their_parent() -> None:
    context = peercert.SSLContext(**server_options())
    asking = client_context("good", "1.2")

    def serve(session: ssl.SSLSession | None) -> tuple[bool, ssl.SSLSession | None]:
        with tcp_pair() as (ours, theirs):

            def ask() -> ssl.SSLSession | None:
                with asking.wrap_socket(theirs, session=session) as tls:
                    tls.sendall(b"hello")
                    tls.recv(5)
                    return tls.session

            client = Peer(ask)
            with context.wrap_socket(ours, server_side=True) as tls:
                tls.recv(5)
                tls.sendall(b"hello")
                return bool(tls.session_reused), client.result()

    _, session = serve(None)
    assert in_child(lambda: str(serve(session)[0])) == "True"


def in_child(work: object) -> str:
    """What a function gives in a forked process."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        try:
            theirs.sendall(work().encode())  # type: ignore[operator]
        except BaseException as error:
            theirs.sendall(repr(error).encode())
        finally:
            os._exit(0)
    theirs.close()
    with ours:
        ours.settimeout(PATIENCE)
        heard = ours.recv(1000).decode()
    os.waitpid(child, 0)
    return heard


def test_an_answer_that_a_program_changes_is_its_own() -> None:
    context = peercert.SSLContext(**server_options())
    rules = peercert.Rules("preset cn")
    with tcp_pair() as (ours, theirs):
        client = Peer(talk(theirs, client_context("good")))
        with context.wrap_socket(ours, server_side=True) as tls:
            first = json.dumps([tls.clientcert(), tls.identity(rules)])
            for _ in range(4):
                told, identity = tls.clientcert(), tls.identity(rules)
                assert json.dumps([told, identity]) == first
                told["san"]["dns"].append("changed")
                told["subjectname"][0][0]["value"] = "changed"
                identity["groups"].append("changed")
                told["verified"] = False
            nobody = peercert.Rules("subject.CN nobody nobody")
            assert tls.identity(nobody)["identified"] is False
            assert tls.identity(rules)["identified"] is True
            tls.recv(5)
            tls.unwrap()
        client.result()
