"""Access to SQL: one engine, transactions for reading or writing, migrations.

SQLite (WAL) on one machine, PostgreSQL beyond; no other module needs to know which. A database that is unreachable,
locked, full or read-only raises `Unknown`: nobody knows whether the work was done, and doing it again is right. Errors
of a statement itself (a constraint, a value that does not fit) are raised unchanged.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, event, make_url, text
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from console.domain.service_urls import without_password
from console.errors import SettingError, Unknown

MIGRATIONS = Path(__file__).parent / "migrations"
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
BUSY = 5_000  # ms to wait for another writer
CONNECT = 3.0  # seconds to connect to PostgreSQL
STATEMENT = 8.0  # seconds for one statement; PostgreSQL enforces it
COMMAND = STATEMENT + 2  # seconds until a silent server is given up
LOCK = 5.0  # seconds to wait for a row that somebody else changes
IDLE = 15.0  # seconds a transaction may be idle: a frozen process blocks nobody for longer
POOL = 5.0  # seconds to wait for a connection when all are in use
PRAGMAS = (
    "secure_delete=ON",  # deleted data is overwritten
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
)
UNFIT = "22"  # PostgreSQL's error class for values that do not fit
WAIT = 300.0  # seconds that a start waits for the database
MIGRATION_LOCK = 0x5E57E770  # PostgreSQL advisory lock, so that one process migrates

log = structlog.get_logger()


def now_ms() -> int:
    """Return this machine's clock in ms since 1970. Accounts use it; chats use the store's."""
    return time.time_ns() // 1_000_000


def sqlite_url(folder: Path) -> str:
    """Return the URL of the archive in the data folder."""
    return f"sqlite+aiosqlite:///{folder / 'sestetto.db'}"


class Database:
    """An engine for `url` (`sqlite:///file`, `postgresql://…`). Call `migrate()` before anything else."""

    def __init__(self, url: str, *, busy: int = BUSY) -> None:
        self.engine = _engine(url, COMMAND)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if self.is_sqlite:
            _tame_sqlite(self.engine, busy)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that changes nothing. Raises Unknown if SQL is down."""
        async with _clear_errors(), self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that commits at the end; on SQLite it is exclusive from its start."""
        async with _clear_errors(), self.engine.connect() as connection:
            await connection.execution_options(writing=True)
            async with connection.begin():
                yield connection

    async def migrate(self) -> None:
        """Migrate the tables to the newest version; safe to run from several processes at once."""
        file = self.engine.url.database
        if self.is_sqlite and file and file != ":memory:":
            await asyncio.to_thread(_make_private, Path(file))
        engine = self.engine if self.is_sqlite else _engine(self.engine.url, None)  # much may have to be written anew
        try:
            async with _clear_errors(), engine.connect() as connection:
                await connection.execution_options(writing=True, migrating=True)
                async with connection.begin():
                    if not self.is_sqlite:
                        await connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
                    await connection.run_sync(_upgrade)
                await connection.invalidate()  # it ran without foreign keys
        finally:
            if engine is not self.engine:
                await engine.dispose()

    async def migrate_when_there(self) -> None:
        """Migrate at a start; wait for a database that is locked or down. Raises Unknown after WAIT."""
        until = time.monotonic() + WAIT
        while True:
            try:
                await self.migrate()
                return
            except Unknown as problem:
                if time.monotonic() > until:
                    raise
                log.warning("start.waits", part="database", error=str(problem))
            await asyncio.sleep(1)

    async def close(self) -> None:
        await self.engine.dispose()


def is_away(error: BaseException) -> bool:
    """Whether SQL itself failed, rather than the statement."""
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


def _make_private(file: Path) -> None:
    """For its owner alone: SQLite gives the files beside it the mode of this one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(OSError):  # a file that is there already is SQLite's to judge
        os.close(os.open(file, os.O_CREAT | os.O_RDONLY, 0o600))


def _engine(url: str | URL, command: float | None) -> AsyncEngine:
    try:
        parsed = make_url(url)
        parsed = parsed.set(drivername=DRIVERS.get(parsed.drivername, parsed.drivername))
        if parsed.drivername.startswith("sqlite"):
            return create_async_engine(parsed)
        return create_async_engine(
            parsed, pool_pre_ping=True, pool_timeout=POOL, connect_args=_patience(parsed.drivername, command)
        )
    except ModuleNotFoundError as error:
        raise SettingError(f"The database driver is not installed. Run: pip install {error.name}") from error
    except NoSuchModuleError as error:
        raise SettingError(f"There is no such kind of database: {without_password(str(url))}") from error
    except (ArgumentError, ValueError):  # its words may hold a piece of the password
        raise SettingError(f"The database URL is not valid: {without_password(str(url))}") from None


def _patience(driver: str, command: float | None) -> dict[str, Any]:
    """Return the time limits for PostgreSQL's driver; without `command` statements may take any time."""
    if driver != DRIVERS["postgresql"]:
        return {}
    if command is None:
        return {"timeout": CONNECT}
    limits = {"statement_timeout": STATEMENT, "lock_timeout": LOCK, "idle_in_transaction_session_timeout": IDLE}
    settings = {name: str(round(seconds * 1000)) for name, seconds in limits.items()}
    settings |= {"plan_cache_mode": "force_custom_plan", "jit": "off"}  # a plan for any words is a second slower
    return {"timeout": CONNECT, "command_timeout": command, "server_settings": settings}


def _tame_sqlite(engine: AsyncEngine, busy: int) -> None:
    """Set up SQLite: WAL, enforced foreign keys, and transactions that begin when SQLAlchemy says so."""

    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # otherwise Python's driver starts and ends transactions itself
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={busy}")
        cursor.execute("PRAGMA page_count")
        if cursor.fetchone()[0] == 0:  # a new file shrinks by steps; an older one is made so once (upkeep.py)
            cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing")
        if connection.get_execution_options().get(
            "migrating"
        ):  # SQLite drops a table before recreating it, and would delete its children
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "begin", begin)


def refuse_newer(connection: Connection) -> None:
    """SettingError when a newer release has migrated the database: its tables are not those that we know."""
    script = ScriptDirectory.from_config(_migrations())
    ours = {revision.revision for revision in script.walk_revisions()}
    if theirs := set(MigrationContext.configure(connection).get_current_heads()) - ours:
        raise SettingError(
            f"The database was migrated by a newer release of Sestetto ({', '.join(theirs)}). Start that release, or "
            "restore a copy of the database from before the upgrade."
        )


def _upgrade(connection: Connection) -> None:
    refuse_newer(connection)
    config = _migrations()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
