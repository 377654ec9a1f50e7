"""Which promises the board expects to break within 30 seconds, and which it does not."""

from console.board.forecast import Forecast, forecasts
from console.domain.directory import Queue
from tests.support.board_state import SUPPORT, Floor

BILLING = Queue("billing", "Billing", overflow_to="support", overflow_after=10_000)
PACE = {"support": 2_000, "billing": 2_000}


def outlook(floor: Floor, queue: str = "support") -> Forecast:
    return forecasts(floor.picture, floor.directory, PACE, floor.now)[queue]


def test_a_quiet_floor_has_nothing_to_come() -> None:
    floor = Floor()
    floor.agent("ana")
    floor.holds("ana", 1)
    assert outlook(floor) == Forecast()


def test_one_clock_in_ana_s_hands_is_due_and_will_be_met() -> None:
    floor = Floor()
    floor.agent("ana")
    floor.holds("ana", 1, due=4_000)
    assert outlook(floor) == Forecast(due=1)


def test_five_clocks_are_more_than_ana_can_answer_in_time() -> None:
    floor = Floor()
    floor.agent("ana")
    for slot in range(1, 6):
        floor.holds("ana", slot, due=5_000)
    assert outlook(floor) == Forecast(due=5, breaking=2)  # 2 s each, the first begun a second ago: 1, 3, 5, 7, 9 s


def test_whoever_runs_out_first_is_answered_first() -> None:
    floor = Floor()
    floor.agent("ana")
    floor.holds("ana", 1, due=5_900)
    floor.holds("ana", 2, due=1_000)
    assert outlook(floor).breaking == 0


def test_a_slow_queue_takes_the_time_of_its_own_answers() -> None:
    floor = Floor(SUPPORT, BILLING)
    floor.agent("ana")
    floor.holds("ana", 1, due=5_000, queue="billing")
    floor.holds("ana", 2, due=5_500)
    slow = forecasts(floor.picture, floor.directory, {"support": 6_000, "billing": 6_000}, floor.now)
    assert slow["support"].breaking == 1
    assert slow["billing"].breaking == 0


def test_a_lost_agent_s_clocks_break_all() -> None:
    floor = Floor()
    floor.agent("ana", connected=False)
    floor.holds("ana", 1, due=4_000)
    assert outlook(floor) == Forecast(due=1, breaking=1)


def test_what_has_broken_is_late_and_told_with_the_oldest() -> None:
    floor = Floor()
    floor.agent("ana")
    floor.holds("ana", 1, due=-3_000)
    floor.holds("ana", 2, due=-9_000)
    assert outlook(floor) == Forecast(late=2, oldest=floor.now - 9_000)


def test_a_visitor_in_line_breaks_when_no_slot_is_free() -> None:
    floor = Floor()
    floor.agent("ana", limit=1)
    floor.holds("ana", 1)
    floor.waits("vera", due=5_000)
    assert outlook(floor) == Forecast(due=1, breaking=1)


def test_a_free_slot_is_for_the_first_in_line_only() -> None:
    floor = Floor()
    floor.agent("ana", limit=1)
    floor.waits("vera", due=5_000)
    floor.waits("luca", due=6_000)
    assert outlook(floor) == Forecast(due=2, breaking=1)


def test_a_free_slot_of_somebody_away_is_nobody_s() -> None:
    floor = Floor()
    floor.agent("ana", status="away")
    floor.waits("vera", due=5_000)
    assert outlook(floor).breaking == 1


def test_the_colleague_of_the_next_tier_counts_once_the_line_has_overflowed() -> None:
    floor = Floor(SUPPORT, BILLING)
    floor.agent("ben", queues=("support",))
    vera = floor.waits("vera", queue="billing", due=5_000)
    assert outlook(floor, "billing").breaking == 1
    vera.lines = ["support"]
    assert outlook(floor, "billing").breaking == 0


def test_somebody_who_does_not_speak_the_language_is_no_help() -> None:
    floor = Floor(Queue("support", "Support", languages=("fr", "en")))
    floor.agent("ana", languages=("en",))
    floor.waits("vera", due=5_000, language="fr")
    assert outlook(floor).breaking == 1
    floor.agent("ben", languages=("fr",))
    assert outlook(floor).breaking == 0


def test_what_is_due_later_than_in_30_seconds_is_no_forecast() -> None:
    floor = Floor(Queue("support", "Support", target=120_000))
    floor.waits("vera", due=31_000)
    assert outlook(floor) == Forecast()


def test_a_holding_reply_s_promise_is_due_as_any_other() -> None:
    floor = Floor()
    floor.agent("ana")
    floor.holds("ana", 1, promise=floor.now + 20_000)
    assert outlook(floor) == Forecast(due=1)
