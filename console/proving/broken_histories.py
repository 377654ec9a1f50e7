"""Tests the checker: each run's own history is broken in four ways, and the checker has to find each."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import msgspec

from console.bench.checker import Claim, Wrong, check, count
from console.domain.directory import SLOTS
from console.events import AnyFact, Assigned, ChatFact, Message

History = tuple[list[Claim], list[AnyFact]]


def missed(claims: Sequence[Claim], facts: Sequence[AnyFact]) -> list[Wrong]:
    """Return the kinds of fault that the checker does not find when they are put into this history."""
    truth = count(check(claims, facts))
    return [
        wrong
        for wrong, breaking in BREAKS.items()
        if count(check(*breaking(list(claims), list(facts))))[wrong] <= truth[wrong]
    ]


def _lose(claims: list[Claim], facts: list[AnyFact]) -> History:
    """Lose an acknowledged message."""
    facts.remove(_acked(claims, facts)[-1])
    return claims, facts


def _double(claims: list[Claim], facts: list[AnyFact]) -> History:
    """Put a message at two places."""
    twice = _acked(claims, facts)[-1]
    last = max(fact.seq for fact in facts if isinstance(fact, ChatFact) and fact.chat == twice.chat)
    return claims, [*facts, msgspec.structs.replace(twice, seq=last + 1)]


def _swap(claims: list[Claim], facts: list[AnyFact]) -> History:
    """Put somebody's second message before their first."""
    said = _acked(claims, facts)
    first, second = next((one, two) for one, two in pairwise(sorted(said, key=_place)) if _whose(one) == _whose(two))
    one, two = facts.index(first), facts.index(second)
    facts[one], facts[two] = (
        msgspec.structs.replace(second, seq=first.seq, prev=first.prev),
        msgspec.structs.replace(first, seq=second.seq, prev=second.prev),
    )
    return claims, facts


def _seventh(claims: list[Claim], facts: list[AnyFact]) -> History:
    """Give an agent one chat more than there are slots."""
    given = [
        Assigned(
            at=0, chat=f"extra-{slot}", seq=1, prev=0, agent="busy", name="Busy", slot=slot, why="next_in_line",
            candidates=1, clocks=0, waited=0,
        )
        for slot in range(1, SLOTS + 2)
    ]  # fmt: skip
    return claims, [*facts, *given]


BREAKS: dict[Wrong, Callable[[list[Claim], list[AnyFact]], History]] = {
    "lost": _lose,
    "doubled": _double,
    "disordered": _swap,
    "over_limit": _seventh,
}


def _acked(claims: Sequence[Claim], facts: Sequence[AnyFact]) -> list[Message]:
    known = {claim.cid for claim in claims if claim.outcome == "acked"}
    return [fact for fact in facts if isinstance(fact, Message) and fact.cid in known]


def _whose(message: Message) -> tuple[str, str]:
    return message.chat, message.author.id


def _place(message: Message) -> tuple[str, str, int]:
    return *_whose(message), message.seq
