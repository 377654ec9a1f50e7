"""Whether a queue takes new chats now, and when it next does. Pure."""

from collections.abc import Mapping
from functools import lru_cache

from console.domain.directory import Hours, Queue
from console.domain.opening_hours import always, next_opening, open_at
from console.projection.picture import Picture
from console.protocol import Team

MINUTE = 60_000  # ms; opening hours start and end on whole minutes


def availability(picture: Picture, queues: Mapping[str, Queue], queue: str, now: int, *, inside: bool = False) -> Team:
    """Decide availability by the same rules as the store's `open`.

    A closed queue leads to its first open tier. Visitors who are `inside`, waiting or in a chat, are served after hours
    too. A bot that answers first takes new chats at any time.
    """
    first = picture.bots.get(queues[queue].bot) if queue in queues and not inside else None
    if first is not None and first.free:
        return Team(True)
    tiers = _tiers(queues, queue)
    openings = (_opening(queues[tier].hours, now // MINUTE) if tier in queues else 0 for tier in tiers)
    entrance = 0 if inside else next((place for place, opens in enumerate(openings) if not opens), len(tiers))
    if any(picture.online(tier) for tier in tiers[entrance:]):
        return Team(True)
    if entrance < len(tiers) and not inside:
        return Team(False)
    openings = (_opening(queues[tier].hours, now // MINUTE) for tier in tiers if tier in queues)
    return Team(False, min((opens for opens in openings if opens > 0), default=0))


def has_room(picture: Picture, queues: Mapping[str, Queue], queue: str, now: int) -> bool:
    """Whether a chat that opens now would get a slot at once: more slots are free than chats wait for them."""
    if not availability(picture, queues, queue, now).online:
        return False
    tiers = (tier for tier in _tiers(queues, queue) if tier in queues)
    served = {tier for tier in tiers if not _opening(queues[tier].hours, now // MINUTE)}
    free = sum(agent.free_slots for agent in picture.agents.values() if not served.isdisjoint(agent.queues))
    return free > sum(chat.place == "waiting" and chat.queue in served for chat in picture.chats.values())


def _tiers(queues: Mapping[str, Queue], queue: str) -> list[str]:
    """Yield the queue, then the queues that its chats overflow to."""
    tiers: list[str] = []
    while queue and queue not in tiers:  # ends if queues overflow in a loop
        tiers.append(queue)
        queue = queues[queue].overflow_to if queue in queues else ""
    return tiers


@lru_cache(maxsize=256)
def _opening(hours: Hours, minute: int) -> int:
    """Return 0 while open; else when (ms) it next opens, or -1 if not within a year. Cached per minute."""
    now = minute * MINUTE
    if always(hours) or open_at(hours, now):
        return 0
    return next_opening(hours, now) or -1
