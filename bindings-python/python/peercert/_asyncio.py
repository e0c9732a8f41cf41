"""This file is about asyncio's TLS connections: what each keeps in memory, and how long it may take.

In: the transport of a connection; a loop. Out: the same, with a smaller buffer for what comes from the
socket; servers that let go of clients whose handshake does not end. It may not know of certificates.
"""

from __future__ import annotations

import functools
from asyncio import sslproto
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from ._context import SSLContext

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


def limit_handshakes(loop: AbstractEventLoop, context: SSLContext) -> None:
    """Lets servers of this context that a loop makes from now on keep to its `handshake_timeout`, for
    programs that do not tell the loop: it would wait for 60 seconds."""
    create = loop.create_server

    @functools.wraps(create)
    async def created(*arguments: Any, **more: Any) -> Any:
        if more.get("ssl") is context:
            more.setdefault("ssl_handshake_timeout", context.handshake_timeout)
        return await create(*arguments, **more)

    loop.create_server = created  # type: ignore[method-assign]
