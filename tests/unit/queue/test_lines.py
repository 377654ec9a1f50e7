"""Queues: languages, tiers, head starts, length limits, opening hours."""

import time
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from console.domain.directory import Directory, Hours, Queue
from console.errors import LineFull, NobodyThere
from tests.support.queue_shift import SALES, Shift, Team, member, opened

change = msgspec.structs.replace


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        yield Shift(workspace)


@pytest_asyncio.fixture
async def team(shift: Shift) -> Team:
    return await Team.begins(shift)


async def test_a_chats_own_head_start_brings_it_forward_by_so_much_and_no_more(team: Team) -> None:
    await team.shift.online("ana")
    french = {"queue": "l1", "locale": "fr"}
    first = await team.shift.opens("vera", **french)
    later = await team.shift.opens("kim", **french, ahead=3_000)
    await team.shift.passes(4)
    third = await team.shift.opens("lou", **french, ahead=3_000)
    ranks = [int(await team.shift.field(chat, "rank")) for chat in (later, first, third)]
    assert ranks == sorted(ranks)
    assert 2_900 < ranks[1] - ranks[0] <= 3_000
    await team.shift.online("ben")
    assert await team.shift.holder(later) == "ben"


# --- languages -----------------------------------------------------------------------------------


async def test_a_french_visitor_gets_an_agent_who_speaks_french(team: Team) -> None:
    await team.shift.online("ana", "ben")
    chat = await team.shift.opens("vera", queue="l1", locale="fr-CA")
    assert await team.shift.holder(chat) == "ben"


async def test_a_language_nobody_lists_falls_back_to_the_queues_first(team: Team) -> None:
    await team.shift.online("ana", "ben")
    chat = await team.shift.opens("vera", queue="l1", locale="ko")
    assert await team.shift.holder(chat) == "ana"


async def test_a_chat_waits_for_its_language_though_somebody_else_is_free(team: Team) -> None:
    await team.shift.online("ana")
    chat = await team.shift.opens("vera", queue="l1", locale="fr")
    assert await team.shift.field(chat, "place") == "waiting"
    await team.shift.clock.move(2)
    await team.shift.online("ben")
    assert await team.shift.holder(chat) == "ben"
    assigned = (await team.shift.facts("assigned"))[-1]
    assert (assigned.stuck, assigned.waited >= 2_000) == ("language", True)


async def test_a_member_without_languages_speaks_them_all(team: Team) -> None:
    people = [member("kim", "l1"), member("ana", "l1", languages=("en",))]
    await team.shift.configures([team.first, team.second], people)
    await team.shift.online("ana", "kim")
    chat = await team.shift.opens("vera", queue="l1", locale="fr")
    assert await team.shift.holder(chat) == "kim"


async def test_the_language_time_out_lets_any_member_take_the_chat(team: Team) -> None:
    shift = team.shift
    await shift.online("ana")
    chat = await shift.opens("vera", queue="l1", locale="fr")
    await shift.passes(14)
    assert await shift.holder(chat) == ""
    await shift.passes(2)
    assert await shift.holder(chat) == "ana"
    assert len(await shift.facts("any_language")) == 1
    await shift.picture()


async def test_without_a_language_time_out_a_chat_waits_for_a_speaker(team: Team) -> None:
    shift = team.shift
    first = change(team.first, language_after=0, overflow_to="", overflow_after=0)
    await shift.configures([first, team.second], [member("ana", "l1", languages=("en",)), member("kim", "l2")])
    await shift.online("ana")
    chat = await shift.opens("vera", queue="l1", locale="fr")
    await shift.passes(60)
    assert await shift.holder(chat) == ""


async def test_a_shorter_language_time_out_applies_to_waiting_chats(team: Team) -> None:
    shift = team.shift
    await shift.online("ana")
    chat = await shift.opens("vera", queue="l1", locale="fr")
    await shift.passes(6)
    people = [member("ana", "l1", languages=("en",), limit=1), member("kim", "l2", limit=1)]
    await shift.configures([change(team.first, language_after=5_000), team.second], people)
    await shift.passes(1)
    assert await shift.holder(chat) == "ana"


async def test_take_next_takes_what_the_console_shows_whatever_its_language(team: Team) -> None:
    shift = team.shift
    await shift.online("ana")
    chat = await shift.opens("vera", queue="l1", locale="fr")
    assert (await shift.takes("ana")).chat == chat
    assert await shift.holder(chat) == "ana"


