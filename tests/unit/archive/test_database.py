"""The SQL database: migrations create the tables, and every error is one of two exceptions."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateTable
from structlog.testing import capture_logs

from console.archive.alert_rules import AlertRules
from console.archive.database import Database, sqlite_url
from console.archive.feed_cursor import FeedCursor, FeedPosition
from console.archive.stores import Stores
from console.archive.tables import directory, metadata, sessions
from console.domain.directory import Member, Queue, Site
from console.errors import SettingError, Unknown
from tests.support.archive_feed import fresh_database, to_version

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url, busy=50) as database:
        yield database


async def test_two_databases_of_one_process_are_migrated_at_the_same_time(tmp_path: Path) -> None:
    """Alembic keeps the migration under way in globals, so one would be written into the other."""
    databases = [Database(sqlite_url(tmp_path / name)) for name in ("acme", "globex")]
    await asyncio.gather(*(database.migrate() for database in databases))
    for database in databases:
        assert not (await database.versions()).missing
        await database.close()


def differences(connection: Connection, wanted: MetaData) -> list[Any]:
    defaults = connection.dialect.name == "sqlite"  # PostgreSQL compares no JSON
    how = {"compare_type": True, "compare_server_default": defaults, "include_name": is_no_search_index}
    context = MigrationContext.configure(connection, opts=how)
    return list(compare_metadata(context, wanted))


def is_no_search_index(name: str | None, kind: str, _parents: Any) -> bool:
    """It has tables of each database's own kind, which no metadata describes."""
    return not (kind == "table" and (name or "").startswith("chat_words"))


async def test_migrations_make_exactly_the_tables_the_code_knows(database: Database) -> None:
    async with database.reading() as connection:
        assert await connection.run_sync(differences, metadata) == []


async def test_a_table_without_a_migration_would_be_found(database: Database) -> None:
    more = MetaData()
    for table in metadata.tables.values():
        table.to_metadata(more)
    Table("forgotten", more, Column("id", Integer, primary_key=True))
    async with database.reading() as connection:
        assert [found[0] for found in await connection.run_sync(differences, more)] == ["add_table"]


async def test_migrating_again_keeps_what_is_there(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(insert(directory).values(id=1, version=7))
    await database.migrate()
    async with database.reading() as connection:
        assert (await connection.execute(select(directory.c.version))).scalar() == 7


async def test_queues_and_members_of_the_first_release_get_the_defaults(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    async with database.writing() as connection:
        await connection.run_sync(to_version, "0001")
        await connection.execute(
            text("INSERT INTO queues (id, name, target_ms, ask_ms, end_ms) VALUES ('q', 'Q', 6000, 300000, 600000)")
        )
        row = "('ana', 'a@x', 'Ana', '', 'agent', '[\"q\"]', 6, '', 1)"
        columns = "(id, email, name, password, role, queues, slots, locale, added)"
        await connection.execute(text(f"INSERT INTO members {columns} VALUES {row}"))
        await connection.execute(
            text("INSERT INTO tokens (id, digest, member, name, created) VALUES ('t', 'd', 'ana', 'bot', 1)")
        )
    await database.migrate()
    async with database.reading() as connection:
        assert list(await connection.execute(text("SELECT id FROM tokens"))) == [("t",)], "nobody is signed out"
        assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar() == 1
    stands = await Stores(database).directory.read()
    assert stands.queues == {"q": Queue("q", "Q")}
    assert stands.members == {"ana": Member("ana", "Ana", "a@x", queues=("q",))}
    await database.close()


async def test_a_process_of_an_older_release_adds_queues_and_sites_to_a_migrated_database(database: Database) -> None:
    """It runs on for some minutes of a rolling deploy, and writes no column that it does not know."""
    async with database.writing() as connection:
        await connection.execute(text("INSERT INTO directory (id, version) VALUES (1, 1)"))
        await connection.execute(text("INSERT INTO queues (id, name) VALUES ('q', 'Q')"))
        columns = "(key, name, queue, origins, locale, typing_preview, privacy_url, accent, parameters)"
        row = "('shop', 'Shop', 'q', '[]', 'en', false, '', '', '[]')"
        await connection.execute(text(f"INSERT INTO sites {columns} VALUES {row}"))
    stands = await Stores(database).directory.read()
    assert stands.queues == {"q": Queue("q", "Q")}
    assert stands.sites == {"shop": Site("shop", "Shop", "q", (), "en")}


async def test_a_process_of_an_older_release_adds_alerts_to_a_migrated_database(database: Database) -> None:
    columns = "(id, name, queues, late, destinations, quiet_ms, tell_over, locale, active)"
    async with database.writing() as connection:
        await connection.execute(
            text(f"INSERT INTO alert_rules {columns} VALUES ('r', 'R', '[]', true, '[]', 60000, true, 'en', true)")
        )
    (rule,) = await AlertRules(database, locales=("en",), clock=lambda: 0).read_all()
    assert (rule.late, rule.left, rule.came) == (True, False, False)


async def test_how_far_the_feed_was_read_and_what_was_set_aside_outlive_the_one_table_of_cursors(
    tmp_path: Path,
) -> None:
    """Else everything would be read and told again."""
    database = Database(sqlite_url(tmp_path))
    async with database.writing() as connection:
        await connection.run_sync(to_version, "0006")
        rows = "('main', 'e1', 1, '5-5', 5), ('main', 'e2', 2, '9-9', 9)"
        await connection.execute(text(f"INSERT INTO cursors VALUES {rows}"))
        await connection.execute(text("INSERT INTO alert_cursors VALUES ('main', 'e2', '8-8', 8, 'reader')"))
        await connection.execute(text("INSERT INTO set_aside VALUES ('main', '7-7', 'e2', 7, 1, 'too long', x'7b7d')"))
    await database.migrate()
    assert await FeedCursor(database, "main", "archive").position() == FeedPosition("e2", "9-9", 9)
    assert await FeedCursor(database, "main", "archive").set_aside_count() == 1
    assert await FeedCursor(database, "main", "alerts").position() == FeedPosition("e2", "8-8", 8)
    await database.close()


async def test_a_database_of_a_newer_release_is_refused_and_left_alone(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingError, match=r"newer release of Sestetto \(9999\)"):
        await database.migrate()
    async with database.reading() as connection:
        assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


async def test_processes_that_start_together_migrate_once(tmp_path: Path) -> None:
    databases = [Database(sqlite_url(tmp_path / "new")) for _ in range(3)]
    await asyncio.gather(*(database.migrate() for database in databases))
    async with databases[0].reading() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM alembic_version"))).scalar() == 1
    for database in databases:
        await database.close()


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_can_be_made_in_postgresql(table: Table) -> None:
    assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))


