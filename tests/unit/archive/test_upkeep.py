"""Deleted data leaves the SQLite file: both its text and its space."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.archive.database import Database, sqlite_url
from console.archive.history import History
from console.archive.search import ChatQuery, ChatSearch
from console.archive.upkeep import Upkeep
from console.archive.writer import Archive
from console.errors import Unknown
from tests.support.archive_feed import Feed, fresh_database

SECRET = "wisteriablossom"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path) as database:
        yield database


async def archived(database: Database, *, chats: int = 400) -> Feed:
    feed = Feed()
    for number in range(chats):
        feed.talk(f"c{number}", f"{SECRET} {number} " + f"word{number} " * 100)
    await Archive(database).append("e1", feed.entries)
    return feed


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("sestetto.db*"))


async def test_the_file_shrinks_after_retention_and_has_no_deleted_word(database: Database, tmp_path: Path) -> None:
    feed = await archived(database)
    upkeep = Upkeep(database)
    await upkeep.tidy(quiet=False)
    before = (tmp_path / "sestetto.db").stat().st_size
    assert SECRET.encode() in bytes_of(tmp_path)
    await History(database).drop_older_than(feed.now + 1)
    await upkeep.tidy(quiet=False)
    assert (tmp_path / "sestetto.db").stat().st_size < before / 4
    assert SECRET.encode() not in bytes_of(tmp_path)


async def test_what_is_kept_is_found_afterwards(database: Database) -> None:
    feed = await archived(database, chats=20)
    feed.now += 1_000_000
    feed.talk("kept", "wisteria")
    await Archive(database).append("e1", feed.entries)
    await History(database).drop_older_than(feed.now - 500_000)
    await Upkeep(database).tidy(quiet=True)
    found = await ChatSearch(database).list_chats(ChatQuery(text="wisteria"))
    assert [one.chat.id for one in found.chats] == ["kept"]


async def test_what_a_reader_keeps_in_the_file_beside_it_is_cleaned_up_after_it(tmp_path: Path) -> None:
    async with fresh_database(tmp_path, busy=50) as database:
        feed = await archived(database, chats=3)
        reader = sqlite3.connect(tmp_path / "sestetto.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM chats").fetchone()
        await History(database).drop_older_than(feed.now + 1)
        with pytest.raises(Unknown, match="in use"):
            await Upkeep(database).tidy(quiet=False)
        assert SECRET.encode() in bytes_of(tmp_path)
        reader.close()
        await Upkeep(database).tidy(quiet=False)
        assert SECRET.encode() not in bytes_of(tmp_path)


@pytest.mark.parametrize("quiet", [True, False])
async def test_an_older_file_is_rewritten_once_while_nobody_chats(tmp_path: Path, quiet: bool) -> None:
    with sqlite3.connect(tmp_path / "sestetto.db") as older:
        older.execute("CREATE TABLE made_before_files_could_shrink (id INTEGER)")
    database = Database(sqlite_url(tmp_path))
    await database.migrate()
    feed = await archived(database)
    await Upkeep(database).tidy(quiet=False)
    before = (tmp_path / "sestetto.db").stat().st_size
    await History(database).drop_older_than(feed.now + 1)
    await Upkeep(database).tidy(quiet=quiet)
    await database.close()
    assert ((tmp_path / "sestetto.db").stat().st_size < before / 4) is quiet
    with sqlite3.connect(tmp_path / "sestetto.db") as now:
        assert now.execute("PRAGMA auto_vacuum").fetchone() == (2 if quiet else 0,)
