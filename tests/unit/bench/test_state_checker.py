"""Slots as the feed describes them, through offers, handovers and wrap-ups."""

from console.bench.state_checker import StateChecker
from console.events import (
    AgentChanged,
    AnyFact,
    Assigned,
    AssignReason,
    Author,
    Ended,
    Offered,
    Opened,
    Transferred,
    Visitor,
    Withdrawn,
    Wrapped,
)

ANA = Author("ana", "Ana")


class Feed:
    """Facts in the order they are told of; every chat's seqs are dense."""

    def __init__(self, limit: int) -> None:
        self.facts: list[AnyFact] = [AgentChanged(1, "ana", "Ana", "online", True, limit, 1)]
        self.seqs: dict[str, int] = {}

    def _next(self, chat: str) -> tuple[int, str, int, int]:
        self.seqs[chat] = self.seqs.get(chat, 0) + 1
        return len(self.facts), chat, self.seqs[chat], self.seqs[chat] - 1

    def opened(self, chat: str) -> "Feed":
        self.facts.append(Opened(*self._next(chat), Visitor("vera"), "sales", "shop", 9))
        return self

    def offered(self, chat: str, slot: int, agent: str = "ana") -> "Feed":
        self.facts.append(Offered(*self._next(chat), agent, agent, slot, 99, 1, 0))
        return self

    def assigned(self, chat: str, slot: int, agent: str = "ana", why: AssignReason = "least_pressure") -> "Feed":
        self.facts.append(Assigned(*self._next(chat), agent, agent, slot, why, 1, 0, 0))
        return self

    def withdrawn(self, chat: str) -> "Feed":
        self.facts.append(Withdrawn(*self._next(chat), "ana", "declined"))
        return self

    def handed_over(self, chat: str, agent: str = "ana") -> "Feed":
        self.facts.append(Transferred(*self._next(chat), ANA, "x", agent, "help", 9))
        return self

    def ended(self, chat: str, *, wrapup: int = 0) -> "Feed":
        self.facts.append(Ended(*self._next(chat), "agent", "ana", wrapup=wrapup))
        return self

    def wrapped(self, chat: str) -> "Feed":
        self.facts.append(Wrapped(*self._next(chat), "ana", "done", 1))
        return self

    def found(self) -> list[str]:
        places = StateChecker()
        return [sentence for fact in self.facts for sentence in places.take(fact)]


def test_one_slot_serves_chat_after_chat() -> None:
    feed = Feed(1).opened("a").offered("a", 1).withdrawn("a").opened("b").offered("b", 1)
    feed.assigned("b", 1, why="accepted").handed_over("b").assigned("a", 1).ended("a", wrapup=99).wrapped("a")
    assert feed.assigned("b", 1).ended("b").found() == []


def test_an_offer_accepted_by_somebody_else_is_found() -> None:
    feed = Feed(2).opened("a").offered("a", 1).assigned("a", 1, "ben", why="accepted")
    assert feed.found() == ["a went to ben while ana held it"]


def test_a_transfer_by_somebody_without_the_chat_is_found() -> None:
    feed = Feed(2).opened("a").assigned("a", 1).handed_over("a", "ben")
    assert feed.found() == ["a:3 says that ben had it, but it was ana"]


def test_a_lower_limit_takes_no_chat_away_and_lets_none_in() -> None:
    feed = Feed(2).opened("a").assigned("a", 1).opened("b").assigned("b", 2).opened("c")
    feed.facts.append(AgentChanged(9, "ana", "Ana", "online", True, 1, 1))
    assert feed.found() == []
    assert feed.ended("a").assigned("c", 1).found() == ["ana holds 2 chats since c:2"]
