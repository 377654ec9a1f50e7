"""What a queue's card and an agent's row show."""

from typing import Any

import pytest
from msgspec.structs import replace

from console.board.agent_rows import agent_row
from console.board.day_totals import Days
from console.board.forecast import forecasts
from console.board.queue_cards import Alert, Broken, QueueCard, Share, Sums, queue_card, quick
from console.domain.directory import Hours, Queue
from console.projection.models import BotState, PutOff
from console.projection.statistics import DAY, HOUR, MINUTE, AgentFigures, DayFigures, QueueFigures, bucket_of
from tests.support.board_state import SUPPORT, Floor

MIDDAY = 1_800_014_400_000 + 30 * MINUTE  # half past a full hour


def card_of(floor: Floor, queue: str = "support") -> QueueCard:
    wanted = floor.directory.queues[queue]
    figures = floor.picture.queues[queue].figures if queue in floor.picture.queues else QueueFigures()
    sums = Sums(figures.over(floor.now, 15), figures.today(floor.now), ())
    paces = {id: quick(sums.recent, one) for id, one in floor.directory.queues.items()}
    chats = [chat for chat in floor.picture.chats.values() if chat.queue == queue]
    outlook = forecasts(floor.picture, floor.directory, paces, floor.now)[queue]
    return queue_card(floor.picture, floor.directory, wanted, chats, outlook, sums, floor.now)


def codes(card: QueueCard) -> list[str]:
    return [alert.code for alert in card.alerts]


def test_with_ana_there_and_nobody_waiting_there_is_nothing_to_act_on() -> None:
    floor = Floor()
    floor.agent("ana")
    card = card_of(floor)
    assert (card.alerts, card.state) == ((), "fine")
    assert (card.agents, card.free, card.waiting) == (1, 6, 0)


def test_nobody_online_is_said_at_once_and_is_worse_when_somebody_waits() -> None:
    floor = Floor()
    assert (codes(card_of(floor)), card_of(floor).state) == (["nobody"], "soon")
    floor.waits("vera", for_ms=14_000)
    card = card_of(floor)
    assert card.state == "late"
    assert (card.waiting, card.oldest) == (1, floor.now - 14_000)


def test_a_closed_queue_is_not_alarmed_about_unless_somebody_waits() -> None:
    floor = Floor(Queue("support", "Support", hours=Hours("UTC", ((0, 540, 1020),))), now=MIDDAY)  # a Friday
    card = card_of(floor)
    assert (card.alerts, card.state) == ((), "fine")
    assert card.closed == MIDDAY // DAY * DAY + 3 * DAY + 9 * HOUR
    floor.waits("vera")
    assert "nobody" in codes(card_of(floor))


def test_wrap_ups_that_expired_or_were_dropped_are_counted_and_those_still_listed_are_not() -> None:
    floor = Floor(now=MIDDAY)
    ana = floor.agent("ana")
    floor.counted("support", "to_label", 9)
    floor.counted("support", "labelled", 4)
    assert card_of(floor).unlabelled == 5
    floor.holds("ana", 1, place="wrapup")
    floor.holds("ana", 2, place="wrapup", reason="Invoice")  # counted as given already
    ended = {"today": MIDDAY - HOUR, "yesterday": MIDDAY - 20 * HOUR}
    ana.put_off = {chat: PutOff(chat, at, "support", "vera") for chat, at in ended.items()}
    ana.put_off["other"] = PutOff("other", MIDDAY - HOUR, "billing", "vera")
    assert card_of(floor).unlabelled == 3


def test_a_full_line_is_said_with_its_limit() -> None:
    floor = Floor(Queue("support", "Support", longest=2))
    floor.agent("ana", limit=1)
    floor.waits("vera")
    assert "full" not in codes(card_of(floor))
    floor.waits("luca")
    card = card_of(floor)
    assert Alert("full", n=2) in card.alerts
    assert card.state == "late"


def test_nobody_free_says_where_the_line_overflows_to_and_when() -> None:
    floor = Floor(Queue("billing", "Billing", overflow_to="support", overflow_after=20_000), SUPPORT)
    floor.agent("ana", queues=("billing",), limit=1)
    floor.holds("ana", 1)
    floor.waits("vera", for_ms=11_000, due=-5_000)
    card = card_of(floor, "billing")
    assert codes(card) == ["late", "no_free"]
    assert card.alerts[1] == Alert("no_free", at=floor.now + 9_000, queue="Support")


