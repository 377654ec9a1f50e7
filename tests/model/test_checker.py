"""The checker must find what is wrong: each history here has one fault."""

import msgspec
import pytest

from console.events import (
    AgentChanged,
    Answered,
    AnyFact,
    Assigned,
    Author,
    Ended,
    Kept,
    Labelled,
    Late,
    Message,
    Offered,
    Opened,
    Overflowed,
    PromiseBroken,
    Transferred,
    Turn,
    Visitor,
    Withdrawn,
    Wrapped,
)
from tests.model.checker import BrokenPromise, Checker

VERA, ANA = Visitor("vera", "Vera"), Author("ana", "Ana")


def history() -> list[AnyFact]:
    """Return a correct history: Ana, limit 1, holds Vera's chat."""
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


def offered() -> list[AnyFact]:
    """Return a history in which Vera's chat is offered to Ana, who has one slot."""
    return [*history()[:3], Offered(3, "c1", 3, 2, "ana", "Ana", 1, 20, 1, 0)]


def wrapping() -> list[AnyFact]:
    """Return a history in which Ana has ended the chat and has to give its reason."""
    return [*history(), Ended(11, "c1", 6, 5, "agent", "ana", wrapup=30)]


def promising() -> list[AnyFact]:
    """Return a history in which Ana promised to be back at 60."""
    return [*history(), Message(10, "c1", 6, 5, "agent", ANA, "x3", "A moment", promise=60)]


def holding() -> list[AnyFact]:
    """Return a history in which Ana answered Vera's question of 2 with a promise to be back at 60."""
    turn = Turn(2, 2, 8, 7, late=True, noticing=8)
    return [*history()[:5], Message(10, "c1", 5, 3, "agent", ANA, "x2", "A moment", read=2, turn=turn, promise=60)]


def back(answer: Answered | None) -> Message:
    return Message(50, "c1", 6, 5, "agent", ANA, "x4", "Here", answer=answer, promised=Kept(60, kept=True))


def second(seat: int = 1) -> list[AnyFact]:
    """Return the facts of another chat that goes to Ana."""
    return [
        Opened(12, "c2", 1, 0, Visitor("vito"), "sales", "shop", 17),
        Assigned(12, "c2", 2, 1, "ana", "Ana", seat, "least_pressure", 1, 1, 0, 17),
    ]


def test_good_histories_pass() -> None:
    check([*history(), Ended(11, "c1", 6, 5, "agent", "ana")])
    check([*offered(), Assigned(4, "c1", 4, 2, "ana", "Ana", 1, "accepted", 1, 0, 2, 8)])
    check([*offered(), Withdrawn(4, "c1", 4, 2, "ana", "declined"), Overflowed(5, "c1", 5, 2, "help")])
    check([*wrapping(), Labelled(12, "c1", 7, 6, ANA, "x4", "Billing"), Wrapped(12, "c1", 8, 6, "ana", "done", 1)])
    check([*promising(), Message(50, "c1", 7, 6, "agent", ANA, "x4", "Here", promised=Kept(60, kept=True))])
    check([*holding(), back(Answered(48, kept=True, own=True))])
    check([*holding(), Ended(50, "c1", 6, 5, "agent", "ana", promised=Kept(60, kept=True), held=True)])
    check([*history(), Transferred(11, "c1", 6, 5, ANA, "x4", "ana", "help", 20), *second()])


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
    with pytest.raises(BrokenPromise, match="limit"):
        check([*history(), *second(2)])


def test_a_chat_beside_an_offer_above_the_limit_is_found() -> None:
    with pytest.raises(BrokenPromise, match="limit"):
        check([*offered(), *second(2)])


def test_a_chat_beside_a_wrap_up_above_the_limit_is_found() -> None:
    with pytest.raises(BrokenPromise, match="limit"):
        check([*wrapping(), *second(2)])


def test_a_slot_given_twice_is_found() -> None:
    with pytest.raises(BrokenPromise, match="slot"):
        check([*offered(), *second()])


def test_an_offer_that_another_agent_accepts_is_found() -> None:
    with pytest.raises(BrokenPromise, match="one place"):
        check([*offered(), Assigned(4, "c1", 4, 2, "ben", "Ben", 1, "accepted", 1, 0, 2, 8)])


def test_an_offer_accepted_into_another_slot_is_found() -> None:
    with pytest.raises(BrokenPromise, match="one place"):
        check([*offered(), Assigned(4, "c1", 4, 2, "ana", "Ana", 2, "accepted", 1, 0, 2, 8)])


def test_a_wrap_up_that_ends_twice_is_found() -> None:
    twice = [Wrapped(12, "c1", 7, 6, "ana", "time", 1), Wrapped(12, "c1", 8, 6, "ana", "time", 1)]
    with pytest.raises(BrokenPromise, match="one place"):
        check([*wrapping(), *twice])


def test_a_transfer_by_somebody_without_the_chat_is_found() -> None:
    with pytest.raises(BrokenPromise, match="one place"):
        check([*history(), Transferred(11, "c1", 6, 5, ANA, "x4", "ben", "help", 20)])


