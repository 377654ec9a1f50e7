"""A store that is emptied while running is refilled from SQL: people who were chatting continue, and are informed."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import pytest_asyncio

from console.domain.ids import new_cid
from console.events import Message
from console.protocol import LeaveMessage
from console.proving.clients import Cast
from console.proving.record import decoded, read_archive, read_feed
from console.queue.embedded import EmbeddedStore
from console.queue.primary import open_client
from tests.faults.installation import Inside, installed
from tests.support.eventually import eventually


@pytest_asyncio.fixture
async def emptied_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Inside]:
    """Yield an installation whose store the test may empty."""
    monkeypatch.setattr("console.background.lost_chats.CHECK_EVERY", 0.1)
    async with EmbeddedStore(tmp_path / "own") as own, installed(tmp_path, own.url, "main") as inside:
        yield inside


async def caught_up(inside: Inside) -> None:
    async def has_all() -> bool:
        return len(await read_archive(inside)) == len(await read_feed(inside)) > 0

    await eventually(has_all, "the archive to have everything")


async def flush(inside: Inside) -> None:
    await caught_up(inside)
    client = open_client(inside.store_url)
    await client.flushall()
    await client.aclose()


async def test_open_chats_are_offered_again_and_go_on(emptied_later: Inside) -> None:
    inside = emptied_later
    async with Cast(inside) as cast:
        ana, vera = await cast.agent("ana"), await cast.visitor("vera")
        chat = await vera.opened("Where is my parcel?")
        await ana.holds(chat)
        await ana.answered(await ana.say(chat, "Let me look."))
        await vera.answered(await vera.say("Thank you, I wait."))
        await flush(inside)
        before = vera.epoch
        cid = await vera.say("Are you still there?")
        claim = await vera.answered(cid)
        assert (claim.outcome, claim.chat) == ("acked", chat)
        await eventually(lambda: before not in (vera.epoch, ana.epoch), "both to be told")
        await ana.holds(chat)
        assert vera.lost_told == 1
        await ana.answered(await ana.say(chat, "Yes, here it is."))
        words = [
            "Where is my parcel?",
            "Let me look.",
            "Thank you, I wait.",
            "Are you still there?",
            "Yes, here it is.",
        ]
        await eventually(lambda: vera.texts == words, "Vera to have the whole chat")
        assert cast.journal.problems == []

        async def archived() -> bool:
            facts = decoded(await read_archive(inside))
            return sorted(fact.text for fact in facts if isinstance(fact, Message)) == sorted(words)

        await eventually(archived, "the archive to have each once")


async def test_what_was_done_before_is_not_done_twice(emptied_later: Inside) -> None:
    """Vera's ack was lost with the connection, and then the store was emptied. Her page resends the message."""
    inside = emptied_later
    async with Cast(inside) as cast:
        await cast.agent("ana")
        vera = await cast.visitor("vera")
        await vera.opened("Hello")
        cid = await vera.say("Once")
        first = await vera.answered(cid)
        seq, frame = first.seq, next(f for f in reversed(vera.frames) if f["t"] == "fact")
        await flush(inside)
        await vera.back()
        await vera.send_text('{"t":"say","cid":"' + cid + '","text":"Once"}')
        await eventually(lambda: [f["seq"] for f in vera.of("ack") if f["cid"] == cid][1:] == [seq], "the same answer")
        assert vera.texts.count("Once") == 1, frame


async def test_nobody_is_served_from_an_empty_store_in_between(emptied_later: Inside) -> None:
    """While SQL is away, clients wait, and no chat is refused because the store has no queues."""
    inside = emptied_later
    async with Cast(inside) as cast:
        await cast.agent("ana")
        vera = await cast.visitor("vera")
        chat = await vera.opened("Hello")
        with by_hand(inside) as sql:
            await caught_up(inside)
            # Before the store is emptied: it may be filled again at once.
            await eventually(lambda: done(sql, "ALTER TABLE queues RENAME TO queues_away"), "the table to be gone")
            await flush(inside)
            cid = await vera.say("Is anybody there?")
            await eventually(lambda: len(vera.closes) >= 3, "Vera to be sent away again and again", within=20)
            await eventually(lambda: done(sql, "ALTER TABLE queues_away RENAME TO queues"), "the table to be back")
        claim = await vera.answered(cid)
        assert (claim.outcome, claim.chat) == ("acked", chat)


