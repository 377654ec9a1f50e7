"""Who gets what: limits, pressure, freed slots, the last agent, and a console that does not draw."""

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


async def test_of_equals_the_one_longest_without_a_new_chat(shift: Shift) -> None:
    await shift.begin(ana=6, ben=6)
    await shift.online("ana", "ben")
    holders = []
    for visitor in VISITORS[:4]:
        chat = await shift.opens(visitor)
        await shift.answers(await shift.holder(chat), chat)
        holders.append(await shift.holder(chat))
        await shift.clock.move(0.1)
    assert holders == ["ana", "ben", "ana", "ben"]


async def test_a_visitor_who_comes_back_meets_the_last_agent_if_free(shift: Shift) -> None:
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


async def test_raising_a_limit_takes_from_the_line_at_once(shift: Shift) -> None:
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


async def test_of_two_removed_at_once_neither_gets_what_the_other_leaves(shift: Shift) -> None:
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


async def test_a_chat_no_console_has_drawn_in_2_5_seconds_goes_to_another(shift: Shift) -> None:
    await shift.begin(ana=6, ben=6)
    await shift.online("ana", "ben")
    chat = await shift.opens("vera")
    await shift.clock.move(2.4)
    assert await shift.holder(chat) == "ana"
    await shift.clock.move(0.2)
    assert await shift.holder(chat) == "ben"
    assert (await shift.facts("released"))[-1].why == "unseen"


async def test_a_drawn_chat_stays(shift: Shift) -> None:
    await shift.begin(ana=6, ben=6)
    await shift.online("ana", "ben")
    chat = await shift.opens("vera")
    await shift.draws("ana", chat, hidden=True)
    await shift.clock.move(4)
    assert await shift.holder(chat) == "ana"


async def test_who_missed_a_chat_gets_none_until_the_console_draws_again(shift: Shift) -> None:
    await shift.begin(ana=6)
    await shift.online("ana")
    missed = await shift.opens("vera")
    await shift.clock.move(3)
    second = await shift.opens("vito")
    assert await shift.held("ana") == {}
    await shift.draws("ana", missed)  # the receipt comes, too late
    assert await shift.held("ana") == {1: missed, 2: second}


async def test_saying_online_again_also_proves_a_console_awake(shift: Shift) -> None:
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


async def test_nobody_online_means_closed_and_somebody_busy_means_wait(shift: Shift) -> None:
    await shift.begin(ana=1)
    with pytest.raises(NobodyThere):
        await shift.opens("vera")
    await shift.online("ana")
    await shift.opens("vera")
    waiting = await shift.opens("vito")
    assert await shift.field(waiting, "place") == "waiting"
    with pytest.raises(NotYours):
        await shift.opens("vala", queue="none")