async def test_take_next_takes_first_what_the_agent_speaks(team: Team) -> None:
    shift = team.shift
    first = change(team.first, mode="pull")
    await shift.configures([first, team.second], [member("ana", "l1", languages=("en",)), member("kim", "l2")])
    await shift.online("ana")
    await shift.opens("vera", queue="l1", locale="fr")
    english = await shift.opens("vito", queue="l1", locale="en")
    assert (await shift.takes("ana")).chat == english


# --- tiers ---------------------------------------------------------------------------------------


async def test_a_chat_nobody_takes_overflows_to_the_next_tier(team: Team) -> None:
    shift = team.shift
    await shift.online("ana", "kim")
    await shift.opens("vito", queue="l1")
    chat = await shift.opens("vera", queue="l1")
    await shift.passes(28)
    assert await shift.holder(chat) == ""
    await shift.passes(4)
    assert await shift.holder(chat) == "kim"
    assigned = next(fact for fact in await shift.facts("assigned") if fact.chat == chat)
    assert (assigned.line, assigned.stuck) == ("l2", "all_busy")
    assert [fact.queue for fact in await shift.facts("overflowed")] == ["l2"]
    await shift.picture()


async def test_a_tier_in_which_everybody_is_away_is_passed_at_once(team: Team) -> None:
    shift = team.shift
    await shift.online("ana", "kim")
    await shift.workspace.set_status("ana", shift.fences["ana"], "away", "Lunch")
    chat = await shift.opens("vera", queue="l1")
    assigned = next(fact for fact in await shift.facts("assigned") if fact.chat == chat)
    assert (assigned.agent, assigned.line, assigned.waited) == ("kim", "l2", 0)


async def test_a_partner_goes_straight_to_the_second_level(team: Team) -> None:
    await team.shift.online("ana", "kim")
    chat = await team.shift.opens("vera", queue="l2")
    assert await team.shift.holder(chat) == "kim"


async def test_a_freed_agent_of_the_second_level_takes_what_has_overflowed(team: Team) -> None:
    shift = team.shift
    await shift.online("ana", "kim")
    await shift.opens("vito", queue="l1")
    busy = await shift.opens("vala", queue="l2")
    chat = await shift.opens("vera", queue="l1")
    await shift.passes(32)
    assert await shift.field(chat, "reached") == "l1 l2"
    await shift.ends("kim", busy)
    assert await shift.holder(chat) == "kim"
    await shift.picture()


async def test_empty_tiers_are_passed_at_once(shift: Shift) -> None:
    tiers = [Queue("l1", "One", overflow_to="l2", overflow_after=30_000), Queue("l3", "Three")]
    tiers.insert(1, Queue("l2", "Two", overflow_to="l3", overflow_after=30_000))
    await shift.configures(tiers, [member("ana", "l1"), member("ben", "l2"), member("kim", "l3")])
    await shift.online("kim")
    chat = await shift.opens("vera", queue="l1")
    assert await shift.holder(chat) == "kim"
    assert [fact.queue for fact in await shift.facts("overflowed")] == ["l2", "l3"]
    await shift.picture()


async def test_chats_move_on_when_a_tiers_last_agent_leaves(team: Team) -> None:
    shift = team.shift
    people = [member("ana", "l1", limit=1), member("kim", "l2", limit=1)]
    await shift.configures([team.first, team.second], people)
    await shift.online("ana", "kim")
    await shift.opens("vito", queue="l1")
    chat = await shift.opens("vera", queue="l1")
    await shift.workspace.set_status("ana", shift.fences["ana"], "away", "Lunch")
    await shift.passes(1)
    assert await shift.holder(chat) == "kim"


async def test_chats_move_on_when_a_tiers_last_agent_is_lost(team: Team) -> None:
    shift = team.shift
    people = [member("ana", "l1", limit=1), member("kim", "l2", limit=2)]
    await shift.configures([team.first, team.second], people)
    await shift.online("ana", "kim")
    held, chat = await shift.opens("vito", queue="l1"), await shift.opens("vera", queue="l1")
    await shift.leaves("ana")
    del shift.fences["ana"]
    await shift.passes(12)
    assert [await shift.holder(one) for one in (held, chat)] == ["kim", "kim"]


