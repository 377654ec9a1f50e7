"""A first word is not an answer: a visitor's wait is measured until they have the answer, whatever was promised."""

from collections.abc import AsyncIterator
from functools import partial

import msgspec
import pytest
import pytest_asyncio

from console.domain.ids import new_cid
from console.events import Answered, Visitor
from console.projection.statistics import agent_figures_of
from tests.support.queue_shift import SALES, Shift, opened

VERA = Visitor("vera", "Vera")
HELP = msgspec.structs.replace(SALES, id="help", name="Help")


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(SALES, HELP, ana=2, ben=2)
        await shift.online("ana")
        yield shift


async def answered(shift: Shift, queue: str = "sales") -> tuple[int, int]:
    """Answers in time, out of those given and those that never came."""
    figures = (await shift.picture()).queues[queue].figures.over(shift.workspace.now(), 15)
    return figures.of("r").within, figures.answers_due()


async def first_words(shift: Shift) -> tuple[int, int]:
    """First words in time, out of those that came due."""
    figures = (await shift.picture()).queues["sales"].figures.over(shift.workspace.now(), 15)
    return figures.of("v").within, figures.came_due()


async def own(shift: Shift, agent: str) -> tuple[int, int]:
    day = (await shift.picture()).agents[agent].figures.today(shift.workspace.now())
    return day.answered_in_time, day.answers_due


async def last_answer(shift: Shift) -> Answered | None:
    found: Answered | None = (await shift.facts("message"))[-1].answer
    return found


async def held(shift: Shift, seconds: int = 30) -> str:
    """Vera has had a first word at once, and no answer."""
    chat = await shift.opens("vera")
    await shift.draws("ana", chat)
    await shift.promises("ana", chat, seconds)
    return chat


