"""This file is about load: clients that connect again and again, each with the session of its last
connection, and the account of what became of it.

In: a port, clients. Out: how many connections were resumed, how many sessions were lost, how many
connections failed, and who answered.
"""

from __future__ import annotations

import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from premises import ask, connect
from scene import PATIENCE


def call(port: int, client: ssl.SSLContext, session: Any) -> tuple[dict[str, Any], Any]:
    """What a server says of a client, and the session to come back with."""
    with connect(port, client, session=session) as tls:
        answer = ask(tls)
        assert answer["clientcert"]["resumed"] is tls.session_reused
        return answer, tls.session


def identity(answer: dict[str, Any]) -> dict[str, Any]:
    """Who the client is, whether it was resumed or not."""
    return {key: value for key, value in answer["clientcert"].items() if key != "resumed"}


class Load:
    """Clients in threads, and their account."""

    def __init__(self, port: int, clients: list[ssl.SSLContext]) -> None:
        self.resumed = 0
        #: Full handshakes of clients that brought a session.
        self.lost = 0
        self.failures: list[str] = []
        self.machines: Counter[str] = Counter()
        self._news = threading.Condition()
        self._rounds = [0] * len(clients)
        self._generation = 0
        self._ended = False
        self._threads = [
            threading.Thread(target=self._run, args=(port, number, client))
            for number, client in enumerate(clients)
        ]
        for thread in self._threads:
            thread.start()

    def _run(self, port: int, number: int, client: ssl.SSLContext) -> None:
        session: Any = None
        generation, first = -1, None
        while not self._ended:
            wanted = self._generation
            if wanted != generation:
                session, generation = None, wanted
            try:
                answer, later = call(port, client, session)
                first = first or identity(answer)
                assert identity(answer) == first
            except (OSError, AssertionError) as error:
                with self._news:
                    self.failures.append(repr(error))
                continue
            with self._news:
                self.machines[answer["machine"]] += 1
                if session is not None:
                    self.resumed += answer["clientcert"]["resumed"]
                    self.lost += not answer["clientcert"]["resumed"]
                self._rounds[number] += 1
                self._news.notify_all()
            session = later

    def go_on(self, rounds: int = 6) -> None:
        """Waits until every client has been served so many times more."""
        with self._news:
            goals = [done + rounds for done in self._rounds]
            come = self._news.wait_for(
                lambda: all(map(int.__ge__, self._rounds, goals)), timeout=4 * PATIENCE
            )
            assert come, f"clients are not served any more: {self.failures[-5:]}"

    def begin_anew(self) -> None:
        """Waits until every client has let go of its session, as all do in time, and has another."""
        self._generation += 1
        self.go_on(3)

    def end(self) -> None:
        """Waits for the end of all clients."""
        self._ended = True
        for thread in self._threads:
            thread.join(4 * PATIENCE)
            assert not thread.is_alive()


@contextmanager
def load(port: int, clients: list[ssl.SSLContext]) -> Iterator[Load]:
    """Clients for the block."""
    running = Load(port, clients)
    try:
        yield running
    finally:
        running.end()
