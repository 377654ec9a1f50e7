"""Ended chats and left messages are listed, filtered and found, on both databases."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import asdict
from sqlalchemy import MetaData, func, insert, select

from console.archive.database import Database
from console.archive.history import History
from console.archive.reducer import ArchivedChat, fact_row, fold
from console.archive.search import ChatQuery, ChatSearch
from console.archive.search_index import chat_words
from console.archive.writer import Archive
from console.domain.ids import new_cid
from console.events import Author, ChatFact, Labelled, Late, Profile, Rated, Renamed, Visitor
from tests.support.archive_feed import ANA, Feed, fresh_database, to_version


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url) as database:
        yield database


@pytest.fixture
def search(database: Database) -> ChatSearch:
    return ChatSearch(database)


@pytest.fixture
def feed() -> Feed:
    return Feed()


async def archived(database: Database, feed: Feed) -> None:
    await Archive(database).append("e1", feed.entries)


async def found(search: ChatSearch, *, limit: int = 50, before: str = "", **asked: object) -> list[str]:
    page = await search.list_chats(ChatQuery(**asked), limit=limit, before=before)  # type: ignore[arg-type]
    return [one.chat.id for one in page.chats]


# --- the lists ---------------------------------------------------------------------------------


async def test_an_empty_archive_has_an_empty_list(search: ChatSearch) -> None:
    page = await search.list_chats(ChatQuery())
    assert (page.chats, page.next, await search.left_waiting()) == ([], "", 0)


async def test_ended_chats_come_newest_end_first(search: ChatSearch, database: Database, feed: Feed) -> None:
    for chat in ("first", "second"):
        feed.talk(chat, "Hello")
    feed.open("running")
    await archived(database, feed)
    assert await found(search) == ["second", "first"]


async def test_left_messages_wait_in_their_own_list_until_handled(
    search: ChatSearch, database: Database, feed: Feed
) -> None:
    feed.talk("talked", "Hello")
    feed.leave_message("waiting", "Call me")
    feed.leave_message("done", "Write to me")
    feed.handle("done")
    await archived(database, feed)
    lists = [await found(search, listed=kind) for kind in ("ended", "left", "handled")]
    assert lists == [["talked"], ["waiting"], ["done"]]
    assert await search.left_waiting() == 1


async def test_a_list_shows_the_visitors_first_message(search: ChatSearch, database: Database, feed: Feed) -> None:
    feed.talk("c1", "Where is my parcel?", "Thank you")
    await archived(database, feed)
    (one,) = (await search.list_chats(ChatQuery())).chats
    assert one.excerpt == "Where is my parcel?"


async def test_a_search_shows_the_words_it_found(search: ChatSearch, database: Database, feed: Feed) -> None:
    feed.talk("c1", "Hello", "My parcel is broken")
    await archived(database, feed)
    (one,) = (await search.list_chats(ChatQuery(text="BROKEN"))).chats
    assert one.excerpt == "My parcel is broken"


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
async def test_pages_show_every_chat_once_in_order(
    search: ChatSearch, database: Database, feed: Feed, limit: int
) -> None:
    for number in range(7):
        feed.talk(f"c{number}", "Hello")
        feed.now -= 5_000 * (number % 3)  # some end in the same ms
    await archived(database, feed)
    seen, before = [], ""
    while True:
        page = await search.list_chats(ChatQuery(), limit=limit, before=before)
        seen += [one.chat.id for one in page.chats]
        before = page.next
        if not before:
            break
    assert seen == await found(search, limit=200)
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("before", ["-", "x", "1", "-1-c1", "9" * 400, "٣-c1", "1-c1'; DROP TABLE chats; --", "%-%"])
async def test_an_invalid_position_in_the_list_is_ignored(
    search: ChatSearch, database: Database, feed: Feed, before: str
) -> None:
    feed.talk("c1", "Hello")
    await archived(database, feed)
    assert await found(search, before=before) in ([], ["c1"])
    assert await History(search.database).knows_chat("c1")


@pytest.mark.parametrize(("limit", "shown"), [(0, 1), (-5, 1), (10**9, 200)])
async def test_a_page_has_a_bounded_length(
    search: ChatSearch, database: Database, feed: Feed, limit: int, shown: int
) -> None:
    for number in range(203):
        feed.open(f"c{number}")
        feed.end(f"c{number}")
    await archived(database, feed)
    assert len(await found(search, limit=limit)) == shown


# --- searching -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["parcel", "PARCEL", "my parcel is", "perche", "PERCHÉ", "perché", "parcel?", "50%"])
async def test_case_and_accents_do_not_matter(search: ChatSearch, database: Database, feed: Feed, text: str) -> None:
    feed.talk("c1", "Where is my Parcel is it? Perch\u00e9? It cost 50% more. My parcel is late, parcel?")
    feed.talk("c2", "Something else")
    await archived(database, feed)
    assert await found(search, text=text) == ["c1"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("parcel broken", "The parcel came yesterday and it is broken"),
        ("broken parcel", "The parcel came yesterday and it is broken"),
        ("lodz", "Wysłane z Łodzi? Łódź!"),
        ("Łódź", "to lodz"),
        ("kobenhavn", "København"),
        ("dordevic", "Đorđević"),
        ("hauptstrasse", "Hauptstraße 5"),
        ("obrien", "I am O'Brien"),
        ("o'brien", "I am OBrien"),
        ("o brien", "I am O\u2019Brien"),
        ("ordine", "dove si trova l'ordine"),
        ("email", "my e-mail is wrong"),
        ("e-mail", "my email is wrong"),
        ("1234", "order AB-1234-X"),
        ("سلام", "سَلَامٌ عليكم"),
        ("سَلام", "سلام"),
        ("שלום", "שָׁלוֹם"),
        ("包裹", "我的包裹坏了"),
        ("裹", "我的包裹坏了"),
        ("荷物", "わたしの荷物はどこですか"),
        ("ｐａｒｃｅｌ", "parcel"),
        ("안녕", "안녕하세요"),
        ("заказ", "Где мой ЗАКАЗ?"),
        ("parc", "parcel"),
        ("vera@example.com", "write to Vera@Example.com please"),
        ("example.com", "write to Vera@Example.com please"),
        ("ﬁnd", "find it"),
        ("re\u00adfund", "refund"),
    ],
)
async def test_typical_queries_find_typical_messages(
    search: ChatSearch, database: Database, feed: Feed, text: str, written: str
) -> None:
    feed.talk("c1", written)
    feed.talk("c2", "Nothing of the kind, 别的, شيء آخر")
    await archived(database, feed)
    assert await found(search, text=text) == ["c1"]


@pytest.mark.parametrize(
    "text", ["包坏", "parcel invoice", "arcel", "vera", "o'brians", "1235", "t", "ended", "fsupport"]
)
async def test_missing_words_find_nothing(search: ChatSearch, database: Database, feed: Feed, text: str) -> None:
    feed.talk("c1", "我的包裹坏了. My parcel, O'Brian, AB-1234", name="Vera")
    await archived(database, feed)
    assert await found(search, text=text) == []


async def test_words_of_different_messages_find_their_chat(search: ChatSearch, database: Database, feed: Feed) -> None:
    feed.talk("c1", "My parcel is late", "The invoice is wrong")
    await archived(database, feed)
    assert await found(search, text="invoice parcel") == ["c1"]


@pytest.mark.parametrize(
    "text", ["%", "_", "?!", "\\", '"', "' OR 1=1", "*", "NEAR(", "a AND", "-", "😀", "\0", "\ud83d"]
)
async def test_punctuation_in_a_query_is_ignored(search: ChatSearch, database: Database, feed: Feed, text: str) -> None:
    feed.talk("c1", "a%b_c parcel")
    await archived(database, feed)
    assert await found(search, text=text) == []
    assert await found(search, visitor=text) == []


async def test_an_emoji_is_a_word(search: ChatSearch, database: Database, feed: Feed) -> None:
    feed.talk("c1", "thank you 😀")
    await archived(database, feed)
    assert await found(search, text="😀") == ["c1"]


async def test_a_visitor_is_found_by_name_address_and_id(search: ChatSearch, database: Database, feed: Feed) -> None:
    feed.talk("c1", "Hello", visitor="v123", name="Véra Müller", email="Vera@Example.com")
    feed.talk("c2", "Hello", visitor="v456", name="Bo")
    await archived(database, feed)
    for visitor in ("vera", "muller", "vera@example", "v123"):
        assert await found(search, visitor=visitor) == ["c1"], visitor


async def test_both_searches_together_must_fit(search: ChatSearch, database: Database, feed: Feed) -> None:
    feed.talk("c1", "parcel", name="Vera")
    feed.talk("c2", "parcel", name="Kim")
    feed.talk("c3", "invoice", name="Kim")
    await archived(database, feed)
    assert await found(search, text="parcel", visitor="kim") == ["c2"]


async def test_staff_find_their_notes(search: ChatSearch, database: Database, feed: Feed) -> None:
    feed.open("c1")
    feed.note("c1", "asked for a refund before")
    feed.end("c1")
    await archived(database, feed)
    assert await found(search, text="refund") == ["c1"]


async def test_a_very_long_query_is_cut(search: ChatSearch, database: Database, feed: Feed) -> None:
    feed.talk("c1", "a" * 300)
    await archived(database, feed)
    assert await found(search, text="a" * 1_000_000) == ["c1"]


async def test_another_workspaces_chats_are_not_found(search: ChatSearch, database: Database, feed: Feed) -> None:
    feed.talk("c1", "parcel")
    await Archive(database, "another").append("e1", feed.entries)
    assert await found(search, text="parcel") == await found(search) == []
    assert await found(ChatSearch(database, "another"), text="parcel") == ["c1"]


# --- filters -------------------------------------------------------------------------------------


FILTERS = {
    "queue": ("support", "billing"),
    "site": ("demo", "shop"),
    "agent": ("ana", "ben"),
    "channel": ("web", "mail"),
    "language": ("en", "it"),
    "reason": ("Parcel", "Invoice"),
    "rating": ("5", "1"),
    "late": ("no", "yes"),
}


@pytest.mark.parametrize("name", FILTERS)
async def test_each_filter_shows_its_own_chats(search: ChatSearch, database: Database, feed: Feed, name: str) -> None:
    kinds = [{one: values[which] for one, values in FILTERS.items()} for which in (0, 1)]
    for chat, of in zip(("first", "second"), kinds, strict=True):
        feed.open(chat, queue=of["queue"], site=of["site"], channel=of["channel"], locale=of["language"])
        feed.say(chat, "parcel")
        if of["late"] == "yes":
            feed.add(Late, chat=chat, queue=of["queue"], agent=of["agent"], due=0)
        feed.say(chat, "Hello", by="agent", author=Author(of["agent"], of["agent"].title()))
        feed.end(chat)
        feed.add(Labelled, chat=chat, author=ANA, cid=new_cid(), reason=of["reason"])
        feed.add(Rated, chat=chat, score=int(of["rating"]), cid=new_cid())
    await archived(database, feed)
    for chat, value in zip(("first", "second"), FILTERS[name], strict=True):
        assert await found(search, **{name: value}) == [chat]
        assert await found(search, text="parcel", **{name: value}) == [chat]
        assert await search.count(ChatQuery(**{name: value})) == 1
    assert await found(search, **{name: "none"}) == []


async def test_the_agent_filter_finds_everybody_who_wrote(search: ChatSearch, database: Database, feed: Feed) -> None:
    feed.open("c1")
    feed.say("c1", "Hi", by="agent", author=Author("ben", "Ben"))
    feed.say("c1", "Hello", by="agent")
    feed.end("c1")
    await archived(database, feed)
    assert await found(search, agent="ben") == await found(search, agent="ana") == ["c1"]
    assert await found(search, agent="vera") == []


async def test_who_signs_in_is_no_agent_under_the_id_they_had_before(
    search: ChatSearch, database: Database, feed: Feed
) -> None:
    for chat in ("c1", "c2"):
        feed.open(chat, visitor="stranger", name="")
        feed.say(chat, "Hi", author=Author("stranger"))
        feed.say(chat, "Hello", by="agent")
    feed.add(Profile, chat="c1", visitor=Visitor("person", "Vera"))
    feed.end("c1")
    feed.end("c2")
    await archived(database, feed)
    feed.add(Profile, chat="c2", visitor=Visitor("person", "Vera"))
    await archived(database, feed)
    assert await found(search, agent="stranger") == await found(search, visitor="stranger") == []
    assert await found(search, visitor="person") == await found(search, agent="ana") == ["c2", "c1"]
    assert await found(search, agent="person") == []


async def test_a_span_of_days_bounds_lists_and_searches(search: ChatSearch, database: Database, feed: Feed) -> None:
    ends = []
    for number in range(4):
        feed.talk(f"c{number}", "parcel")
        ends.append(feed.now)
    await archived(database, feed)
    for text in ("", "parcel"):
        assert await found(search, text=text, since=ends[1], until=ends[3]) == ["c2", "c1"]
        page = await search.list_chats(ChatQuery(text=text, since=ends[1], until=ends[3]), limit=1)
        assert await found(search, text=text, since=ends[1], until=ends[3], before=page.next) == ["c1"]
        assert await search.count(ChatQuery(text=text, since=ends[1])) == 3


async def test_a_count_has_an_upper_bound(
    search: ChatSearch, database: Database, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.archive.search.MOST_COUNTED", 3)
    for number in range(6):
        feed.talk(f"c{number}", "parcel")
    await archived(database, feed)
    assert await search.count(ChatQuery()) == await search.count(ChatQuery(text="parcel")) == 4


# --- the index follows its chats --------------------------------------------------------------------


async def test_a_note_after_the_end_is_found(search: ChatSearch, database: Database, feed: Feed) -> None:
    feed.talk("c1", "Hello")
    await archived(database, feed)
    feed.note("c1", "wants a refund")
    await archived(database, feed)
    assert await found(search, text="refund") == ["c1"]


async def test_a_reopened_chat_is_found_again_after_its_end(search: ChatSearch, database: Database, feed: Feed) -> None:
    opened = feed.open("c1")
    feed.say("c1", "parcel")
    feed.end("c1")
    feed.talk("c2", "parcel")
    await archived(database, feed)
    feed.reopen("c1", opened)
    await archived(database, feed)
    assert await found(search, text="parcel") == await found(search) == ["c2"]
    feed.say("c1", "and an invoice")
    feed.end("c1")
    await archived(database, feed)
    assert await found(search, text="parcel") == await found(search) == ["c1", "c2"]
    assert await found(search, text="parcel invoice") == ["c1"]


async def test_a_handled_message_changes_its_list(search: ChatSearch, database: Database, feed: Feed) -> None:
    feed.leave_message("c1", "Call me")
    await archived(database, feed)
    assert await found(search, text="call", listed="left") == ["c1"]
    feed.handle("c1")
    await archived(database, feed)
    assert await found(search, text="call", listed="left") == []
    assert await found(search, text="call", listed="handled") == ["c1"]


async def test_a_deleted_chat_leaves_nothing_in_the_index(search: ChatSearch, database: Database, feed: Feed) -> None:
    feed.talk("c1", "parcel")
    await archived(database, feed)
    await History(database).drop_older_than(feed.now + 1)
    async with database.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(chat_words))).scalar_one() == 0


# --- archives from before there was an index ----------------------------------------------------------


async def test_an_older_archive_comes_into_the_index_step_by_step(
    empty_database_url: str, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.archive.search_index.STEP", 2)
    for number in range(5):
        feed.talk(f"c{number}", "parcel")
    feed.leave_message("left", "parcel")
    feed.open("running")
    database = Database(empty_database_url)
    await archived_by_release(database, "0005", feed)
    await database.migrate()
    search = ChatSearch(database)
    newest = ["c4", "c3", "c2", "c1", "c0"]
    assert await found(search) == newest, "the list needs no index"
    assert await found(search, listed="left") == ["left"]
    assert await found(search, text="parcel") == []
    seen, down_to = [], []
    more = True
    while more:
        more = await ChatSearch(database).index.build()  # each as after a start of its own
        seen.append(await found(search, text="parcel"))
        down_to.append(await search.index.built_down_to())
    assert seen == [newest[:1], newest[:3], newest, newest]
    assert down_to == sorted(down_to, reverse=True)
    assert down_to[-1] == 0
    assert await found(search, text="parcel", listed="left") == ["left"]
    await database.close()


async def archived_by_release(database: Database, version: str, feed: Feed) -> None:
    """The feed's chats and facts, in the tables of that release."""
    async with database.writing() as connection:
        await connection.run_sync(to_version, version)
        older = MetaData()
        await connection.run_sync(older.reflect)
        held: dict[str, ArchivedChat] = {}
        rows = []
        for entry in feed.entries:
            fact = entry.fact
            assert isinstance(fact, ChatFact)
            fold(held.setdefault(fact.chat, ArchivedChat(fact.chat)), fact)
            rows.append(fact_row(entry, workspace="main", epoch="e1", visitor="vera"))
        known = set(older.tables["chats"].columns.keys())
        values = [
            {"workspace": "main"} | {name: value for name, value in asdict(chat).items() if name in known}
            for chat in held.values()
        ]
        for row in values:
            row |= {"fields": "{}", "tags": "[]"} if database.is_sqlite else {}
        await connection.execute(insert(older.tables["chats"]), values)
        await connection.execute(insert(older.tables["facts"]), rows)


async def test_a_visitor_is_found_by_the_name_an_agent_gave(search: ChatSearch, database: Database, feed: Feed) -> None:
    feed.open("c1")
    feed.say("c1", "Hello")
    feed.add(Renamed, chat="c1", author=ANA, cid=new_cid(), name="Věra Rossi")
    feed.add(Profile, chat="c1", visitor=Visitor("kim", "kim78"), named="Věra Rossi")
    feed.end("c1")
    await archived(database, feed)
    assert await found(search, visitor="rossi") == ["c1"]
    (chat,) = (await search.list_chats(ChatQuery())).chats
    assert chat.chat.name == "Věra Rossi"
