"""Lines: languages, tiers, head starts, length, hours; and what a change of settings does to who waits."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec
import pytest
import pytest_asyncio

from console.directory import Directory, Hours, Member, Queue
from console.errors import LineFull, NobodyThere
from tests.queueing import SALES, Shift, opened

change = msgspec.structs.replace


def member(name: str, *queues: str, languages: tuple[str, ...] = (), limit: int = 6) -> Member:
    return Member(name, name.title(), f"{name}@shop.example", queues=queues, limit=limit, languages=languages)


@dataclass
class Team:
    """Level 1 overflows to level 2 after 30 s; both speak French and English."""

    shift: Shift
    first: Queue
    second: Queue


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        yield Shift(workspace)


@pytest_asyncio.fixture
async def team(shift: Shift) -> Team:
    first = Queue("l1", "Level 1", languages=("en", "fr"), overflow_to="l2", overflow_after=30_000)
    second = Queue("l2", "Level 2")
    people = [
        member("ana", "l1", languages=("en",), limit=1),
        member("ben", "l1", "l2", languages=("fr",), limit=1),
        member("kim", "l2", limit=1),
    ]
    await shift.configures([first, second], people)
    await shift.workspace.tick("test")
    return Team(shift, first, second)


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


async def test_an_opening_is_possible_while_only_the_next_tier_is_there(team: Team) -> None:
    await team.shift.online("kim")
    chat = await team.shift.opens("vera", queue="l1")
    assert await team.shift.field(chat, "place") == "waiting"


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


async def test_a_full_line_refuses_new_chats_and_takes_back_old_ones(shift: Shift) -> None:
    await shift.begin(change(SALES, longest=1), ana=1)
    await shift.online("ana")
    held = await shift.opens("vera")
    await shift.opens("vito")
    with pytest.raises(LineFull):
        await shift.opens("vala")
    await shift.workspace.set_status("ana", shift.fences["ana"], "away")
    await shift.hands_over("ana", held, queue="sales")
    assert await shift.field(held, "place") == "waiting"


async def test_a_closed_queue_takes_no_new_chat_and_works_off_its_line(shift: Shift) -> None:
    await shift.begin(ana=1)
    await shift.online("ana")
    held, waiting = await shift.opens("vera"), await shift.opens("vito")
    today = time.strftime("%Y-%m-%d", time.gmtime(shift.workspace.now() / 1000))
    week = tuple((day, 0, 1440) for day in range(7))
    shut = change(SALES, hours=Hours("UTC", week, (today,)))
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


# --- a change of settings ------------------------------------------------------------------------


async def test_a_line_that_becomes_push_is_routed_at_once(shift: Shift) -> None:
    await shift.begin(change(SALES, mode="pull"), ana=6)
    await shift.online("ana")
    chats = [await shift.opens("vera"), await shift.opens("vito")]
    assert await shift.held("ana") == {}
    await shift.configures([SALES], [member("ana", "sales")])
    assert sorted((await shift.held("ana")).values()) == sorted(chats)
    await shift.picture()


async def test_a_language_dropped_from_a_queue_frees_who_waited_for_it(team: Team) -> None:
    await team.shift.online("ana")
    chat = await team.shift.opens("vera", queue="l1", locale="fr")
    people = [member("ana", "l1", languages=("en",), limit=1)]
    await team.shift.configures([change(team.first, languages=("en",)), team.second], people)
    assert await team.shift.holder(chat) == "ana"


async def test_a_chat_leaves_the_line_that_its_queue_overflows_to_no_more(team: Team) -> None:
    shift = team.shift
    await shift.online("ana", "kim")
    await shift.opens("vito", queue="l1")
    busy = await shift.opens("vala", queue="l2")
    chat = await shift.opens("vera", queue="l1")
    await shift.passes(32)
    people = [member("ana", "l1", languages=("en",), limit=1), member("kim", "l2", limit=1)]
    await shift.configures([change(team.first, overflow_to="", overflow_after=0), team.second], people)
    assert await shift.field(chat, "reached") == "l1"
    assert [(fact.chat, fact.lines) for fact in await shift.facts("relined")] == [(chat, [])]
    await shift.ends("kim", busy)
    assert await shift.holder(chat) == ""
    await shift.picture()


async def test_a_tier_further_down_that_leads_elsewhere_is_left_by_all_who_came_through_it(shift: Shift) -> None:
    first = Queue("l1", "Level 1", overflow_to="l2", overflow_after=10_000)
    second = Queue("l2", "Level 2", overflow_to="l3", overflow_after=10_000)
    third, fourth = Queue("l3", "Level 3"), Queue("l4", "Level 4")
    people = [member("kim", "l1"), member("lea", "l2"), member("moe", "l3"), member("nia", "l4")]
    await shift.configures([first, second, third, fourth], people)
    await shift.online("nia")
    await shift.online("kim")
    await shift.workspace.set_status("kim", shift.fences["kim"], "away", "Lunch")
    await shift.online("lea")
    await shift.workspace.set_status("lea", shift.fences["lea"], "away", "Lunch")
    await shift.online("moe")
    chat = await shift.opens("vera", queue="l1")
    await shift.passes(12)
    assert await shift.field(chat, "reached") == "l1 l2"
    await shift.configures([first, change(second, overflow_to="l4"), third, fourth], people)
    assert await shift.field(chat, "reached") == "l1 l2"
    await shift.passes(12)
    assert (await shift.field(chat, "reached"), await shift.holder(chat)) == ("l1 l2 l4", "nia")
    await shift.picture()


async def test_a_shorter_time_until_overflow_counts_from_when_the_visitor_came(team: Team) -> None:
    shift = team.shift
    await shift.online("ana", "kim")
    await shift.opens("vito", queue="l1")
    chat = await shift.opens("vera", queue="l1")
    await shift.passes(20)
    people = [member("ana", "l1", languages=("en",), limit=1), member("kim", "l2", limit=1)]
    await shift.configures([change(team.first, overflow_after=10_000), team.second], people)
    await shift.passes(2)
    assert await shift.holder(chat) == "kim"


async def test_an_offered_chat_reaches_the_tier_that_was_added_meanwhile(shift: Shift) -> None:
    asks = Queue("l1", "Level 1", mode="offer", accept=20_000)
    people = [member("ana", "l1"), member("kim", "l2")]
    await shift.configures([asks, Queue("l2", "Level 2")], people)
    await shift.online("ana", "kim")
    chat = await shift.opens("vera", queue="l1")
    overflowing = change(asks, overflow_to="l2", overflow_after=10_000)
    await shift.configures([overflowing, Queue("l2", "Level 2")], people)
    await shift.declines("ana", chat)
    assert await shift.field(chat, "place") == "waiting"
    await shift.passes(12)
    assert await shift.holder(chat) == "kim"


async def test_a_lowered_limit_takes_no_chat_away_and_lets_none_in(shift: Shift) -> None:
    await shift.begin(ana=3)
    await shift.online("ana")
    chats = [await shift.opens(v) for v in ("vera", "vito", "vala")]
    await shift.configures([SALES], [member("ana", "sales", limit=1)])
    assert await shift.held("ana") == dict(enumerate(chats, 1))
    for chat in chats[:2]:
        await shift.ends("ana", chat)
    waiting = await shift.opens("vlad")
    assert await shift.holder(waiting) == ""
    await shift.ends("ana", chats[2])
    assert await shift.holder(waiting) == "ana"


async def test_chats_that_began_under_an_earlier_release_go_on(shift: Shift) -> None:
    await shift.begin(ana=1)
    await shift.online("ana")
    held, waiting = await shift.opens("vera"), await shift.opens("vito")
    store, of = shift.workspace.store, shift.workspace.keys.of
    for chat in (held, waiting):
        await store.command("HDEL", of("chat", chat), "reached", "kind", "rank", "stuck", "lang", "expected", "tongue")
    await store.command("DEL", of("line", "sales"))
    await shift.writes("vito", waiting)
    await shift.answers("ana", held)
    await shift.ends("ana", held)
    assert await shift.holder(waiting) == "ana"
    await shift.ends("ana", waiting)
    assert await shift.held("ana") == {}
