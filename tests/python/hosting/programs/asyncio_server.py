"""This file is about asyncio's streams, with as much HTTP as these tests want."""

import asyncio
import hashlib

from hosted import OPTIONS, PORT, WATCH, answer

from peercert import SSLContext, SSLObject, log


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers the requests of a connection, one after the other."""
    connection = writer.get_extra_info("ssl_object")
    assert isinstance(connection, SSLObject)
    try:
        while head := await _head(reader):
            fields = dict(line.split(": ") for line in head.lower().splitlines()[1:] if line)
            if "expect" in fields:
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await reader.readexactly(int(fields.get("content-length", "0")))
            who = {"clientcert": connection.clientcert(), "details": connection.details()}
            told = answer(who, "https", hashlib.sha256(body), len(body))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(told) + told)
            await writer.drain()
    except OSError:
        return
    finally:
        writer.close()


async def _head(reader: asyncio.StreamReader) -> str:
    """The next request without its body; nothing at the end."""
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return ""


async def main() -> None:
    """Serves until the end."""
    context = SSLContext(**OPTIONS)
    context.on_refusal(log.refusals())
    context.watch(WATCH)
    server = await asyncio.start_server(serve, "127.0.0.1", PORT, ssl=context)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
