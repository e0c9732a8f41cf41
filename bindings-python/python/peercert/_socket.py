"""This file is about the acceptor and its sockets, with exceptions of ours.

In: options; connected stream sockets. Out: connections whose peer is known.
"""

from __future__ import annotations

import contextlib
import io
import socket as sockets
from typing import TYPE_CHECKING, Any, Literal, Self

from . import _native
from ._errors import Error, WantRead, WantWrite

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from typing_extensions import Buffer

    from ._native import Rules
    from .types import ClientCert, Counters, Details, Identity


class Acceptor:
    """Accepts TLS connections.

    Options are named in the documentation; every problem with them is raised at once, as a
    `ConfigError` with its `problems`. One acceptor serves many threads.
    """

    __slots__ = ("_native",)

    def __init__(self, **options: Any) -> None:
        self._native = _native.Acceptor(**options)

    @property
    def mode(self) -> str:
        """The client-certificate mode."""
        return self._native.mode

    @property
    def warnings(self) -> list[str]:
        """What is odd about the configuration but does not prevent it."""
        return self._native.warnings

    @property
    def handshake_timeout(self) -> float:
        """How many seconds a handshake may take where the socket is ours to wait for."""
        return self._native.handshake_timeout

    def on_refusal(self, callback: Callable[[Error], object]) -> None:
        """Sets what is told the error of each handshake that fails, in the thread that drives it.

        Where a server swallows the exception, this is how a refused client gets into the log. Set it
        before threads share the acceptor. The callback decides nothing, and must not use the
        connection; what it raises goes to `sys.unraisablehook`.
        """
        self._native = self._native.on_refusal(callback)

    def reload(self) -> None:
        """Reads every file anew, for the connections that are made from now on.

        Those that are there go on as they are; sessions are resumed afterwards where the policy of
        their host is the same. Raises `ConfigError` with every problem, as at the start; then what
        was there before is still used.
        """
        self._native.reload()

    def watch(self, seconds: float, told: Callable[[Error | None], object] | None = None) -> None:
        """Reloads by itself when a file has been replaced: written, renamed over, or a link pointed
        elsewhere. A thread looks every `seconds` (at most a day), until this is called again or the
        acceptor is gone; 0 ends it. A fork has no such thread: call it in the process that serves.

        `told` is called in that thread after each reload, with the error or with `None`. What it
        raises goes to `sys.unraisablehook`.
        """
        self._native.watch(seconds, told)

    def reload_error(self) -> Error | None:
        """Why the last reload failed; `None` when it did not, or there was none."""
        return self._native.reload_error()

    def counters(self) -> Counters:
        """What has become of the handshakes since the acceptor was made, over all reloads."""
        return self._native.counters()

    def connection(self) -> _native.Connection:
        """A connection without a socket: bytes in, bytes out."""
        return self._native.connection()

    def accept(self, sock: sockets.socket) -> Socket:
        """The TLS connection over a connected stream socket, which belongs to it from now on.

        A blocking socket, or one with a time-out, has its handshake done, within
        `handshake_timeout`; when that fails the socket is closed. For a non-blocking one call
        `handshake()` until it no longer raises `WantRead` or `WantWrite`.

        Raises `PeerError` (with `clientcert` when somebody was refused), `Timeout`, `IoError`.
        """
        made = Socket(sock, self._native.engine_over_socket(sock, stdlib=False))
        if sock.gettimeout() != 0:
            try:
                made.handshake()
            except BaseException:
                sock.close()
                raise
        return made