def by_hand(inside: Inside) -> closing[sqlite3.Connection]:
    """Open the database. It must not wait for a lock: the archive, which holds it, runs in this very thread."""
    return closing(sqlite3.connect(inside.database_url.partition("///")[2], timeout=0, isolation_level=None))


def done(sql: sqlite3.Connection, statement: str, *values: str) -> bool:
    with suppress(sqlite3.OperationalError):  # the archive is writing
        sql.execute(statement, values)
        return True
    return False


async def test_a_chat_that_cannot_be_put_back_keeps_nobody_else_waiting(emptied_later: Inside) -> None:
    """A fact of Kim's chat is damaged in the database."""
    inside = emptied_later
    async with Cast(inside) as cast:
        await cast.agent("ana")
        vera, kim = await cast.visitor("vera"), await cast.visitor("kim")
        chat, damaged = await vera.opened("Hello"), await kim.opened("Hello, too")
        await caught_up(inside)
        with by_hand(inside) as sql:
            cut = "UPDATE facts SET raw = substr(raw, 1, 40) WHERE chat = ?"
            await eventually(lambda: done(sql, cut, damaged), "the fact to be damaged")
        client = open_client(inside.store_url)
        await client.flushall()
        await client.aclose()
        claim = await vera.answered(await vera.say("Is anybody there?"))
        assert (claim.outcome, claim.chat) == ("acked", chat)


async def test_left_messages_are_on_the_list_again(emptied_later: Inside) -> None:
    inside = emptied_later
    async with Cast(inside) as cast:
        vera = await cast.visitor("vera")
        left = LeaveMessage(cid=new_cid(), text="Call me, please", email="vera@example.com")
        assert (await vera.answered(await vera.give(left))).outcome == "acked"
        await eventually(lambda: inside.services.picture.left_messages == 1, "the message to be left")
        await flush(inside)
        await vera.back()
        await eventually(lambda: inside.services.picture.left_messages == 1, "the message to be back")
        assert inside.services.picture.chats == {}


async def test_who_was_away_stays_away(emptied_later: Inside) -> None:
    inside = emptied_later
    async with Cast(inside) as cast:
        ana, ben = await cast.agent("ana"), await cast.agent("ben")
        await ben.status("away")
        await (await cast.visitor("vera")).opened("Hello")
        before = ana.epoch
        await eventually(lambda: inside.services.picture.agents["ben"].status == "away", "Ben to be away")
        await flush(inside)
        await eventually(lambda: before not in (ana.epoch, ben.epoch), "both to be told")
        there = {one.id: one.status for one in inside.services.picture.agents.values() if one.connected}
        assert there == {"ana": "online", "ben": "away"}


async def test_a_chat_quiet_for_a_day_is_listed_as_lost(emptied_later: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = emptied_later
    async with Cast(inside) as cast:
        ana = await cast.agent("ana")
        vera = await cast.visitor("vera")
        chat = await vera.opened("Hello")
        await vera.leave()
        monkeypatch.setattr("console.pairing.refilling.RECENT", -60_000)
        monkeypatch.setattr("console.background.lost_chats.MARGIN", 0)
        await flush(inside)
        await ana.back()
        await (await cast.visitor("kim")).opened("A new beginning")

        async def lost() -> bool:
            record = await inside.services.history.read_chat(chat)
            return record is not None and record.chat.why == "lost"

        await eventually(lost, "Vera's chat to be listed", within=20)