async def test_a_session_of_nobody_is_refused_by_the_database(database: Database) -> None:
    orphan = insert(sessions).values(id="s", digest="d", member="nobody", created=1, seen=1, expires=1)
    with pytest.raises(IntegrityError):
        async with database.writing() as connection:
            await connection.execute(orphan)


@on_sqlite
async def test_sqlite_keeps_what_it_has_acknowledged(database: Database) -> None:
    async with database.reading() as connection:
        for pragma, wanted in {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 50}.items():
            assert (await connection.execute(text(f"PRAGMA {pragma}"))).scalar() == wanted, pragma


@on_sqlite
async def test_a_locked_database_is_unknown_and_passes(database: Database, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "sestetto.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unknown, match="locked"):
        async with database.writing() as connection:
            await connection.execute(insert(directory).values(id=1, version=1))
    other.execute("ROLLBACK")
    async with database.writing() as connection:
        await connection.execute(insert(directory).values(id=1, version=1))


@on_sqlite
async def test_a_locked_database_can_still_be_read(database: Database, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "sestetto.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with database.reading() as connection:
        assert (await connection.execute(select(directory))).first() is None


async def test_a_database_that_cannot_be_opened_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "sestetto.db").mkdir()
    with pytest.raises(Unknown):
        await Database(sqlite_url(tmp_path)).migrate()


async def test_work_that_fails_halfway_leaves_nothing(database: Database) -> None:
    async def half_done() -> None:
        async with database.writing() as connection:
            await connection.execute(insert(directory).values(id=1, version=1))
            raise RuntimeError("the power goes")

    with pytest.raises(RuntimeError):
        await half_done()
    async with database.reading() as connection:
        assert (await connection.execute(select(directory))).first() is None


@pytest.mark.parametrize("url", ["nonsense", "mysterydb://host/base", ""])
def test_an_invalid_database_url_stops_the_start(url: str) -> None:
    with pytest.raises(SettingError):
        Database(url)


def hops_to(thread: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is given to the thread from now on."""
    hops, submit = list[Any](), thread.submit

    def counted(*given: Any) -> Any:
        hops.append(given)
        return submit(*given)

    monkeypatch.setattr(thread, "submit", counted)
    return hops


@on_sqlite
async def test_all_statements_of_a_piece_of_work_are_one_hop_to_a_thread(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert database.threads is not None
    hops = hops_to(database.threads._writer, monkeypatch)

    def work(connection: Connection) -> int:
        connection.execute(insert(directory).values(id=1, version=7))
        for _ in range(20):
            connection.execute(directory.update().values(version=directory.c.version + 1))
        return connection.execute(select(directory.c.version)).scalar_one()

    assert await database.write(work) == 27
    assert len(hops) == 1
    assert await database.read(lambda connection: connection.execute(select(directory.c.version)).scalar_one()) == 27


@on_sqlite
async def test_those_who_ask_in_the_same_turn_share_one_hop_and_each_gets_its_own_answer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert database.threads is not None
    hops = hops_to(database.threads._reader, monkeypatch)

    def fails(connection: Connection) -> int:
        raise ValueError("mine alone")

    def plus(number: int) -> Callable[[Connection], int]:
        return lambda connection: number + int(connection.execute(text("SELECT 1")).scalar_one())

    numbers = [asyncio.create_task(database.read(plus(number))) for number in range(3)]
    failing, gone = asyncio.create_task(database.read(fails)), asyncio.create_task(database.read(lambda connection: 9))
    last = asyncio.create_task(database.read(lambda connection: 4))
    await asyncio.sleep(0)
    gone.cancel()
    assert await asyncio.gather(*numbers, last) == [1, 2, 3, 4]
    with pytest.raises(ValueError, match="mine alone"):
        await failing
    assert gone.cancelled()
    assert len(hops) == 1


async def test_work_that_fails_leaves_nothing_and_says_why(database: Database) -> None:
    def work(connection: Connection) -> None:
        connection.execute(insert(directory).values(id=1, version=7))
        raise ValueError("halfway")

    with pytest.raises(ValueError, match="halfway"):
        await database.write(work)
    assert await database.read(lambda connection: connection.execute(select(directory)).all()) == []


@on_sqlite
async def test_work_is_refused_while_another_process_writes_and_done_after_it(
    database: Database, tmp_path: Path
) -> None:
    def work(connection: Connection) -> None:
        connection.execute(insert(directory).values(id=1, version=7))

    other = sqlite3.connect(tmp_path / "sestetto.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unknown, match="locked"):
        await database.write(work)
    assert database.blocked > 0
    other.execute("ROLLBACK")
    other.close()
    await database.write(work)
    assert database.blocked == 0


async def test_work_whose_caller_goes_away_keeps_the_turn_until_it_is_done(tmp_path: Path) -> None:
    begun, go_on, order = threading.Event(), threading.Event(), list[str]()

    def first(connection: Connection) -> None:
        begun.set()
        go_on.wait(10)
        order.append("first")

    async with fresh_database(tmp_path) as database:
        task = asyncio.create_task(database.write(first))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        await asyncio.wait([task])
        second = asyncio.create_task(database.write(lambda connection: order.append("second")))
        go_on.set()
        await second
    assert order == ["first", "second"]


async def test_writers_of_one_process_wait_for_a_slow_one_however_impatient_they_are_with_others(
    tmp_path: Path,
) -> None:
    begun, go_on, order = threading.Event(), threading.Event(), list[str]()

    def slow(connection: Connection) -> None:
        begun.set()
        go_on.wait(10)
        order.append("slow")

    async def second() -> None:
        async with database.writing():
            order.append("second")

    async with fresh_database(tmp_path, busy=0) as database:
        first = asyncio.create_task(database.write(slow))
        await asyncio.to_thread(begun.wait, 10)
        others = [asyncio.create_task(second()), asyncio.create_task(database.write(lambda _: order.append("third")))]
        done, _ = await asyncio.wait(others, timeout=0.05)
        assert done == set()
        go_on.set()
        await asyncio.gather(first, *others)
    assert order == ["slow", "second", "third"]


@on_sqlite
async def test_work_after_the_end_is_unknown_and_holds_nobody_up(database: Database) -> None:
    """At a stop some still ask; each hears that it is not known, also the second writer, and the log has no error."""
    await database.close()
    for _ in range(2):
        with pytest.raises(Unknown, match="closed"):
            await database.write(lambda connection: connection.execute(text("SELECT 1")))
    with pytest.raises(Unknown, match="closed"):
        await database.read(lambda connection: connection.execute(text("SELECT 1")))


async def test_a_start_that_waits_for_a_full_disk_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite itself only speaks of an input/output error."""
    database, tries = Database(sqlite_url(tmp_path)), iter([Unknown("disk I/O error"), None])

    async def migrate() -> None:
        if problem := next(tries):
            raise problem

    monkeypatch.setattr(database, "migrate", migrate)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=4_096))
    with capture_logs() as lines:
        await database.migrate_when_there()
    await database.close()
    assert [line["error"] for line in lines] == [f"disk I/O error (the disk of {tmp_path} is full)"]
