"""Entries that the store pushes need no reading; other entries are read, and none is received twice."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from console.errors import Unknown
from console.events import Entry
from console.queue import pushed_tail
from console.queue.feed import FeedGap
from console.queue.pushed_tail import SILENT, PushedTail
from console.queue.pushes import Pushes
from console.queue.store import Store
from tests.support.eventually import eventually
from tests.support.queue_shift import Shift

NEVER = 3_600.0


class Screens:
    """Follows the feed as a process with sockets does. `lost` are numbers whose push never arrives."""

    def __init__(self, shift: Shift, every: float = NEVER) -> None:
        self.shift, self.every = shift, every
        self.seen: list[Entry] = []
        self.lost: set[int] = set()
        self.tail: PushedTail

    @asynccontextmanager
    async def follow(self) -> AsyncIterator["Screens"]:
        workspace = self.shift.workspace
        at, keys = await workspace.snapshot(), workspace.keys
        self.tail = PushedTail(workspace.store, keys.feed, at.last, at.n, every=lambda: self.every)
        pushes = Pushes(workspace.store.primary, {keys.facts: self._receive})
        began = asyncio.Event()

        def begin() -> None:
            self.tail.read_now()
            began.set()

        jobs = [asyncio.create_task(pushes.follow(begin, lambda: True)), asyncio.create_task(self._show())]
        await began.wait()
        try:
            yield self
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.wait(jobs)

    def _receive(self, message: bytes) -> None:
        numbers = {int(line.partition(b" ")[0].partition(b"-")[2]) for line in message.split(b"\n")}
        if not numbers & self.lost:
            self.tail.receive(message)

    async def _show(self) -> None:
        async for batch in self.tail.batches():
            self.seen += batch

    async def shows_all(self) -> None:
        newest = await self.shift.workspace.newest()
        await eventually(lambda: self.tail.n == newest, "the screens to show everything")
        entries = await self.shift.entries()
        assert self.seen == entries[-len(self.seen) :]
        assert [entry.n for entry in self.seen] == list(range(self.seen[0].n, newest + 1))


@contextmanager
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Any, ...]]]:
    """Each read of the feed."""
    found: list[tuple[Any, ...]] = []
    run = Store.run_unconfirmed

    async def counted(store: Store, *command: Any) -> Any:
        found.append(command)
        return await run(store, *command)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "run_unconfirmed", counted)
        yield found


async def test_what_is_pushed_is_not_read(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = await shift.opens("vera")
    async with Screens(shift).follow() as screens:
        await shift.writes("vera", chat, "The first")
        await screens.shows_all()
        with reads(monkeypatch) as found:
            for n in range(30):
                await shift.writes("vera", chat, f"line {n}")
            await screens.shows_all()
        assert found == []


async def test_a_fact_whose_push_is_lost_is_read_when_the_next_one_comes(
    shift: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await shift.opens("vera")
    async with Screens(shift).follow() as screens:
        screens.lost = {await shift.workspace.newest() + 1}
        with reads(monkeypatch) as found:
            await shift.writes("vera", chat, "Lost")
            await shift.writes("vera", chat, "Here")
            await screens.shows_all()
        assert len(found) == 1


async def test_a_fact_that_nobody_pushes_is_read_after_a_silence_and_the_next_one_sooner(
    shift: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processes of the release before push nothing."""
    monkeypatch.setattr(pushed_tail, "SILENT", 0.2)
    monkeypatch.setattr(pushed_tail, "UNPUSHED", 0.01)
    chat = await shift.opens("vera")
    async with Screens(shift, every=0.2).follow() as screens:
        first = await shift.workspace.newest() + 1
        screens.lost = set(range(first, first + 10))
        await shift.writes("vera", chat, "Unpushed")
        await screens.shows_all()
        with reads(monkeypatch) as found:
            await asyncio.sleep(0.2)
            assert len(found) > 3, "it is asked more often"
        screens.lost = set()
        await shift.writes("vera", chat, "Pushed")
        await screens.shows_all()


