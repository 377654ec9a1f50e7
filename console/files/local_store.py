"""The store of files in the data folder."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

PIECE = 256 * 1024  # bytes


class LocalFiles:
    """Keys are letters, digits and dots; only the owner can read a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def put(self, key: str, source: Path) -> None:
        """Move the file here from the same folder. It is on disk when this returns."""
        await asyncio.to_thread(self._put, key, source)

    def _put(self, key: str, source: Path) -> None:
        target = self._path(key)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        with source.open("rb") as file:
            os.fsync(file.fileno())
        source.replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    async def read(self, key: str, start: int, length: int) -> AsyncIterator[bytes]:
        """Raises OSError if it does not exist."""
        file = await asyncio.to_thread(self._path(key).open, "rb")
        try:
            await asyncio.to_thread(file.seek, start)
            while length > 0 and (piece := await asyncio.to_thread(file.read, min(PIECE, length))):
                length -= len(piece)
                yield piece
        finally:
            file.close()

    async def size(self, key: str) -> int:
        """Raises OSError if it does not exist."""
        return (await asyncio.to_thread(self._path(key).stat)).st_size

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key
