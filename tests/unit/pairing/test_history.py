"""Whether the store still has what SQL has read: a missing or different entry starts a new epoch."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.archive.database import Database
from console.archive.entries_aside import Batch
from console.archive.feed_cursor import FeedCursor
from console.errors import WrongEpoch
from console.pairing.history import Mismatch, compare, settle_history
from console.queue.feed import FeedGap, Tail
from tests.support.archive_feed import fresh_database
from tests.support.queue_shift import Shift, opened


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path) as database:
        yield database


@pytest.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=6)
        await shift.online("ana")
        yield shift


def nothing(*_: object) -> None:
    """What this consumer makes of its entries."""


async def reads(shift: Shift, database: Database, name: str = "archive") -> None:
    """All that the feed has."""
    cursor = FeedCursor(database, shift.workspace.name, name)
    await cursor.append(Batch(shift.workspace.epoch, await shift.entries()), nothing)


async def loses(shift: Shift, count: int) -> None:
    """The store is an older copy of itself; time goes on, as a stream takes no id below one that it had."""
    workspace = shift.workspace
    entries = await shift.entries()
    for entry in entries[-count:]:
        await workspace.store.command("XDEL", workspace.keys.feed, entry.id)
    await workspace.store.command("HSET", workspace.keys.head, "n", entries[-count - 1].n)
    await workspace.store.command("HINCRBY", workspace.keys.head, "ahead", 1)


async def test_the_same_history_goes_on(shift: Shift, database: Database) -> None:
    epoch = shift.workspace.epoch
    assert await settle_history(shift.workspace, database) is None, "nothing was read yet"
    await shift.opens("vera")
    await reads(shift, database)
    await shift.opens("kim")
    assert await settle_history(shift.workspace, database) is None
    assert shift.workspace.epoch == epoch


async def test_an_entry_that_is_gone_turns_the_epoch(shift: Shift, database: Database) -> None:
    epoch = shift.workspace.epoch
    await shift.opens("vera")
    await reads(shift, database)
    await loses(shift, 2)
    assert await compare(shift.workspace, database) == Mismatch("archive", "set_back", epoch)
    await settle_history(shift.workspace, database)
    assert shift.workspace.epoch != epoch
    assert await compare(shift.workspace, database) is None, "the new history is SQL's next one"


async def test_numbers_given_a_second_time_are_noticed_though_there_are_more_than_before(
    shift: Shift, database: Database
) -> None:
    await shift.opens("vera")
    await reads(shift, database)
    await loses(shift, 2)
    await shift.opens("kim")
    await shift.opens("lou")
    found = await compare(shift.workspace, database)
    assert found is not None
    assert found.why == "set_back"
    with pytest.raises(WrongEpoch):
        await reads(shift, database)


async def test_another_content_under_the_same_id_is_another_history(shift: Shift, database: Database) -> None:
    await shift.opens("vera")
    await reads(shift, database)
    last, keys = (await shift.entries())[-1], shift.workspace.keys
    await shift.workspace.store.command("XDEL", keys.feed, last.id)
    await shift.workspace.store.command("DEL", keys.feed)
    await shift.workspace.store.command("XADD", keys.feed, last.id, "f", last.raw.replace(b"ana", b"ben"))
    found = await compare(shift.workspace, database)
    assert found is not None
    assert found.why == "set_back"


async def test_a_feed_that_was_cut_behind_an_older_copy_of_sql_is_no_other_history(
    shift: Shift, database: Database
) -> None:
    """SQL is behind: what it lacks is noted as a gap, and the chats go on."""
    await shift.opens("vera")
    await reads(shift, database)
    await shift.opens("kim")
    await shift.workspace.store.command("XTRIM", shift.workspace.keys.feed, "MAXLEN", 1)
    assert await compare(shift.workspace, database) is None


async def test_a_history_that_sql_has_left_behind_does_not_come_back(shift: Shift, database: Database) -> None:
    workspace = shift.workspace
    epoch = workspace.epoch
    await shift.opens("vera")
    await reads(shift, database)
    await FeedCursor(database, workspace.name, "archive").append(Batch("elsewhere", await shift.entries()), nothing)
    assert await compare(workspace, database) == Mismatch("archive", "older", epoch)
    await settle_history(workspace, database)
    await reads(shift, database)


async def test_of_two_processes_that_notice_it_one_turns_the_epoch(shift: Shift, database: Database) -> None:
    await shift.opens("vera")
    await reads(shift, database)
    await loses(shift, 2)
    found = await compare(shift.workspace, database)
    assert found is not None
    async with opened(shift.workspace.store.url, shift.workspace.name) as other:
        await settle_history(other, database)
        await shift.workspace.turn_epoch(found.epoch)
        assert shift.workspace.epoch == other.epoch != found.epoch


async def test_a_tail_that_goes_over_gaps_notices_numbers_that_come_again(shift: Shift) -> None:
    await shift.opens("vera")
    keys, last = shift.workspace.keys, (await shift.entries())[-1]
    store = shift.workspace.store
    tail = Tail(store.primary, keys.feed, last.id, last.n, reader="test", vouch=store.vouch, pace=0.01, over_gaps=True)
    await loses(shift, 3)
    await shift.opens("kim")
    with pytest.raises(FeedGap):
        await anext(tail.batches())
    await tail.close()
