"""Routing: limits, pressure, freed slots, the last agent, and a console that does not render."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from console.domain.directory import Queue
from console.errors import NobodyThere, NotYours
from console.events import Assigned
from tests.support.queue_shift import SALES, Shift, opened

VISITORS = ["vera", "vito", "vala", "vlad", "vic", "val", "vin", "vik"]


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        yield Shift(workspace)


async def test_six_at_once_and_the_seventh_waits(shift: Shift) -> None:
    await shift.begin(ana=6)
    await shift.online("ana")
    chats = [await shift.opens(visitor) for visitor in VISITORS[:7]]
    assert await shift.held("ana") == dict(enumerate(chats[:6], 1))
    assert await shift.field(chats[6], "place") == "waiting"


async def test_a_freed_slot_pulls_the_next_chat_in_the_same_call(shift: Shift) -> None:
    await shift.begin(ana=1)
    await shift.online("ana")
    first, second = await shift.opens("vera"), await shift.opens("vito")
    before = shift.workspace.store.calls
    await shift.ends("ana", first)
    assert shift.workspace.store.calls == before + 1
    ended, assigned = (await shift.facts())[-2:]
    assert (ended.chat, assigned.chat, assigned.slot) == (first, second, 1)
    assert assigned.at == ended.at
    assert assigned.why == "next_in_line"


async def test_a_slot_keeps_its_number_while_others_come_and_go(shift: Shift) -> None:
    await shift.begin(ana=3)
    await shift.online("ana")
    chats = [await shift.opens(visitor) for visitor in VISITORS[:3]]
    await shift.ends("ana", chats[1])
    new = await shift.opens("vlad")
    assert await shift.held("ana") == {1: chats[0], 2: new, 3: chats[2]}


async def test_the_fewest_running_clocks_come_before_the_fewest_chats(shift: Shift) -> None:
    await shift.begin(ana=6, ben=6)
    await shift.online("ana")
    answered = [await shift.opens("vera"), await shift.opens("vito")]
    for chat in answered:
        await shift.answers("ana", chat)
    await shift.workspace.set_status("ana", shift.fences["ana"], "away")
    await shift.online("ben")
    await shift.opens("vala")  # one running clock for Ben, none for Ana who has two chats
    await shift.workspace.set_status("ana", shift.fences["ana"], "online")
    chat = await shift.opens("vlad")
    assert await shift.holder(chat) == "ana"
    assert (await shift.facts("assigned"))[-1].candidates == 2


async def test_among_equal_agents_the_longest_without_a_chat_wins(shift: Shift) -> None:
    await shift.begin(ana=6, ben=6)
    await shift.online("ana", "ben")
    holders = []
    for visitor in VISITORS[:4]:
        chat = await shift.opens(visitor)
        await shift.answers(await shift.holder(chat), chat)
        holders.append(await shift.holder(chat))
        await shift.clock.move(0.1)
    assert holders == ["ana", "ben", "ana", "ben"]


async def test_a_returning_visitor_gets_their_last_agent_if_free(shift: Shift) -> None:
    await shift.begin(ana=6, ben=6)
    await shift.online("ana", "ben")
    chat = await shift.opens("vera")
    assert await shift.holder(chat) == "ana"
    await shift.ends("ana", chat)
    await shift.opens("vito")
    await shift.opens("vala")
    again = await shift.opens("vera")
    assert await shift.holder(again) == "ana"
    assert (await shift.facts("assigned"))[-1].why == "last_agent"


async def test_over_all_queues_the_promise_that_breaks_first_wins(shift: Shift) -> None:
    await shift.begin(SALES, Queue("gold", "Gold", target=2_000), ana=1)
    await shift.online("ana")
    busy = await shift.opens("vera")
    slow = await shift.opens("vito", queue="sales")
    quick = await shift.opens("vala", queue="gold")
    await shift.ends("ana", busy)
    assert await shift.holder(quick) == "ana"
    await shift.ends("ana", quick)
    assert await shift.holder(slow) == "ana"


async def test_lowering_a_limit_takes_no_chat_away(shift: Shift) -> None:
    await shift.begin(ana=3)
    await shift.online("ana")
    chats = [await shift.opens(visitor) for visitor in VISITORS[:4]]
    await shift.begin(ana=1)
    assert len(await shift.held("ana")) == 3
    await shift.ends("ana", chats[0])
    await shift.ends("ana", chats[1])
    assert await shift.held("ana") == {3: chats[2]}
    await shift.ends("ana", chats[2])
    assert await shift.held("ana") == {1: chats[3]}


async def test_raising_a_limit_assigns_waiting_chats_at_once(shift: Shift) -> None:
    await shift.begin(ana=1)
    await shift.online("ana")
    chats = [await shift.opens(visitor) for visitor in VISITORS[:3]]
    await shift.begin(ana=3)
    assert sorted((await shift.held("ana")).values()) == sorted(chats)  # who came in the same millisecond: by id


async def test_a_removed_member_s_chats_move_on_at_once(shift: Shift) -> None:
    await shift.begin(ana=6, ben=6)
    await shift.online("ana")
    chat = await shift.opens("vera")
    await shift.online("ben")
    await shift.begin(ben=6)
    assert await shift.holder(chat) == "ben"
    assert [a.id for a in (await shift.workspace.snapshot()).agents] == ["ben"]


async def test_members_removed_together_get_none_of_each_others_chats(shift: Shift) -> None:
    await shift.begin(ana=6, ben=6, kim=6)
    await shift.online("ana")
    chat = await shift.opens("vera")
    await shift.online("ben", "kim")
    await shift.begin(kim=6)  # Ben would come before Kim
    assert await shift.holder(chat) == "kim"
    assert [f.agent for f in await shift.facts() if isinstance(f, Assigned) and f.chat == chat] == ["ana", "kim"]


async def test_a_member_who_returns_never_gets_an_old_fencing_number(shift: Shift) -> None:
    await shift.begin(ana=6)
    await shift.online("ana")
    old = shift.fences["ana"]
    await shift.begin(ben=6)
    await shift.begin(ana=6, ben=6)
    await shift.online("ana")
    assert shift.fences["ana"] > old


async def test_a_chat_not_shown_in_2_5_seconds_moves_on(shift: Shift) -> None:
    await shift.begin(ana=6, ben=6)
    await shift.online("ana", "ben")
    chat = await shift.opens("vera")
    await shift.clock.move(2.4)
    assert await shift.holder(chat) == "ana"
    await shift.clock.move(0.2)
    assert await shift.holder(chat) == "ben"
    assert (await shift.facts("released"))[-1].why == "unseen"


async def test_a_chat_that_was_shown_stays(shift: Shift) -> None:
    await shift.begin(ana=6, ben=6)
    await shift.online("ana", "ben")
    chat = await shift.opens("vera")
    await shift.draws("ana", chat, hidden=True)
    await shift.clock.move(4)
    assert await shift.holder(chat) == "ana"


async def test_an_agent_who_missed_a_chat_gets_none_until_the_console_responds(shift: Shift) -> None:
    await shift.begin(ana=6)
    await shift.online("ana")
    missed = await shift.opens("vera")
    await shift.clock.move(3)
    second = await shift.opens("vito")
    assert await shift.held("ana") == {}
    await shift.draws("ana", missed)  # the receipt comes, too late
    assert await shift.held("ana") == {1: missed, 2: second}


async def test_setting_online_again_also_proves_the_console_alive(shift: Shift) -> None:
    await shift.begin(ana=6)
    await shift.online("ana")
    chat = await shift.opens("vera")
    await shift.clock.move(3)
    await shift.workspace.set_status("ana", shift.fences["ana"], "online")
    assert await shift.holder(chat) == "ana"


async def test_a_chat_just_given_is_not_judged_by_the_former_member_s_timer(shift: Shift) -> None:
    """Ana's grace and her missing receipt run out in the same tick: Ben gets the chat, and 2.5 s to draw it."""
    await shift.begin(ana=6, ben=6)
    await shift.online("ana")
    await shift.clock.move(9.8)
    chat = await shift.opens("vera")
    await shift.clock.move(0.4)  # Ana's lease is over
    await shift.online("ben")
    await shift.clock.jump(2.6)
    assert await shift.holder(chat) == "ben"
    assert (await shift.kinds(chat)).count("released") == 1


async def test_a_busy_team_means_waiting_and_nobody_online_means_closed(shift: Shift) -> None:
    await shift.begin(ana=1)
    with pytest.raises(NobodyThere):
        await shift.opens("vera")
    await shift.online("ana")
    await shift.opens("vera")
    waiting = await shift.opens("vito")
    assert await shift.field(waiting, "place") == "waiting"
    with pytest.raises(NotYours):
        await shift.opens("vala", queue="none")