async def test_a_process_where_nobody_listens_is_not_in_a_hurry(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushed_tail, "UNPUSHED", 0.001)
    chat = await shift.opens("vera")
    async with Screens(shift, every=0.2).follow() as screens:
        first = await shift.workspace.newest() + 1
        screens.lost = set(range(first, first + 10))
        await shift.writes("vera", chat, "Read, and not pushed")
        await screens.shows_all()
        with reads(monkeypatch) as found:
            await asyncio.sleep(0.5)
        assert len(found) <= 3
    assert SILENT > 0.2


async def test_a_store_that_is_away_is_one_line_and_its_return_another(
    shift: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, failures = Store.run_unconfirmed, 3

    async def away_at_first(store: Store, *command: Any) -> Any:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise Unknown
        return await run(store, *command)

    monkeypatch.setattr(Store, "run_unconfirmed", away_at_first)
    with capture_logs() as said:
        async with Screens(shift).follow() as screens:
            await shift.opens("vera")
            await screens.shows_all()
    assert [(line["event"], line["reader"]) for line in said] == [("feed.away", "screens"), ("feed.back", "screens")]


async def test_numbers_that_start_over_in_pushes_are_a_gap(shift: Shift) -> None:
    async with Screens(shift).follow() as screens:
        await shift.opens("vera")
        await screens.shows_all()
        tail = screens.tail
        tail.receive(b"%d-%d {}" % (int(tail.entry.split("-")[0]) + 5, tail.n - 1))
        with pytest.raises(FeedGap):
            await anext(tail.batches())


async def test_pushes_that_nobody_takes_do_not_pile_up(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushed_tail, "MOST", 10)
    workspace = shift.workspace
    at = await workspace.snapshot()
    tail = PushedTail(workspace.store, workspace.keys.feed, at.last, at.n, every=lambda: NEVER)
    for n in range(1_000):
        tail.receive(b"9-%d {}" % n)
        assert len(tail._pushed) <= 10
    await shift.opens("vera")
    batch = await anext(tail.batches())
    assert [entry.n for entry in batch] == list(range(at.n + 1, await workspace.newest() + 1))


class Stream:
    """A feed in memory, for orders of events that no store can be made to have."""

    def __init__(self, size: int) -> None:
        self.rows = [
            (b"%d-%d" % (n // 3, n), [b"f", b'{"kind":"revoked","at":1,"agent":"ana"}']) for n in range(1, size + 1)
        ]
        self.upto = 0

    async def run_unconfirmed(self, *command: Any) -> list[Any]:
        after = int(command[2].partition("-")[2])
        return self.rows[after : self.upto][:7]

    async def vouch(self) -> None:
        await asyncio.sleep(0)


@given(st.lists(st.sampled_from(["write", "push", "lose", "look", "turn"]), min_size=1, max_size=60))
def test_in_any_order_of_pushes_and_reads_each_fact_comes_once_and_in_order(moves: list[str]) -> None:
    async def follow() -> None:
        stream = Stream(len(moves))
        tail = PushedTail(stream, "feed", "0-0", 0, every=lambda: 0.001)  # type: ignore[arg-type]
        seen: list[int] = []

        async def show() -> None:
            async for batch in tail.batches():
                seen.extend(entry.n for entry in batch)

        job, pushed = asyncio.create_task(show()), 0
        for move in moves:
            if move == "write":
                stream.upto += 1
            elif move in ("push", "lose") and pushed < stream.upto:
                name, (_, raw) = stream.rows[pushed]
                pushed += 1
                if move == "push":
                    tail.receive(name + b" " + raw)
            elif move == "look":
                tail.read_now()
            else:
                await asyncio.sleep(0)
        await eventually(lambda: tail.n == stream.upto, "everything to be shown")
        job.cancel()
        await asyncio.wait([job])
        assert seen == list(range(1, stream.upto + 1))

    asyncio.run(follow())
