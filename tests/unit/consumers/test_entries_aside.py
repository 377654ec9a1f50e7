"""What an older release could not store while it led is stored once by the newer one that takes over."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from console.archive import entries_aside
from console.archive.database import Database
from console.archive.feed_cursor import FeedCursor, Overtaken
from console.archive.tables import chats, facts, set_aside
from console.archive.writer import NAME, Archive
from console.consumers import follower
from console.consumers.consumer import FeedConsumer
from console.domain.ids import new_cid
from console.events import AnyFact, Assigned, Message, NoteRedacted, Redacted, Unreadable, decode_fact
from console.queue import feed as reading
from console.queue.calls.erasure import Redaction
from console.queue.lead import Lead
from tests.support.archive_feed import Feed, fresh_database, rows
from tests.support.eventually import eventually
from tests.support.queue_shift import Shift, opened

FIRST, HIDDEN = "my card is 4929 4219", "my card is •••• ••••"


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url) as database:
        yield database


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=6)
        await shift.online("ana")
        yield shift


@pytest.fixture(autouse=True)
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower.Follower, "between", 0.02)


def without(*kinds: type[AnyFact]) -> Callable[[bytes], AnyFact]:
    """How a release reads that does not know these kinds."""

    def read(raw: bytes) -> AnyFact:
        fact = decode_fact(raw)
        if isinstance(fact, kinds):
            raise msgspec.ValidationError("Invalid value - at `$.kind`")
        return fact

    return read


@contextmanager
def older_release(*kinds: type[AnyFact]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "decode_fact", without(*kinds))
        yield


@asynccontextmanager
async def archiving(shift: Shift, database: Database) -> AsyncIterator[Archive]:
    """A process that leads, until it has archived all there is."""
    archive = Archive(database, shift.workspace.name)
    consumer = FeedConsumer(
        NAME, archive.write, shift.workspace, database, leads=Lead(True), late=archive.write_late, pace=0.01
    )
    task = asyncio.create_task(consumer.run())

    async def caught_up() -> bool:
        return (await archive.cursor()).n == await shift.workspace.newest()

    try:
        await eventually(caught_up, "the archive to catch up")
        yield archive
    finally:
        while not task.done():  # a library's own time-out can swallow a cancellation
            task.cancel()
            await asyncio.wait([task], timeout=1)


async def redact(shift: Shift, chat: str) -> None:
    message = next(fact for fact in await shift.facts("message") if fact.chat == chat)
    was = await shift.workspace.store.command("LINDEX", shift.workspace.keys.of("log", chat), message.seq - 1)
    now = msgspec.json.encode(msgspec.json.decode(was) | {"text": HIDDEN})
    await shift.workspace.redact(Redaction(chat, message.seq, was, now, "redacted", "vera", message.cid))


async def test_a_card_number_that_an_older_process_left_in_sql_is_hidden_by_the_newer_one(
    shift: Shift, database: Database
) -> None:
    chat = await shift.opens("vera", FIRST)
    await redact(shift, chat)
    with older_release(Redacted, NoteRedacted):
        async with archiving(shift, database) as archive:
            assert await archive.set_aside_count() == 1
    assert "4929" in str(await rows(database, facts))
    for _ in range(2):
        async with archiving(shift, database) as archive:
            await eventually(lambda: counts(archive, 0), "the entry to be stored")
    assert "4929" not in str(await rows(database, facts))
    assert [row["kind"] for row in await rows(database, facts)].count("redacted") == 1


async def test_a_chat_is_what_its_facts_say_whenever_they_were_stored(
    shift: Shift, database: Database, tmp_path: Path
) -> None:
    """Its assignment and messages are stored after its end: it has ended all the same."""
    chat = await shift.opens("vera", "one")
    await shift.answers("ana", chat)
    await shift.ends("ana", chat)
    with older_release(Message, Assigned):
        async with archiving(shift, database) as archive:
            assert await archive.set_aside_count() == 3
    async with archiving(shift, database) as archive:
        await eventually(lambda: counts(archive, 0), "the entries to be stored")
    async with fresh_database(tmp_path / "other") as other, archiving(shift, other):
        for table, order in ((chats, "id"), (facts, "n")):
            assert await rows(database, table, order) == await rows(other, table, order)
    (row,) = await rows(database, chats)
    assert (row["messages"], row["agent"], row["why"]) == (2, "ana", "agent")


async def test_what_still_nobody_understands_stays_aside(shift: Shift, database: Database) -> None:
    await shift.opens("vera", "one")
    with older_release(Message, Assigned):
        async with archiving(shift, database):
            pass
    with older_release(Assigned), pytest.MonkeyPatch.context() as patch:
        patch.setattr(entries_aside, "decode_fact", without(Assigned))
        async with archiving(shift, database) as archive:
            await eventually(lambda: counts(archive, 1), "the message to be stored")
    (aside,) = await rows(database, set_aside)
    assert b'"kind":"assigned"' in aside["raw"]


async def counts(archive: Archive, number: int) -> bool:
    return await archive.set_aside_count() == number


async def test_a_command_that_was_sent_again_in_a_later_history_is_not_stored_late(
    database: Database,
) -> None:
    """The store lost it, Vera's widget sent it again: everybody has seen the second one."""
    feed, archive, cid = Feed(), Archive(database), new_cid()
    feed.open("c1")
    first = feed.say("c1", "Hello", cid=cid)
    await archive.append("e1", [feed.entries[0], first._replace(fact=Unreadable(first.fact.at))])
    again = feed.say("c1", "Hello", cid=cid)
    await archive.append("e2", [feed.entries[0], again._replace(n=2)])
    cursor = FeedCursor(database, "main", NAME)
    async with database.writing() as connection:
        await connection.run_sync(cursor.take, "next", await cursor.position())
    assert await cursor.retry_aside(archive.write_late, reader="next") == 1
    assert await archive.set_aside_count() == 0
    assert [row["id"] for row in await rows(database, facts, "n") if row["kind"] == "message"] == [again.id]
    assert (await rows(database, chats))[0]["messages"] == 1


async def test_a_process_that_was_overtaken_stores_nothing_late(database: Database) -> None:
    feed, archive = Feed(), Archive(database)
    feed.open("c1")
    late = feed.say("c1", "Hello")
    await archive.append("e1", [feed.entries[0], late._replace(fact=Unreadable(late.fact.at))])
    cursor = FeedCursor(database, "main", NAME)
    async with database.writing() as connection:
        await connection.run_sync(cursor.take, "next", await cursor.position())
    with pytest.raises(Overtaken):
        await cursor.retry_aside(archive.write_late, reader="frozen")
    assert await archive.set_aside_count() == 1
