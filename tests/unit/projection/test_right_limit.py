"""The number of chats at which Ana's first words and answers hold; there is no result without enough figures."""

import pytest

from console.domain.directory import DAY
from console.projection.levels import Level, Levels
from console.projection.right_limit import RightLimit, own_right_limit_of, right_limit, right_limit_of, wilson
from tests.support.board_state import Floor

GOAL = 0.9
NOTHING = Level()


def level(turns: int, share: float, answers: float | None = None) -> Level:
    """As many answers as turns."""
    return Level(turns, round(turns * share), turns, round(turns * (share if answers is None else answers)))


def at(*levels: Level, limit: int = 6) -> RightLimit:
    return right_limit([*levels, *[NOTHING] * (6 - len(levels))], GOAL, limit)


def test_the_last_number_that_holds_is_offered_when_the_next_does_not() -> None:
    found = at(*[level(200, 0.99)] * 3, level(300, 0.96), level(200, 0.81))
    assert (found.holds, found.misses, found.use, found.what) == (4, 5, 4, "first_words")
    assert (found.share, found.missed) == (0.96, 0.81)


def test_ten_lucky_turns_do_not_speak() -> None:
    assert at(level(10, 1.0)).holds == 0
    assert at(*[level(200, 0.97)] * 4, level(10, 0)).misses == 0


def test_thirty_turns_that_are_all_in_time_do() -> None:
    assert at(level(29, 1.0)).holds == 0
    assert at(level(30, 1.0)).holds == 1


def test_a_share_at_the_goal_with_few_turns_neither_holds_nor_misses() -> None:
    found = at(level(100, 0.9), limit=1)
    assert (found.holds, found.misses, found.use) == (0, 0, 0)


def test_nothing_is_known_of_somebody_new() -> None:
    assert at() == RightLimit()


def test_nothing_above_the_first_number_that_misses_counts() -> None:
    found = at(level(200, 0.97), level(200, 0.97), level(200, 0.7), level(500, 0.99))
    assert (found.holds, found.misses, found.use) == (2, 3, 2)


def test_what_holds_at_more_chats_holds_at_fewer_with_few_turns_there() -> None:
    assert at(NOTHING, level(5, 0.6), level(300, 0.97), level(300, 0.7)).use == 3


def test_answers_that_come_too_late_count_as_much_as_first_words() -> None:
    found = at(level(300, 1.0, 0.97), level(300, 1.0, 0.7))
    assert (found.holds, found.misses, found.what) == (1, 2, "answers")
    assert (found.share, found.missed) == (0.97, 0.7)


def test_no_lower_limit_is_offered_while_more_chats_are_not_known_to_be_too_many() -> None:
    found = at(*[level(300, 0.98)] * 4, level(20, 0.5))
    assert (found.holds, found.misses, found.use) == (4, 0, 0)


@pytest.mark.parametrize(("limit", "use"), [(2, 4), (3, 4), (4, 0), (5, 4), (6, 4)])
def test_nothing_is_offered_to_who_has_it_already_and_more_to_who_has_less(limit: int, use: int) -> None:
    assert at(*[level(300, 0.98)] * 4, level(300, 0.6), limit=limit).use == use


@pytest.mark.parametrize(
    ("limit", "most", "ana", "sam"),
    [
        (6, 6, 4, 4),
        (4, 6, 0, 4),  # she has it already; Sam's own limit is still too high
        (2, 6, 4, 4),  # hers was too low
        (2, 3, 3, 4),  # she never gets more than Sam allows
        (3, 3, 0, 4),
    ],
)
def test_ana_is_offered_at_most_what_sam_allows(limit: int, most: int, ana: int, sam: int) -> None:
    floor = Floor()
    counted = {f"{what}{chats}": 300 for what in "wak" for chats in range(1, 5)} | {"w5": 100, "x5": 200}
    agent = floor.agent("ana", limit=limit, most=most, levels=Levels({floor.now // DAY: counted}))
    assert own_right_limit_of(agent, floor.directory, floor.now).use == ana
    assert right_limit_of(agent, floor.directory, floor.now).use == sam


def test_no_limit_is_offered_that_the_slots_for_other_channels_rule_out() -> None:
    floor = Floor()
    counted = {f"{what}{chats}": 300 for what in "wak" for chats in range(1, 6)}
    agent = floor.agent("ana", limit=2, most=2, channel_slots=2, levels=Levels({floor.now // DAY: counted}))
    assert right_limit_of(agent, floor.directory, floor.now).use == 4
    agent.limit = agent.most = 4
    assert right_limit_of(agent, floor.directory, floor.now).use == 0


def test_if_even_one_chat_is_too_much_no_limit_helps() -> None:
    found = at(level(300, 0.5))
    assert (found.holds, found.misses, found.use) == (0, 1, 0)


def test_wilson_stays_between_nothing_and_all() -> None:
    assert wilson(0, 5)[0] == 0
    assert wilson(5, 5)[1] == 1
    low, high = wilson(96, 100)
    assert (round(low, 3), round(high, 3)) == (0.914, 0.982)
