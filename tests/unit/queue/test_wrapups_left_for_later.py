"""A wrap-up is left for later: the slot is free at once, the reason may come within a day, and counts in the share."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from console.domain.directory import Queue
from console.domain.ids import new_cid
from console.errors import NothingToDo, NotYours
from console.queue.results import Gone, Said
from tests.support.queue_shift import Shift, opened

CALLS = Queue("calls", "Calls", wrapup=20_000, reasons=("Invoice", "Account"))
HOUR = 3_600_000


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(CALLS, ana=1, ben=1)
        await shift.online("ana")
        yield shift


async def leaves_one(shift: Shift, visitor: str = "vera", *tags: str) -> str:
    chat = await shift.opens(visitor, queue="calls")
    await shift.ends("ana", chat)
    await later(shift, chat, *tags)
    return chat


async def later(shift: Shift, chat: str, *tags: str) -> Said:
    label, ana = shift.workspace.label, shift.author("ana")
    return await label(ana, shift.fences["ana"], chat, new_cid(), "", tags, later=True)


async def listed(shift: Shift, agent: str = "ana") -> list[str]:
    """As a fresh snapshot and the facts alone have it."""
    picture = await shift.picture()
    return [one.chat for one in picture.agents[agent].to_wrap_up(shift.workspace.now())]


async def share(shift: Shift) -> tuple[int, int]:
    """Chats with a reason, and those that ask for one: of the queue, and the same of Ana."""
    picture = await shift.picture()
    hours = [span for name, span in picture.queue("calls").figures.spans.items() if name.startswith("h")]
    hers = picture.agents["ana"].figures.hours.values()  # all that are kept: the clock is moved past midnight at times
    found = sum(one.count("labelled") for one in hours), sum(one.count("to_label") for one in hours)
    assert found == (sum(one.labelled for one in hers), sum(one.to_label for one in hers))
    return found


async def test_a_wrap_up_left_for_later_frees_the_slot_for_who_waits(shift: Shift) -> None:
    first = await shift.opens("vera", queue="calls")
    second = await shift.opens("kim", queue="calls")
    await shift.ends("ana", first)
    assert await shift.holder(second) == ""
    await later(shift, first, "vip")
    assert await shift.holder(second) == "ana"
    assert await listed(shift) == [first]
    assert await share(shift) == (0, 1)
    assert (await shift.picture()).agents["ana"].put_off[first].tags == ["vip"]


async def test_the_list_calls_the_visitor_by_the_name_that_ana_gave_also_after_a_restart(shift: Shift) -> None:
    chat = await shift.opens("vera", queue="calls")
    await shift.workspace.rename(shift.author("ana"), shift.fences["ana"], chat, new_cid(), 'Marta "M" Rossi')
    await shift.ends("ana", chat)
    await later(shift, chat)
    assert await listed(shift) == [chat]
    assert (await shift.picture()).agents["ana"].put_off[chat].name == 'Marta "M" Rossi'


async def test_the_reason_given_later_counts_where_the_chat_ended(shift: Shift) -> None:
    chat = await leaves_one(shift)
    await shift.clock.jump(2 * HOUR / 1000)
    await shift.online("ana")
    await shift.labels("ana", chat, "Invoice", "vip")
    assert await listed(shift) == []
    assert await share(shift) == (1, 1)
    fact = (await shift.facts("labelled"))[-1]
    assert (fact.reason, fact.tags, fact.queue, fact.reasons, fact.settled) == ("Invoice", ["vip"], "calls", 1, True)
    ended = (await shift.facts("ended"))[-1]
    hours = (await shift.picture()).queue("calls").figures.spans
    assert hours[f"h{ended.at // HOUR}"].count("labelled") == 1, "in the hour of the end"
    assert fact.at // HOUR > ended.at // HOUR


async def test_a_wrap_up_that_times_out_is_on_the_list_too(shift: Shift) -> None:
    chat = await shift.opens("vera", queue="calls")
    await shift.answers("ana", chat)
    await shift.ends("ana", chat)
    await shift.passes(24)
    assert (await shift.facts("wrapped"))[-1].why == "time"
    assert await listed(shift) == [chat]


async def test_a_wrap_up_done_without_a_reason_is_not_asked_for_again(shift: Shift) -> None:
    chat = await shift.opens("vera", queue="calls")
    await shift.ends("ana", chat)
    await shift.labels("ana", chat, done=True)
    assert await listed(shift) == []
    with pytest.raises(NotYours):
        await shift.labels("ana", chat, "Invoice")


async def test_no_reason_takes_a_chat_off_the_list_and_counts_as_none(shift: Shift) -> None:
    chat = await leaves_one(shift)
    await shift.labels("ana", chat, "", "vip")
    assert await listed(shift) == [chat], "tags alone do not"
    await shift.labels("ana", chat, "", "vip", done=True)
    assert await listed(shift) == []
    assert await share(shift) == (0, 1)
    with pytest.raises(NothingToDo):
        await shift.labels("ana", chat, "", "vip", done=True)


async def test_a_reason_can_be_corrected_and_taken_back(shift: Shift) -> None:
    chat = await leaves_one(shift)
    await shift.labels("ana", chat, "Invoice")
    await shift.labels("ana", chat, "Account")
    assert await share(shift) == (1, 1)
    await shift.labels("ana", chat, "", done=True)
    assert await share(shift) == (0, 1)


async def test_only_who_left_it_gives_its_reason(shift: Shift) -> None:
    chat = await leaves_one(shift)
    await shift.online("ben")
    with pytest.raises(NotYours):
        await shift.labels("ben", chat, "Invoice")


async def test_the_list_holds_twenty_and_drops_the_oldest(shift: Shift) -> None:
    chats = []
    for number in range(21):
        chats.append(await leaves_one(shift, f"v{number}"))
        await shift.clock.jump(0.1)
    assert await listed(shift) == chats[1:]
    assert (await shift.facts("wrapped"))[-1].dropped == chats[0]
    assert await share(shift) == (0, 21)


async def test_a_list_ends_after_a_day(shift: Shift) -> None:
    chat = await leaves_one(shift)
    await shift.clock.jump(24 * HOUR / 1000 - 1)
    assert await listed(shift) == [chat]
    await shift.clock.jump(2)
    await shift.online("ana")
    assert await listed(shift) == []
    with pytest.raises((NotYours, Gone)):
        await shift.labels("ana", chat, "Invoice")


async def test_a_chat_that_its_visitor_reopens_leaves_the_list(shift: Shift) -> None:
    chat = await leaves_one(shift)
    await shift.writes("vera", chat, "One more thing")
    assert await listed(shift) == []
    await shift.ends("ana", chat)
    await shift.labels("ana", chat, "Account")
    assert await listed(shift) == []
    assert await share(shift) == (1, 2), "it ended twice"


async def test_a_chat_that_is_erased_leaves_the_list(shift: Shift) -> None:
    chat = await leaves_one(shift)
    entries = await shift.entries()
    await shift.workspace.archived(entries[-1].id, entries[-1].n)
    await shift.workspace.erase(chat)
    assert await listed(shift) == []


async def test_a_member_who_is_removed_leaves_no_list_behind(shift: Shift) -> None:
    await leaves_one(shift)
    await shift.configures([CALLS], [])
    keys = await shift.workspace.store.command("EXISTS", shift.workspace.keys.of("later", "ana"))
    assert keys == 0


async def test_a_chat_with_a_reason_asks_for_none_and_counts(shift: Shift) -> None:
    chat = await shift.opens("vera", queue="calls")
    await shift.labels("ana", chat, "Invoice")
    await shift.ends("ana", chat)
    assert await listed(shift) == []
    assert await share(shift) == (1, 1)


async def test_later_with_a_reason_is_a_wrap_up_done(shift: Shift) -> None:
    chat = await shift.opens("vera", queue="calls")
    await shift.ends("ana", chat)
    label, ana = shift.workspace.label, shift.author("ana")
    await label(ana, shift.fences["ana"], chat, new_cid(), "Invoice", (), later=True)
    assert (await shift.facts("wrapped"))[-1].why == "done"
    assert await listed(shift) == []


async def talks_until_added_up(shift: Shift, visitor: str) -> None:
    """A new chat in which Ana answers until her list of what calls counted has been added to her figures."""
    chat = await shift.opens(visitor, queue="calls")
    for _ in range(40):
        await shift.writes(visitor, chat)
        await shift.answers("ana", chat)
        if not await shift.workspace.store.command("EXISTS", shift.workspace.keys.of("counts", "a:ana")):
            break
    else:
        pytest.fail("never added up")
    await shift.ends("ana", chat)
    await later(shift, chat)


async def test_figures_are_kept_for_their_time_also_if_a_late_reason_is_the_first_of_an_hour(shift: Shift) -> None:
    chat, figures = await leaves_one(shift), shift.workspace.keys.of("times", "ana")
    await talks_until_added_up(shift, "kim")
    await shift.workspace.store.command("DEL", shift.workspace.keys.of("counts", "a:ana"))
    await shift.workspace.store.command("PERSIST", figures)
    await shift.clock.jump(3_600)
    await shift.online("ana")
    await shift.labels("ana", chat, "Invoice")
    await talks_until_added_up(shift, "lou")
    assert await shift.workspace.store.command("PTTL", figures) > HOUR
