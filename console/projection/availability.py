"""Whether a queue takes new chats now, and when it next does. Pure."""

from collections.abc import Mapping
from functools import lru_cache

from console.domain.directory import Hours, Queue
from console.domain.opening_hours import always, next_opening, open_at
from console.projection.picture import Picture
from console.protocol import Team

MINUTE = 60_000  # ms; opening hours start and end on whole minutes


def availability(picture: Picture, queues: Mapping[str, Queue], queue: str, now: int, *, inside: bool = False) -> Team:
    """Decide availability as the store decides about `open`.

    A queue is available within its hours while somebody is online in it or in a queue it overflows to. Visitors who are
    `inside`, waiting or in a chat, are served after hours too.
    """
    settings = queues.get(queue)
    opening = _opening(settings.hours, now // MINUTE) if settings is not None else 0
    staffed = _staffed(picture, queues, queue)
    if staffed and (inside or not opening):
        return Team(True)
    return Team(False, max(opening, 0))


def _staffed(picture: Picture, queues: Mapping[str, Queue], queue: str) -> bool:
    # `seen` ends the walk if queues overflow in a loop.
    seen: set[str] = set()
    while queue and queue not in seen:
        if picture.online(queue):
            return True
        seen.add(queue)
        queue = queues[queue].overflow_to if queue in queues else ""
    return False


@lru_cache(maxsize=256)
def _opening(hours: Hours, minute: int) -> int:
    """Return 0 while open; else when (ms) it next opens, or -1 if not within a year. Cached per minute."""
    now = minute * MINUTE
    if always(hours) or open_at(hours, now):
        return 0
    return next_opening(hours, now) or -1
