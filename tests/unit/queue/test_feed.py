"""Both tails yield every fact once and in order, or raise FeedGap; they never skip silently."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from console.events import Entry
from console.queue.feed import FeedGap, Tail
from console.queue.pushed_tail import PushedTail
from console.queue.results import Snapshot
from console.queue.workspace import Workspace
from tests.support.queue_shift import Shift, opened

AnyTail = Tail | PushedTail


def reading(workspace: Workspace, at: Snapshot) -> Tail:
    """A consumer's tail, which reads the stream."""
    store = workspace.store
    return Tail(store.primary, workspace.keys.feed, at.last, at.n, reader="test", vouch=store.vouch, pace=0.0)


def pushed(workspace: Workspace, at: Snapshot) -> PushedTail:
    """The screens' tail, to which nothing is pushed yet."""
    return PushedTail(workspace.store, workspace.keys.feed, at.last, at.n, every=lambda: 0.01)


@pytest_asyncio.fixture(params=[reading, pushed])
async def tail_at(request: pytest.FixtureRequest, shift: Shift) -> AsyncIterator[Callable[[Snapshot], AnyTail]]:
    """Makes a tail behind a snapshot."""
    made: list[AnyTail] = []

    def make(at: Snapshot) -> AnyTail:
        made.append(request.param(shift.workspace, at))
        return made[-1]

    yield make
    for tail in made:
        if isinstance(tail, Tail):
            await tail.close()


async def read(tail: AnyTail, upto: int) -> list[Entry]:
    """What the tail gives until number `upto`."""
    found: list[Entry] = []
    async with asyncio.timeout(10):
        async for batch in tail.batches():
            found += batch
            if tail.n >= upto:
                break
    return found


async def test_numbers_have_no_gaps_across_three_connections(shift: Shift, store_url: str, workspace_name: str) -> None:
    async with opened(store_url, workspace_name) as second, opened(store_url, workspace_name) as third:
        desks = [shift, Shift(second), Shift(third)]
        await asyncio.gather(*(desks[n % 3].opens(f"v{n}") for n in range(60)))
    entries = await shift.entries()
    assert [entry.n for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry.fact.at for entry in entries] == sorted(entry.fact.at for entry in entries)


async def test_the_tail_gives_all_that_comes_after_a_snapshot(
    shift: Shift, tail_at: Callable[[Snapshot], AnyTail]
) -> None:
    chat = await shift.opens("vera")
    snapshot = await shift.workspace.snapshot()
    tail = tail_at(snapshot)
    for n in range(30):
        await shift.writes("vera", chat, f"line {n}")
    found = await read(tail, snapshot.n + 30)
    assert [entry.n for entry in found] == list(range(snapshot.n + 1, snapshot.n + 31))
    assert found == (await shift.entries())[-30:]


async def test_a_tail_behind_the_trim_point_raises_a_gap(shift: Shift, tail_at: Callable[[Snapshot], AnyTail]) -> None:
    """The store itself would go on with later entries, without a word."""
    snapshot = await shift.workspace.snapshot()
    tail = tail_at(snapshot)
    chat = await shift.opens("vera")
    for n in range(5):
        await shift.writes("vera", chat, f"line {n}")
    last = (await shift.entries())[-1]
    await shift.workspace.store.command("XTRIM", shift.workspace.keys.feed, "MINID", last.id)
    with pytest.raises(FeedGap):
        await read(tail, last.n)


async def test_a_tail_notices_that_numbers_started_over(shift: Shift, tail_at: Callable[[Snapshot], AnyTail]) -> None:
    workspace = shift.workspace
    await shift.opens("vera")
    snapshot = await workspace.snapshot()
    tail = tail_at(snapshot)
    await workspace.store.command("DEL", workspace.keys.feed)
    await workspace.store.command("HDEL", workspace.keys.head, "epoch", "n")  # the time goes on
    workspace.epoch = ""
    await workspace.revoke("nobody", "")
    with pytest.raises(FeedGap):
        await read(tail, snapshot.n + 1)


async def test_the_archive_s_cursor_trims_but_nothing_younger_than_five_minutes(shift: Shift) -> None:
    workspace = shift.workspace
    chat = await shift.opens("vera")
    for n in range(250):
        await shift.writes("vera", chat, f"line {n}")
    old = await workspace.snapshot()
    await workspace.archived(old.last, old.n)
    assert (await shift.entries())[0].n == 1
    await shift.clock.jump(301)
    await shift.writes("vera", chat)
    await workspace.archived(old.last, old.n)
    entries = await shift.entries()
    assert 1 < entries[0].n <= old.n
    assert entries[-1].n == (await workspace.snapshot()).n


async def test_entries_missing_in_the_archive_are_never_trimmed(shift: Shift) -> None:
    workspace = shift.workspace
    first = await workspace.snapshot()
    chat = await shift.opens("vera")
    for n in range(250):
        await shift.writes("vera", chat, f"line {n}")
    await shift.clock.jump(3_600)
    await workspace.archived(first.last, first.n)
    assert [entry.n for entry in await shift.entries()][:2] == [1, 2]
