"""SQLite's single writer: writers of this process take turns, and a process that never finishes costs little.

Only the writer whose turn it is has a connection, so pages can always read. After one writer has waited in vain, the
others wait only briefly until one gets through. The log names the blocking process once, and `blocked` reports it to
readiness.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import Connection, RootTransaction
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.sqlite_lock import Holder, find_holder
from console.errors import Unknown

BRIEFLY = 0.25  # seconds to wait while the lock is known to be held
TURN = 5.0  # seconds to wait for this process's other writers at least: they may only be slow to write

log = structlog.get_logger()

T = TypeVar("T")


class WriterLock:
    def __init__(self, file: Path, patience: float) -> None:
        """`patience`: seconds to wait for a writer in another process."""
        self._since = 0.0  # monotonic; since when no writer gets through, 0: they do
        self._file = file
        self._patience = patience
        self._turn = asyncio.Lock()

    @property
    def blocked(self) -> float:
        """Return the seconds for which no writer got through; 0 if they do."""
        return time.monotonic() - self._since if self._since else 0.0

    def holder(self) -> Holder:
        return find_holder(self._file)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for the other writers of this process. Raises Unknown if that takes too long."""
        await self._take_turn()
        try:
            yield
        finally:
            self._turn.release()

    async def hand_over(self, start: Callable[[], Future[T]]) -> Future[T]:
        """Wait in the same way, start a thread's job, and keep the turn until the job is done."""
        await self._take_turn()
        loop = asyncio.get_running_loop()

        def done(_: Future[T]) -> None:
            with suppress(RuntimeError):  # the loop is closed, so nobody waits
                loop.call_soon_threadsafe(self._turn.release)

        try:
            job = start()
        except BaseException:
            self._turn.release()
            raise
        job.add_done_callback(done)
        return job

    async def _take_turn(self) -> None:
        try:
            async with asyncio.timeout(max(self._patience, TURN)):
                await self._turn.acquire()
        except TimeoutError:
            raise Unknown("The database is not available right now: it is locked") from None

    @asynccontextmanager
    async def begun(self, connection: AsyncConnection) -> AsyncIterator[None]:
        """A transaction that holds the lock. Raises Unknown, naming the holder, if another process keeps it long."""
        transaction = await connection.run_sync(self.begin)
        try:
            yield
        except BaseException:
            await connection.run_sync(lambda _: transaction.rollback())
            raise
        await connection.run_sync(lambda _: transaction.commit())

    def begin(self, connection: Connection) -> RootTransaction:
        """The same, begun in a thread or by `run_sync`."""
        patience = min(self._patience, BRIEFLY) if self._since else self._patience
        self._wait_at_most(connection, patience)
        try:
            transaction = connection.begin()
        except OperationalError as problem:
            if "locked" not in str(problem.orig):
                raise
            raise Unknown(f"The database is not available right now: it is locked, {self._note_held()}") from problem
        self._note_free()
        return transaction

    def _wait_at_most(self, connection: Connection, seconds: float) -> None:
        raw = connection.connection
        wanted = round(seconds * 1000)
        if raw.info.get("busy") != wanted:  # a pragma inside SQLAlchemy would begin a transaction
            raw.cursor().execute(f"PRAGMA busy_timeout={wanted}")
            raw.info["busy"] = wanted

    def _note_held(self) -> Holder:
        holder = self.holder()
        if not self._since:
            self._since = time.monotonic()
            log.error("database.locked", pid=holder.pid, stopped=holder.stopped, says=str(holder))
        return holder

    def _note_free(self) -> None:
        if self._since:
            log.warning("database.writable", after=round(time.monotonic() - self._since, 1))
        self._since = 0.0
