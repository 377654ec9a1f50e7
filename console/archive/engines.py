"""The engine for a database's URL: PostgreSQL with a limit on every wait, or SQLite set up as Sestetto needs it."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from console.domain.postgresql_url import SYSTEM, PostgresUrl, read_postgresql_url
from console.domain.service_urls import read_database_url, without_password
from console.errors import SettingError
from console.extras import missing_library

CONNECT = 3.0  # seconds to connect to PostgreSQL, unless the URL names another time
STATEMENT = 8.0  # seconds for one statement; PostgreSQL enforces it
COMMAND = STATEMENT + 2  # seconds until a silent server counts as lost
LOCK = 5.0  # seconds to wait for a row that another transaction changes
IDLE = 15.0  # seconds a transaction may be idle, so that a frozen process blocks others no longer than this
MIGRATING = 120.0  # the same for a migration, which computes between its statements
POOL = 5.0  # seconds to wait for a connection when all are in use
BUSY = 5_000  # ms to wait for another writer of SQLite
PRAGMAS = (
    "secure_delete=ON",  # deleted data is overwritten
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
)
FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile")  # options that name a file
# SQLSTATE classes and codes of errors that waiting cannot fix: credentials, database, parameters.
NEVER = ("28", "3D", "42", "22", "55P02")


class Turned(OSError):
    """The server answers, but rejects our credentials, the database or an option of the URL."""


def open_engine(url: str, *, patient: bool = False, busy: int = BUSY) -> AsyncEngine:
    """Return an engine for `url`; with `patient`, statements may take any time. Raises SettingError."""
    try:
        read_database_url(url)
        kind = url.partition("://")[0].partition("+")[0]
        if kind in ("postgresql", "postgres"):
            return _postgresql(read_postgresql_url(url), patient=patient)
        engine = create_async_engine(_sqlite(url), pool_timeout=POOL)
    except (ArgumentError, ValueError) as problem:  # SQLAlchemy's message may contain part of the password
        says = f" ({problem})" if type(problem) is ValueError else ""
        raise SettingError(f"The database URL {without_password(url)} is not valid{says}.") from None
    tame_sqlite(engine.sync_engine, busy)
    return engine


def _sqlite(url: str) -> URL:
    if not url.startswith("sqlite"):
        raise ValueError("there is no such kind of database")
    return make_url(url).set(drivername="sqlite+aiosqlite")


def _postgresql(url: PostgresUrl, *, patient: bool) -> AsyncEngine:
    given: dict[str, Any] = {"async_creator_fn": _connecting(url, patient=patient)}
    if "prepared_statement_cache_size" in url.caches:
        given["prepared_statement_cache_size"] = url.caches["prepared_statement_cache_size"]
    try:
        return create_async_engine("postgresql+asyncpg://", pool_pre_ping=True, pool_timeout=POOL, connect_args=given)
    except ModuleNotFoundError as error:
        raise SettingError(f"PostgreSQL's driver {missing_library('asyncpg', 'postgresql')}") from error


def _connecting(url: PostgresUrl, *, patient: bool) -> Callable[[], Awaitable[Any]]:
    """Return what opens one connection."""
    named = {
        "host": list(url.hosts), "port": list(url.ports), "user": url.user, "password": url.password,
        "database": url.database,
    }  # fmt: skip
    given = {name: value for name, value in named.items() if value} | _patience(url, patient=patient)
    if "statement_cache_size" in url.caches:
        given["statement_cache_size"] = url.caches["statement_cache_size"]

    async def connect() -> Any:
        driver = import_module("asyncpg")  # an extra, so it is not imported with the module
        tls = await asyncio.to_thread(_certificates, url.passed_on)
        try:
            return await driver.connect(url.dsn, **given, **tls)
        except driver.PostgresError as problem:
            if str(problem.sqlstate).startswith(NEVER):
                raise Turned(str(problem)) from problem
            raise OSError(str(problem)) from problem
        except (driver.InterfaceError, driver.InternalClientError) as problem:
            raise Turned(str(problem)) from problem
        except ssl.SSLError as problem:
            raise Turned(f"TLS failed: {problem}") from problem
        except ConnectionError as problem:
            if "rejected SSL upgrade" in str(problem):
                raise Turned("the server has no TLS, but the URL requires it (sslmode)") from problem
            raise

    return connect


def _certificates(options: dict[str, str]) -> dict[str, Any]:
    """Check the files that the URL names. The driver cannot use the system's certificates, so their context is made
    here.
    """
    for name in FILES:
        if (file := options.get(name, "")) and not (name == "sslrootcert" and file == SYSTEM):
            try:
                Path(file).open("rb").close()
            except OSError as problem:
                raise Turned(f'the option "{name}" names {file}: {problem.strerror}') from problem
    if options.get("sslrootcert") != SYSTEM:
        return {}
    context = ssl.create_default_context()
    if "sslcert" in options:
        context.load_cert_chain(options["sslcert"], options.get("sslkey"), lambda: options.get("sslpassword", ""))
    return {"ssl": context}


def _patience(url: PostgresUrl, *, patient: bool) -> dict[str, Any]:
    """Return time limits and connection settings; the URL's own `options` take precedence."""
    limits = {"lock_timeout": LOCK, "idle_in_transaction_session_timeout": MIGRATING if patient else IDLE}
    if not patient:
        limits["statement_timeout"] = STATEMENT
    settings = {name: str(round(seconds * 1000)) for name, seconds in limits.items()}
    if not patient:  # a generic plan for text search is a second slower
        settings |= {"plan_cache_mode": "force_custom_plan", "jit": "off"}
    settings = {name: value for name, value in settings.items() if not url.sets(name)} | url.sent
    given: dict[str, Any] = {"timeout": url.timeout or CONNECT, "server_settings": settings}
    return given if patient else given | {"command_timeout": COMMAND}


def tame_sqlite(engine: Engine, busy: int) -> None:
    """Set up SQLite: WAL, enforced foreign keys, and transactions that begin when SQLAlchemy says so."""

    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # otherwise Python's driver starts and ends transactions itself
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={busy}")
        cursor.execute("PRAGMA page_count")
        if cursor.fetchone()[0] == 0:  # a new file shrinks in steps; an older one is converted once (upkeep.py)
            cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("migrating"):  # SQLite drops a table before recreating it, and would delete its children
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing") else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begin)
