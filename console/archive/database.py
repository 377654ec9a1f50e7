"""Access to SQL: one engine, transactions for reading or writing, migrations.

SQLite (WAL) on one machine, PostgreSQL beyond; no other module needs to know which. A database that is unreachable,
locked, full or read-only raises `Unknown`: the outcome is unknown, and the caller should retry. Errors of a statement
itself (a constraint, a value that does not fit) are raised unchanged.
"""

import asyncio
import os
import shutil
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.engines import BUSY, Turned, open_engine
from console.archive.migrating import NEWEST, Versions, read_versions, upgrade
from console.archive.sqlite_threads import SqliteThreads
from console.archive.writer_lock import WriterLock
from console.domain.service_urls import without_password
from console.errors import SettingError, Unknown
from console.logs import Outage

UNFIT = "22"  # PostgreSQL's error class for values that do not fit
WAIT = 300.0  # seconds that a start waits for the database
NEARLY_FULL = 1_000_000  # bytes of free disk below which SQLite only says "disk I/O error"
ALEMBIC = threading.Lock()  # Alembic keeps the running migration in its module's globals
ALEMBIC_LOOK = 0.02  # seconds between two checks whether it is free
MIGRATION_LOCK = 0x5E57E770  # PostgreSQL advisory lock, so that one process migrates

log = structlog.get_logger()

T = TypeVar("T")


def now_ms() -> int:
    """Return this machine's clock in ms since 1970. Accounts use it; chats use the store's."""
    return time.time_ns() // 1_000_000


def sqlite_url(folder: Path) -> str:
    """Return the URL of the archive in the data folder."""
    return f"sqlite+aiosqlite:///{folder / 'sestetto.db'}"


class Database:
    """An engine for `url` (`sqlite:///file`, `postgresql://…`). Call `migrate()` before anything else."""

    def __init__(self, url: str, *, busy: int = BUSY) -> None:
        self.engine = open_engine(url, busy=busy)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self.lock = WriterLock(self.file, busy / 1000) if self.is_sqlite else None
        self.threads: SqliteThreads | None = None
        if self.lock is not None and str(self.file) != ":memory:":
            self.threads = SqliteThreads(self.engine.url, self.lock, busy)
        self.shown = without_password(url)
        self.outage = Outage("database", database=self.shown)
        self._url = url
        self._failed: set[str] = set()  # which of reading and writing fail now

    @property
    def file(self) -> Path:
        """The path of the SQLite file."""
        return Path(self.engine.url.database or ":memory:")

    @property
    def engines(self) -> list[Engine]:
        """All engines that statements run on."""
        return [self.engine.sync_engine, *([self.threads.engine] if self.threads is not None else [])]

    @property
    def blocked(self) -> float:
        """Return the seconds for which another process has blocked every write to SQLite; 0 if none does."""
        return self.lock.blocked if self.lock else 0.0

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that changes nothing. Raises Unknown if SQL is down."""
        async with self._logging_outages("reading"), _clear_errors(), self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that commits at the end; on SQLite it is exclusive from its start."""
        if self.lock is None:
            async with (
                self._logging_outages("writing"),
                _clear_errors(),
                self.engine.connect() as connection,
                connection.begin(),
            ):
                yield connection
            return
        async with (
            self._logging_outages("writing"),
            _clear_errors(),
            self.lock.turn(),
            self.engine.connect() as connection,
        ):
            await connection.execution_options(writing=True)
            async with self.lock.begun(connection):
                yield connection

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction that changes nothing. On SQLite the whole transaction is one hop to a thread."""
        if self.threads is None:
            async with self.reading() as connection:
                return await connection.run_sync(work)
        async with self._logging_outages("reading"), _clear_errors():
            return await self.threads.read(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction as in `writing`. On SQLite the whole transaction is one hop to a thread."""
        if self.threads is None:
            async with self.writing() as connection:
                return await connection.run_sync(work)
        async with self._logging_outages("writing"), _clear_errors():
            return await self.threads.write(work)

    @asynccontextmanager
    async def _logging_outages(self, way: str) -> AsyncIterator[None]:
        """Log once when SQL fails, and once when it is back. A locked SQLite is logged by the writer lock instead."""
        try:
            yield
        except Unknown as problem:
            held = self.blocked
            if not held and isinstance(problem.__cause__, DBAPIError | PoolTimeout | OSError):
                self._failed.add(way)
                self.outage.begins(first_line(problem.__cause__))
            raise
        else:
            # A full disk can often still be read, so a successful read does not mean that writing works again.
            if way == "writing" or way in self._failed:
                self._failed.clear()
                self.outage.ends()

    async def migrate(self, to: str = NEWEST) -> Versions:
        """Migrate the tables forward, and return the version they had. Safe to run from several processes at once."""
        if self.is_sqlite and str(self.file) != ":memory:":
            await asyncio.to_thread(_make_private, self.file)
        # A start with nothing to migrate needs no lock, and works even if a process is frozen inside a transaction.
        if to == NEWEST and not (found := await self.versions()).missing:
            return found
        engine = self.engine if self.is_sqlite else open_engine(self._url, patient=True)  # many rows may be rewritten
        try:
            async with _clear_errors(), engine.connect() as connection:
                await connection.execution_options(writing=True, migrating=True)
                async with connection.begin():
                    if not self.is_sqlite:
                        await connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
                    async with _only_one():
                        before = await connection.run_sync(upgrade, to)
                await connection.invalidate()  # it ran without foreign keys
        finally:
            if engine is not self.engine:
                await engine.dispose()
        return before

    async def versions(self) -> Versions:
        """Return the tables' version and what is missing. Raises SettingError if a newer release has migrated them."""
        async with self.reading() as connection:
            return await connection.run_sync(read_versions)

    async def migrate_when_there(self) -> None:
        """Migrate at startup; wait for a database that is locked or down. Raises Unknown after WAIT, SettingError
        immediately if the database rejects us.
        """
        until, logged = time.monotonic() + WAIT, ""
        while True:
            try:
                await self.migrate()
                return
            except Unknown as problem:
                if refused := refusal_of(problem):
                    raise SettingError(refused) from problem
                if time.monotonic() > until:
                    raise
                if (why := self._why(problem)) != logged:
                    log.warning("start.waits", part="database", error=why)
                logged = why
            await asyncio.sleep(1)

    async def close(self) -> None:
        if self.threads is not None:
            await self.threads.close()
        await self.engine.dispose()

    def _why(self, problem: Unknown) -> str:
        """Return the error's text, and what SQLite leaves out: who holds the lock, or that the disk is full."""
        if self.lock and "locked" in str(problem):
            return f"{problem} ({self.lock.holder()})"
        if self.lock and _is_full(self.file.parent):
            return f"{problem} (the disk of {self.file.parent} is full)"
        return str(problem)


