"""The checker is worth something only if it finds what is wrong: each history here has one fault."""

import pytest

from console.events import AgentChanged, AnyFact, Assigned, Author, Ended, Late, Message, Opened, Visitor
from tests.model.checker import BrokenPromise, Checker

VERA = Visitor("vera", "Vera")


def history() -> list[AnyFact]:
    """Ana, limit 1, holds Vera's chat; all is well."""
    return [
        AgentChanged(1, "ana", "Ana", "online", True, 1, 1),
        Opened(2, "c1", 1, 0, VERA, "sales", "shop", 8),
        Message(2, "c1", 2, 1, "visitor", Author("vera"), "x1", "Hello", due=8, since=2),
        Assigned(3, "c1", 3, 2, "ana", "Ana", 1, "least_pressure", 1, 0, 1, 8),
        Late(9, "c1", 4, 3, "sales", 8, "ana"),
        Message(10, "c1", 5, 3, "agent", Author("ana"), "x2", "Hello!", read=2),
    ]


def check(facts: list[AnyFact]) -> None:
    checker = Checker()
    for n, fact in enumerate(facts, 1):
        checker.take(n, fact)


def test_a_good_history_passes() -> None:
    check([*history(), Ended(11, "c1", 6, 5, "agent", "ana")])


def test_a_lost_fact_is_found() -> None:
    facts = history()
    del facts[2]
    with pytest.raises(BrokenPromise, match="dense"):
        check(facts)


def test_a_doubled_fact_is_found() -> None:
    facts = history()
    facts.insert(3, facts[2])
    with pytest.raises(BrokenPromise, match="dense"):
        check(facts)


def test_swapped_facts_are_found() -> None:
    facts = history()
    facts[2], facts[3] = facts[3], facts[2]
    with pytest.raises(BrokenPromise):
        check(facts)


def test_a_chat_above_the_limit_is_found() -> None:
    second: list[AnyFact] = [
        Opened(11, "c2", 1, 0, Visitor("vito"), "sales", "shop", 17),
        Assigned(11, "c2", 2, 1, "ana", "Ana", 2, "least_pressure", 1, 1, 0, 17),
    ]
    with pytest.raises(BrokenPromise, match="limit"):
        check([*history(), *second])


def test_a_chat_in_two_hands_is_found() -> None:
    again = Assigned(11, "c1", 6, 5, "ben", "Ben", 1, "least_pressure", 1, 0, 1)
    with pytest.raises(BrokenPromise, match="one place"):
        check([*history(), again])


def test_late_said_twice_is_found() -> None:
    facts = history()
    facts[5] = Late(10, "c1", 5, 3, "sales", 8, "ana")
    with pytest.raises(BrokenPromise, match="once"):
        check(facts)


def test_a_jump_in_the_feed_is_found() -> None:
    checker = Checker()
    with pytest.raises(BrokenPromise, match="feed"):
        checker.take(2, history()[0])