async def test_a_closed_queue_whose_overflow_is_open_leads_there(team: Team) -> None:
    shift = team.shift
    closed = change(team.first, hours=Hours(week=((0, 0, 1),), holidays=(today(shift),)))
    people = [member("ana", "l1"), member("kim", "l2")]
    await shift.configures([closed, team.second], people)
    await shift.online("ana", "kim")
    chat = await shift.opens("vera", queue="l1")
    assert (await shift.field(chat, "queue"), await shift.holder(chat)) == ("l2", "kim")


async def test_a_closed_queue_without_an_open_tier_refuses_chats(team: Team) -> None:
    shift = team.shift
    closed = change(team.first, hours=Hours(week=((0, 0, 1),), holidays=(today(shift),)))
    await shift.configures([closed, team.second], [member("ana", "l1"), member("kim", "l2")])
    await shift.online("ana")
    with pytest.raises(NobodyThere):
        await shift.opens("vera", queue="l1")


def today(shift: Shift) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(shift.workspace.now() / 1000))


# --- priority ------------------------------------------------------------------------------------


async def test_the_promise_that_breaks_first_is_served_first_over_all_queues(shift: Shift) -> None:
    await shift.begin(Queue("free", "Free", target=60_000), Queue("premium", "Premium", target=6_000), ana=1)
    await shift.online("ana")
    busy = await shift.opens("vito", queue="free")
    free, premium = await shift.opens("vera", queue="free"), await shift.opens("vala", queue="premium")
    await shift.ends("ana", busy)
    assert await shift.holder(premium) == "ana"
    assert await shift.holder(free) == ""


async def test_a_head_start_in_seconds_counts_and_starves_nobody(shift: Shift) -> None:
    vip = Queue("vip", "VIP", target=6_000, head_start=10_000)
    await shift.begin(vip, Queue("plain", "Plain", target=6_000), ana=1)
    await shift.online("ana")
    await shift.opens("vito", queue="plain")
    plain = await shift.opens("vera", queue="plain")
    await shift.passes(1)
    early = await shift.opens("vala", queue="vip")
    await shift.passes(12)
    late = await shift.opens("vlad", queue="vip")  # 13 s after the plain one: past the head start
    order = []
    for _ in range(3):
        (held,) = (await shift.held("ana")).values()
        await shift.ends("ana", held)
        order += (await shift.held("ana")).values()
    assert order == [early, plain, late]


# --- length and hours ----------------------------------------------------------------------------


async def test_a_full_queue_refuses_new_chats_and_takes_back_old_ones(shift: Shift) -> None:
    await shift.begin(change(SALES, longest=1), ana=1)
    await shift.online("ana")
    held = await shift.opens("vera")
    await shift.opens("vito")
    with pytest.raises(LineFull):
        await shift.opens("vala")
    await shift.workspace.set_status("ana", shift.fences["ana"], "away")
    await shift.hands_over("ana", held, queue="sales")
    assert await shift.field(held, "place") == "waiting"


async def test_a_closed_queue_takes_no_new_chat_but_serves_waiting_ones(shift: Shift) -> None:
    await shift.begin(ana=1)
    await shift.online("ana")
    held, waiting = await shift.opens("vera"), await shift.opens("vito")
    week = tuple((day, 0, 1440) for day in range(7))
    shut = change(SALES, hours=Hours("UTC", week, (today(shift),)))
    await shift.configures([shut], [member("ana", "sales", limit=1)])
    with pytest.raises(NobodyThere):
        await shift.opens("vala")
    await shift.ends("ana", held)
    assert await shift.holder(waiting) == "ana"


async def test_an_open_queue_with_hours_takes_new_chats(shift: Shift) -> None:
    await shift.begin(change(SALES, hours=Hours("Europe/Rome", tuple((d, 0, 1440) for d in range(7)))), ana=1)
    await shift.online("ana")
    assert await shift.opens("vera")


async def test_hours_are_renewed_for_the_live_configuration_only(shift: Shift) -> None:
    await shift.begin(ana=1)
    live = Directory(shift.version, queues={"sales": SALES})
    assert await shift.workspace.set_hours(live)
    assert not await shift.workspace.set_hours(change(live, version=live.version + 1))
