"""Clocks and figures: stages of late answers, holding promises, wrap-up, waits and their estimates."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from console.domain.ids import new_cid
from console.errors import ChatEnded, NothingToDo
from console.events import Visitor
from console.projection.statistics import Sketch
from tests.support.queue_shift import SALES, Shift, opened

WRAPS = msgspec.structs.replace(SALES, wrapup=20_000, reasons=("billing", "playback"))
VERA = Visitor("vera", "Vera")


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(WRAPS, ana=1, ben=1)
        await shift.online("ana")
        yield shift


# --- where the time of a late answer went ---------------------------------------------------------


async def test_a_late_answer_records_its_four_stages(shift: Shift) -> None:
    first = await shift.opens("vito")
    chat = await shift.opens("vera")
    await shift.clock.jump(2)
    await shift.labels("ana", first, "billing")
    await shift.ends("ana", first)
    await shift.clock.jump(1)
    await shift.draws("ana", chat, seq=10)
    await shift.clock.jump(2)
    began = shift.workspace.now()
    await shift.clock.jump(2.5)
    say, author, fence = shift.workspace.agent_say, shift.author("ana"), shift.fences["ana"]
    await say(author, fence, chat, new_cid(), "Yes.", 10_000, began=began)
    turn = (await shift.facts("message"))[-1].turn
    assert turn.late
    assert turn.queue + turn.delivery + turn.noticing + turn.composing == turn.waited
    assert 2_000 <= turn.queue < 3_000
    assert 1_000 <= turn.delivery < 2_000
    assert 2_000 <= turn.noticing < 2_400
    assert 2_500 <= turn.composing < 3_000
    assert (await shift.picture()).lates[0].turn == turn


async def test_each_holder_of_a_turn_has_stages_of_their_own(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.draws("ana", chat, seq=10)
    await shift.online("ben")
    await shift.clock.move(8)
    await shift.hands_over("ana", chat, to="ben")
    await shift.draws("ben", chat, seq=10)
    await shift.clock.jump(2)
    await shift.answers("ben", chat)
    turn = (await shift.facts("message"))[-1].turn
    assert [stay.agent for stay in turn.earlier] == ["ana"]
    assert 8_000 <= turn.earlier[0].noticing < 9_000
    assert (turn.queue, turn.earlier[0].queue) == (0, 0)
    assert 2_000 <= turn.noticing < 3_000
    assert (await shift.picture()).lates[0].turn == turn


# --- each promise that comes due counts once ---------------------------------------------------------


async def came_due(shift: Shift, *counters: str) -> tuple[int, ...]:
    """How many promises were kept and how many broke, and the named outcomes of these."""
    picture = await shift.picture()
    figures = picture.queues["sales"].figures.over(shift.workspace.now(), 15)
    return figures.of("v").within, *(figures.count(counter) for counter in ("broke", *counters))


async def own(shift: Shift, agent: str) -> tuple[int, int]:
    """An agent's promises of today: kept, and broken."""
    day = (await shift.picture()).agents[agent].figures.today(shift.workspace.now())
    return day.within, day.broke


async def in_ana_s_hands(shift: Shift) -> str:
    chat = await shift.opens("vera")
    await shift.draws("ana", chat, seq=10)
    await shift.clock.move(6.5)
    return chat


async def test_a_breach_counts_when_it_breaks(shift: Shift) -> None:
    await in_ana_s_hands(shift)
    assert (await came_due(shift), await own(shift, "ana")) == ((0, 1), (0, 1))


async def test_a_late_answer_counts_no_second_time(shift: Shift) -> None:
    await shift.answers("ana", await in_ana_s_hands(shift))
    assert (await came_due(shift), await own(shift, "ana")) == ((0, 1), (0, 1))


async def test_who_ends_what_is_late_is_not_at_100_percent(shift: Shift) -> None:
    await shift.ends("ana", await in_ana_s_hands(shift))
    assert await came_due(shift, "late_ended", "late_left") == (0, 1, 1, 0)
    assert await own(shift, "ana") == (0, 1)


async def test_who_gives_up_late_is_counted(shift: Shift) -> None:
    await shift.workspace.visitor_end(await in_ana_s_hands(shift), VERA, new_cid())
    assert await came_due(shift, "late_ended", "late_left") == (0, 1, 0, 1)


async def test_no_reply_to_what_is_late_is_counted(shift: Shift) -> None:
    chat = await in_ana_s_hands(shift)
    await shift.workspace.no_reply(shift.author("ana"), shift.fences["ana"], chat, new_cid())
    assert await came_due(shift, "late_no_reply") == (0, 1, 1)


async def test_what_is_taken_away_late_is_counted_and_the_next_holder_has_time_of_their_own(shift: Shift) -> None:
    chat = await in_ana_s_hands(shift)
    await shift.online("ben")
    await shift.hands_over("ana", chat, to="ben")
    await shift.draws("ben", chat, seq=10)
    await shift.clock.move(4)
    await shift.answers("ben", chat)
    assert await came_due(shift, "late_moved") == (0, 1, 1)
    assert (await own(shift, "ana"), await own(shift, "ben")) == ((0, 1), (1, 0))