def _is_full(folder: Path) -> bool:
    with suppress(OSError):
        return shutil.disk_usage(folder).free < NEARLY_FULL
    return False


def refusal_of(problem: Exception) -> str:
    """Return that the database rejects us, with its own words, if the error says so; else an empty text."""
    return f"The database refuses SESTETTO_DATABASE: {cause}" if isinstance(cause := problem.__cause__, Turned) else ""


def is_away(error: BaseException) -> bool:
    """Whether SQL itself failed, not the statement."""
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", None) or "")  # asyncpg does not map these errors to DataError
        return not (isinstance(error, IntegrityError | DataError) or state.startswith(UNFIT))
    return isinstance(error, PoolTimeout | OSError)


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text; its class name if it has none."""
    cause = getattr(error, "orig", None) or error
    return next(iter(str(cause).strip().splitlines()), "") or type(cause).__name__


@asynccontextmanager
async def _clear_errors() -> AsyncIterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout, OSError) as error:
        if not is_away(error):
            raise
        raise Unknown(f"The database is not available right now: {first_line(error)}") from error


@asynccontextmanager
async def _only_one() -> AsyncIterator[None]:
    """Migrate one database at a time within this process, whichever event loop asks."""
    while not ALEMBIC.acquire(blocking=False):  # noqa: ASYNC110 (a lock of asyncio belongs to one loop)
        await asyncio.sleep(ALEMBIC_LOOK)
    try:
        yield
    finally:
        ALEMBIC.release()


def _make_private(file: Path) -> None:
    """Make the file readable by its owner only. SQLite gives the files beside it the same mode."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(OSError):  # an existing file is SQLite's to judge
        os.close(os.open(file, os.O_CREAT | os.O_RDONLY, 0o600))
