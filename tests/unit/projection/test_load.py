"""How many minutes Ana had five and six chats, hour by hour, including the current ones."""

from console.projection.load import load_of
from console.projection.models import AgentState
from console.projection.statistics import HOUR, MINUTE

NOON = 20_000 * 24 * HOUR + 16 * HOUR  # 16:00 UTC, 1:00 in Tokyo


def ana(chats: int, since: int) -> AgentState:
    return AgentState("ana", "Ana", held={slot: f"c{slot}" for slot in range(1, chats + 1)}, loaded=since)


def test_what_is_going_on_counts_up_to_now() -> None:
    load = load_of(ana(5, NOON), NOON + 7 * MINUTE + 1, "UTC")
    assert (load.hour, load.before, load.today) == ((7, 0), (0, 0), (7, 0))


def test_five_and_six_are_told_apart_and_four_is_neither() -> None:
    agent = ana(6, NOON + 10 * MINUTE)
    agent.figures.held(4, NOON, NOON + 5 * MINUTE)
    agent.figures.held(5, NOON + 5 * MINUTE, NOON + 10 * MINUTE)
    assert load_of(agent, NOON + 30 * MINUTE, "UTC").hour == (5, 20)


def test_a_stretch_over_the_full_hour_is_divided() -> None:
    agent = ana(0, NOON + 20 * MINUTE)
    agent.figures.held(6, NOON - 15 * MINUTE, NOON + 20 * MINUTE)
    load = load_of(agent, NOON + 30 * MINUTE, "UTC")
    assert (load.hour, load.before, load.today) == ((0, 20), (0, 15), (0, 35))
    running = load_of(ana(6, NOON - 15 * MINUTE), NOON + 20 * MINUTE, "UTC")
    assert (running.hour, running.before, running.today) == ((0, 20), (0, 15), (0, 35))


def test_today_begins_at_midnight_in_the_agents_zone() -> None:
    agent = ana(5, NOON - 17 * HOUR)
    assert load_of(agent, NOON, "UTC").today == (16 * 60, 0)
    assert load_of(agent, NOON, "Asia/Tokyo").today == (60, 0)


def test_seconds_make_no_minute() -> None:
    assert load_of(ana(6, NOON), NOON + MINUTE - 1, "UTC").hour == (0, 0)


def test_chats_whose_beginning_is_unknown_count_for_nothing() -> None:
    agent = ana(6, 0)
    assert load_of(agent, NOON, "UTC").today == (0, 0)
    agent.figures.held(6, 0, NOON)
    assert agent.figures.hours == {}
