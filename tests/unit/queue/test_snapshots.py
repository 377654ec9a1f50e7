"""A large workspace is read in short calls, however many chats, agents and figures it has."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from console.domain.directory import Member, Queue
from console.domain.ids import new_cid
from console.events import Author, Visitor
from console.projection.picture import Picture
from console.queue.calls.snapshot import AGENTS, PAGE, SnapshotReader
from console.queue.results import Snapshot
from tests.support.queue_shift import Shift, opened

ANA = Author("ana", "Ana")
PEOPLE, QUEUES, HOURS, BUCKETS = 120, 12, 24, 40
HOUR, MINUTE = 3_600_000, 60_000  # ms
MOST = 30_000  # values in one reply: a page of chats has 200 of 29


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    """A day of a large team: everybody has figures for each hour, each queue for each hour and minute."""
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        queues = [Queue(f"q{number}", f"Queue {number}") for number in range(QUEUES)]
        await shift.configures(queues, [person(f"a{number}") for number in range(PEOPLE)])
        await shift.workspace.tick("test")
        await shift.online("a0")
        hour, minute = workspace.now() // HOUR, workspace.now() // MINUTE
        figures = [f"b{bucket}" for bucket in range(BUCKETS)]
        times = [pair for at in range(HOURS) for of in figures for pair in (f"{hour - 1 - at}:{of}", 1)]
        for number in range(PEOPLE):
            await workspace.store.command("HSET", workspace.keys.of("times", f"a{number}"), *times)
        spans = [f"h{hour - 1 - at}" for at in range(HOURS)] + [f"m{minute - 1 - at}" for at in range(60)]
        counted = [pair for bucket in range(BUCKETS) for pair in (f"a{bucket}", 1)]
        for number in range(QUEUES):
            for span in spans:
                await workspace.store.command("HSET", workspace.keys.of("times", f"q{number}:{span}"), *counted)
        yield shift


def person(name: str) -> Member:
    return Member(name, name.title(), f"{name}@shop.example", queues=("q0", "q1"), limit=6)


def values(reply: Any) -> int:
    """How many values a reply carries, at whatever depth."""
    return sum(map(values, reply)) if isinstance(reply, list) else 1


async def read(shift: Shift, monkeypatch: pytest.MonkeyPatch, between: Any = None) -> tuple[Snapshot, list[int]]:
    """A snapshot, and the size of each reply it took; `between` happens before the last ones."""
    sizes: list[int] = []
    call = shift.workspace._call

    async def counting(verb: str, *args: Any) -> list[Any]:
        reply = await call(verb, *args)
        sizes.append(values(reply))
        return reply

    with monkeypatch.context() as patch:
        patch.setattr(shift.workspace, "_call", counting)
        reader = SnapshotReader(shift.workspace)
        while True:
            if reader.at_end and between:
                patch.undo()
                await between()
                patch.setattr(shift.workspace, "_call", counting)
                between = None
            if found := await reader.step():
                return found, sizes


async def test_every_call_is_short_and_the_last_one_is_the_shortest(
    shift: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot, sizes = await read(shift, monkeypatch)
    assert len(snapshot.agents) == PEOPLE
    assert all(len(agent.times) == HOURS * BUCKETS for agent in snapshot.agents)
    assert all(len(queue.spans) == HOURS + 60 for queue in snapshot.queues)
    assert len(sizes) >= PEOPLE / AGENTS + QUEUES + 2
    assert max(sizes) < MOST
    assert sizes[-1] < 10 * QUEUES, "nothing has changed since the first page"
    assert PAGE * 30 < MOST


async def test_the_last_call_reads_again_what_has_changed_and_nothing_else(
    shift: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def meanwhile() -> None:
        chat = await shift.opens("vera", queue="q1")
        await shift.answers("a0", chat)
        await shift.ends("a0", chat)

    snapshot, sizes = await read(shift, monkeypatch, meanwhile)
    assert sizes[-1] < HOURS * BUCKETS * 2 + 1_000, "one agent of 120, and two spans of one queue"
    assert Picture.from_snapshot(snapshot) is not None
    whole = await shift.workspace.snapshot()
    assert vars(Picture.from_snapshot(snapshot)) == vars(Picture.from_snapshot(whole))
    assert Picture.from_snapshot(snapshot).queues["q1"].figures.today(snapshot.now).counters["opened"] == 1


async def test_a_queue_that_is_added_meanwhile_is_read_too(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    async def meanwhile() -> None:
        await shift.configures([Queue("q0", "Queue 0"), Queue("q99", "Late")], [person("a0"), person("new")])

    snapshot, _ = await read(shift, monkeypatch, meanwhile)
    assert {"q0", "q99"} <= {queue.id for queue in snapshot.queues}
    assert {agent.id for agent in snapshot.agents} == {"a0", "new"}


async def test_who_lost_an_offer_meanwhile_is_read_again(
    store_url: str, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No fact names the agent, but the time with the slot in use is counted."""
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(Queue("q0", "Offers", mode="offer", accept=30_000), ana=2)
        await shift.online("ana")
        chat = await shift.opens("vera", queue="q0")
        await shift.clock.move(4)

        async def meanwhile() -> None:
            await workspace.visitor_end(chat, Visitor("vera"), new_cid())

        snapshot, _ = await read(shift, monkeypatch, meanwhile)
        whole = Picture.from_snapshot(await workspace.snapshot())
        assert vars(Picture.from_snapshot(snapshot)) == vars(whole)
        assert sum(hour.load.get(1, 0) for hour in whole.agents["ana"].figures.hours.values()) >= 4_000


async def test_a_reason_given_meanwhile_for_an_earlier_chat_is_read(
    store_url: str, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It counts where the chat ended: in a minute, and here in an hour, that are over."""
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(Queue("q0", "Calls", wrapup=20_000), ana=2)
        await shift.online("ana")
        chat = await shift.opens("vera", queue="q0")
        await shift.ends("ana", chat)
        await workspace.label(ANA, shift.fences["ana"], chat, new_cid(), "", [], later=True)
        await shift.passes(3_700)

        async def meanwhile() -> None:
            await shift.labels("ana", chat, "Invoice")

        snapshot, _ = await read(shift, monkeypatch, meanwhile)
        whole = Picture.from_snapshot(await workspace.snapshot())
        assert vars(Picture.from_snapshot(snapshot)) == vars(whole)
        hours = [span for name, span in whole.queues["q0"].figures.spans.items() if name.startswith("h")]
        assert sum(span.count("labelled") for span in hours) == 1  # whichever day it is by now
