"""This file is about asyncio's TLS connections: what each of them keeps in memory.

In: the transport of a connection. Out: the same, with a smaller buffer for what comes from the socket.
It may not know of certificates.
"""

from __future__ import annotations

from asyncio import sslproto
from typing import Any

# Room for four records (RFC 8446, 5.2); asyncio makes its buffers of 256 kB.
_ROOM = 64 << 10


def slim(transport: Any) -> None:
    """Lets a connection of asyncio's keep 64 kB instead of 256. Another loop's is left as it is."""
    protocol = getattr(transport, "_ssl_protocol", None)
    if not isinstance(protocol, sslproto.SSLProtocol):
        return
    kept: Any = protocol
    if len(getattr(kept, "_ssl_buffer", b"")) > _ROOM and hasattr(kept, "_ssl_buffer_view"):
        # The view is asked for anew with every read, so that nobody holds the old one.
        kept._ssl_buffer = bytearray(_ROOM)
        kept._ssl_buffer_view = memoryview(kept._ssl_buffer)
        kept.max_size = _ROOM
