"""Whole transactions of SQLite in a thread: one hop for all their statements instead of one or more for each.

Used for what runs often: the archive, and queries of every second. One thread writes and one reads, each with its own
connection.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import URL, Connection, create_engine

from console.archive.engines import tame_sqlite
from console.archive.writer_lock import WriterLock
from console.errors import Unknown

T = TypeVar("T")


class AskedRead(NamedTuple):
    """A read to run, and the future that waits for it."""

    work: Callable[[Connection], Any]
    answer: asyncio.Future[Any]


class SqliteThreads:
    def __init__(self, url: URL, lock: WriterLock, busy: int) -> None:
        """Nothing is opened before the first transaction."""
        self.engine = create_engine(url.set(drivername="sqlite"))
        tame_sqlite(self.engine, busy)
        self._lock = lock
        self._reader = ThreadPoolExecutor(1, "sqlite-reads")
        self._writer = ThreadPoolExecutor(1, "sqlite-writes")
        self._asked: list[AskedRead] = []
        self._closed = False

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run the read. Reads from the same turn of the event loop share the hop and the transaction."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        if not self._asked:
            loop.call_soon(self._ask, loop)
        self._asked.append(AskedRead(work, answer))
        return await answer

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run the write when it is this writer's turn. If the caller is cancelled, the write still finishes and keeps
        the turn.
        """
        job: Future[T] = await self._lock.hand_over(lambda: self._submit(self._writer, partial(self._write, work)))
        return await asyncio.wrap_future(job)

    async def close(self) -> None:
        """Let running transactions finish. Later ones raise Unknown."""
        self._closed = True
        for executor in (self._reader, self._writer):
            await asyncio.to_thread(executor.shutdown)
        self.engine.dispose()

    def _submit(self, executor: ThreadPoolExecutor, job: Callable[[], T]) -> Future[T]:
        if self._closed:
            raise Unknown("The database is not available right now: it is closed")
        return executor.submit(job)

    def _ask(self, loop: asyncio.AbstractEventLoop) -> None:
        together, self._asked = self._asked, []
        try:
            job = self._submit(self._reader, partial(self._read, [asked.work for asked in together]))
        except Unknown as problem:
            _deliver_answers(together, [problem] * len(together))
            return

        def done(job: Future[list[Any]]) -> None:
            with suppress(RuntimeError):  # the loop is closed, so nobody waits
                loop.call_soon_threadsafe(_deliver_answers, together, job.result())

        job.add_done_callback(done)

    def _read(self, works: list[Callable[[Connection], Any]]) -> list[Any]:
        """Return each read's result or exception."""
        answers: list[Any] = []
        try:
            with self.engine.connect() as connection:
                for work in works:
                    try:
                        answers.append(work(connection))
                    except Exception as problem:
                        answers.append(problem)
        except Exception as problem:  # the transaction failed, so no read has a result
            answers += [problem] * (len(works) - len(answers))
        return answers

    def _write(self, work: Callable[[Connection], T]) -> T:
        with self.engine.connect() as connection:
            connection.execution_options(writing=True)
            with self._lock.begin(connection):
                return work(connection)


def _deliver_answers(together: list[AskedRead], answers: list[Any]) -> None:
    for asked, answer in zip(together, answers, strict=True):
        if asked.answer.done():  # the caller is gone
            continue
        if isinstance(answer, Exception):
            asked.answer.set_exception(answer)
        else:
            asked.answer.set_result(answer)
