"""A ZIP that is written as data arrives: entry by entry, in a thread. Only the list of entries is held in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, BinaryIO, ParamSpec, TypeVar
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

MODE = 0o600 << 16  # for its owner alone, wherever it is unpacked

Write = Callable[[bytes], Coroutine[Any, Any, None]]
P = ParamSpec("P")
T = TypeVar("T")


class ZipWriter:
    def __init__(self, file: BinaryIO) -> None:
        # One thread, so that work begun for a cancelled caller ends before anything else starts.
        self._thread = ThreadPoolExecutor(1, "export")
        self._zip = ZipFile(file, "w")

    @asynccontextmanager
    async def entry(self, name: str, *, packed: bool = True) -> AsyncIterator[Write]:
        """Yield a function that writes the next entry; `packed`: it is worth compressing."""
        now = datetime.now(UTC)
        info = ZipInfo(name, (now.year, now.month, now.day, now.hour, now.minute, now.second))
        info.compress_type, info.external_attr = ZIP_DEFLATED if packed else ZIP_STORED, MODE
        entry = await self._do(self._zip.open, info, "w", force_zip64=True)

        async def write(data: bytes) -> None:
            await self._do(entry.write, data)

        try:
            yield write
        finally:
            await self._do(entry.close)

    async def close(self) -> None:
        """Write the list of entries."""
        try:
            await self._do(self._zip.close)
        finally:
            self._thread.shutdown(wait=False)

    async def _do(self, job: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        return await asyncio.wrap_future(self._thread.submit(job, *given, **named))