def test_a_queue_reached_twice_is_found() -> None:
    with pytest.raises(BrokenPromise, match="once"):
        check([*history()[:3], Overflowed(5, "c1", 3, 2, "help"), Overflowed(6, "c1", 4, 2, "help")])


def test_a_promise_broken_twice_is_found() -> None:
    twice = [PromiseBroken(61, "c1", 7, 6, "ana", 60), PromiseBroken(62, "c1", 8, 6, "ana", 60)]
    with pytest.raises(BrokenPromise, match="once"):
        check([*promising(), *twice])


def test_a_broken_promise_that_was_kept_is_found() -> None:
    late = Message(60, "c1", 8, 6, "agent", ANA, "x4", "Here", promised=Kept(60, kept=True))
    with pytest.raises(BrokenPromise, match="kept or not"):
        check([*promising(), PromiseBroken(60, "c1", 7, 6, "ana", 60), late])


def test_a_forgotten_promise_is_found() -> None:
    with pytest.raises(BrokenPromise, match="kept or not"):
        check([*promising(), Ended(61, "c1", 7, 6, "agent", "ana")])


def test_a_late_answer_without_all_of_its_stages_is_found() -> None:
    facts = history()
    facts[5] = Message(
        10, "c1", 5, 3, "agent", ANA, "x2", "Hello!", read=2, turn=Turn(2, 2, 8, 7, late=True, queue=1, noticing=6)
    )
    with pytest.raises(BrokenPromise, match="stages"):
        check(facts)


@pytest.mark.parametrize(
    "answer", [None, Answered(40, kept=True, own=True), Answered(48)], ids=["none", "short", "late"]
)
def test_an_answer_after_a_holding_reply_that_counts_wrong_is_found(answer: Answered | None) -> None:
    with pytest.raises(BrokenPromise, match="answer"):
        check([*holding(), back(answer)])


AUTOMATIC = Message(
    7, "c1", 4, 3, "agent", ANA, "word-c1-4", "One moment.", promise=37, automatic=True,
    turn=Turn(2, 2, 5, 4, kept=True),
)  # fmt: skip


def by_itself(**changes: object) -> list[AnyFact]:
    """Return a history with an automatic first word in Ana's name, and her answer."""
    answer = Answered(18, kept=True, own=True, first=18)
    more = Message(20, "c1", 5, 4, "agent", ANA, "x2", "Yes.", read=2, answer=answer, promised=Kept(37, kept=True))
    return [*history()[:4], msgspec.structs.replace(AUTOMATIC, **changes), more]


def test_an_automatic_first_word_and_the_answer_to_it_pass() -> None:
    check(by_itself())


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"author": Author("ben", "Ben")}, "the holder's name"),
        ({"turn": Turn(2, 2, 5, 4)}, "before the target"),
        ({"turn": Turn(2, 2, 5, 4, kept=True, first=5)}, "one first answer"),
        ({"promise": 0}, "no answer"),
        ({"answer": Answered(5, kept=True)}, "no answer"),
    ],
)
def test_an_automatic_first_word_that_is_more_than_that_is_found(changes: dict[str, object], broken: str) -> None:
    with pytest.raises(BrokenPromise, match=broken):
        check(by_itself(**changes))


def test_a_second_automatic_first_word_for_a_question_is_found() -> None:
    again = msgspec.structs.replace(AUTOMATIC, at=9, seq=6, prev=5, cid="word-c1-6", turn=Turn(5, 8, 1, 1, kept=True))
    asks = Message(8, "c1", 5, 4, "visitor", Author("vera"), "x4", "Well?", due=37, since=8)
    with pytest.raises(BrokenPromise, match=r"one first word by itself|kept or not"):
        check([*by_itself()[:-1], asks, again])


def test_an_answer_that_counts_twice_is_found() -> None:
    answer = Answered(48, kept=True, own=True)
    again = Message(51, "c1", 7, 6, "agent", ANA, "x5", "Still here", answer=answer)
    with pytest.raises(BrokenPromise, match="once"):
        check([*holding(), back(answer), again])


def test_an_answer_that_never_came_and_is_not_counted_is_found() -> None:
    with pytest.raises(BrokenPromise, match="never had"):
        check([*holding(), Ended(50, "c1", 6, 5, "agent", "ana", promised=Kept(60, kept=True))])


def test_a_chat_with_two_holders_is_found() -> None:
    again = Assigned(11, "c1", 6, 5, "ben", "Ben", 1, "least_pressure", 1, 0, 1)
    with pytest.raises(BrokenPromise, match="one place"):
        check([*history(), again])


def test_lateness_recorded_twice_is_found() -> None:
    facts = history()
    facts[5] = Late(10, "c1", 5, 3, "sales", 8, "ana")
    with pytest.raises(BrokenPromise, match="once"):
        check(facts)


def test_a_jump_in_the_feed_is_found() -> None:
    checker = Checker()
    with pytest.raises(BrokenPromise, match="feed"):
        checker.take(2, history()[0])