def test_a_line_that_has_overflowed_to_the_last_tier_overflows_no_more() -> None:
    floor = Floor(Queue("billing", "Billing", overflow_to="support", overflow_after=20_000), SUPPORT)
    floor.agent("ana", queues=("billing",), limit=1)
    floor.holds("ana", 1)
    floor.waits("vera", for_ms=21_000, lines=["support"])
    card = card_of(floor, "billing")
    assert Alert("no_free") in card.alerts
    assert card.line[0].lines == ("Support",)


def test_in_a_queue_to_take_from_by_hand_nobody_free_is_no_alarm() -> None:
    floor = Floor(Queue("support", "Support", mode="pull"))
    floor.agent("ana", limit=1)
    floor.holds("ana", 1)
    floor.waits("vera", due=40_000)
    assert codes(card_of(floor)) == []


def test_under_the_goal_is_said_once_enough_is_known() -> None:
    floor = Floor()
    floor.agent("ana")
    floor.answered("support", 9_000, 4, late=True)
    floor.answered("support", 4_000, 15)
    assert codes(card_of(floor)) == []
    floor.answered("support", 4_000, 1)
    card = card_of(floor)
    assert card.alerts == (Alert("under_goal", n=90),)
    assert (card.state, card.recent) == ("soon", Share(20, 0.8))


