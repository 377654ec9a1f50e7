"""The promises, held against the facts alone: it knows neither the model nor the store."""

from console.events import (
    AgentChanged,
    AnyFact,
    Assigned,
    ChatFact,
    Ended,
    Late,
    Message,
    NoReply,
    Opened,
    Released,
    Reopened,
)


class BrokenPromise(AssertionError):
    """Which promise, and the fact that breaks it."""


class Checker:
    """Takes a workspace's facts one by one, in order; BrokenPromise at the first that cannot be."""

    def __init__(self) -> None:
        self.n = 0
        self.at = 0
        self.seq: dict[str, int] = {}
        self.last: dict[str, int] = {}
        self.place: dict[str, str] = {}  # chat -> waiting, ended, or the agent who holds it
        self.slots: dict[str, dict[int, str]] = {}
        self.limits: dict[str, int] = {}
        self.late: dict[str, int] = {}  # chat -> the promise that was said to be broken

    def take(self, n: int, fact: AnyFact) -> None:
        self._expect(n == self.n + 1, "feed numbers are dense", fact)
        self._expect(fact.at >= self.at, "time never goes back", fact)
        self.n, self.at = n, fact.at
        if isinstance(fact, AgentChanged):
            self.limits[fact.agent] = fact.limit
        if isinstance(fact, ChatFact):
            self._log(fact)
            self._place(fact)
            self._late(fact)

    def _log(self, fact: ChatFact) -> None:
        self._expect(fact.seq == self.seq.get(fact.chat, 0) + 1, "a chat's facts are dense", fact)
        self._expect(fact.prev == self.last.get(fact.chat, 0), "each names the public one before it", fact)
        self.seq[fact.chat] = fact.seq
        if fact.public:
            self.last[fact.chat] = fact.seq

    def _place(self, fact: ChatFact) -> None:
        was = self.place.get(fact.chat, "")
        match fact:
            case Opened():
                self._move(fact, was == "", "waiting")
            case Reopened():
                self._move(fact, was == "ended", "waiting")
            case Assigned():
                self._move(fact, was == "waiting", fact.agent)
                self._take_slot(fact)
            case Released():
                self._move(fact, was == fact.agent, "waiting")
                self._free(fact.chat, fact.agent)
            case Ended():
                self._move(fact, was == (fact.agent or "waiting"), "ended")
                self._free(fact.chat, fact.agent)

    def _move(self, fact: ChatFact, good: bool, to: str) -> None:
        self._expect(good, f"a chat is in one place (it was {self.place.get(fact.chat)!r})", fact)
        self.place[fact.chat] = to

    def _take_slot(self, fact: Assigned) -> None:
        slots = self.slots.setdefault(fact.agent, {})
        self._expect(fact.slot not in slots, "a slot holds one chat", fact)
        self._expect(len(slots) < self.limits[fact.agent], "never above the limit", fact)
        slots[fact.slot] = fact.chat

    def _free(self, chat: str, agent: str) -> None:
        slots = self.slots.get(agent, {})
        self.slots[agent] = {slot: held for slot, held in slots.items() if held != chat}

    def _late(self, fact: ChatFact) -> None:
        if isinstance(fact, Late):
            self._expect(fact.due <= fact.at, "late is said after the promise", fact)
            self._expect(self.late.get(fact.chat) != fact.due, "late is said once", fact)
            self.late[fact.chat] = fact.due
        elif isinstance(fact, NoReply) or (isinstance(fact, Message) and fact.turn):
            self.late.pop(fact.chat, None)

    def _expect(self, good: bool, promise: str, fact: AnyFact) -> None:
        if not good:
            raise BrokenPromise(f"{promise}: {fact!r}")
