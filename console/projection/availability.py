"""Whether somebody takes a queue's new chats now, and when they next do. Pure."""

from collections.abc import Mapping
from functools import lru_cache

from console.domain.directory import Hours, Queue
from console.domain.opening_hours import always, next_opening, open_at
from console.projection.picture import Picture
from console.protocol import Team

MINUTE = 60_000  # ms: hours begin and end on one


def availability(picture: Picture, queues: Mapping[str, Queue], queue: str, now: int, *, inside: bool = False) -> Team:
    """As the store decides about `open`: within the hours, with somebody online here or where it overflows to.

    For who is `inside`, in line or in a chat, the hours do not count: what waits is worked off.
    """
    settings = queues.get(queue)
    opening = _opening(settings.hours, now // MINUTE) if settings is not None else 0
    there = _staffed(picture, queues, queue)
    if there and (inside or not opening):
        return Team(True)
    return Team(False, max(opening, 0))


def _staffed(picture: Picture, queues: Mapping[str, Queue], queue: str) -> bool:
    seen: set[str] = set()
    while queue and queue not in seen:
        if picture.online(queue):
            return True
        seen.add(queue)
        queue = queues[queue].overflow_to if queue in queues else ""
    return False


@lru_cache(maxsize=256)
def _opening(hours: Hours, minute: int) -> int:
    """0 while open; else when (ms) it next is, -1 if not within a year. Once a minute for all who ask."""
    now = minute * MINUTE
    if always(hours) or open_at(hours, now):
        return 0
    return next_opening(hours, now) or -1
