"""Ana takes a breather: she keeps her chats, gets no new ones for a short while, and is not away."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from console.domain.directory import Queue
from console.domain.ids import new_cid
from console.errors import Fenced, NoBreather, NoSlot, NothingToDo
from tests.support.queue_shift import Shift, opened

MINUTE = 60_000  # ms


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=6, ben=6)
        await shift.online("ana")
        yield shift


async def breathes(shift: Shift, ms: int = 2 * MINUTE, *, agent: str = "ana", cid: str = "", most: int = 3) -> None:
    await shift.workspace.breathe(agent, shift.fences[agent], cid or new_cid(), ms, most=most)


async def until(shift: Shift, agent: str = "ana") -> int:
    return (await shift.picture()).agents[agent].breather


async def place(shift: Shift, chat: str) -> str:
    return await shift.field(chat, "place")


async def test_she_keeps_her_chats_and_the_next_one_waits(shift: Shift) -> None:
    held = await shift.opens("vera")
    await breathes(shift)
    waiting = await shift.opens("vito")
    assert await shift.held("ana") == {1: held}
    assert await place(shift, waiting) == "waiting"
    await shift.answers("ana", held)
    await shift.ends("ana", held)
    assert await place(shift, waiting) == "waiting", "a slot that she frees is not filled either"


async def test_it_ends_by_itself_and_what_waited_comes(shift: Shift) -> None:
    await breathes(shift, MINUTE)
    waiting = await shift.opens("vera")
    await shift.passes(59)
    assert await place(shift, waiting) == "waiting"
    await shift.passes(2)
    assert await shift.held("ana") == {1: waiting}
    assert await until(shift) == 0


async def test_she_ends_it_when_she_is_ready(shift: Shift) -> None:
    await breathes(shift)
    waiting = await shift.opens("vera")
    await breathes(shift, 0)
    assert await shift.held("ana") == {1: waiting}


async def test_whoever_is_free_gets_the_chats_meanwhile_even_of_her_own_visitors(shift: Shift) -> None:
    known = await shift.opens("vera")
    await shift.ends("ana", known)
    await shift.online("ben")
    await breathes(shift)
    again = await shift.writes("vera", known)
    assert await shift.holder(again.chat) == "ben"


async def test_she_is_online_all_the_same(shift: Shift) -> None:
    await breathes(shift)
    picture = await shift.picture()
    ana = picture.agents["ana"]
    assert (ana.status, ana.online, ana.free_slots) == ("online", True, 0)
    assert picture.online("sales"), "visitors are not told that nobody is there"
    assert (await shift.facts("agent"))[-1].breather == ana.breather


async def test_no_offer_comes_either_and_she_may_still_take_a_chat_herself(shift: Shift) -> None:
    await shift.begin(Queue("sales", "Sales", mode="offer"), ana=6)
    await breathes(shift)
    chat = await shift.opens("vera")
    assert await place(shift, chat) == "waiting"
    await shift.takes("ana")
    assert await shift.held("ana") == {1: chat}


async def test_nobody_hands_her_a_chat_and_a_supervisor_moves_none_to_her(shift: Shift) -> None:
    await shift.online("ben")
    await breathes(shift)
    chat = await shift.opens("vera")
    assert await shift.holder(chat) == "ben"
    with pytest.raises(NoSlot):
        await shift.hands_over("ben", chat, to="ana")
    with pytest.raises(NoSlot):
        await shift.workspace.move(shift.author("sam"), chat, new_cid(), to="ana")


async def test_it_is_kept_over_a_reload(shift: Shift) -> None:
    await breathes(shift)
    ends = await until(shift)
    await shift.leaves("ana")
    await shift.online("ana")
    waiting = await shift.opens("vera")
    assert await until(shift) == ends
    assert await place(shift, waiting) == "waiting"


async def test_one_that_runs_is_not_made_longer_nor_counted_twice(shift: Shift) -> None:
    await breathes(shift, MINUTE)
    ends = await until(shift)
    await shift.passes(30)
    await breathes(shift)
    ana = (await shift.picture()).agents["ana"]
    assert (ana.breather, len(ana.breathers)) == (ends, 1)


async def test_two_minutes_are_the_longest_whatever_is_asked(shift: Shift) -> None:
    await breathes(shift, 60 * MINUTE)
    await shift.passes(119)
    assert await until(shift) > 0
    await shift.passes(2)
    assert await until(shift) == 0


async def test_a_command_that_is_sent_again_begins_no_second_one(shift: Shift) -> None:
    cid = new_cid()
    await breathes(shift, cid=cid)
    await breathes(shift, 0)
    await breathes(shift, cid=cid)
    assert await until(shift) == 0


async def test_the_fourth_within_an_hour_is_refused_and_an_hour_later_it_is_not(shift: Shift) -> None:
    for _ in range(3):
        await breathes(shift)
        await breathes(shift, 0)
        await shift.passes(1)
    with pytest.raises(NoBreather):
        await breathes(shift)
    await shift.passes(3_597)
    await breathes(shift)
    assert await until(shift) > 0


async def test_a_team_that_allows_none_has_none(shift: Shift) -> None:
    with pytest.raises(NoBreather):
        await breathes(shift, most=0)


async def test_they_are_counted_with_her_figures(shift: Shift) -> None:
    for _ in range(2):
        await breathes(shift)
        await breathes(shift, 0)
    ana = (await shift.picture()).agents["ana"]
    assert ana.figures.today(shift.workspace.now()).breathers == 2
    assert ana.breathers_taken(shift.workspace.now()) == 2


@pytest.mark.parametrize("status", ["away", "online"])
async def test_any_status_that_is_chosen_ends_it(shift: Shift, status: str) -> None:
    await breathes(shift)
    await shift.workspace.set_agent_status(shift.author("sam"), "ana", status)  # type: ignore[arg-type]
    assert await until(shift) == 0
    waiting = await shift.opens("vera") if status == "online" else ""
    assert await shift.held("ana") == ({1: waiting} if waiting else {})


async def test_who_is_away_needs_none(shift: Shift) -> None:
    await shift.workspace.set_status("ana", shift.fences["ana"], "away")
    with pytest.raises(NothingToDo):
        await breathes(shift)


async def test_an_older_connection_takes_none(shift: Shift) -> None:
    older = shift.fences["ana"]
    await shift.online("ana")
    with pytest.raises(Fenced):
        await shift.workspace.breathe("ana", older, new_cid(), MINUTE, most=3)


async def test_a_removed_member_leaves_no_timer_behind(shift: Shift) -> None:
    await breathes(shift)
    await shift.begin(ben=6)
    timers = await shift.workspace.store.command("ZRANGE", shift.workspace.keys.prefix + "due", 0, -1)
    assert b"breather:ana" not in timers
