"""This file is about what many handshakes in Lua leave behind: nothing that grows.

A few here; `make soak` has many, and some under valgrind.
"""

from __future__ import annotations

import itertools
import os
import ssl
import time

from answering import CHECKED, Program, Refusal
from dialogue import Meeting, meet
from scene import client_context, server_options

ROUNDS = int(os.environ.get("PEERCERT_ROUNDS", "2000"))
#: What the rounds after the first quarter may add, in KiB: what the allocators of Lua and of C need to
#: shuffle their blocks. 100,000 rounds may add no more than 2,000.
SHUFFLED = 512

#: The clients, in turns: one that is verified, one that resumes its session, one of a stranger's CA, none.
CLIENTS = ("good", "good", "unknown-leaf", None)

REFUSED = {"unknown-leaf": "peer.certificate_refused", None: "peer.no_certificate"}


def handshakes(program: Program) -> tuple[int, int]:
    """The memory after a quarter of all rounds, and at the end."""
    measured = []
    contexts = {name: client_context(name) for name in CLIENTS}
    session = None
    for index, name in zip(range(ROUNDS), itertools.cycle(CLIENTS), strict=False):
        meeting = meet(program.connection(), Refusal, contexts[name], session)
        judge(meeting, name, session)
        session = meeting.session if session is None and name == "good" else None
        # Every time alike, because it collects garbage: how much of that lies about is not the question.
        if index % 100 == 99:
            measured.append(int(program.ask("memory")))
    return measured[len(measured) // 4], measured[-1]


def judge(meeting: Meeting, name: str | None, session: ssl.SSLSession | None) -> None:
    """Each client meets what it has to."""
    if name == "good":
        report = meeting.server.clientcert()
        assert report["verified"]
        assert meeting.server.details()["resumed"] is (session is not None)
    else:
        assert meeting.error.code == REFUSED[name]


def test_handshakes_leave_no_memory_behind(lua: str) -> None:
    began = time.monotonic()
    with Program(lua) as program:
        program.ask("acceptor", server_options("require"))
        early, late = handshakes(program)
    taken = time.monotonic() - began
    print(
        f"{ROUNDS} handshakes on {lua} in {taken:.0f} s; {early} KiB early, {late} KiB at the end"
    )
    # valgrind's memory is not the program's; it sees a leak itself.
    if not CHECKED:
        assert late - early < SHUFFLED
