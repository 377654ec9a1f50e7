"""Ended chats and left messages can be found and read, and are deleted when their retention is over."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update

from console.archive.database import Database
from console.archive.history import History
from console.archive.search import ChatQuery, ChatSearch
from console.archive.tables import chats, facts, set_aside
from console.archive.writer import Archive
from console.domain.ids import new_cid
from console.events import Message, Note, Presence, Profile, Visitor
from tests.support.archive_feed import START, Feed, fresh_database, rows

DAY = 86_400_000  # ms


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url) as database:
        yield database


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


@pytest.fixture
def feed() -> Feed:
    return Feed()


async def archived(database: Database, feed: Feed) -> None:
    await Archive(database).append("e1", feed.entries)


# --- one chat ------------------------------------------------------------------------------------


async def test_a_chat_is_read_with_its_notes_in_order(history: History, database: Database, feed: Feed) -> None:
    feed.open("c1")
    feed.say("c1", "Hello")
    feed.note("c1", "VIP")
    feed.say("c1", "Hi", by="agent")
    await archived(database, feed)
    record = await history.read_chat("c1")
    assert record is not None
    assert [fact.seq for fact in record.facts] == [1, 2, 3, 4]
    assert [fact.text for fact in record.facts if isinstance(fact, Message | Note)] == ["Hello", "VIP", "Hi"]


async def test_an_entry_no_longer_understood_is_counted_not_fatal(
    history: History, database: Database, feed: Feed
) -> None:
    feed.talk("c1", "Hello")
    await archived(database, feed)
    async with database.writing() as connection:
        await connection.execute(update(facts).where(facts.c.seq == 3).values(raw='{"kind":"from_another_age"}'))
    record = await history.read_chat("c1")
    assert record is not None
    assert (record.unreadable, len(record.facts)) == (1, 4)
    assert (await ChatSearch(database).list_chats(ChatQuery())).chats[0].excerpt == ""


async def test_an_unknown_chat_reads_as_none(history: History) -> None:
    assert await history.read_chat("nothing") is None
    assert not await history.knows_chat("nothing")


async def test_a_resent_message_gets_its_first_result(history: History, database: Database, feed: Feed) -> None:
    cid = new_cid()
    feed.open("c1")
    said = feed.say("c1", "Hello", cid=cid)
    await archived(database, feed)
    got = await history.result_of("vera", cid, chat="c1")
    assert got is not None
    assert (got.chat, got.seq, got.at, got.kind, got.text) == ("c1", 2, said.fact.at, "message", "Hello")


async def test_a_resent_opening_gets_its_chat_and_first_message(
    history: History, database: Database, feed: Feed
) -> None:
    cid = new_cid()
    feed.open("c1", cid=cid)
    feed.say("c1", "Hello", cid=cid)
    await archived(database, feed)
    got = await history.result_of("vera", cid)
    assert got is not None
    assert (got.chat, got.seq, got.text) == ("c1", 2, "Hello")


async def test_every_kind_of_command_is_remembered(history: History, database: Database, feed: Feed) -> None:
    feed.leave_message("c1", "Call me")
    feed.note("c1", "tried twice")
    feed.handle("c1")
    await archived(database, feed)
    for entry in feed.entries:
        cid = getattr(entry.fact, "cid", "")
        author = entry.fact.author.id if getattr(entry.fact, "author", None) else "vera"
        if cid:
            got = await history.result_of(author, cid, chat="c1")
            assert got is not None
            assert got.seq == entry.fact.seq  # type: ignore[union-attr]


async def test_somebody_elses_cid_is_not_known(history: History, database: Database, feed: Feed) -> None:
    cid = new_cid()
    feed.open("c1")
    feed.say("c1", "Hello", cid=cid)
    await archived(database, feed)
    assert await history.result_of("mallory", cid, chat="c1") is None
    assert await history.result_of("vera", cid, chat="c2") is None
    assert await History(database, "another").result_of("vera", cid, chat="c1") is None


async def test_what_she_said_before_she_proved_who_she_is_is_hers_and_nobody_elses(
    history: History, database: Database, feed: Feed
) -> None:
    cid, anas = new_cid(), new_cid()
    feed.open("c1")
    feed.say("c1", "Hello", cid=cid)
    feed.say("c1", "Yes?", by="agent", cid=anas)
    feed.add(Profile, chat="c1", visitor=Visitor("p42", "Vera"))
    feed.open("c2", visitor="kim")
    await archived(database, feed)
    got = await history.result_of("p42", cid, chat="c1")
    assert got is not None
    assert (got.chat, got.seq) == ("c1", 2)
    assert await history.result_of("p42", anas, chat="c1") is None
    assert await history.result_of("kim", cid, chat="c1") is None


# --- retention -------------------------------------------------------------------------------------


async def test_an_old_chat_is_deleted_with_all_its_texts(history: History, database: Database, feed: Feed) -> None:
    feed.talk("old", "my secret")
    feed.add(Presence, chat="old", here=False)
    feed.now += 100 * DAY
    feed.talk("new", "Hello")
    await archived(database, feed)
    assert await history.drop_older_than(START + 50 * DAY) == 1
    assert [row["id"] for row in await rows(database, chats)] == ["new"]
    assert {row["chat"] for row in await rows(database, facts)} == {"new"}


async def test_a_chat_without_a_recorded_end_is_deleted_too(history: History, database: Database, feed: Feed) -> None:
    feed.open("forgotten")
    await archived(database, feed)
    assert await history.drop_older_than(START + DAY) == 1
    assert await rows(database, facts) == []


async def test_old_set_aside_entries_are_deleted_too(history: History, database: Database, feed: Feed) -> None:
    feed.open("c1")
    cid = new_cid()
    feed.say("c1", "twice", cid=cid)
    feed.say("c1", "twice", cid=cid)
    await archived(database, feed)
    assert len(await rows(database, set_aside)) == 1
    await history.drop_older_than(4_000_000_000_000)
    assert await rows(database, set_aside) == []


async def test_deletion_spans_more_than_one_transaction(history: History, database: Database, feed: Feed) -> None:
    for number in range(450):
        feed.open(f"c{number}")
    await archived(database, feed)
    assert await history.drop_older_than(feed.now + 1) == 450
    assert await rows(database, chats) == []


async def test_retention_of_one_workspace_leaves_the_others(history: History, database: Database, feed: Feed) -> None:
    feed.talk("c1", "Hello")
    await Archive(database, "other").append("e1", feed.entries)
    assert await history.drop_older_than(feed.now + DAY) == 0
    assert len(await rows(database, chats)) == 1
