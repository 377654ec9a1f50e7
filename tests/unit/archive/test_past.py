"""What Vera wrote on a site before is read back in pages, only for her, as long as the site remembers her."""

from collections.abc import AsyncIterator

import pytest

from console.archive.database import Database
from console.archive.history import History
from console.archive.past import EarlierFacts, PastChats, PastQuery
from console.archive.writer import Archive
from console.events import AnyFact, ChatFact, Message, decode_fact
from tests.support.archive_feed import Feed, fresh_database

VERA = PastQuery(visitor="vera", site="demo", since=0)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url) as database:
        yield database


@pytest.fixture
def feed() -> Feed:
    return Feed()


async def read(
    database: Database, query: PastQuery = VERA, *, chat: str = "", before: int = 0, limit: int = 100
) -> EarlierFacts:
    return await PastChats(database).page(query, chat=chat, before=before, limit=limit)


async def archived(database: Database, feed: Feed) -> None:
    await Archive(database).append("e1", feed.entries)


def said(past: EarlierFacts) -> list[str]:
    facts = map(decode_fact, past.facts)
    return [fact.text for fact in facts if isinstance(fact, Message)]


def chat_fact(raw: bytes) -> ChatFact:
    fact: AnyFact = decode_fact(raw)
    assert isinstance(fact, ChatFact)
    return fact


async def test_vera_gets_her_chats_in_order_with_who_answered_last(database: Database, feed: Feed) -> None:
    feed.talk("c1", "One", email="vera@example.com")
    feed.talk("c2", "Two", name="Vera B.", email="vera@example.com")
    await archived(database, feed)
    past = await read(database)
    assert said(past) == ["One", "Re: One", "Two", "Re: Two"]
    assert (past.name, past.email, past.agent) == ("Vera B.", "vera@example.com", "Ana")
    assert past.at == feed.now
    assert not past.more


async def test_what_staff_keep_to_themselves_is_not_even_read(database: Database, feed: Feed) -> None:
    feed.open("c1")
    feed.say("c1", "Hello")
    feed.note("c1", "A difficult one")
    feed.end("c1")
    await archived(database, feed)
    assert not any(b"difficult" in fact for fact in (await read(database)).facts)


async def test_nobody_elses_chats_nor_those_on_another_site_show(database: Database, feed: Feed) -> None:
    feed.talk("c1", "Mine")
    feed.talk("c2", "Somebody else's", visitor="kim")
    feed.talk("c3", "On the blog", site="blog")
    await archived(database, feed)
    assert said(await read(database)) == ["Mine", "Re: Mine"]
    assert said(await read(database, PastQuery(visitor="nobody", site="demo", since=0))) == []


async def test_a_page_of_somebody_elses_chat_is_empty_however_it_is_asked_for(database: Database, feed: Feed) -> None:
    feed.talk("c1", "Mine")
    feed.talk("c2", "Somebody else's", visitor="kim")
    feed.talk("c3", "On the blog", site="blog")
    await archived(database, feed)
    for chat in ("c2", "c3", "none"):
        assert await read(database, chat=chat, before=100) == EarlierFacts()


async def test_an_open_chat_and_the_one_on_the_screen_are_left_out(database: Database, feed: Feed) -> None:
    feed.talk("c1", "Earlier")
    feed.talk("c2", "On the screen")
    feed.open("c3")
    feed.say("c3", "Still open")
    await archived(database, feed)
    query = PastQuery(visitor="vera", site="demo", since=0, but="c2")
    assert said(await read(database, query)) == ["Earlier", "Re: Earlier"]


async def test_a_message_that_was_left_is_there_at_once(database: Database, feed: Feed) -> None:
    """The store still leads to it for a day, but widgets take it off the screen when it is filed."""
    feed.leave_message("c1", "Call me back")
    await archived(database, feed)
    assert said(await read(database, PastQuery(visitor="vera", site="demo", since=0, but="c1"))) == ["Call me back"]


async def test_what_is_older_than_the_site_remembers_is_gone(database: Database, feed: Feed) -> None:
    feed.talk("c1", "Long ago")
    between = feed.now + 1
    feed.talk("c2", "Lately")
    await archived(database, feed)
    query = PastQuery(visitor="vera", site="demo", since=between)
    assert said(await read(database, query)) == ["Lately", "Re: Lately"]
    assert await read(database, query, chat="c1", before=100) == EarlierFacts()


async def test_pages_lead_back_through_all_chats_without_a_gap_or_a_repetition(database: Database, feed: Feed) -> None:
    for number in range(25):
        feed.talk(f"c{number:02}", *(f"{number}.{turn}" for turn in range(number % 4 + 1)))
    await archived(database, feed)
    found: list[bytes] = []
    page = await read(database, limit=7)
    while True:
        assert len(page.facts) <= 7
        found = [*page.facts, *found]
        if not page.more:
            break
        first = chat_fact(found[0])
        page = await read(database, chat=first.chat, before=first.seq, limit=7)
    public = [entry.raw for entry in feed.entries]
    assert found == public, "every fact of these chats is public"


async def test_chats_of_one_message_are_paged_too(database: Database, feed: Feed) -> None:
    """More chats than one page looks into."""
    for number in range(23):
        feed.leave_message(f"c{number:02}", f"Message {number}")
    await archived(database, feed)
    page, found = await read(database), list[str]()
    while True:
        found = [*said(page), *found]
        if not page.more:
            break
        first = chat_fact(page.facts[0])
        page = await read(database, chat=first.chat, before=first.seq)
    assert found == [f"Message {number}" for number in range(23)]


async def test_deleted_chats_are_gone_for_vera_too(database: Database, feed: Feed) -> None:
    feed.talk("c1", "Long ago")
    between = feed.now + 1
    feed.talk("c2", "Lately")
    await archived(database, feed)
    await History(database).drop_older_than(between)
    assert said(await read(database)) == ["Lately", "Re: Lately"]
    await History(database).drop_older_than(feed.now + 1)
    assert await read(database) == EarlierFacts()