async def test_an_answer_without_a_holding_reply_counts_at_once(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.draws("ana", chat)
    await shift.clock.jump(2)
    await shift.answers("ana", chat)
    given = await last_answer(shift)
    assert given
    assert (given.kept, given.own) == (True, True)
    assert 2_000 <= given.waited < 3_000
    assert (await answered(shift), await own(shift, "ana")) == ((1, 1), (1, 1))


async def test_a_late_answer_is_not_in_time(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.draws("ana", chat)
    await shift.passes(7)
    await shift.answers("ana", chat)
    assert (await answered(shift), await own(shift, "ana")) == ((0, 1), (0, 1))


async def test_who_gets_a_late_chat_and_answers_at_once_has_answered_in_their_time(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.draws("ana", chat)
    await shift.passes(7)
    await shift.online("ben")
    await shift.hands_over("ana", chat, to="ben")
    await shift.answers("ben", chat)
    assert (await answered(shift), await own(shift, "ben")) == ((0, 1), (1, 1))


async def test_a_holding_reply_is_a_first_word_in_time_and_no_answer(shift: Shift) -> None:
    await held(shift)
    assert await last_answer(shift) is None
    assert (await first_words(shift), await answered(shift), await own(shift, "ana")) == ((1, 1), (0, 0), (0, 0))


async def test_the_answer_after_it_is_measured_from_the_question(shift: Shift) -> None:
    chat = await held(shift)
    await shift.passes(20)
    await shift.answers("ana", chat)
    given = await last_answer(shift)
    assert given
    assert 20_000 <= given.waited < 22_000
    assert (await first_words(shift), await answered(shift), await own(shift, "ana")) == ((1, 1), (1, 1), (1, 1))


async def test_it_is_late_when_the_promise_to_be_back_was_broken(shift: Shift) -> None:
    chat = await held(shift)
    await shift.passes(40)
    await shift.answers("ana", chat)
    assert (await first_words(shift), await answered(shift), await own(shift, "ana")) == ((1, 1), (0, 1), (0, 1))


async def test_another_holding_reply_does_not_mend_a_broken_promise(shift: Shift) -> None:
    chat = await held(shift)
    await shift.passes(40)
    await shift.promises("ana", chat, 120)
    assert await answered(shift) == (0, 0)
    await shift.passes(10)
    await shift.answers("ana", chat)
    given = await last_answer(shift)
    assert given
    assert 50_000 <= given.waited < 54_000
    assert await answered(shift) == (0, 1)


async def test_a_promise_broken_before_the_question_is_not_held_against_its_answer(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.answers("ana", chat)
    await shift.promises("ana", chat, 30)
    await shift.draws("ana", chat)
    await shift.passes(28)
    await shift.writes("vera", chat, "And in blue?")
    await shift.passes(4)
    await shift.promises("ana", chat, 30)
    await shift.answers("ana", chat)
    assert await answered(shift) == (2, 2)


async def test_a_question_in_between_has_one_answer_with_the_first(shift: Shift) -> None:
    chat = await held(shift, 120)
    await shift.passes(10)
    await shift.writes("vera", chat, "Hello?")
    await shift.passes(4)
    await shift.answers("ana", chat)
    given = await last_answer(shift)
    assert given
    assert 14_000 <= given.waited < 18_000
    assert await answered(shift) == (1, 1)


async def test_words_after_an_answer_are_no_second_answer(shift: Shift) -> None:
    chat = await held(shift)
    await shift.answers("ana", chat)
    await shift.answers("ana", chat, "Anything else?")
    assert await last_answer(shift) is None
    assert await answered(shift) == (1, 1)


async def test_what_needs_no_reply_any_more_is_not_counted(shift: Shift) -> None:
    chat = await held(shift)
    await shift.writes("vera", chat, "Found it, thanks")
    await shift.workspace.no_reply(shift.author("ana"), shift.fences["ana"], chat, new_cid())
    await shift.answers("ana", chat, "You are welcome")
    await shift.ends("ana", chat)
    assert (await answered(shift), await own(shift, "ana")) == ((0, 0), (0, 0))


async def test_a_chat_that_ends_with_a_first_word_only_was_never_answered(shift: Shift) -> None:
    await shift.ends("ana", await held(shift))
    assert (await shift.facts("ended"))[-1].held
    assert (await first_words(shift), await answered(shift), await own(shift, "ana")) == ((1, 1), (0, 1), (0, 1))


@pytest.mark.parametrize(
    ("hold", "answer", "counts"),
    [("shown", "shown", (1, 0)), ("shown", "taken", (1, 1)), ("taken", "", (1, 1)), ("", "edited", (1, 1))],
)
@pytest.mark.parametrize("newer", [False, True], ids=["the question", "a newer one"])
async def test_a_suggestion_that_was_shown_at_a_holding_reply_counts_with_the_answer(
    shift: Shift, hold: str, answer: str, counts: tuple[int, int], newer: bool
) -> None:
    chat = await shift.opens("vera")
    say = partial(shift.workspace.agent_say, shift.author("ana"), shift.fences["ana"], chat)
    await say(new_cid(), "One moment.", 10_000, promise=30_000, suggestion=hold)
    if newer:
        await shift.writes("vera", chat, "Hello?")
    await say(new_cid(), "Yes.", 10_000, suggestion=answer)
    await say(new_cid(), "Anything else?", 10_000, suggestion="shown")
    figures = (await shift.picture()).queues["sales"].figures.over(shift.workspace.now(), 15)
    used = figures.count("suggested_taken") + figures.count("suggested_edited")
    assert (figures.count("suggested"), used) == counts


async def test_a_visitor_who_leaves_with_a_first_word_only_was_never_answered(shift: Shift) -> None:
    await shift.workspace.visitor_end(await held(shift), VERA, new_cid())
    assert (await first_words(shift), await answered(shift)) == ((1, 1), (0, 1))


async def test_a_chat_that_ends_late_after_a_first_word_counts_once(shift: Shift) -> None:
    chat = await held(shift)
    await shift.writes("vera", chat, "Hello?")
    await shift.passes(40)
    await shift.ends("ana", chat)
    figures = (await shift.picture()).queues["sales"].figures.over(shift.workspace.now(), 15)
    assert (figures.count("late_ended"), figures.count("held_left"), figures.answers_due()) == (1, 0, 1)
    assert await own(shift, "ana") == (0, 1)


async def test_a_reopened_chat_owes_nothing_from_before(shift: Shift) -> None:
    chat = await held(shift)
    await shift.ends("ana", chat)
    await shift.writes("vera", chat, "One more thing")
    await shift.answers("ana", chat)
    given = await last_answer(shift)
    assert given
    assert given.waited < 2_000
    assert await answered(shift) == (1, 2)


async def test_a_colleague_s_answer_counts_from_the_question_and_for_them(shift: Shift) -> None:
    chat = await held(shift, 120)
    await shift.passes(10)
    await shift.online("ben")
    await shift.hands_over("ana", chat, to="ben")
    await shift.passes(4)
    await shift.answers("ben", chat)
    given = await last_answer(shift)
    assert given
    assert 14_000 <= given.waited < 18_000
    assert (await own(shift, "ana"), await own(shift, "ben")) == ((0, 0), (1, 1))


async def test_in_another_queue_the_answer_counts_there(shift: Shift) -> None:
    chat = await held(shift, 120)
    await shift.online("ben")
    await shift.hands_over("ana", chat, queue="help")
    assert await shift.holder(chat) == "ben"
    await shift.answers("ben", chat)
    assert (await answered(shift), await answered(shift, "help")) == ((0, 0), (1, 1))


async def test_what_ana_held_is_still_owed_when_she_is_lost(shift: Shift) -> None:
    chat = await held(shift)
    await shift.leaves("ana")
    await shift.clock.move(12)
    await shift.workspace.visitor_end(chat, VERA, new_cid())
    assert (await answered(shift), await own(shift, "ana")) == ((0, 1), (0, 0))


def test_an_agent_s_figures_leave_out_what_another_release_stores() -> None:
    figures = agent_figures_of(
        {"hour": "3", "3:n": "2", "3:rn": "4", "3:rw": "1", "3:zz": "9", "3:bx": "9", "3:b7": "2"}
    )
    hour = figures.hours[3]
    assert (hour.n, hour.answers, hour.answered_in_time, hour.buckets) == (2, 4, 1, {7: 2})
