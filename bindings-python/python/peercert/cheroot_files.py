"""This file is about a connection as the files that cheroot's parsers read and write.

In: a connection that receives and sends. Out: lines and blocks, with what was read ahead kept in
plain sight. It may not know of TLS.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class Stream(Protocol):
    """What is under the files."""

    def receive(self, size: int) -> bytes:
        """At most `size` bytes; none at the end."""

    def sendall(self, data: bytes) -> None:
        """Sends everything."""

    def pending(self) -> int:
        """How many bytes wait that the descriptor does not tell of."""


class Reader:
    """The connection as a file to read: what cheroot's parsers need of one, and no more."""

    def __init__(self, connection: Stream) -> None:
        self._connection = connection
        self._buffer = b""
        self._ended = False
        self.bytes_read = 0
        self.closed = False

    def has_data(self) -> bool:
        """Whether bytes are waiting that the descriptor does not tell of."""
        return bool(self._buffer) or self._connection.pending() > 0

    def read(self, size: int | None = -1) -> bytes:
        """`size` bytes, fewer only at the end; without a size everything."""
        wanted = float("inf") if size is None or size < 0 else size
        parts, have = [self._buffer], len(self._buffer)
        while have < wanted:
            part = self._receive()
            if not part:
                break
            parts.append(part)
            have += len(part)
        return self._take(b"".join(parts), int(min(wanted, have)))

    def readline(self, size: int | None = -1) -> bytes:
        """A line with its end, at most `size` bytes of it."""
        limit = float("inf") if size is None or size < 0 else size
        parts, have = [self._buffer], len(self._buffer)
        end = self._buffer.find(b"\n")
        while end < 0 and have < limit:
            part = self._receive()
            if not part:
                break
            found = part.find(b"\n")
            end = have + found if found >= 0 else -1
            parts.append(part)
            have += len(part)
        return self._take(b"".join(parts), int(min(limit, have if end < 0 else end + 1)))

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        """All lines, or as many as `hint` bytes take."""
        limit = float("inf") if hint is None or hint <= 0 else hint
        lines, have = [], 0
        while have < limit and (line := self.readline()):
            lines.append(line)
            have += len(line)
        return lines

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def close(self) -> None:
        """Reads no more."""
        self.closed = True
        self._buffer = b""

    def _receive(self) -> bytes:
        if self._ended:
            return b""
        part = self._connection.receive(1 << 14)
        self._ended = not part
        return part

    def _take(self, data: bytes, size: int) -> bytes:
        self._buffer = data[size:]
        self.bytes_read += size
        return data[:size]


class Writer:
    """The connection as a file to write, without a buffer."""

    def __init__(self, connection: Stream) -> None:
        self._connection = connection
        self.bytes_written = 0
        self.closed = False

    def write(self, data: bytes) -> int:
        """Sends everything."""
        self._connection.sendall(data)
        self.bytes_written += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits to be sent."""

    def close(self) -> None:
        """Writes no more."""
        self.closed = True
