"""Turns and their clocks: what starts and ends one, and that each is reported as late only once."""

import pytest

from console.domain.directory import Queue
from console.domain.ids import new_cid
from console.errors import NothingToDo
from console.events import Author
from tests.support.queue_shift import Shift


async def test_an_answer_that_has_read_the_question_ends_the_turn(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.clock.move(2)
    await shift.answers("ana", chat)
    message = (await shift.facts("message"))[-1]
    assert message.turn.seq == 2
    assert 2_000 <= message.turn.waited < 2_500
    assert message.turn.kept
    assert not message.turn.late
    assert (message.due, message.since) == (0, 0)


async def test_an_answer_that_had_not_seen_the_question_leaves_its_clock_running(shift: Shift) -> None:
    chat = await shift.opens("vera")
    due = await shift.field(chat, "due")
    await shift.answers("ana", chat, "Welcome!", read=1)
    assert await shift.field(chat, "due") == due
    assert (await shift.facts("message"))[-1].turn is None


async def test_a_message_that_crossed_the_answer_opens_its_own_turn(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.clock.move(1)
    crossed = await shift.writes("vera", chat, "Are you there?")
    await shift.clock.move(1)
    await shift.answers("ana", chat, read=2)
    message = (await shift.facts("message"))[-1]
    assert message.since == crossed.at
    assert message.due == crossed.at + 6_000


async def test_a_second_question_does_not_restart_the_clock(shift: Shift) -> None:
    chat = await shift.opens("vera")
    due = await shift.field(chat, "due")
    await shift.clock.move(2)
    await shift.writes("vera", chat)
    assert await shift.field(chat, "due") == due


async def test_lateness_is_recorded_once_for_each_turn(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.draws("ana", chat)
    for _ in range(5):
        await shift.clock.move(2)
        await shift.renew()
    assert (await shift.kinds(chat)).count("late") == 1
    await shift.answers("ana", chat)
    assert (await shift.facts("message"))[-1].turn.late
    await shift.writes("vera", chat)
    await shift.clock.move(8)
    assert (await shift.kinds(chat)).count("late") == 2


async def test_lateness_is_recorded_before_an_answer_no_tick_preceded(shift: Shift) -> None:
    chat = await shift.opens("vera")
    key = shift.workspace.keys.head
    await shift.workspace.store.command("HINCRBY", key, "ahead", 7_000)
    await shift.answers("ana", chat)
    assert (await shift.kinds(chat))[-2:] == ["late", "message"]


async def back_in_line(shift: Shift) -> str:
    """A chat without a question, whose agent has gone: it is due 6 s after it came back."""
    chat = await shift.opens("vera")
    await shift.draws("ana", chat)
    await shift.answers("ana", chat)
    await shift.leaves("ana")
    await shift.clock.move(10.1)
    assert await shift.field(chat, "place") == "waiting"
    return chat


async def test_a_waiting_chat_without_a_question_has_a_promise_too(shift: Shift) -> None:
    chat = await back_in_line(shift)
    await shift.workspace.store.command("HINCRBY", shift.workspace.keys.head, "ahead", 7_000)
    await shift.online("ana")  # before any tick has seen the promise break
    assert (await shift.kinds(chat))[-3:] == ["released", "late", "assigned"]
    assert (await shift.field(chat, "due"), await shift.field(chat, "late")) == ("0", "0")


async def test_a_message_in_the_millisecond_of_lateness_is_not_late_again(shift: Shift) -> None:
    chat = await back_in_line(shift)
    store, head = shift.workspace.store, shift.workspace.keys.head
    due = int(await shift.field(chat, "due"))
    for step in (lambda: shift.workspace.tick("test"), lambda: shift.writes("vera", chat)):
        await store.command("HSET", head, "ahead", -(10**15), "at", due)  # time stands still
        await step()
    await shift.workspace.tick("test")
    assert (await shift.kinds(chat))[-2:] == ["late", "message"]


async def test_a_note_answers_nothing(shift: Shift) -> None:
    chat = await shift.opens("vera")
    due = await shift.field(chat, "due")
    await shift.workspace.note(Author("ana"), shift.fences["ana"], chat, new_cid(), "VIP")
    assert await shift.field(chat, "due") == due


async def test_a_note_leaves_no_trace_in_the_public_chain(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.workspace.note(Author("ana"), shift.fences["ana"], chat, new_cid(), "VIP")
    said = await shift.answers("ana", chat)
    message = (await shift.facts("message"))[-1]
    assert (message.prev, message.seq) == (3, said.seq)
    assert said.seq == 5


async def test_no_reply_closes_the_turn_and_is_counted_separately(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.workspace.no_reply(Author("ana"), shift.fences["ana"], chat, new_cid())
    assert (await shift.facts("no_reply"))[-1].turn.seq == 2
    snapshot = await shift.workspace.snapshot()
    assert snapshot.agents[0].times == {}
    with pytest.raises(NothingToDo):
        await shift.workspace.no_reply(Author("ana"), shift.fences["ana"], chat, new_cid())


async def test_an_unseen_message_keeps_its_clock_after_no_reply(shift: Shift) -> None:
    chat = await shift.opens("vera", "ok thanks")
    await shift.draws("ana", chat, seq=3)
    await shift.clock.move(1)
    crossed = await shift.writes("vera", chat, "One more thing: how do I pay?")
    await shift.workspace.no_reply(Author("ana"), shift.fences["ana"], chat, new_cid())
    fact = (await shift.facts("no_reply"))[-1]
    assert (fact.since, fact.due) == (crossed.at, crossed.at + 6_000)
    assert await shift.field(chat, "turn") == str(crossed.at)


async def test_a_silent_visitor_is_asked_and_then_the_chat_ends(shift: Shift) -> None:
    await shift.begin(Queue("sales", "Sales", ask=20_000, end=40_000), ana=6)
    chat = await shift.opens("vera")
    await shift.draws("ana", chat)
    await shift.answers("ana", chat)
    for _ in range(11):
        await shift.clock.move(2)
        await shift.renew()
    assert (await shift.kinds(chat))[-1] == "asked"
    for _ in range(11):
        await shift.clock.move(2)
        await shift.renew()
    assert (await shift.facts("ended"))[-1].why == "silent"


async def test_a_message_from_the_visitor_resets_the_silence(shift: Shift) -> None:
    await shift.begin(Queue("sales", "Sales", ask=20_000, end=40_000), ana=6)
    chat = await shift.opens("vera")
    await shift.draws("ana", chat)
    await shift.answers("ana", chat)
    for second in range(30):
        await shift.clock.move(2)
        await shift.renew()
        if second == 12:
            await shift.writes("vera", chat, "Still here")
    assert await shift.field(chat, "place") == "active"
