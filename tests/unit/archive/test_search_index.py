"""An ended chat is indexed again only if searches would find it differently, because indexing is the costliest step."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import event

from console.archive.database import Database
from console.archive.search import ChatQuery, ChatSearch
from console.archive.search_words import words_of
from console.archive.writer import Archive
from console.domain.ids import new_cid
from console.events import Entry, Labelled, Message, Profile, Rated, Redacted, Visitor, Wrapped
from tests.support.archive_feed import ANA, Feed, fresh_database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url) as database:
        yield database


async def indexed(database: Database, *entries: Entry) -> bool:
    """Archive the entries; whether that wrote into the index."""
    written: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO chat_words"):
            written.append(statement)

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", note)
    await Archive(database).append("e1", entries)
    for engine in database.engines:
        event.remove(engine, "before_cursor_execute", note)
    return bool(written)


async def found(database: Database, **query: Any) -> bool:
    return bool((await ChatSearch(database).list_chats(ChatQuery(**query))).chats)


async def test_a_chat_is_indexed_once_it_has_ended(database: Database) -> None:
    feed = Feed()
    assert not await indexed(database, feed.open("c1"), feed.say("c1", "Hello"))
    assert await indexed(database, feed.end("c1"))


async def test_the_end_of_its_wrap_up_does_not_index_a_chat_again(database: Database) -> None:
    feed = Feed()
    await Archive(database).append("e1", feed.talk("c1", "Hello"))
    wrapped = feed.add(Wrapped, chat="c1", agent="ana", why="done", took=9_000)
    assert not await indexed(database, wrapped)
    assert await found(database, text="hello")


async def test_a_reason_and_a_rating_find_the_chat_when_they_come_after_the_end(database: Database) -> None:
    feed = Feed()
    await Archive(database).append("e1", feed.talk("c1", "Hello"))
    assert await indexed(database, feed.add(Labelled, chat="c1", author=ANA, cid=new_cid(), reason="Refund"))
    assert await found(database, reason="Refund", text="hello")
    assert not await indexed(
        database, feed.add(Labelled, chat="c1", author=ANA, cid=new_cid(), reason="Refund", tags=["vip"])
    ), "nobody searches for tags"
    assert await indexed(database, feed.add(Rated, chat="c1", score=4, cid=new_cid()))
    assert await found(database, reason="Refund", rating="4")


async def test_what_is_written_after_the_end_finds_the_chat(database: Database) -> None:
    feed = Feed()
    await Archive(database).append("e1", feed.talk("c1", "Hello"))
    assert await indexed(database, feed.note("c1", "gave her a voucher"))
    assert await found(database, text="voucher")


async def test_a_message_redacted_after_the_end_finds_the_chat_no_more(database: Database) -> None:
    feed = Feed()
    said = [feed.open("c1"), feed.say("c1", "secret 4111"), feed.end("c1")]
    await Archive(database).append("e1", said)
    fact = said[1].fact
    assert isinstance(fact, Message)
    hidden = msgspec.structs.replace(fact, text="secret")
    assert await indexed(database, feed.add(Redacted, chat="c1", of=fact.seq, fact=hidden))
    assert await found(database, text="secret")
    assert not await found(database, text="4111")


async def test_a_visitor_whom_the_site_names_after_the_end_is_found_by_that_name(database: Database) -> None:
    feed = Feed()
    await Archive(database).append("e1", feed.talk("c1", "Hello"))
    assert await indexed(database, feed.add(Profile, chat="c1", visitor=Visitor("vera", "Veronika")))
    assert await found(database, visitor="veronika")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Parcel 12b", ["parcel", "12b"]),
        ("O'Brien", ["o", "brien", "obrien"]),
        ("e-mail", ["e", "mail", "email"]),
        ("a@b.example", ["a", "b", "example", "abexample"]),
        ("日本語", ["日", "本", "語", "日本", "本語"]),
        ("x" * 50, ["x" * 40]),
        ("-- !", []),
    ],
)
def test_words_are_whole_in_parts_and_in_pairs(text: str, words: list[str]) -> None:
    assert list(words_of(text)) == words
