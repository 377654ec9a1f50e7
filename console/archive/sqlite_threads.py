"""Whole transactions of SQLite in a thread: one hop for all their statements instead of one or more for each.

What runs often goes this way: the archive, and what is asked every second. One thread writes and one reads, each with
a connection of its own.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from sqlalchemy import URL, Connection, create_engine

from console.archive.engines import tame_sqlite
from console.archive.writer_lock import WriterLock
from console.errors import Unknown

T = TypeVar("T")


class SqliteThreads:
    def __init__(self, url: URL, lock: WriterLock, busy: int) -> None:
        """Nothing is opened before the first transaction."""
        self.engine = create_engine(url.set(drivername="sqlite"))
        tame_sqlite(self.engine, busy)
        self._lock = lock
        self._reader = ThreadPoolExecutor(1, "sqlite-reads")
        self._writer = ThreadPoolExecutor(1, "sqlite-writes")
        self._closed = False

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._submit(self._reader, partial(self._read, work)))

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run it when it is this writer's turn. A caller who goes away leaves it to its end, and the turn with it."""
        job: Future[T] = await self._lock.hand_over(lambda: self._submit(self._writer, partial(self._write, work)))
        return await asyncio.wrap_future(job)

    async def close(self) -> None:
        """Let what was begun come to its end. Whatever comes later is Unknown."""
        self._closed = True
        for executor in (self._reader, self._writer):
            await asyncio.to_thread(executor.shutdown)
        self.engine.dispose()

    def _submit(self, executor: ThreadPoolExecutor, job: Callable[[], T]) -> Future[T]:
        if self._closed:
            raise Unknown("The database is not available right now: it is closed")
        return executor.submit(job)

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self.engine.connect() as connection:
            return work(connection)

    def _write(self, work: Callable[[Connection], T]) -> T:
        with self.engine.connect() as connection:
            connection.execution_options(writing=True)
            with self._lock.begin(connection):
                return work(connection)