class Socket:
    """A TLS connection over a socket. One thread may read while another writes."""

    def __init__(self, sock: sockets.socket, engine: _native.Engine) -> None:
        self._sock = sock
        self._engine = engine
        self._files = 0
        self._closed = False

    def handshake(self) -> None:
        """Advances the handshake to its end."""
        self._engine.do_handshake()

    def request_certificate(self) -> None:
        """Asks for the client's certificate, though the handshake has ended, and waits for it.

        For locations that need it (TLS 1.3, OpenSSL, the option `client_cert_later`). Afterwards
        `clientcert()` tells anew; a dictionary that was given before does not change. What the client
        has sent meanwhile is read as ever. It has `handshake_timeout` to answer. On a non-blocking
        socket, go on with `handshake()` after `WantRead` or `WantWrite`.

        Raises `StateError` (`state.unsupported`) where the TLS library or the client cannot do it: the
        connection goes on; `PeerError` when the client was refused; `Timeout`, `IoError`.
        """
        self._engine.request_certificate()

    def recv(self, size: int = 16384) -> bytes:
        """Reads up to `size` bytes; `b""` when the client has closed the connection properly.

        Raises `PeerError` (`peer.closed`) when it was cut off: what came may be incomplete.
        """
        return self._engine.read(size)

    def recv_into(self, buffer: Buffer, nbytes: int = 0) -> int:
        """Reads into a buffer; tells how many bytes."""
        return self._engine.read(nbytes, buffer)

    def send(self, data: Buffer) -> int:
        """Writes; tells how many bytes were taken."""
        return self._engine.write(data)

    def sendall(self, data: Buffer) -> None:
        """Writes all of it."""
        with memoryview(data) as view, view.cast("B") as octets:
            sent = 0
            while sent < len(octets):
                sent += self._engine.write(octets[sent:])

    def makefile(
        self, mode: Literal["r", "w", "rw", "rb", "wb", "rwb"] = "rb", buffering: int = -1
    ) -> io.BufferedIOBase | io.RawIOBase:
        """A binary file over the connection, which stays open until the file is closed, too."""
        reading, writing = "r" in mode, "w" in mode
        raw = _File(self, reading, writing)
        self._files += 1
        if buffering == 0:
            return raw
        size = io.DEFAULT_BUFFER_SIZE if buffering < 0 else buffering
        if reading and writing:
            return io.BufferedRWPair(raw, raw, size)
        return io.BufferedReader(raw, size) if reading else io.BufferedWriter(raw, size)

    def pending(self) -> int:
        """How many bytes can be read at once."""
        return self._engine.pending()

    def unwrap(self) -> sockets.socket:
        """Says goodbye, waits for the client's, and gives the plain socket back."""
        self._engine.shutdown()
        return self._sock

    def shutdown(self, how: int) -> None:
        """Ends sending, with a TLS goodbye (`SHUT_WR`, `SHUT_RDWR`), or receiving."""
        if how != sockets.SHUT_RD:
            self._goodbye()
        self._sock.shutdown(how)

    def close(self) -> None:
        """Says goodbye without waiting for the client's, and closes the socket."""
        if not self._closed:
            self._closed = True
            self._release()

    def _release(self) -> None:
        if self._closed and self._files == 0 and self._sock.fileno() >= 0:
            self._goodbye()
            self._sock.close()

    def _goodbye(self) -> None:
        timeout = self._sock.gettimeout()
        # A goodbye goes out if there is room for it; nobody waits for the answer.
        self._sock.setblocking(False)
        with contextlib.suppress(OSError, Error):
            self._engine.shutdown()
        self._sock.settimeout(timeout)

    def fileno(self) -> int:
        """The descriptor; -1 when closed."""
        return self._sock.fileno()

    def settimeout(self, seconds: float | None) -> None:
        """How long each later call may wait; `None`: as long as it takes, 0: not at all."""
        self._sock.settimeout(seconds)

    def gettimeout(self) -> float | None:
        """What `settimeout` has set."""
        return self._sock.gettimeout()

    def setblocking(self, blocking: bool) -> None:
        """`settimeout(None)` or `settimeout(0)`."""
        self._sock.setblocking(blocking)

    def getpeername(self) -> Any:
        """The client's address."""
        return self._sock.getpeername()

    def getsockname(self) -> Any:
        """Our address."""
        return self._sock.getsockname()

    def clientcert(self) -> ClientCert:
        """Who the client is."""
        return self._engine.clientcert()

    def identity(self, rules: Rules) -> Identity:
        """Who the client is by these rules."""
        return self._engine.identity(rules)

    def details(self) -> Details:
        """The connection: TLS version, cipher, names."""
        return self._engine.details()

    def chain(self) -> list[bytes] | None:
        """The chain as the client sent it, leaf first, each DER.

        `None` without a certificate, and on a resumed connection.
        """
        return self._engine.chain()

    def der(self) -> bytes | None:
        """The client's certificate as DER; `None` without one."""
        return self._engine.der()

    def export(
        self, form: str, *, user: str | None = None, pinned: bool = False, generous: bool = False
    ) -> dict[str, Any]:
        """The client under the names that applications already read (docs/names.md).

        `form` is "apache", "nginx", "cgi", "basicauth", "rfc9440", "xfcc" or "asgi"; `user` is who
        the client is to the application.
        """
        return self._engine.export(form, user=user, pinned=pinned, generous=generous)

    def json(self) -> str:
        """What `clientcert()` tells, as JSON text."""
        return self._engine.json()

    def serves(self, authority: str) -> bool:
        """Whether a request for this `Host` (or `:authority`) may be answered on this connection.

        It may where the virtual host of that name lets in the same clients as the one that the
        connection was made for. Where not, answer 421 Misdirected Request. Beside virtual hosts, a
        host in an odd spelling (percent-encoded, with a user name, with a comma) is served nowhere:
        programs read it in different ways.
        """
        return self._engine.serves(authority)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _File(io.RawIOBase):
    """The raw file under `makefile`; `None` when it would have to wait, as files do."""

    def __init__(self, connection: Socket, reading: bool, writing: bool) -> None:
        super().__init__()
        self._connection = connection
        self._modes = (reading, writing)

    def readable(self) -> bool:
        return self._modes[0]

    def writable(self) -> bool:
        return self._modes[1]

    def fileno(self) -> int:
        return self._connection.fileno()

    def readinto(self, buffer: Buffer) -> int | None:
        try:
            return self._connection.recv_into(buffer)
        except (WantRead, WantWrite):
            return None

    def write(self, data: Buffer) -> int | None:
        try:
            return self._connection.send(data)
        except (WantRead, WantWrite):
            return None

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._connection._files -= 1
            self._connection._release()
