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

ROUNDS = int(os.environ.get("PEERCERT_ROUNDS", "6000"))
#: After how many of them the memory is looked at first: until here it may still find its size, because
#: Lua leaves connections that nobody has closed to its garbage collector, which does not see how much
#: memory of C each holds.
SETTLED = max(ROUNDS // 4, min(4000, ROUNDS // 2))
#: What the rounds after these may add, in KiB: what the allocators of Lua and of C need to
#: shuffle their blocks. 100,000 rounds may add no more than 2,000.
SHUFFLED = 512

#: The clients, in turns: one that is verified, one that resumes its session, one of a stranger's CA, none.
CLIENTS = ("good", "good", "unknown-leaf", None)

REFUSED = {"unknown-leaf": "peer.certificate_refused", None: "peer.no_certificate"}


def handshakes(program: Program) -> tuple[int, int]:
    """The memory once it has settled, and at the end."""
    contexts = {name: client_context(name) for name in CLIENTS}
    early, session = 0, None
    for index, name in zip(range(ROUNDS), itertools.cycle(CLIENTS), strict=False):
        meeting = meet(program.connection(), Refusal, contexts[name], session)
        judge(meeting, name, session)
        session = meeting.session if session is None and name == "good" else None
        if index == SETTLED:
            early = int(program.ask("memory"))
    return early, int(program.ask("memory"))


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
