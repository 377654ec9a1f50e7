"""A PostgreSQL that hangs, and a process frozen within a transaction: nobody waits forever."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.util import await_only

from console.archive import engines as door
from console.archive.database import MIGRATION_LOCK, Database, first_line
from console.archive.entries_aside import Batch
from console.archive.feed_cursor import FeedCursor
from console.archive.writer import Archive
from console.errors import Unknown
from console.proving.network import BadNetwork
from tests.support.archive_feed import Feed
from tests.support.eventually import eventually
from tests.support.postgresql import PostgresServer, at_port


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same limits, with less patience."""
    for name, seconds in {"CONNECT": 1.0, "STATEMENT": 1.0, "COMMAND": 1.5, "LOCK": 0.5, "IDLE": 1.0}.items():
        monkeypatch.setattr(door, name, seconds)


@pytest.fixture
async def network(postgres: PostgresServer) -> AsyncIterator[BadNetwork]:
    async with BadNetwork(postgres.socket) as network:
        yield network


@pytest.fixture
async def database(postgres: PostgresServer, network: BadNetwork) -> AsyncIterator[Database]:
    database = Database(at_port(postgres.create_database(like="migrated"), network.port))
    yield database
    network.heal()
    await database.close()


async def asks(database: Database, question: str = "SELECT 1") -> object:
    async with database.reading() as connection:
        return (await connection.execute(text(question))).scalar()


async def test_a_silent_database_is_down_until_it_responds(database: Database, network: BadNetwork) -> None:
    assert await asks(database) == 1
    network.swallow()
    for _ in range(2):
        with pytest.raises(Unknown, match="TimeoutError"):
            await asks(database)
    network.heal()
    assert await asks(database) == 1


async def test_a_server_that_falls_silent_within_a_transaction_is_away(database: Database, network: BadNetwork) -> None:
    async def half_said() -> None:
        async with database.writing() as connection:
            await connection.execute(text("SELECT 1"))
            network.swallow()
            await connection.execute(text("SELECT 2"))

    with pytest.raises(Unknown):
        await half_said()


async def test_a_statement_that_takes_too_long_is_ended_by_the_server(database: Database) -> None:
    with pytest.raises(Unknown, match="statement timeout"):
        await asks(database, "SELECT pg_sleep(60)")


async def test_a_frozen_archiver_blocks_nobody_for_long(database: Database) -> None:
    """It has the cursor's row, and neither goes on nor gives it back."""
    archive, feed = Archive(database), Feed()
    feed.talk("c1", "Hello")
    await archive.append("e1", feed.entries[:2])
    frozen = asyncio.Event()

    def sleeps(*_: object) -> None:
        frozen.set()
        await_only(asyncio.Event().wait())

    cursor = FeedCursor(database, "main", "archive")
    sleeper = asyncio.create_task(cursor.append(Batch("e1", feed.entries), sleeps))
    await frozen.wait()
    with pytest.raises(Unknown, match="lock timeout"):
        await archive.append("e1", feed.entries)

    async def goes_on() -> bool:
        try:
            await archive.append("e1", feed.entries)
        except Unknown:
            return False
        return True

    await eventually(goes_on, "the next archiver to go on")
    assert (await archive.cursor()).n == feed.entries[-1].n
    sleeper.cancel()
    await asyncio.wait([sleeper])


async def test_a_frozen_migration_blocks_nobody_for_long(postgres: PostgresServer) -> None:
    url = postgres.create_database()
    frozen, other = Database(url), Database(url)
    ready = asyncio.Event()

    async def sleeps() -> None:
        async with frozen.writing() as connection:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            ready.set()
            await asyncio.Event().wait()

    sleeper = asyncio.create_task(sleeps())
    await ready.wait()
    with pytest.raises(Unknown, match="lock timeout"):
        await other.migrate()
    await other.migrate_when_there()
    assert (await other.versions()).missing == ()
    sleeper.cancel()
    await asyncio.wait([sleeper])
    await other.close()
    await frozen.close()


def test_an_error_without_a_text_shows_its_class() -> None:
    assert first_line(TimeoutError()) == "TimeoutError"
    assert first_line(OSError("\n")) == "OSError"
    assert first_line(ValueError("one\ntwo")) == "one"
