"""The archive's writer stores each fact once, through repeats, failures and disconnects."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from console.archive.database import Database, sqlite_url
from console.archive.feed_cursor import START, FeedPosition
from console.archive.history import History
from console.archive.tables import chats, cursors, facts, set_aside
from console.archive.writer import Archive
from console.domain.ids import new_cid, new_id
from console.errors import Unknown, WrongEpoch
from console.events import AgentChanged, Author, Entry, Labelled, Message, Presence, Rated
from tests.support.archive_feed import Feed, fresh_database, rows

VERA = Author("vera", "Vera")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # its own way of being away


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url, busy=50) as database:
        yield database


@pytest.fixture
def archive(database: Database) -> Archive:
    return Archive(database)


@pytest.fixture
def feed() -> Feed:
    return Feed()


async def transcript(database: Database, chat: str, workspace: str = "main") -> list[str]:
    record = await History(database, workspace).read_chat(chat)
    assert record is not None
    return [fact.text for fact in record.facts if isinstance(fact, Message)]


# --- what is kept --------------------------------------------------------------------------------


async def test_a_conversation_is_archived_unchanged(archive: Archive, database: Database, feed: Feed) -> None:
    feed.talk("c1", "Where is my parcel?", "Thank you")
    await archive.append("e1", feed.entries)
    assert await transcript(database, "c1") == [
        "Where is my parcel?",
        "Re: Where is my parcel?",
        "Thank you",
        "Re: Thank you",
    ]


async def test_every_fact_is_kept_with_its_own_json(archive: Archive, database: Database, feed: Feed) -> None:
    feed.talk("c1", "Hello")
    feed.note("c1", "VIP")
    feed.add(AgentChanged, agent="ana", name="Ana", status="online", connected=True, limit=6, fence=1)
    feed.add(Presence, chat="c1", here=False)
    await archive.append("e1", feed.entries)
    kept = await rows(database, facts, "n")
    assert [(row["id"], row["n"], row["raw"].encode()) for row in kept] == [
        (entry.id, entry.n, entry.raw) for entry in feed.entries
    ]


async def test_a_chat_adds_up_to_what_its_facts_say(archive: Archive, database: Database, feed: Feed) -> None:
    opened = feed.open("c1", name="Vera", email="vera@example.com", locale="it", page="https://shop/", title="Shop")
    feed.assign("c1")
    feed.say("c1", "Hello")
    feed.say("c1", "Hi Vera", by="agent")
    ended = feed.end("c1")
    feed.add(Rated, chat="c1", score=5, cid=new_cid(), comment="Quick!")
    await archive.append("e1", feed.entries)
    (chat,) = await rows(database, chats)
    told = {"visitor": "vera", "name": "Vera", "email": "vera@example.com", "locale": "it", "channel": "web"}
    counted = {"messages": 2, "rating": 5, "comment": "Quick!", "agent": "ana", "agent_name": "Ana", "why": "visitor"}
    times = {"opened": opened.fact.at, "ended": ended.fact.at, "last": feed.now}
    wanted = told | counted | times
    assert {name: chat[name] for name in wanted} == wanted


async def test_a_chat_keeps_the_last_reason_and_tags_it_was_given(
    archive: Archive, database: Database, feed: Feed
) -> None:
    feed.talk("c1", "Hello")
    for reason, tags in (("Refund", ["film"]), ("Delivery", ["vip", "late"])):
        feed.add(Labelled, chat="c1", author=Author("ana", "Ana"), cid=new_cid(), reason=reason, tags=tags)
    await archive.append("e1", feed.entries)
    (chat,) = await rows(database, chats)
    assert (chat["reason"], chat["tags"]) == ("Delivery", ["vip", "late"])


async def test_a_reopened_chat_has_not_ended(archive: Archive, database: Database, feed: Feed) -> None:
    opened, *_ = feed.talk("c1", "Hello")
    feed.reopen("c1", opened)
    await archive.append("e1", feed.entries)
    (chat,) = await rows(database, chats)
    assert (chat["ended"], chat["why"], chat["opened"]) == (None, "", opened.fact.at)


async def test_a_chat_may_be_reopened_again_and_again(archive: Archive, database: Database, feed: Feed) -> None:
    opened, *_ = feed.talk("c1", "Hello")
    for _ in range(3):
        feed.reopen("c1", opened)
        feed.say("c1", "One more thing")
        feed.end("c1")
    await archive.append("e1", feed.entries)
    assert await archive.set_aside_count() == 0
    assert (await transcript(database, "c1")).count("One more thing") == 3


async def test_workspaces_do_not_see_each_other(database: Database) -> None:
    for name in ("north", "south"):
        feed = Feed()
        feed.talk("c1", f"Hello {name}")
        await Archive(database, name).append("e1", feed.entries)
    assert await transcript(database, "c1", "south") == ["Hello south", "Re: Hello south"]


# --- once, and with the cursor ---------------------------------------------------------------------


async def test_the_cursor_begins_at_the_feeds_start(archive: Archive) -> None:
    assert await archive.cursor() == START == FeedPosition("", "0-0", 0)


async def test_the_cursor_is_after_the_last_entry(archive: Archive, feed: Feed) -> None:
    feed.talk("c1", "Hello")
    await archive.append("e1", feed.entries)
    assert await archive.cursor() == FeedPosition("e1", feed.entries[-1].id, feed.entries[-1].n)


async def test_the_same_entries_twice_are_one_conversation(archive: Archive, database: Database, feed: Feed) -> None:
    feed.talk("c1", "Hello")
    await archive.append("e1", feed.entries)
    before = await rows(database, facts, "id"), await rows(database, chats)
    await archive.append("e1", feed.entries)
    assert (await rows(database, facts, "id"), await rows(database, chats)) == before


@contextmanager
def read_only_from(database: Database, first: str, until: str = "COMMIT") -> Iterator[None]:
    """The disk turns read-only before a statement that begins so, and well again before another: an ailing one."""

    def before(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith((first, until)):
            cursor.execute(f"PRAGMA query_only={'ON' if statement.startswith(first) else 'OFF'}")

    def on_checkout(connection: Any, *_: Any) -> None:
        connection.cursor().execute("PRAGMA query_only=OFF")

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", before)
        event.listen(engine, "checkout", on_checkout)
    yield
    for engine in database.engines:
        event.remove(engine, "before_cursor_execute", before)


@on_sqlite
async def test_a_failure_before_the_commit_leaves_neither_rows_nor_cursor(
    archive: Archive, database: Database, feed: Feed
) -> None:
    feed.talk("c1", "Hello")
    with read_only_from(database, "UPDATE cursors"), pytest.raises(Unknown, match="readonly"):
        await archive.append("e1", feed.entries)
    assert (await rows(database, facts), await archive.cursor()) == ([], START)
    await archive.append("e1", feed.entries)
    assert await transcript(database, "c1") == ["Hello", "Re: Hello"]


@on_sqlite
async def test_sql_failing_during_one_by_one_sets_nothing_aside(
    archive: Archive, database: Database, feed: Feed
) -> None:
    feed.open("c1")
    cid = new_cid()
    feed.say("c1", "Hello", cid=cid)
    feed.say("c1", "Hello", cid=cid)
    with read_only_from(database, "SAVEPOINT", "ROLLBACK TO"), pytest.raises(Unknown, match="readonly"):
        await archive.append("e1", feed.entries)
    assert (await archive.set_aside_count(), await archive.cursor()) == (0, START)
    await archive.append("e1", feed.entries)
    assert (await archive.set_aside_count(), await transcript(database, "c1")) == (1, ["Hello"])


@on_sqlite
async def test_sql_down_is_unknown_and_sets_nothing_aside(
    archive: Archive, database: Database, feed: Feed, tmp_path: Path
) -> None:
    feed.talk("c1", "Hello")
    other = sqlite3.connect(tmp_path / "sestetto.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unknown):
        await archive.append("e1", feed.entries)
    other.execute("ROLLBACK")
    assert await archive.set_aside_count() == 0
    await archive.append("e1", feed.entries)
    assert await transcript(database, "c1") == ["Hello", "Re: Hello"]


async def test_two_processes_with_one_cursor_write_once(database_url: str, feed: Feed) -> None:
    for number in range(10):
        feed.talk(f"c{number}", "Hello", "Bye")
    async with fresh_database(database_url) as first:
        second = Database(database_url)
        batches = [feed.entries[start : start + 7] for start in range(0, len(feed.entries), 7)]
        for batch in batches:
            await asyncio.gather(Archive(first).append("e1", batch), Archive(second).append("e1", batch))
        await second.close()
        assert [row["n"] for row in await rows(first, facts, "n")] == [entry.n for entry in feed.entries]
        assert {row["messages"] for row in await rows(first, chats)} == {4}


async def test_a_batch_costs_the_same_few_statements_however_long(
    archive: Archive, database: Database, feed: Feed
) -> None:
    feed.talk("c1", "Hello")
    await archive.append("e1", feed.entries)
    counts = []
    for messages in (1, 100):
        start, counted = len(feed.entries), 0

        def count(*_: Any) -> None:
            nonlocal counted
            counted += 1

        for _ in range(messages):
            feed.say("c1", "Once more")
        for engine in database.engines:
            event.listen(engine, "before_cursor_execute", count)
        await archive.append("e1", feed.entries[start:])
        for engine in database.engines:
            event.remove(engine, "before_cursor_execute", count)
        counts.append(counted)
    assert counts[0] == counts[1] <= 10


# --- entries that cannot be kept --------------------------------------------------------------------


async def test_an_entry_that_always_fails_is_set_aside_and_others_flow(
    archive: Archive, database: Database, feed: Feed
) -> None:
    feed.talk("c1", "Hello")
    feed.now += 2**63
    poison = feed.say("c2", "from the far future")
    feed.now -= 2**63
    feed.talk("c3", "Me too")
    await archive.append("e1", feed.entries)
    (aside,) = await rows(database, set_aside)
    assert (aside["id"], aside["raw"]) == (poison.id, poison.raw)
    assert aside["error"].split(":")[0] in {"OverflowError", "Error"}
    assert await transcript(database, "c3") == ["Me too", "Re: Me too"]
    assert (await archive.cursor()).n == feed.entries[-1].n


async def test_a_doubled_command_in_one_history_is_set_aside(archive: Archive, database: Database, feed: Feed) -> None:
    feed.open("c1")
    cid = new_cid()
    feed.say("c1", "Hello", cid=cid)
    feed.say("c1", "Hello", cid=cid)
    await archive.append("e1", feed.entries)
    assert await transcript(database, "c1") == ["Hello"]
    assert [row["n"] for row in await rows(database, set_aside)] == [3]


async def test_a_set_aside_error_contains_no_message_text(archive: Archive, database: Database, feed: Feed) -> None:
    feed.open("c1")
    cid = new_cid()
    feed.say("c1", "my secret", cid=cid)
    feed.say("c1", "my secret", cid=cid)
    await archive.append("e1", feed.entries)
    (aside,) = await rows(database, set_aside)
    assert "unique" in aside["error"].lower()
    assert "secret" not in aside["error"]


async def test_missing_entries_are_recorded_as_a_gap(archive: Archive, database: Database, feed: Feed) -> None:
    feed.talk("c1", "Hello", "Bye")
    await archive.append("e1", [*feed.entries[:3], *feed.entries[5:]])
    (gap,) = await rows(database, set_aside)
    assert gap["error"] == "The feed's entries 4 to 5 were never seen."


async def test_a_fact_of_a_chat_never_opened_is_kept(archive: Archive, database: Database, feed: Feed) -> None:
    feed.say("c1", "Is anybody there?")
    await archive.append("e1", feed.entries)
    assert await transcript(database, "c1") == ["Is anybody there?"]


async def test_nul_and_lone_marks_are_kept_harmlessly(archive: Archive, database: Database, feed: Feed) -> None:
    feed.open("c1", name="Ve\0ra")
    feed.say("c1", "a\0b\u0301\u0301 \u202e<script>")
    await archive.append("e1", feed.entries)
    assert await transcript(database, "c1") == ["a\0b\u0301\u0301 \u202e<script>"]
    assert (await rows(database, facts, "n"))[1]["words"] == "ab <script>"
    assert (await rows(database, chats))[0]["name"] == "Vera"


# --- another history -----------------------------------------------------------------------------


async def test_a_new_epoch_reads_old_entries_again_once(archive: Archive, database: Database, feed: Feed) -> None:
    feed.talk("c1", "Hello")
    await archive.append("e1", feed.entries)
    feed.talk("c2", "Later")
    await archive.append("e2", feed.entries)
    assert len(await rows(database, facts)) == len(feed.entries)
    assert await archive.cursor() == FeedPosition("e2", feed.entries[-1].id, feed.entries[-1].n)


async def test_a_message_lost_and_sent_again_is_kept_once(archive: Archive, database: Database, feed: Feed) -> None:
    feed.open("c1")
    cid = new_cid()
    lost = feed.say("c1", "Are you there?", cid=cid)
    await archive.append("e1", feed.entries)
    del feed.entries[-1]
    feed.seqs["c1"] -= 1
    feed.assign("c1")
    again = feed.say("c1", "Are you there?", cid=cid)
    assert again.id != lost.id
    await archive.append("e2", feed.entries)
    assert await transcript(database, "c1") == ["Are you there?"]
    kept = [row["id"] for row in await rows(database, facts) if row["kind"] == "message"]
    assert (kept, await archive.set_aside_count()) == ([again.id], 0)
    (chat,) = await rows(database, chats)
    assert chat["messages"] == 1


async def test_a_reissued_seq_loses_neither_message(archive: Archive, database: Database, feed: Feed) -> None:
    feed.open("c1")
    feed.say("c1", "said, acknowledged, and lost by the failover")
    await archive.append("e1", feed.entries)
    del feed.entries[-1]
    feed.seqs["c1"] -= 1
    feed.say("c1", "said after it")
    await archive.append("e2", feed.entries)
    assert await transcript(database, "c1") == ["said, acknowledged, and lost by the failover", "said after it"]


async def test_a_process_of_an_older_epoch_can_write_nothing(archive: Archive, database: Database, feed: Feed) -> None:
    feed.talk("c1", "Hello")
    await archive.append("e1", feed.entries)
    await archive.append("e2", feed.entries)
    late = feed.say("c1", "a ghost")
    with pytest.raises(WrongEpoch):
        await archive.append("e1", [late])
    assert "a ghost" not in await transcript(database, "c1")


# --- in whatever batches ---------------------------------------------------------------------------


class World:
    """One database and one loop for all examples; each example has a workspace of its own."""

    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        self.run = runner.run
        self.database = database


def hurry(connection: Any, _record: Any) -> None:
    """No syncs: thousands of transactions, and no power cut among these tests."""
    connection.cursor().execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with asyncio.Runner() as runner:
        database = Database(sqlite_url(tmp_path_factory.mktemp("world")))
        for engine in database.engines:
            event.listen(engine, "connect", hurry)
        runner.run(database.migrate())
        yield World(runner, database)
        runner.run(database.close())


def some_feed(draw: st.DrawFn) -> Feed:
    feed = Feed()
    for step in range(draw(st.integers(3, 25))):
        chat = f"c{draw(st.integers(1, 3))}"
        kind = draw(st.sampled_from(["open", "say", "answer", "note", "end", "presence"]))
        if kind == "open" and chat not in feed.seqs:
            feed.open(chat, name=f"Vera {step}")
        elif kind == "say":
            feed.say(chat, f"{step}")
        elif kind == "answer":
            feed.say(chat, f"{step}", by="agent")
        elif kind == "note":
            feed.note(chat, f"{step}")
        elif kind == "end":
            feed.end(chat)
        else:
            feed.add(Presence, chat=chat, here=bool(step % 2))
    return feed


def deliveries(draw: st.DrawFn, length: int) -> list[tuple[str, int, int]]:
    """(epoch, from, to) until all has been given: as a reader whose cursor is `at` might, who repeats itself."""
    at, epoch, batches = 0, 1, []
    while at < length:
        if batches and draw(st.sampled_from([False] * 5 + [True])):
            at, epoch = 0, epoch + 1
        start = at - draw(st.integers(0, at))
        end = draw(st.one_of(st.just(length), st.integers(at + 1, length), st.integers(start, length)))
        batches.append((f"e{epoch}", start, end))
        at = max(at, end)
    return batches


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Entry], list[tuple[str, int, int]]]:
    feed = some_feed(draw)
    return feed.entries, deliveries(draw, len(feed.entries))


def without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


async def content(database: Database, workspace: str) -> list[list[dict[str, Any]]]:
    """Everything kept of a workspace but its name, what is reckoned from that, and under which epoch it came."""
    tables = [(facts, "id"), (chats, "id"), (set_aside, "id")]
    return [
        [
            without(row, "workspace", "epoch", "place")
            for row in await rows(database, table, key)
            if row["workspace"] == workspace
        ]
        for table, key in tables
    ]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_any_batches_in_any_epochs_keep_the_same_as_one(
    world: World, history: tuple[list[Entry], list[tuple[str, int, int]]]
) -> None:
    entries, batches = history
    plain, battered = Archive(world.database, new_id()), Archive(world.database, new_id())

    async def both() -> tuple[Any, Any]:
        await plain.append("e1", entries)
        for epoch, start, end in batches:
            await battered.append(epoch, entries[start:end])
        return [await content(world.database, archive.workspace) for archive in (plain, battered)]

    expected, found = world.run(both())
    assert found == expected
    assert [row["raw"].encode() for row in sorted(found[0], key=lambda row: row["n"])] == [
        entry.raw for entry in entries
    ]
    assert found[2] == []


def test_facts_of_the_tests_are_facts_of_the_product() -> None:
    feed = Feed()
    feed.talk("c1", "Hello")
    assert all(msgspec.json.decode(entry.raw, type=type(entry.fact)) == entry.fact for entry in feed.entries)
    assert cursors.c.keys() == ["workspace", "consumer", "epoch", "turn", "id", "n", "digest", "reader"]
