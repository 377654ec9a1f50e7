"""Offers and pulls: chats that an agent must accept, and queues that agents pull from."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from console.domain.ids import new_cid
from console.errors import Fenced, NoSlot, NothingToDo, NotYours
from console.events import Visitor
from tests.support.queue_shift import SALES, Shift, opened

OFFER = msgspec.structs.replace(SALES, mode="offer", accept=5_000, misses=2)
PULL = msgspec.structs.replace(SALES, mode="pull")


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        yield Shift(workspace)


async def test_an_offer_reserves_a_slot_and_is_accepted_into_it(shift: Shift) -> None:
    await shift.begin(OFFER, ana=1)
    await shift.online("ana")
    chat = await shift.opens("vera")
    assert await shift.field(chat, "place") == "offered"
    assert await shift.held("ana") == {1: chat}
    await shift.accepts("ana", chat)
    assert await shift.kinds(chat) == ["opened", "message", "offered", "assigned"]
    assert (await shift.facts("assigned"))[0].why == "accepted"
    await shift.picture()


async def test_an_offer_counts_as_a_used_slot(shift: Shift) -> None:
    await shift.begin(OFFER, ana=1)
    await shift.online("ana")
    await shift.opens("vera")
    second = await shift.opens("vito")
    assert await shift.field(second, "place") == "waiting"


async def test_a_declined_chat_moves_on_and_does_not_come_back_for_a_minute(shift: Shift) -> None:
    await shift.begin(OFFER, ana=6)
    await shift.online("ana")
    chat = await shift.opens("vera")
    await shift.declines("ana", chat)
    assert await shift.field(chat, "place") == "waiting"
    await shift.passes(58)
    assert await shift.field(chat, "place") == "waiting"
    await shift.passes(4)
    assert await shift.field(chat, "place") == "offered"
    assert [fact.why for fact in await shift.facts("withdrawn")] == ["declined"]
    await shift.picture()


async def test_what_ana_declined_she_may_take_all_the_same(shift: Shift) -> None:
    await shift.begin(OFFER, ana=6)
    await shift.online("ana")
    chat = await shift.opens("vera")
    await shift.declines("ana", chat)
    assert (await shift.takes("ana")).chat == chat
    assert await shift.holder(chat) == "ana"


async def test_an_agent_who_misses_offers_in_a_row_is_set_away(shift: Shift) -> None:
    await shift.begin(OFFER, ana=6, ben=6)
    await shift.online("ana", "ben")
    chat = await shift.opens("vera")
    assert await shift.holder(chat) == "ana"
    await shift.passes(6)
    assert await shift.holder(chat) == "ben"
    await shift.accepts("ben", chat)
    other = await shift.opens("vito")
    assert await shift.holder(other) == "ana"
    await shift.passes(6)
    changed = [fact for fact in await shift.facts("agent") if fact.agent == "ana"][-1]
    assert (changed.status, changed.reason) == ("away", "missed_offers")
    assert await shift.holder(other) == "ben"
    await shift.picture()


async def test_an_accepted_offer_forgives_the_missed_one(shift: Shift) -> None:
    await shift.begin(OFFER, ana=6)
    await shift.online("ana")
    await shift.opens("vera")
    await shift.passes(6)
    await shift.accepts("ana", await shift.opens("vito"))
    await shift.opens("vala")
    await shift.passes(6)
    assert [fact.status for fact in await shift.facts("agent") if fact.agent == "ana"][-1] == "online"


async def test_an_agent_accepting_into_the_last_slot_counts_as_candidate(shift: Shift) -> None:
    await shift.begin(OFFER, ana=1)
    await shift.online("ana")
    await shift.accepts("ana", await shift.opens("vera"))
    assert [fact.candidates for fact in await shift.facts("assigned")] == [1]


async def test_an_offer_to_an_agent_who_disconnects_moves_on_at_once(shift: Shift) -> None:
    await shift.begin(OFFER, ana=6, ben=6)
    await shift.online("ana", "ben")
    chat = await shift.opens("vera")
    await shift.leaves("ana")
    assert await shift.holder(chat) == "ben"
    assert [fact.why for fact in await shift.facts("withdrawn")] == ["gone"]


async def test_only_an_offered_chat_can_be_accepted(shift: Shift) -> None:
    await shift.begin(OFFER, ana=6, ben=6)
    await shift.online("ana", "ben")
    chat = await shift.opens("vera")
    for answer in (shift.accepts, shift.declines):
        with pytest.raises(NothingToDo):
            await answer("ben", chat)
    with pytest.raises(NotYours):
        await shift.answers("ana", chat)  # not before it is accepted


async def test_the_visitor_who_ends_an_offered_chat_frees_the_slot(shift: Shift) -> None:
    await shift.begin(OFFER, ana=1)
    await shift.online("ana")
    chat, waiting = await shift.opens("vera"), await shift.opens("vito")
    await shift.workspace.visitor_end(chat, Visitor("vera", "Vera"), new_cid())
    assert await shift.held("ana") == {1: waiting}
    await shift.picture()


# --- pull ----------------------------------------------------------------------------------------


async def test_in_a_pull_queue_nothing_comes_until_it_is_taken(shift: Shift) -> None:
    await shift.begin(PULL, ana=2)
    await shift.online("ana")
    first = await shift.opens("vera")
    await shift.clock.jump(0.01)
    second, third = await shift.opens("vito"), await shift.opens("vala")
    assert await shift.held("ana") == {}
    assert (await shift.takes("ana")).chat == first
    assert (await shift.takes("ana", third)).chat == third
    with pytest.raises(NoSlot):
        await shift.takes("ana", second)
    assigned = (await shift.facts("assigned"))[0]
    assert (assigned.why, assigned.agent) == ("taken", "ana")
    await shift.picture()


async def test_take_next_takes_the_most_urgent_of_all_queues(shift: Shift) -> None:
    soon = msgspec.structs.replace(PULL, id="soon", name="Soon", target=1_000)
    await shift.begin(PULL, soon, ana=6)
    await shift.online("ana")
    await shift.opens("vera")
    urgent = await shift.opens("vito", queue="soon")
    assert (await shift.takes("ana")).chat == urgent


async def test_take_next_without_a_waiting_chat_is_refused(shift: Shift) -> None:
    await shift.begin(PULL, ana=6)
    await shift.online("ana")
    with pytest.raises(NothingToDo):
        await shift.takes("ana")


async def test_a_resent_take_next_gets_the_same_chat(shift: Shift) -> None:
    await shift.begin(PULL, ana=6)
    await shift.online("ana")
    for visitor in ("vera", "vito"):
        await shift.opens(visitor)
    cid = new_cid()
    assert await shift.takes("ana", cid=cid) == await shift.takes("ana", cid=cid)
    assert len(await shift.held("ana")) == 1


async def test_a_chat_somebody_else_holds_cannot_be_taken(shift: Shift) -> None:
    await shift.begin(ana=6, ben=6)
    await shift.online("ana", "ben")
    chat = await shift.opens("vera")
    assert await shift.holder(chat) == "ana"
    with pytest.raises(NotYours):
        await shift.takes("ben", chat)


async def test_an_older_connection_cannot_take_a_chat(shift: Shift) -> None:
    await shift.begin(PULL, ana=6)
    await shift.online("ana")
    old = shift.fences["ana"]
    await shift.online("ana")
    shift.fences["ana"] = old
    await shift.opens("vera")
    with pytest.raises(Fenced):
        await shift.takes("ana")


async def test_an_agent_who_is_away_can_still_take_chats(shift: Shift) -> None:
    await shift.begin(ana=6, ben=1)
    await shift.online("ana", "ben")
    await shift.workspace.set_status("ana", shift.fences["ana"], "away")
    await shift.opens("vera")
    waiting = await shift.opens("vito")
    assert (await shift.takes("ana")).chat == waiting
