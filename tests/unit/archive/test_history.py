"""Ended chats and left messages can be found and read, and go when their days are over."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update

from console.archive.database import Database
from console.archive.history import History
from console.archive.tables import chats, facts, set_aside
from console.archive.writer import Archive
from console.domain.ids import new_cid
from console.events import Message, Note, Presence
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


async def found(history: History, **asked: object) -> list[str]:
    page = await history.list_chats(**asked)  # type: ignore[arg-type]
    return [one.chat.id for one in page.chats]


# --- the lists ---------------------------------------------------------------------------------


async def test_an_empty_archive_has_an_empty_list(history: History) -> None:
    page = await history.list_chats()
    assert (page.chats, page.next, await history.left_waiting()) == ([], "", 0)


async def test_ended_chats_come_newest_end_first(history: History, database: Database, feed: Feed) -> None:
    for chat in ("first", "second"):
        feed.talk(chat, "Hello")
    feed.open("running")
    await archived(database, feed)
    assert await found(history) == ["second", "first"]


async def test_left_messages_wait_in_their_own_list_until_handled(
    history: History, database: Database, feed: Feed
) -> None:
    feed.talk("talked", "Hello")
    feed.leave_message("waiting", "Call me")
    feed.leave_message("done", "Write to me")
    feed.handle("done")
    await archived(database, feed)
    lists = [await found(history, kind=kind) for kind in ("ended", "left", "handled")]
    assert lists == [["talked"], ["waiting"], ["done"]]
    assert await history.left_waiting() == 1


async def test_a_list_shows_the_visitors_first_words(history: History, database: Database, feed: Feed) -> None:
    feed.talk("c1", "Where is my parcel?", "Thank you")
    await archived(database, feed)
    (one,) = (await history.list_chats()).chats
    assert one.excerpt == "Where is my parcel?"


async def test_a_search_shows_the_words_it_found(history: History, database: Database, feed: Feed) -> None:
    feed.talk("c1", "Hello", "My parcel is broken")
    await archived(database, feed)
    (one,) = (await history.list_chats(text="BROKEN")).chats
    assert one.excerpt == "My parcel is broken"


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
async def test_pages_show_every_chat_once_in_order(
    history: History, database: Database, feed: Feed, limit: int
) -> None:
    for number in range(7):
        feed.talk(f"c{number}", "Hello")
        feed.now -= 1_000 * (number % 3)  # some end in the same ms
    await archived(database, feed)
    async with database.writing() as connection:
        await connection.execute(update(chats).where(chats.c.id.in_(["c2", "c3", "c4"])).values(ended=START + 50_000))
    seen, before = [], ""
    while True:
        page = await history.list_chats(limit=limit, before=before)
        seen += [one.chat.id for one in page.chats]
        before = page.next
        if not before:
            break
    assert seen == await found(history, limit=200)
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("before", ["-", "x", "1", "-1-c1", "9" * 400, "٣-c1", "1-c1'; DROP TABLE chats; --", "%-%"])
async def test_a_made_up_place_in_the_list_harms_nothing(
    history: History, database: Database, feed: Feed, before: str
) -> None:
    feed.talk("c1", "Hello")
    await archived(database, feed)
    assert await found(history, before=before) in ([], ["c1"])
    assert await history.knows_chat("c1")


@pytest.mark.parametrize(("limit", "shown"), [(0, 1), (-5, 1), (10**9, 200)])
async def test_a_page_has_a_bounded_length(
    history: History, database: Database, feed: Feed, limit: int, shown: int
) -> None:
    for number in range(203):
        feed.open(f"c{number}")
        feed.end(f"c{number}")
    await archived(database, feed)
    assert len(await found(history, limit=limit)) == shown


# --- searching -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["parcel", "PARCEL", "my parcel is", "perche", "PERCHÉ", "perché", "parcel?", "50%"])
async def test_case_and_accents_do_not_matter(history: History, database: Database, feed: Feed, text: str) -> None:
    feed.talk("c1", "Where is my Parcel is it? Perch\u00e9? It cost 50% more. My parcel is late, parcel?")
    feed.talk("c2", "Something else")
    await archived(database, feed)
    assert await found(history, text=text) == ["c1"]


@pytest.mark.parametrize(("text", "chat"), [("%", "percent"), ("_", "underscore"), ("/", "slash"), ("\\", "backslash")])
async def test_wildcards_are_letters_like_any_other(
    history: History, database: Database, feed: Feed, text: str, chat: str
) -> None:
    for name, sign in {"percent": "%", "underscore": "_", "slash": "/", "backslash": "\\", "none": "x"}.items():
        feed.open(name, name=f"Vera {sign}")
        feed.say(name, f"a{sign}b")
        feed.end(name)
    await archived(database, feed)
    assert await found(history, text=text) == [chat]
    assert await found(history, visitor=text) == [chat]


async def test_a_visitor_is_found_by_name_address_and_id(history: History, database: Database, feed: Feed) -> None:
    feed.talk("c1", "Hello", visitor="v123", name="Véra Müller", email="Vera@Example.com")
    feed.talk("c2", "Hello", visitor="v456", name="Bo")
    await archived(database, feed)
    for visitor in ("vera", "muller", "vera@example", "v123"):
        assert await found(history, visitor=visitor) == ["c1"], visitor


async def test_both_searches_together_must_fit(history: History, database: Database, feed: Feed) -> None:
    feed.talk("c1", "parcel", name="Vera")
    feed.talk("c2", "parcel", name="Kim")
    feed.talk("c3", "invoice", name="Kim")
    await archived(database, feed)
    assert await found(history, text="parcel", visitor="kim") == ["c2"]


async def test_staff_find_their_notes(history: History, database: Database, feed: Feed) -> None:
    feed.open("c1")
    feed.note("c1", "asked for a refund before")
    feed.end("c1")
    await archived(database, feed)
    assert await found(history, text="refund") == ["c1"]


async def test_a_search_as_long_as_a_book_is_cut(history: History, database: Database, feed: Feed) -> None:
    feed.talk("c1", "a" * 300)
    await archived(database, feed)
    assert await found(history, text="a" * 1_000_000) == ["c1"]


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
    assert (await history.list_chats()).chats[0].excerpt == ""


async def test_no_such_chat_is_none(history: History) -> None:
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


# --- retention -------------------------------------------------------------------------------------


async def test_an_old_chat_goes_with_all_its_words(history: History, database: Database, feed: Feed) -> None:
    feed.talk("old", "my secret")
    feed.add(Presence, chat="old", here=False)
    feed.now += 100 * DAY
    feed.talk("new", "Hello")
    await archived(database, feed)
    assert await history.drop_older_than(START + 50 * DAY) == 1
    assert [row["id"] for row in await rows(database, chats)] == ["new"]
    assert {row["chat"] for row in await rows(database, facts)} == {"new"}


async def test_a_chat_whose_end_was_lost_goes_too(history: History, database: Database, feed: Feed) -> None:
    feed.open("forgotten")
    await archived(database, feed)
    assert await history.drop_older_than(START + DAY) == 1
    assert await rows(database, facts) == []


async def test_what_was_set_aside_goes_with_its_days(history: History, database: Database, feed: Feed) -> None:
    feed.open("c1")
    cid = new_cid()
    feed.say("c1", "twice", cid=cid)
    feed.say("c1", "twice", cid=cid)
    await archived(database, feed)
    assert len(await rows(database, set_aside)) == 1
    await history.drop_older_than(4_000_000_000_000)
    assert await rows(database, set_aside) == []


async def test_more_old_chats_than_one_transaction_holds_all_go(
    history: History, database: Database, feed: Feed
) -> None:
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
