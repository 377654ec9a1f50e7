"""When a left message must be answered. Pure; instants are ms since 1970."""

from console.domain.directory import Hours, Queue
from console.domain.opening_hours import DAYS, YEAR, always, instants

DAY = 86_400_000  # ms


def due_of(asked: int, queue: Queue | None) -> int:
    """Return when an answer is due; 0 if nobody waits, or the queue has no target."""
    if not asked or queue is None or not queue.message_target:
        return 0
    return asked + queue.message_target if always(queue.hours) else _when_open(asked, queue.message_target, queue.hours)


def _when_open(asked: int, target: int, hours: Hours) -> int:
    """Return when the queue will have been open for that long; 0 if not within a year."""
    for ahead in range(0, YEAR, DAYS):
        for begin, end in instants(hours, asked + ahead * DAY):
            if end - begin >= target:
                return begin + target
            target -= end - begin
    return 0
