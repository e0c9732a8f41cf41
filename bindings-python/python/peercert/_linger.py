"""This file is about letting a refused client go, so that it can read why.

In: a socket whose last words have been sent. Out: the socket, which may be closed. One that is closed
while something unread has come over it resets the connection, and the alert is lost on its way.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress

#: For how many seconds a refused client may take to read why.
SECONDS = 2.0
#: How much it may send meanwhile.
BYTES = 1 << 18


def drain(sock: socket.socket) -> None:
    """Ends sending, and discards what comes until the client closes; bounded in time and size."""
    deadline = time.monotonic() + SECONDS
    discarded = 0
    with suppress(OSError):
        sock.shutdown(socket.SHUT_WR)
        while discarded < BYTES and (left := deadline - time.monotonic()) > 0:
            sock.settimeout(left)
            data = sock.recv(1 << 14)
            if not data:
                break
            discarded += len(data)
    with suppress(OSError):
        # Whoever closes it has nothing to wait for any more.
        sock.shutdown(socket.SHUT_RDWR)
