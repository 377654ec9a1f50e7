"""A consumer gets every feed entry once, through changes of leader, SQL failures and entries it cannot store."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, MutableMapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, insert
from structlog.testing import capture_logs

from console.archive.database import Database
from console.archive.entries_aside import Batch
from console.archive.feed_cursor import FeedCursor, FeedPosition, Overtaken
from console.archive.tables import cursors, set_aside
from console.consumers import follower
from console.consumers.consumer import FeedConsumer
from console.consumers.lag import Lags
from console.events import Message
from console.metrics import ConsumerLag
from console.queue.lead import Lead
from tests.support.archive_feed import Feed, fresh_database, rows
from tests.support.eventually import eventually
from tests.support.locked_sqlite import locked_by_another
from tests.support.queue_shift import Shift, opened

said = Table("said", MetaData(), Column("id", Integer, primary_key=True), Column("text", String(100)))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path, busy=50) as database:
        async with database.writing() as connection:
            await connection.run_sync(said.create)
        yield database


@pytest.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=6)
        await shift.online("ana")
        yield shift


@pytest.fixture(autouse=True)
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "PAUSES", (0.05,))
    monkeypatch.setattr(follower.Follower, "between", 0.02)


class Awaited(Lead):
    """Another process leads; `awaited`: somebody waits for the lead."""

    awaited = False

    async def begins(self) -> None:
        self.awaited = True
        await super().begins()


class Listener:
    """What rules and webhooks will be: for each message a row. It stumbles over what Vera calls poison."""

    def __init__(self, shift: Shift, database: Database) -> None:
        self.consumer = FeedConsumer("listener", self.write, shift.workspace, database, leads=Lead(True), pace=0.01)

    def write(self, connection: Connection, batch: Batch) -> None:
        for entry in batch.entries:
            if isinstance(entry.fact, Message):
                connection.execute(insert(said).values(text=entry.fact.text))
                if entry.fact.text == "poison":
                    raise ValueError("not to be borne")

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.consumer.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])


async def texts(database: Database) -> list[str]:
    return [row["text"] for row in await rows(database, said, "id")]


async def hears(database: Database, *expected: str) -> None:
    async def all_of_it() -> bool:
        return await texts(database) == list(expected)

    await eventually(all_of_it, f"the listener to hear {expected}")


async def test_every_fact_is_consumed_once_and_in_order(shift: Shift, database: Database) -> None:
    chat = await shift.opens("vera", "one")
    async with Listener(shift, database).at_work():
        await hears(database, "one")
        await shift.writes("vera", chat, "two")
        await hears(database, "one", "two")
    await shift.writes("vera", chat, "three")
    async with Listener(shift, database).at_work():
        await hears(database, "one", "two", "three")


async def test_a_new_history_whose_clock_is_behind_is_consumed(shift: Shift, database: Database) -> None:
    """The store has nothing after the last entry of the old one, and never will have for an hour."""
    workspace = shift.workspace
    await shift.clock.jump(3600)
    await shift.online("ana")
    await shift.opens("vera", "one")
    async with Listener(shift, database).at_work():
        await hears(database, "one")
        await workspace.store.command("DEL", workspace.keys.feed)
        await workspace.store.command("HDEL", workspace.keys.head, "epoch", "n", "ahead")
        workspace.epoch = ""
        await shift.opens("ben", "two")
        await hears(database, "one", "two")


async def test_two_leaders_consume_every_fact_once(shift: Shift, database: Database) -> None:
    chat = await shift.opens("vera", "0")
    async with Listener(shift, database).at_work(), Listener(shift, database).at_work():
        for number in range(1, 20):
            await shift.writes("vera", chat, str(number))
        await hears(database, *map(str, range(20)))


async def test_a_process_that_was_overtaken_can_write_nothing(shift: Shift, database: Database) -> None:
    """It was frozen, wakes, and still believes that it leads."""
    feed = Feed()
    listener = Listener(shift, database)
    cursor = listener.consumer.cursor
    for reader in ("frozen", "next"):
        await database.write(partial(cursor.take, reader=reader, start=FeedPosition("e1", "0-0", 0)))
    feed.open("c1")
    feed.say("c1", "Hello")
    with pytest.raises(Overtaken):
        await cursor.append(Batch("e1", feed.entries), listener.write, reader="frozen")
    assert await texts(database) == []
    await cursor.append(Batch("e1", feed.entries), listener.write, reader="next")
    assert await texts(database) == ["Hello"]


async def test_an_entry_it_fails_on_is_set_aside_with_what_it_wrote_of_it_undone(
    shift: Shift, database: Database
) -> None:
    chat = await shift.opens("vera", "one")
    await shift.writes("vera", chat, "poison")
    await shift.writes("vera", chat, "two")
    with capture_logs() as logs:
        async with Listener(shift, database).at_work():
            await hears(database, "one", "two")
    (aside,) = await rows(database, set_aside)
    assert (aside["consumer"], aside["error"]) == ("listener", "ValueError: not to be borne")
    assert [line["entry"] for line in logs if line["event"] == "consumer.set_aside"] == [aside["id"]]
    assert await FeedCursor(database, shift.workspace.name, "archive").set_aside_count() == 0


async def test_missing_entries_are_recorded_and_logged(shift: Shift, database: Database) -> None:
    chat = await shift.opens("vera", "one")
    async with Listener(shift, database).at_work():
        await hears(database, "one")
    first = (await shift.workspace.snapshot()).n + 1
    for text in ("lost", "two"):
        await shift.writes("vera", chat, text)
    await shift.workspace.store.command("XTRIM", shift.workspace.keys.feed, "MAXLEN", 1)
    async with Listener(shift, database).at_work():
        await hears(database, "one", "two")
    (gap,) = await rows(database, set_aside)
    assert gap["error"].startswith(f"The feed's entries {first} to ")


async def test_while_sql_is_down_the_consumer_waits_and_logs_once(
    shift: Shift, database: Database, tmp_path: Path
) -> None:
    chat = await shift.opens("vera", "one")
    with capture_logs() as logs:
        async with Listener(shift, database).at_work():
            await hears(database, "one")
            async with locked_by_another(tmp_path / "sestetto.db"):
                await shift.writes("vera", chat, "two")
                await eventually(lambda: "consumer.waits" in names(logs), "the listener to wait")
            await hears(database, "one", "two")
    assert names(logs)["consumer.waits"] == names(logs)["consumer.goes_on"] == 1


def names(logs: Sequence[MutableMapping[str, Any]]) -> Counter[str]:
    return Counter(line["event"] for line in logs)


async def test_a_process_that_does_not_lead_takes_no_cursor(shift: Shift, database: Database) -> None:
    listener = Listener(shift, database)
    listener.consumer.leads = leads = Awaited()
    await shift.opens("vera", "one")
    async with listener.at_work():
        await eventually(lambda: leads.awaited, "its first round")
        assert await rows(database, cursors) == []
        leads.turn(True)
        await hears(database, "one")


async def test_a_new_history_is_read_from_its_start(shift: Shift, database: Database) -> None:
    await shift.opens("vera", "one")
    workspace = shift.workspace
    async with Listener(shift, database).at_work():
        await hears(database, "one")
        await workspace.store.command("DEL", workspace.keys.feed, workspace.keys.head)
        await workspace._begin(workspace.store.command, "")
        await shift.clock.reach_noon()  # the time that it was before was in `head`, too
        await shift.clock.jump(60)
        await eventually(lambda: stands_in(database, workspace.epoch), "the new history to be read")


async def stands_in(database: Database, epoch: str) -> bool:
    return [row["epoch"] for row in await rows(database, cursors, "turn")][-1] == epoch


# --- how far it is behind --------------------------------------------------------------------------


async def listeners(lags: Lags) -> ConsumerLag:
    """The lag of the listener; the archive, which nobody keeps here, has one too."""
    return next(lag for lag in await lags.read() if lag.consumer == "listener")


async def test_what_nobody_has_archived_yet_counts_for_the_archive(shift: Shift, database: Database) -> None:
    await shift.opens("vera", "one")
    (lag,) = await Lags(shift.workspace, database).read()
    assert (lag.consumer, lag.entries) == ("archive", await shift.workspace.newest())


async def test_the_lag_counts_entries_and_the_age_of_the_first_that_is_missing(
    shift: Shift, database: Database, tmp_path: Path
) -> None:
    chat = await shift.opens("vera", "one")
    lags = Lags(shift.workspace, database)
    async with Listener(shift, database).at_work():
        await hears(database, "one")
    lag = await listeners(lags)
    assert (lag.consumer, lag.entries, lag.seconds, lag.set_aside) == ("listener", 0, 0.0, 0)
    await shift.clock.jump(3_600)
    await shift.writes("vera", chat, "two")
    after = await listeners(lags)
    assert after.entries > 0
    assert after.seconds < 60, "what has been kept does not count"
    await shift.clock.jump(90)
    assert 90 <= (await listeners(lags)).seconds < 150
    async with locked_by_another(tmp_path / "sestetto.db"):
        await shift.writes("vera", chat, "three")
        assert (await listeners(lags)).entries > after.entries, "it grows while SQL is away"
