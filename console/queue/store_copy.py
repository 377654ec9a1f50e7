"""A copy of a store as of one moment: the snapshot that a new replica would get (RDB), over an ordinary connection.

It works the same for the embedded store and for one on another machine, and leaves no file behind there. The store
forks for it, as for a rewrite of its append-only file; calls go on.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from redis.exceptions import AuthenticationError

from console.errors import SettingError
from console.queue.primary import AWAY, Primary, ask

SILENCE = 60.0  # seconds without a byte after which the copy fails; the store sends one a second while it prepares
CHUNK = 1 << 20
MARK = 40  # bytes that end a snapshot whose length was unknown at its start


async def copy_store(primary: Primary, target: BinaryIO) -> None:
    """Write the snapshot to `target`. Raises SettingError if the store refuses, or stops in the middle."""
    with _setting_errors(primary):
        async with primary.connected() as connection:
            for words in (("REPLCONF", "capa", "eof"), ("REPLCONF", "rdb-only", "1")):
                await ask(connection, *words)
            await connection.send_command("SYNC")
            # No protocol reply follows, so this bypasses the client's parser, which has nothing buffered.
            assert connection._reader is not None
            await _read_snapshot(connection._reader, target)


async def find_address(primary: Primary) -> str:
    """Return where the primary is. Raises SettingError if it does not respond."""
    with _setting_errors(primary):
        async with primary.connected():
            return primary.address


@contextmanager
def _setting_errors(primary: Primary) -> Iterator[None]:
    """Raise SettingError for whatever goes wrong with the store inside the block."""
    try:
        yield
    except AuthenticationError as problem:
        raise SettingError(f"The store at {primary.shown} refuses the user or password.") from problem
    except (*AWAY, ValueError) as problem:
        says = str(problem) or type(problem).__name__
        raise SettingError(
            f"The store at {primary.shown} sent no copy of its data: {says}. Copy its files yourself, and use "
            "--without-store."
        ) from problem


async def _read_snapshot(reader: asyncio.StreamReader, target: BinaryIO) -> None:
    header = await _line(reader)
    if not header.startswith(b"$"):
        raise ValueError(header.lstrip(b"-").decode(errors="replace"))
    if header.startswith(b"$EOF:"):
        await _until(reader, target, header[5:])
    else:
        await _exactly(reader, target, int(header[1:]))


async def _line(reader: asyncio.StreamReader) -> bytes:
    """Return the first line that is not empty: empty lines mean that the store is still preparing."""
    while True:
        async with asyncio.timeout(SILENCE):
            line = (await reader.readuntil(b"\n")).strip()
        if line:
            return line


async def _some(reader: asyncio.StreamReader, most: int = CHUNK) -> bytes:
    async with asyncio.timeout(SILENCE):
        data = await reader.read(most)
    if not data:
        raise ValueError("it closed the connection before the end")
    return data


async def _exactly(reader: asyncio.StreamReader, target: BinaryIO, size: int) -> None:
    while size:
        data = await _some(reader, min(size, CHUNK))
        target.write(data)
        size -= len(data)


async def _until(reader: asyncio.StreamReader, target: BinaryIO, mark: bytes) -> None:
    """Copy everything before the mark, which is random and comes last."""
    if len(mark) != MARK:
        raise ValueError("it sent an end mark that is not valid")
    tail = b""
    while not tail.endswith(mark):
        data = tail + await _some(reader)
        target.write(data[:-MARK])
        tail = data[-MARK:]
