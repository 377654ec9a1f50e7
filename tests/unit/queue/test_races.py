"""Concurrent calls over several connections: a chat is assigned once, and limits hold."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest_asyncio

from console.bench.races import Course, course
from console.bench.timers import clockwork
from console.queue.keys import stray
from tests.model.checker import Checker
from tests.support.queue_shift import Shift, opened

ROUNDS = 25
SEED = 20  # the same races each time; other ones in `sestetto load races`


@pytest_asyncio.fixture
async def desks(store_url: str, workspace_name: str) -> AsyncIterator[list[Shift]]:
    """The same workspace as three processes have it."""
    async with AsyncExitStack() as stack:
        spaces = [await stack.enter_async_context(opened(store_url, workspace_name)) for _ in range(3)]
        yield [Shift(space) for space in spaces]


async def promises_hold(shift: Shift) -> None:
    checker = Checker()
    for entry in await shift.entries():
        checker.take(entry.n, entry.fact)


async def test_twenty_agents_race_for_one_chat(desks: list[Shift]) -> None:
    agents = [f"a{n}" for n in range(20)]
    await desks[0].begin(ana=1, **dict.fromkeys(agents, 6))
    await desks[0].online("ana")
    busy, chat = await desks[0].opens("vera"), await desks[0].opens("vito")
    await asyncio.gather(*(desks[n % 3].online(agent) for n, agent in enumerate(agents)))
    assert busy != chat
    assigned = [fact for fact in await desks[0].facts("assigned") if fact.chat == chat]
    assert len(assigned) == 1
    snapshot = await desks[0].workspace.snapshot()
    assert [agent.id for agent in snapshot.agents if chat in agent.held.values()] == [assigned[0].agent]
    await promises_hold(desks[0])


async def test_an_agent_with_five_chats_races_for_ten(desks: list[Shift]) -> None:
    await desks[0].begin(ana=6)
    await desks[0].online("ana")
    for n in range(5):
        await desks[0].opens(f"first{n}")
    await asyncio.gather(*(desks[n % 3].opens(f"then{n}") for n in range(10)))
    snapshot = await desks[0].workspace.snapshot()
    assert sorted(snapshot.agents[0].held) == ["1", "2", "3", "4", "5", "6"]
    assert sum(values["place"] == "waiting" for _, values in snapshot.chats) == 9
    await promises_hold(desks[0])


@pytest_asyncio.fixture
async def races(store_url: str, workspace_name: str) -> AsyncIterator[Course]:
    """Three processes at the start line; `sestetto load races` has them race a thousand times."""
    async with opened(store_url, workspace_name) as workspace, course(store_url, workspace, SEED) as ready:
        yield ready


async def test_twenty_agents_of_three_processes_race_for_one_chat(races: Course) -> None:
    for _ in range(ROUNDS):
        await races.twenty_for_one()
    assert races.outcome.wrong == []
    answers = races.outcome.answers
    assert answers["take ok"] + answers["accept ok"] < answers["take not_found"] + answers["accept nothing_to_do"]


async def test_an_agent_with_five_chats_races_for_ten_over_three_processes(races: Course) -> None:
    for _ in range(ROUNDS):
        await races.five_for_ten()
    assert races.outcome.wrong == []
    assert races.outcome.answers["take no_slot"] > ROUNDS
    assert races.outcome.answers["take ok"] > 0
    assert races.outcome.answers["limit ok"] > 0


async def test_nobody_waits_beside_a_free_slot_in_any_order(
    desks: list[Shift],
) -> None:
    await desks[0].begin(ana=2, ben=2)
    await desks[0].online("ana", "ben")
    for desk in desks[1:]:
        desk.fences = desks[0].fences
    for turn in range(6):
        chats = await asyncio.gather(*(desks[n % 3].opens(f"v{turn}-{n}") for n in range(8)))
        held = [(agent, chat) for agent in ("ana", "ben") for chat in (await desks[0].held(agent)).values()]
        await asyncio.gather(
            *(desks[n % 3].ends(agent, chat) for n, (agent, chat) in enumerate(held)),
            desks[1].workspace.tick("p1"),
            desks[2].workspace.tick("p2"),
        )
        assert len(chats) == 8
    snapshot = await desks[0].workspace.snapshot()
    waiting = sum(values["place"] == "waiting" for _, values in snapshot.chats)
    assert [len(agent.held) for agent in snapshot.agents] == [2, 2]
    assert waiting == len(snapshot.chats) - 4
    await promises_hold(desks[0])


async def test_a_timer_fires_once_however_many_processes_tick(desks: list[Shift]) -> None:
    await desks[0].begin(ana=6)
    await desks[0].online("ana")
    chats = [await desks[0].opens(f"v{n}") for n in range(6)]
    for chat in chats:
        await desks[0].draws("ana", chat)
    head = desks[0].workspace.keys.head
    for _ in range(5):
        await desks[0].workspace.store.command("HINCRBY", head, "ahead", 1_500)
        await asyncio.gather(*(desk.workspace.tick(f"p{n}") for n, desk in enumerate(desks * 5)))
    late = [fact.chat for fact in await desks[0].facts("late")]
    assert sorted(late) == sorted(chats)


async def test_timers_fire_once_though_tickers_are_killed(store_url: str, workspace_name: str) -> None:
    async with opened(store_url, workspace_name) as workspace, clockwork(store_url, workspace) as works:
        fired = await works.fire("killed", 200, 2, kill_every=0.6)
    assert fired.kills > 0
    assert (fired.timers, fired.twice, fired.never) == (200, 0, 0)


async def test_a_hundred_timers_at_once_take_two_ticks_and_none_is_lost(desks: list[Shift]) -> None:
    shift = desks[0]
    await shift.begin(ana=1)
    await shift.online("ana")
    await asyncio.gather(*(desks[n % 3].opens(f"v{n}") for n in range(101)))
    await shift.workspace.store.command("HINCRBY", shift.workspace.keys.head, "ahead", 2_500)
    await shift.workspace.tick("p")
    await shift.renew()
    await shift.workspace.store.command("HINCRBY", shift.workspace.keys.head, "ahead", 2_500)
    await shift.workspace.tick("p")
    await shift.workspace.store.command("HINCRBY", shift.workspace.keys.head, "ahead", 1_400)
    fired = [(await shift.workspace.tick("p"))[1] for _ in range(3)]
    assert fired[0] == 64
    assert len(await shift.facts("late")) == 101
    await promises_hold(shift)


async def test_every_key_is_in_the_table(desks: list[Shift]) -> None:
    shift = desks[0]
    await shift.begin(ana=1)
    await shift.online("ana")
    chat = await shift.opens("vera")
    await shift.opens("vito")
    await shift.workspace.draft("ana", shift.fences["ana"], chat, "Dear")
    await shift.answers("ana", chat)
    await shift.ends("ana", chat)
    names = [n.decode() for n in await shift.workspace.store.command("KEYS", shift.workspace.keys.prefix + "*")]
    assert len(names) > 15
    assert stray(names) == []
    for unknown in (f"{shift.workspace.keys.prefix}unheard:of", "sestetto:unheard_of", "live", "}:live"):
        assert stray([unknown]) == [unknown]
