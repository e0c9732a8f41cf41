"""This file is about a cheroot connection whose handshake waits for the client's first bytes.

In: an accepted socket and a `peercert.Acceptor`. Out: what cheroot takes for a socket. It does
the handshake in the thread that reads first, or step by step without waiting, tells a refused
client why and logs it. It may not know of requests.
"""

from __future__ import annotations

import logging
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import cheroot.errors

from peercert import Error, StateError, Timeout, WantRead, WantWrite, _linger, log

if TYPE_CHECKING:
    from peercert import Acceptor, Rules, Socket
    from peercert.types import ClientCert, Details, Identity

LOG = logging.getLogger("peercert.cheroot")


class DeferredConnection:
    """What cheroot has in the place of a socket: TLS over it, with the handshake still to come."""

    def __init__(
        self,
        acceptor: Acceptor,
        sock: socket.socket,
        settled: Callable[[DeferredConnection], None],
        gone: Callable[[DeferredConnection], None],
    ) -> None:
        """`settled` hears when the handshake has ended, `gone` when the connection is closed."""
        self._acceptor, self._settled, self._gone = acceptor, settled, gone
        self._timeout: float | None = sock.gettimeout()
        # The name now: a client that was reset has none later.
        self._peer = log.peer(sock)
        # TLS comes with the client's first bytes: one that says nothing costs a descriptor only.
        self._sock = sock
        self._tls: Socket | None = None
        self.deadline: float | None = time.monotonic() + acceptor.handshake_timeout
        self.is_ready = False
        self.lingers = False
        self._discarded = 0
        self._evicted = False
        self._closed = False

    # -- who the client is

    @property
    def tls(self) -> Socket:
        """The connection after its handshake; StateError before."""
        if self._tls is None or not self.is_ready:
            raise StateError("state.handshake_pending", "the handshake has not ended yet")
        return self._tls

    def clientcert(self) -> ClientCert:
        """Who the client is, as a dictionary of its own for every caller."""
        return self.tls.clientcert()

    def identity(self, rules: Rules) -> Identity:
        """Who the client is by these rules."""
        return self.tls.identity(rules)

    def details(self) -> Details:
        """How the connection is protected."""
        return self.tls.details()

    def chain(self) -> list[bytes] | None:
        """The client's chain as sent, each DER; None without one and on a resumed connection."""
        return self.tls.chain()

    def der(self) -> bytes | None:
        """The client's certificate as DER; None without one."""
        return self.tls.der()

    def export(
        self, form: str, *, user: str | None = None, pinned: bool = False, generous: bool = False
    ) -> dict[str, Any]:
        """The client under the names that applications already read (docs/names.md).

        `form` is "apache", "nginx", "cgi", "basicauth", "rfc9440", "xfcc" or "asgi"; `user` is who
        the client is to the application.
        """
        return self.tls.export(form, user=user, pinned=pinned, generous=generous)

    def json(self) -> str:
        """What `clientcert()` tells, as JSON text."""
        return self.tls.json()

    def serves(self, authority: str) -> bool:
        """Whether a request for this `Host` may be answered on this connection; if not: 421."""
        return self.tls.serves(authority)

    # -- the handshake

    def advance(self, wait: bool) -> None:
        """Goes on with the handshake; without `wait` only as far as the client's bytes go.

        Raises FatalSSLAlert when it has failed: the reason is logged and the client told.
        """
        try:
            while not self.is_ready:
                if not self._attempt(wait) and not wait:
                    return
        except (Error, OSError) as error:
            self._refuse(error)
            raise cheroot.errors.FatalSSLAlert(str(error)) from error

    def _attempt(self, wait: bool) -> bool:
        left = (self.deadline or 0.0) - time.monotonic()
        if left <= 0:
            raise Timeout("io.timeout", "the handshake did not end in time")
        if self._tls is None:
            self._sock.settimeout(0)
            self._tls = self._acceptor.accept(self._sock)
        self._sock.settimeout(left if wait else 0)
        try:
            self._tls.handshake()
        except WantRead:
            return False
        except WantWrite:
            # The server's flight fits any socket buffer: only a client that takes nothing at all
            # gets here, and it must not keep a worker.
            if not wait and not _ready(self._sock, select.POLLOUT, 0.1):
                raise Timeout("io.timeout", "the client does not take the handshake") from None
            return False
        self.is_ready = True
        self.deadline = None
        self._sock.settimeout(self._timeout)
        self._settled(self)
        log.accepted(LOG, self._peer, self._tls)
        return True

    def _refuse(self, error: Error | OSError) -> None:
        self._settled(self)
        if self._evicted:
            error = Timeout("io.timeout", "too many connections; this one has waited longest")
        log.refused(LOG, self._peer, error)
        self.lingers = True
        self.deadline = time.monotonic() + _linger.SECONDS
        with suppress(OSError):
            self._sock.settimeout(0)
            self._sock.shutdown(socket.SHUT_WR)

    def linger(self, wait: bool) -> bool:
        """Lets a refused client read why: discards what it sends until it closes, bounded in time
        and size. False when that is over."""
        while self._discarded < _linger.BYTES:
            left = (self.deadline or 0.0) - time.monotonic()
            if left <= 0:
                return False
            try:
                self._sock.settimeout(left if wait else 0)
                data = self._sock.recv(1 << 14)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not data:
                return False
            self._discarded += len(data)
        return False

    def make_room(self) -> None:
        """Ends the connection for another's sake: whoever waits for it sees its end."""
        self._evicted = True
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    # -- what a reader and a writer need

    def receive(self, size: int) -> bytes:
        """At most `size` bytes; none at the client's end. The first call does the handshake."""
        if not self.is_ready:
            try:
                self.advance(wait=True)
            except cheroot.errors.FatalSSLAlert:
                self.linger(wait=True)
                raise
        try:
            return self.tls.recv(size)
        except (Error, OSError) as error:
            raise self._translated(error) from error

    def sendall(self, data: bytes) -> None:
        """Sends everything."""
        if not self.is_ready:
            raise cheroot.errors.FatalSSLAlert("nothing is sent before the handshake has ended")
        try:
            self.tls.sendall(data)
        except (Error, OSError) as error:
            raise self._translated(error) from error

    def _translated(self, error: Error | OSError) -> Exception:
        """An error of the connection as one that cheroot knows."""
        if isinstance(error, TimeoutError):
            return TimeoutError("timed out")
        log.broken(LOG, self._peer, error)
        return cheroot.errors.FatalSSLAlert(str(error))

    def pending(self) -> int:
        """How many decrypted bytes are waiting."""
        return self.tls.pending() if self.is_ready else 0

    def has_input(self) -> bool:
        """Whether a read would find something, or the client's end, at once."""
        return self.is_ready and (self.pending() > 0 or _ready(self._sock, select.POLLIN, 0))

    # -- what cheroot asks of a socket

    def fileno(self) -> int:
        """The descriptor."""
        return self._sock.fileno()

    def settimeout(self, seconds: float | None) -> None:
        """For how many seconds a read or write may wait, once the handshake has ended."""
        self._timeout = seconds
        if self.is_ready:
            self._sock.settimeout(seconds)

    def gettimeout(self) -> float | None:
        """See `settimeout`."""
        return self._timeout

    def getsockname(self) -> Any:
        """The server's address."""
        return self._sock.getsockname()

    def getpeername(self) -> Any:
        """The client's address."""
        return self._sock.getpeername()

    @property
    def family(self) -> int:
        """The address family."""
        return self._sock.family

    def getsockopt(self, *arguments: int) -> Any:
        """An option of the socket."""
        return self._sock.getsockopt(*arguments)

    def shutdown(self, how: int) -> None:
        """Ends the connection; tells the client so where a handshake has been."""
        (self.tls if self.is_ready else self._sock).shutdown(how)

    def close(self) -> None:
        """Gives the descriptor back."""
        if self._closed:
            return
        self._closed = True
        waited = not self.is_ready and not self.lingers
        if waited and time.monotonic() >= (self.deadline or 0.0):
            log.refused(LOG, self._peer, Timeout("io.timeout", "the handshake did not end in time"))
        self._gone(self)
        self._sock.close()


def _ready(sock: socket.socket, event: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(sock, event)
    return bool(poll.poll(seconds * 1000))
