"""Chats and members that the console's stage shows."""

import time
from collections.abc import Sequence
from typing import Any

from console.events import (
    Assigned,
    Author,
    ChatFact,
    Ended,
    Labelled,
    Message,
    Note,
    Offered,
    Opened,
    Turn,
    Visitor,
)
from console.projection.picture import ChatState
from console.protocol import (
    Colleagues,
    ColleagueThere,
    QueueThere,
)


def now() -> int:
    return int(time.time() * 1000)


class Play:
    """One chat as the stage tells it: its line, and its facts so far."""

    def __init__(self, chat: str, slot: int, name: str = "", **line: Any) -> None:
        self.line = ChatState(
            id=chat,
            place=line.pop("place", "active"),
            queue=line.pop("queue", "support"),
            visitor=f"v{chat}",
            name=name,
            slot=slot,
            opened=now(),
            **line,
        )
        self.facts: list[ChatFact] = []
        self.due = 0
        self.add(Opened, visitor=Visitor(id=f"v{chat}", name=name), queue=self.line.queue, site="demo", due=0)
        if self.line.place == "offered":
            until = self.line.until = self.line.until or now() + 10_000
            self.add(Offered, agent="ana", name="Ana", slot=slot, until=until, candidates=1, clocks=0)
        else:
            self.is_assigned("least_pressure")

    def is_assigned(self, why: str) -> ChatFact:
        self.line.place, self.line.until = "active", 0
        slot = self.line.slot
        return self.add(Assigned, agent="ana", name="Ana", slot=slot, why=why, candidates=1, clocks=0, waited=0)

    def visitor_says(self, text: str, *, due: int = 0) -> ChatFact:
        """`due`: ms from now until the answer is late (negative: it is)."""
        if due:
            self.due = now() + due
        author = Author(self.line.visitor)
        return self.add(Message, by="visitor", author=author, cid=f"v{len(self.facts):021}", text=text)

    def ana_says(self, text: str, cid: str = "", turn: Turn | None = None) -> ChatFact:
        self.due = 0
        made = cid or f"a{len(self.facts):021}"
        return self.add(Message, by="agent", author=Author("ana", "Ana"), cid=made, text=text, turn=turn)

    def ana_promises(self, text: str, within: int, cid: str = "") -> ChatFact:
        """A holding reply; `within` ms."""
        self.due = 0
        at = now()
        promise = self.line.promise = at + within
        made = cid or f"a{len(self.facts):021}"
        return self.add(Message, at, by="agent", author=Author("ana", "Ana"), cid=made, text=text, promise=promise)

    def gets_an_automatic_word(self, text: str) -> ChatFact:
        """A first word in Ana's name that she did not write."""
        self.due = 0
        at = now()
        promise = self.line.promise = at + 30_000
        told = {"cid": f"word-{self.line.id}-{len(self.facts) + 1}", "text": text, "promise": promise}
        return self.add(Message, at, by="agent", author=Author("ana", "Ana"), automatic=True, **told)

    def ben_notes(self, text: str) -> ChatFact:
        return self.add(Note, author=Author("ben", "Ben"), cid=f"n{len(self.facts):021}", text=text)

    def sam_whispers(self, text: str) -> ChatFact:
        return self.add(Note, author=Author("sam", "Sam"), cid=f"w{len(self.facts):021}", text=text, whisper=True)

    def ana_labels(self, reason: str, tags: Sequence[str], cid: str = "") -> ChatFact:
        self.line.reason, self.line.tags = reason, [*tags]
        made = cid or f"l{len(self.facts):021}"
        return self.add(Labelled, author=Author("ana", "Ana"), cid=made, reason=reason, tags=[*tags])

    def visitor_ends(self, *, wrapup: int = 0) -> ChatFact:
        """`wrapup`: ms for which its slot is kept."""
        self.due = 0
        until = now() + wrapup if wrapup else 0
        if until:
            self.line.place, self.line.until, self.line.promise = "wrapup", until, 0
        return self.add(Ended, why="visitor", agent="ana", wrapup=until)

    def add(self, kind: type[ChatFact], at: int = 0, **values: Any) -> ChatFact:
        seq = len(self.facts) + 1
        fact = kind(at=at or now(), chat=self.line.id, seq=seq, prev=seq - 1, **values)
        self.facts.append(fact)
        self.line.seq = seq
        return fact


def colleagues(**free: int) -> Colleagues:
    """Both queues, and these people with so many free slots; who has none is away, at lunch."""
    queues = [QueueThere("support", "Support", 2, 3, 1), QueueThere("billing", "Billing", 0, 1, 0)]
    there = [
        ColleagueThere(name.lower(), name, "online", "", slots, ["support"])
        if slots
        else ColleagueThere(name.lower(), name, "away", "Lunch")
        for name, slots in free.items()
    ]
    return Colleagues(queues, there)
