"""A TLS proxy in front of a server without TLS, such as the wheel's own."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def tls_door(certificate: Path, key: Path, port: int, target: int) -> AsyncIterator[None]:
    """Accept TLS at `port` inside the block, and pass the data on to the target."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, out = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(_pass(reader, out), _pass(inner, writer))

    server = await asyncio.start_server(carry, "127.0.0.1", port, ssl=context)
    try:
        yield
    finally:
        server.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(64 * 1024):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
