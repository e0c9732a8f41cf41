"""This file is about serving a WSGI application on cheroot until it is told to stop.

In: an application, an address and the options of an acceptor. Out: a server that listens, and a clean
end. It may not know where applications and certificates come from.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from peercert import cheroot, wsgi
from peercert.commands import listen

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from peercert import Acceptor


class Server(cheroot.Server):
    """A server that listens."""

    def __init__(
        self,
        app: WSGIApplication,
        bind: tuple[str, int],
        options: Callable[[], dict[str, Any]],
        threads: int = 10,
    ) -> None:
        """The options are asked for when the port is free, so that nothing is made for a server that
        cannot be. Raises peercert.Error."""
        listen.bound(bind).close()
        adapter = cheroot.Adapter(**options())
        self.acceptor: Acceptor = adapter.acceptor
        super().__init__(bind, wsgi.expose(app), adapter, numthreads=threads)
        try:
            self.prepare()
        except OSError as error:
            raise listen.refused(bind, self.bind_error or error) from None

    def until_told(self) -> None:
        """Serves until SIGINT or SIGTERM, then ends what is open and returns."""
        stopping: list[threading.Thread] = []

        def stop() -> None:
            thread = threading.Thread(target=self.stop)
            stopping.append(thread)
            thread.start()

        listen.when_told(stop)
        self.serve()
        for thread in stopping:
            thread.join()

    @contextmanager
    def meanwhile(self) -> Iterator[None]:
        """Serves in a thread while the block runs."""
        thread = threading.Thread(target=self.serve)
        thread.start()
        try:
            yield
        finally:
            self.stop()
            thread.join()
