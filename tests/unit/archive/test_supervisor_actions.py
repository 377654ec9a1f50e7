"""Supervisors' actions: each is listed once, as long as its chat is kept, including those from before the migration."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from console.archive.audit import LIVE, AuditCursor
from console.archive.database import Database, sqlite_url
from console.archive.history import History
from console.archive.reducer import fact_row
from console.archive.supervisor_actions import read_supervisor_actions
from console.archive.tables import facts
from console.archive.writer import Archive
from console.domain.ids import new_cid
from console.events import AgentChanged, Author, Entry, Note, Transferred
from console.events.assignment import LeaveReason
from tests.support.archive_feed import ANA, Feed, fresh_database, to_version

SAM, ROBIN, VERA = Author("sam", "Sam"), Author("robin", "Robin"), Author("vera", "Vera")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url, busy=50) as database:
        yield database


def hands_over(feed: Feed, chat: str, by: Author, *, agent: str = "ana", to: str = "", queue: str = "support") -> Entry:
    return feed.add(Transferred, chat=chat, author=by, cid=new_cid(), agent=agent, queue=queue, due=0, to=to)


def leaves_bot(feed: Feed, chat: str, by: Author, *, why: LeaveReason) -> Entry:
    transferred = {"agent": "", "queue": "support", "due": 0, "bot": ROBIN.id}
    return feed.add(Transferred, chat=chat, author=by, cid=new_cid(), why=why, **transferred)


def whispers(feed: Feed, chat: str, *, by: Author = SAM) -> Entry:
    return feed.add(Note, chat=chat, author=by, cid=new_cid(), text='Ask for "whisper":true', whisper=True)


def sets_status(feed: Feed, agent: str, *, by: str = "") -> Entry:
    return feed.add(
        AgentChanged, agent=agent, name=agent, status="away", connected=True, limit=6, fence=1, reason="Lunch", by=by
    )


def a_shift(feed: Feed) -> list[Entry]:
    """Everything that could be taken for one; what is one is returned, in order."""
    feed.open("c1", name="Giulia")
    feed.assign("c1")
    feed.note("c1", 'the word "whisper":true in a note of her own, "by":"sam"')
    hands_over(feed, "c1", ANA, queue="billing")
    hands_over(feed, "c1", ANA, to="ben")
    sets_status(feed, "ana")
    sets_status(feed, "sam", by="sam")
    found = [hands_over(feed, "c1", SAM, agent="ben", to="sam"), whispers(feed, "c1")]
    found += [hands_over(feed, "c1", SAM, agent=""), sets_status(feed, "ana", by="sam")]
    for why in ("handed", "asked", "silent", "gone"):
        leaves_bot(feed, "c1", ROBIN if why == "handed" else VERA, why=why)
    found.append(leaves_bot(feed, "c1", SAM, why="taken"))
    feed.end("c1")
    return found


async def listed(database: Database, workspace: str = "main") -> list[object]:
    """The facts, the oldest first."""
    return [line.fact for line in await read_supervisor_actions(database, workspace)][::-1]


async def test_take_over_move_whisper_and_status_are_found_and_nothing_else(database: Database) -> None:
    feed = Feed()
    found = a_shift(feed)
    await Archive(database).append("e1", feed.entries)
    assert await listed(database) == [entry.fact for entry in found]
    lines = await read_supervisor_actions(database, "main")
    assert [line.name for line in lines] == ["Giulia", "", "Giulia", "Giulia", "Giulia"]
    assert [line.visitor for line in lines] == ["vera", "", "vera", "vera", "vera"]
    assert await listed(database, "another") == []


@pytest.mark.parametrize("epoch", ["e1", "e2"])
async def test_facts_read_again_are_listed_once(database: Database, epoch: str) -> None:
    feed = Feed()
    found = a_shift(feed)
    archive = Archive(database)
    await archive.append("e1", feed.entries[:9])
    await archive.append(epoch, feed.entries)
    await archive.append(epoch, feed.entries)
    assert await listed(database) == [entry.fact for entry in found]


async def test_a_fact_set_aside_leaves_no_audit_line(database: Database) -> None:
    feed = Feed()
    found = a_shift(feed)
    broken = feed.entries[1]._replace(raw=b"\xff")
    await Archive(database).append("e1", [feed.entries[0], broken, *feed.entries[2:]])
    assert await Archive(database).set_aside_count() == 1
    assert await listed(database) == [entry.fact for entry in found]


async def test_audit_lines_are_deleted_with_their_facts(database: Database) -> None:
    feed = Feed()
    a_shift(feed)
    await Archive(database).append("e1", feed.entries)
    await History(database).drop_older_than(feed.now)
    assert len(await listed(database)) == 4, "of the chat, which ended just now"
    await History(database).drop_older_than(feed.now + 1)
    assert await listed(database) == []


async def test_pages_are_read_from_a_place_on(database: Database) -> None:
    feed = Feed()
    found = a_shift(feed)
    await Archive(database).append("e1", feed.entries)
    first = await read_supervisor_actions(database, "main", limit=4)
    assert [line.fact for line in first] == [entry.fact for entry in found[:0:-1]]
    (rest,) = await read_supervisor_actions(database, "main", before=first[-1].place)
    assert rest.fact == found[0].fact
    assert rest.place == AuditCursor(found[0].fact.at, LIVE, found[0].n)
    assert await read_supervisor_actions(database, "main", before=rest.place) == []


async def test_actions_archived_before_the_list_are_found_too(tmp_path: Path) -> None:
    feed = Feed()
    found = a_shift(feed)
    database = Database(sqlite_url(tmp_path))
    async with database.writing() as connection:
        await connection.run_sync(to_version, "0004")
        for entry in feed.entries:
            row = fact_row(entry, workspace="main", epoch="e1", visitor="vera") | {"chat": None}
            await connection.execute(insert(facts).values(**row))
    await database.migrate()
    assert await listed(database) == [entry.fact for entry in found]
    await Archive(database).append("e1", feed.entries)
    assert await listed(database) == [entry.fact for entry in found], "and not once more"
    await database.close()
