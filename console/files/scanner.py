"""The virus scanner: clamd by its socket, or a program that gets the file's path."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

Verdict = Literal["clean", "refused"]
LIMIT = 30.0  # seconds for one file
PIECE = 64 * 1024  # bytes


class Scanner:
    """`address`: tcp://HOST:PORT or unix:///PATH of clamd, exec:///PATH of a program; empty: nothing is scanned."""

    def __init__(self, address: str, *, limit: float = LIMIT) -> None:
        self.on = bool(address)
        self._address = urlsplit(address)
        self._limit = limit

    async def scan(self, pieces: AsyncIterator[bytes], file: Path) -> Verdict:
        """`pieces` are the file's. Raises OSError if the scanner is down, slow or gives no result."""
        try:
            async with asyncio.timeout(self._limit):
                if self._address.scheme == "exec":
                    return await self._run(file)
                return await self._ask(pieces)
        except (TimeoutError, EOFError) as problem:
            raise OSError("The scanner does not answer.") from problem

    async def _run(self, file: Path) -> Verdict:
        """Run the program. 0: clean, 1: refused, as with clamscan and clamdscan."""
        process = await asyncio.create_subprocess_exec(
            self._address.path, str(file), stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            code = await process.wait()
        finally:
            with suppress(ProcessLookupError):
                process.kill()
        if code not in (0, 1):
            raise OSError(f"The scanner ended with {code}.")
        return "refused" if code else "clean"

    async def _ask(self, pieces: AsyncIterator[bytes]) -> Verdict:
        """Send INSTREAM: pieces with their lengths, then an empty one."""
        if self._address.scheme == "unix":
            reader, writer = await asyncio.open_unix_connection(self._address.path)
        else:
            reader, writer = await asyncio.open_connection(self._address.hostname, self._address.port)
        try:
            writer.write(b"zINSTREAM\0")
            async for piece in pieces:
                for at in range(0, len(piece), PIECE):
                    part = piece[at : at + PIECE]
                    writer.write(struct.pack("!I", len(part)) + part)
                    await writer.drain()
            writer.write(struct.pack("!I", 0))
            await writer.drain()
            said = await reader.readuntil(b"\0")
        finally:
            writer.close()
        if said.endswith(b"OK\0"):
            return "clean"
        if said.endswith(b"FOUND\0"):
            return "refused"
        raise OSError(f"The scanner says {said[:100]!r}.")
