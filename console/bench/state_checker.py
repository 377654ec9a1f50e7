"""Follows each chat fact by fact: each chat in one place, one chat per slot, never more slots than the limit."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import msgspec

from console.domain.directory import SLOTS
from console.events import (
    AgentChanged,
    Assigned,
    ChatFact,
    Ended,
    Fact,
    Offered,
    Released,
    Transferred,
    Withdrawn,
    Wrapped,
)


class ChatPlace(msgspec.Struct):
    """`agent` and `slot` are set while an agent has the chat, is offered it, or wraps it up."""

    name: str = "waiting"  # waiting | offered | active | wrapup | ended
    agent: str = ""
    slot: int = 0


class StateChecker:
    """Call `take` with the facts of the feed in order; each sentence it yields is a broken promise.

    `limits` are the agents' until the feed changes them; six if missing.
    """

    def __init__(self, limits: Mapping[str, int] | None = None) -> None:
        self.limits = dict(limits or {})
        self.chats: dict[str, ChatPlace] = {}
        self.held: dict[str, dict[int, str]] = defaultdict(dict)  # agent -> slot -> chat

    def take(self, fact: Fact) -> Iterator[str]:
        if isinstance(fact, AgentChanged):
            self.limits[fact.agent] = fact.limit + (fact.channel_slots or 0)
        if not isinstance(fact, ChatFact):
            return
        place = self.chats.setdefault(fact.chat, ChatPlace())
        match fact:
            case Offered():
                yield from self._into(fact, place, "offered")
            case Assigned():
                yield from self._into(fact, place, "active")
            case Withdrawn() | Released() | Transferred():
                yield from self._out(fact, place, "waiting")
            case Ended():
                if place.name == "active" and fact.wrapup:
                    place.name = "wrapup"
                else:
                    yield from self._out(fact, place, "ended")
            case Wrapped():
                yield from self._out(fact, place, "ended")

    def _into(self, fact: Offered | Assigned, place: ChatPlace, name: str) -> Iterator[str]:
        where = f"{fact.chat}:{fact.seq}"
        accepted = place.name == "offered" and place.agent == fact.agent and place.slot == fact.slot
        if place.agent and not accepted:
            yield f"{fact.chat} went to {fact.agent} while {place.agent} held it"
        self._free(place)
        held = self.held[fact.agent]
        if fact.slot in held:
            yield f"{fact.agent} got {where} into slot {fact.slot}, where {held[fact.slot]} is"
        if len(held) >= self.limits.get(fact.agent, SLOTS):
            yield f"{fact.agent} holds {len(held) + 1} chats since {where}"
        held[fact.slot] = fact.chat
        place.name, place.agent, place.slot = name, fact.agent, fact.slot

    def _out(self, fact: ChatFact, place: ChatPlace, name: str) -> Iterator[str]:
        who = getattr(fact, "agent", "")
        if who and place.agent and place.agent != who:
            yield f"{fact.chat}:{fact.seq} says that {who} had it, but it was {place.agent}"
        self._free(place)
        place.name, place.agent, place.slot = name, "", 0

    def _free(self, place: ChatPlace) -> None:
        slots = self.held.get(place.agent, {})
        slots.pop(place.slot, None)