async def test_what_is_taken_away_before_it_breaks_has_a_count_of_its_own(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.online("ben")
    await shift.hands_over("ana", chat, to="ben")
    assert await came_due(shift, "moved", "late_moved") == (0, 0, 1, 0)
    await shift.answers("ben", chat)
    await shift.hands_over("ben", chat, to="ana")
    assert await came_due(shift, "moved", "late_moved") == (1, 0, 1, 0), (
        "without an open question nothing is taken away"
    )


async def test_the_next_holder_s_own_time_breaks_too(shift: Shift) -> None:
    chat = await in_ana_s_hands(shift)
    await shift.online("ben")
    await shift.hands_over("ana", chat, to="ben")
    await shift.draws("ben", chat, seq=10)
    await shift.clock.move(6.5)
    assert [(fact.agent, fact.chat) for fact in await shift.facts("overdue")] == [("ben", chat)]
    assert (await came_due(shift), await own(shift, "ben")) == ((0, 1), (0, 1))


async def test_what_was_answered_in_time_counts_as_kept(shift: Shift) -> None:
    await shift.answers("ana", await shift.opens("vera"))
    assert (await came_due(shift), await own(shift, "ana")) == ((1, 0), (1, 0))


async def test_an_answer_in_time_tells_no_stages(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.answers("ana", chat)
    turn = (await shift.facts("message"))[-1].turn
    assert (turn.queue, turn.delivery, turn.noticing, turn.composing) == (0, 0, 0, 0)
    assert (await shift.picture()).lates == []


async def test_a_first_key_by_a_wrong_clock_is_clamped_to_the_turn(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.draws("ana", chat, seq=0, hidden=True)
    await shift.passes(7)
    say, author, fence = shift.workspace.agent_say, shift.author("ana"), shift.fences["ana"]
    await say(author, fence, chat, new_cid(), "Yes.", 10_000, began=9_000_000_000_000)
    turn = (await shift.facts("message"))[-1].turn
    assert (turn.composing, turn.noticing + turn.delivery + turn.queue) == (0, turn.waited)


async def test_a_chat_records_its_first_response_time_once(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.clock.move(2)
    await shift.answers("ana", chat)
    await shift.writes("vera", chat)
    await shift.answers("ana", chat)
    first, second = [fact.turn.first for fact in await shift.facts("message") if fact.by == "agent"]
    assert first >= 2_000
    assert second == 0


# --- promises to be back --------------------------------------------------------------------------


async def test_a_holding_reply_that_is_kept_counts_as_kept(shift: Shift) -> None:
    chat = await shift.opens("vera")
    said = await shift.promises("ana", chat, 30)
    await shift.draws("ana", chat)
    assert (await shift.picture()).chats[chat].promise == said.at + 30_000
    await shift.passes(10)
    await shift.answers("ana", chat)
    kept = (await shift.facts("message"))[-1].promised
    assert (kept.due, kept.kept) == (said.at + 30_000, True)
    figures = (await shift.picture()).queues["sales"].figures.over(shift.workspace.now(), 15)
    assert (figures.count("promised"), figures.count("kept")) == (1, 1)


async def test_a_broken_promise_is_recorded_once_and_counted(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.promises("ana", chat, 30)
    await shift.draws("ana", chat)
    await shift.passes(40)
    assert len(await shift.facts("promise_broken")) == 1
    assert (await shift.picture()).chats[chat].promise_late
    await shift.answers("ana", chat)
    figures = (await shift.picture()).queues["sales"].figures.over(shift.workspace.now(), 15)
    assert (figures.count("promised"), figures.count("kept")) == (1, 0)


async def test_a_message_during_a_promise_is_due_with_the_promise(shift: Shift) -> None:
    chat = await shift.opens("vera")
    said = await shift.promises("ana", chat, 120)
    await shift.writes("vera", chat, "ok")
    assert await shift.field(chat, "due") == str(said.at + 120_000)
    await shift.clock.move(2)
    await shift.answers("ana", chat)
    turn = (await shift.facts("message"))[-1].turn
    assert (turn.kept, turn.late) == (True, False)


async def test_a_transfer_keeps_the_promise_to_be_back(shift: Shift) -> None:
    await shift.online("ben")
    chat = await shift.opens("vera")
    said = await shift.promises("ana", chat, 300)
    await shift.hands_over("ana", chat, to="ben")
    assert (await shift.picture()).chats[chat].promise == said.at + 300_000


# --- wrap-up --------------------------------------------------------------------------------------


async def test_wrap_up_reserves_the_slot_until_the_reason_is_set(shift: Shift) -> None:
    chat, waiting = await shift.opens("vera"), await shift.opens("vito")
    await shift.ends("ana", chat)
    assert await shift.held("ana") == {1: chat}
    assert (await shift.picture()).chats[chat].place == "wrapup"
    await shift.labels("ana", chat, "billing", "refund", "tv")
    assert await shift.held("ana") == {1: waiting}
    labelled, wrapped = (await shift.facts("labelled"))[0], (await shift.facts("wrapped"))[0]
    assert (labelled.reason, labelled.tags, wrapped.why) == ("billing", ["refund", "tv"], "done")
    await shift.picture()


async def test_a_wrap_up_ends_by_itself_after_its_time(shift: Shift) -> None:
    chat, waiting = await shift.opens("vera"), await shift.opens("vito")
    await shift.draws("ana", chat)
    await shift.ends("ana", chat)
    await shift.passes(20)
    assert await shift.holder(waiting) == "ana"
    assert [fact.why for fact in await shift.facts("wrapped")] == ["time"]


async def test_a_reason_given_in_the_chat_needs_no_wrap_up(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.labels("ana", chat, "billing")
    await shift.ends("ana", chat)
    assert await shift.held("ana") == {}


async def test_a_visitor_who_writes_again_ends_the_wrap_up_and_is_back(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.ends("ana", chat)
    await shift.writes("vera", chat, "One more thing")
    assert (await shift.field(chat, "place"), await shift.holder(chat)) == ("active", "ana")
    assert (await shift.kinds(chat))[-4:] == ["wrapped", "reopened", "message", "assigned"]
    await shift.picture()


async def test_to_the_visitor_a_chat_in_wrap_up_has_ended(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.ends("ana", chat)
    with pytest.raises(ChatEnded):
        await shift.workspace.visitor_end(chat, VERA, new_cid())
    with pytest.raises(ChatEnded):
        await shift.answers("ana", chat)


async def test_an_agent_lost_during_wrap_up_loses_only_the_slot(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.ends("ana", chat)
    await shift.leaves("ana")
    await shift.clock.move(12)
    assert await shift.held("ana") == {}
    assert [fact.why for fact in await shift.facts("wrapped")] == ["gone"]
    await shift.picture()


async def test_unchanged_labels_are_refused_as_nothing_to_do(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.labels("ana", chat, "", "tv")
    with pytest.raises(NothingToDo):
        await shift.labels("ana", chat, "", "tv")


# --- figures --------------------------------------------------------------------------------------


async def test_a_queues_figures_are_exact_in_counts_and_within_one_percent_in_time(shift: Shift) -> None:
    sketch, durations = Sketch(), [37 * n + 5 for n in range(1, 800)]
    for ms in durations:
        sketch.add(ms, within=ms <= 6_000)
    for share in (0.5, 0.9, 0.95, 0.99):
        exact = durations[max(0, -(-int(share * len(durations) * 1000) // 1000) - 1)]
        assert abs(sketch.quantile(share) - exact) <= 0.012 * exact + 37
    assert (sketch.n, sketch.within) == (len(durations), sum(ms <= 6_000 for ms in durations))


async def test_waits_answers_and_ends_are_counted_by_queue(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.clock.move(2)
    await shift.answers("ana", chat)
    await shift.labels("ana", chat, "billing")
    await shift.ends("ana", chat)
    figures = (await shift.picture()).queues["sales"].figures.over(shift.workspace.now(), 15)
    assert {kind: sketch.n for kind, sketch in figures.kinds.items()} == {
        "w": 1,
        "a": 1,
        "v": 1,
        "r": 1,
        "f": 1,
        "h": 1,
    }
    assert figures.count("opened") == 1
    assert figures.of("a").within == figures.of("a").n
    assert 1_980 <= figures.of("v").quantile(0.5) <= 2_200


async def test_a_visitor_who_leaves_counts_as_abandoned_with_the_longest_wait(shift: Shift) -> None:
    await shift.opens("vera")
    waiting = await shift.opens("vito")
    await shift.workspace.depart(waiting, "vito-1")
    await shift.passes(64)
    figures = (await shift.picture()).queues["sales"].figures.over(shift.workspace.now(), 15)
    assert figures.count("abandoned") == 1
    assert figures.count("patience") >= 60_000


async def test_the_accuracy_of_expected_waits_is_counted(shift: Shift) -> None:
    await shift.opens("vera")
    for number in range(4):
        await shift.opens(f"v{number}")
        await shift.passes(2)
        chat = (await shift.held("ana"))[1]
        await shift.labels("ana", chat, "billing")
        await shift.ends("ana", chat)
    assigned = (await shift.facts("assigned"))[-1]
    assert 1_500 <= assigned.expected <= 2_600
    assert 1_500 <= assigned.pace <= 2_600
    figures = (await shift.picture()).queues["sales"].figures.over(shift.workspace.now(), 15)
    assert figures.count("expected") == figures.count("right") == 3