def test_an_agents_day_is_over_at_midnight() -> None:
    floor = Floor(now=5 * DAY - 1_000)
    day = DayFigures(n=2, within=1, buckets={bucket_of(4_000): 2}, broke=1, answers=2, answered_in_time=1)
    ana = floor.agent("ana", figures=AgentFigures({floor.now // HOUR: day}))
    row = agent_row(floor.picture, ana, floor.directory, lost=0, now=floor.now)
    assert (row.answers, row.within, row.answered) == (2, 0.5, 0.5)
    row = agent_row(floor.picture, ana, floor.directory, lost=0, now=floor.now + 1_000)
    assert (row.answers, row.median, row.within, row.answered) == (0, 0, None, None)


def test_an_agents_day_begins_at_midnight_of_their_queues_zone() -> None:
    floor = Floor(Queue("support", "Support", hours=Hours("America/New_York")), now=5 * DAY + HOUR)  # 20:00 there
    day = DayFigures(n=2, within=1, buckets={bucket_of(4_000): 2}, broke=1, answers=2, answered_in_time=1)
    ana = floor.agent("ana", figures=AgentFigures({(5 * DAY - HOUR) // HOUR: day}))
    assert agent_row(floor.picture, ana, floor.directory, lost=0, now=floor.now).answers == 2
    assert agent_row(floor.picture, ana, floor.directory, lost=0, now=5 * DAY + 5 * HOUR).answers == 0


def test_an_agent_who_answers_nobody_has_a_bad_figure() -> None:
    floor = Floor()
    ana = floor.agent("ana", figures=AgentFigures({floor.now // HOUR: DayFigures(broke=3)}))
    row = agent_row(floor.picture, ana, floor.directory, lost=0, now=floor.now)
    assert (row.answers, row.within) == (0, 0.0)


def test_first_words_make_no_answers_of_an_agent() -> None:
    floor = Floor()
    day = DayFigures(n=3, within=3, answers=1, unanswered=2)
    ana = floor.agent("ana", figures=AgentFigures({floor.now // HOUR: day}))
    row = agent_row(floor.picture, ana, floor.directory, lost=0, now=floor.now)
    assert (row.answers, row.within, row.answered) == (1, 1.0, 0.0)


def test_a_queue_s_first_words_and_answers_are_figures_of_their_own() -> None:
    floor = Floor()
    floor.answered("support", 4_000, 4)
    floor.gave("support", 20_000)
    floor.gave("support", 90_000, late=True)
    for counter in ("held_left", "late_ended", "late_left", "late_no_reply"):
        floor.counted("support", counter, 1)
    card = card_of(floor)
    assert (card.recent, card.answered, card.answered_today) == (Share(4, 1.0), Share(5, 0.2), Share(5, 0.2))


def test_the_share_of_first_words_that_were_automatic_is_told() -> None:
    floor = Floor(now=MIDDAY)
    floor.answered("support", 4_000, 4)
    floor.counted("support", "automatic", 1)
    assert card_of(floor).automatic == Share(4, 0.25)


def test_first_words_do_not_hide_that_answers_are_below_the_goal() -> None:
    floor = Floor()
    floor.agent("ana")
    floor.answered("support", 4_000, 20)
    floor.gave("support", 90_000, 19, late=True)
    assert codes(card_of(floor)) == []
    floor.gave("support", 90_000, late=True)
    card = card_of(floor)
    assert (codes(card), card.state) == (["under_goal"], "soon")
    assert (card.below(card.recent), card.below(card.answered)) == (False, True)


def test_a_promise_that_is_broken_still_counts_at_once() -> None:
    floor = Floor()
    floor.answered("support", 4_000, 3)
    floor.counted("support", "broke", 1)
    assert card_of(floor).recent == Share(4, 0.75)


def test_what_came_of_broken_promises_is_told_each_for_itself() -> None:
    floor = Floor(now=MIDDAY)
    floor.answered("support", 9_000, 2, late=True)
    for counter, by in (("broke", 9), ("late_ended", 3), ("late_left", 2), ("late_no_reply", 1), ("late_moved", 4)):
        floor.counted("support", counter, by)
    assert card_of(floor).broken == Broken(11, 2, 3, 2, 1, 4)


def test_what_was_transferred_before_its_promise_broke_is_told_apart() -> None:
    floor = Floor(now=MIDDAY)
    floor.counted("support", "moved", 5)
    assert (card_of(floor).moved, card_of(floor).broken.moved) == (5, 0)


def test_the_figures_are_those_of_the_visitors() -> None:
    floor = Floor(now=MIDDAY)
    floor.agent("ana")
    floor.answered("support", 4_000, 19)
    floor.answered("support", 9_000, 1, late=True)
    floor.answered("support", 2_000, 20, ago=20 * MINUTE)
    for counter, by in (("promised", 4), ("kept", 3), ("canned", 10), ("expected", 5), ("right", 4), ("abandoned", 2)):
        floor.counted("support", counter, by)
    floor.counted("support", "patience", 90_000)
    for counter, by in (("drafted", 10), ("drafted_taken", 4), ("drafted_edited", 2), ("bot", 4), ("bot_solved", 1)):
        floor.counted("support", counter, by)
    card = card_of(floor)
    assert (card.recent, card.today) == (Share(20, 0.95), Share(40, 0.975))
    assert card.median == pytest.approx(4_000, rel=0.01)
    assert card.p95 == pytest.approx(4_000, rel=0.01)
    assert (card.promises, card.canned, card.right) == (Share(4, 0.75), Share(40, 0.25), Share(5, 0.8))
    assert (card.abandoned, card.patience) == (2, 90_000)
    assert (card.drafted, card.suggested) == (Share(10, 0.6), Share())
    assert card.solved == Share(4, 0.25)


def test_a_quick_answer_s_time_is_known_from_twenty_on() -> None:
    floor = Floor()
    floor.answered("support", 9_000, 15)
    floor.answered("support", 1_000, 4)
    assert quick(floor.picture.queues["support"].figures.over(floor.now, 15), SUPPORT) == 2_000
    floor.answered("support", 1_000, 2)
    pace = quick(floor.picture.queues["support"].figures.over(floor.now, 15), SUPPORT)
    assert pace == pytest.approx(1_000, rel=0.01)


def test_what_the_bot_has_is_listed_apart_and_waits_for_nobody() -> None:
    floor = Floor(replace(SUPPORT, bot="robin"))
    floor.agent("ana")
    floor.waits("vera", name="Vera").place = "bot"
    assert (card_of(floor).waiting, card_of(floor).bot, card_of(floor).at_bot) == (0, "", 1)
    floor.picture.bots["robin"] = BotState("robin", "Robin", connected=True, limit=5, fence=1)
    card = card_of(floor)
    assert (card.bot, [one.name for one in card.with_bot], card.late, card.line) == ("Robin", ["Vera"], 0, ())


def test_live_chats_alone_have_no_figures_by_channel() -> None:
    floor = Floor()
    floor.agent("ana")
    floor.holds("ana", 1)
    floor.answered("support", 3_000)
    assert card_of(floor).channels == ()


def test_mails_and_texts_have_figures_of_their_own_and_live_chats_the_rest() -> None:
    floor = Floor()
    floor.agent("ana")
    floor.holds("ana", 1)
    mail = floor.waits("mail", for_ms=90_000, channel="email")
    floor.waits("fax", channel="fax")
    floor.answered("support", 3_000, 2)
    for span in floor.picture.queues["support"].figures.at(floor.now):
        span.measure("v", 60_000, within=True, channel="email")
    card = card_of(floor)
    assert [(one.channel, one.open, one.waiting, one.words) for one in card.channels] == [
        ("live", 1, 0, (2, 2)),
        ("email", 1, 1, (1, 1)),
        ("other", 1, 1, (0, 0)),
    ]
    assert (card.channels[1].oldest, {one.channel for one in card.line}) == (mail.since, {"email", "other"})


def test_the_line_names_the_first_ten_in_the_order_they_are_taken() -> None:
    floor = Floor()
    for number in range(12):
        floor.waits(f"v{number}", name=f"V{number}", due=20_000 - number)
    card = card_of(floor)
    assert card.waiting == 12
    assert [one.name for one in card.line] == [f"V{number}" for number in range(11, 1, -1)]


# --- the day, added up every second ---------------------------------------------------------------


def test_the_day_is_what_its_hours_add_up_to_whenever_it_is_asked() -> None:
    floor, days = Floor(now=MIDDAY), Days()
    for ago in (3 * HOUR, 2 * HOUR, MINUTE):
        floor.answered("support", 4_000, 10, ago=ago)
        floor.counted("support", "patience", ago)
    figures = floor.picture.queues["support"].figures
    for later in (0, 1_000, 29 * MINUTE, 31 * MINUTE, 45 * MINUTE, 14 * HOUR):
        now = MIDDAY + later
        floor.now = now
        floor.answered("support", 2_000, 3)
        assert days.today("support", figures, now) == figures.today(now), later


def test_a_picture_taken_anew_is_not_added_to_the_old_one() -> None:
    floor, other, days = Floor(now=MIDDAY), Floor(now=MIDDAY), Days()
    floor.answered("support", 4_000, 10, ago=2 * HOUR)
    other.answered("support", 4_000, 7, ago=2 * HOUR)
    days.today("support", floor.picture.queues["support"].figures, MIDDAY)
    assert days.today("support", other.picture.queues["support"].figures, MIDDAY).of("v").n == 7


# --- an agent's row -------------------------------------------------------------------------------


def row(floor: Floor, agent: str = "ana", **options: Any) -> Any:
    return agent_row(
        floor.picture, floor.picture.agents[agent], floor.directory, lost=options.get("lost", 0), now=floor.now
    )


def test_six_slots_show_what_stands_in_them() -> None:
    floor = Floor(Queue("support", "Support", accept=10_000, wrapup=20_000))
    floor.agent("ana", limit=4)
    floor.holds("ana", 1, due=4_000)
    floor.holds("ana", 2, place="offered", until=floor.now + 8_000)
    floor.holds("ana", 3, place="wrapup", until=floor.now + 15_000)
    floor.holds("ana", 5, promise=floor.now + 60_000)
    slots = row(floor).slots
    assert [slot.kind for slot in slots] == ["active", "offered", "wrapup", "free", "promise", "locked"]
    assert [slot.due - floor.now for slot in slots if slot.due] == [4_000, 8_000, 15_000, 60_000]
    assert [slot.target for slot in slots[:3]] == [6_000, 10_000, 20_000]
    assert [slot.beyond for slot in slots] == [False, False, False, False, True, False]


def test_a_turn_behind_a_promise_has_all_the_time_that_was_promised() -> None:
    floor = Floor()
    floor.agent("ana")
    chat = floor.holds("ana", 1, due=50_000, promise=floor.now + 50_000)
    chat.turn = floor.now - 10_000
    assert row(floor).slots[0].target == 60_000


def test_somebody_lost_with_chats_is_on_duty_and_somebody_gone_without_is_not() -> None:
    floor = Floor()
    floor.agent("ana", connected=False)
    floor.agent("ben", connected=False)
    floor.holds("ana", 1, due=-1_000)
    assert (row(floor, lost=floor.now - 2_000).lost, row(floor).on_duty, row(floor).late) == (
        floor.now - 2_000,
        True,
        True,
    )
    assert (row(floor, "ben", lost=floor.now).lost, row(floor, "ben").on_duty) == (0, False)
