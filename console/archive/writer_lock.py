"""SQLite's one writer: within this process they take turns, and a process that never finishes costs little.

Only the writer whose turn it is has a connection, so pages can always read. After one has waited in vain, the others
wait briefly until one gets through; the log names the process in the way, once, and `blocked` tells readiness.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.sqlite_lock import Holder, find_holder
from console.errors import Unknown

BRIEFLY = 0.25  # seconds to wait while the lock is known to be held

log = structlog.get_logger()


class WriterLock:
    def __init__(self, file: Path, patience: float) -> None:
        """`patience`: seconds to wait for a writer in another process."""
        self._since = 0.0  # monotonic; since when nobody gets through, 0: they do
        self._file = file
        self._patience = patience
        self._turn = asyncio.Lock()

    @property
    def blocked(self) -> float:
        """For how many seconds nobody got through; 0 if they do."""
        return time.monotonic() - self._since if self._since else 0.0

    def holder(self) -> Holder:
        return find_holder(self._file)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for the other writers of this process. Raises Unknown if that takes too long."""
        try:
            async with asyncio.timeout(self._patience):
                await self._turn.acquire()
        except TimeoutError:
            raise Unknown("The database is not available right now: it is locked") from None
        try:
            yield
        finally:
            self._turn.release()

    @asynccontextmanager
    async def begun(self, connection: AsyncConnection) -> AsyncIterator[None]:
        """A transaction that has the lock. Raises Unknown, naming who holds it, if another process has it for long."""
        patience = min(self._patience, BRIEFLY) if self._since else self._patience
        await self._wait_at_most(connection, patience)
        transaction = connection.begin()
        try:
            await transaction.start()
        except OperationalError as problem:
            if "locked" not in str(problem.orig):
                raise
            raise Unknown(f"The database is not available right now: it is locked, {self._note_held()}") from problem
        self._note_free()
        try:
            yield
        except BaseException:
            await transaction.rollback()
            raise
        await transaction.commit()

    async def _wait_at_most(self, connection: AsyncConnection, seconds: float) -> None:
        raw = await connection.get_raw_connection()
        wanted = round(seconds * 1000)
        if raw.info.get("busy") != wanted:  # a pragma within SQLAlchemy would begin a transaction
            assert raw.driver_connection is not None
            await raw.driver_connection.execute(f"PRAGMA busy_timeout={wanted}")
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
