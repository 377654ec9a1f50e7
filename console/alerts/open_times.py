"""Since when a queue has been open. Queried every second, so computed only when it changes."""

from console.domain.directory import Queue
from console.domain.opening_hours import DAY, DAYS, always, instants

LOOK_BACK = DAY * 1000  # ms; a queue that opened earlier counts as open for a day


class OpenTimes:
    def __init__(self) -> None:
        """Caches when queues opened."""
        self._known: dict[str, tuple[int, int, int | None]] = {}  # queue -> from, to, open since (None: closed)

    def forget(self) -> None:
        """Forget everything; hours may have changed."""
        self._known.clear()

    def since(self, queue: Queue, now: int) -> int | None:
        """Return when (ms) the queue opened, at most a day ago, 0 if it is always open; None while it is closed."""
        if always(queue.hours):
            return 0
        begin, end, since = self._known.get(queue.id, (0, 0, None))
        if not begin <= now < end:
            begin, end, since = self._known[queue.id] = self._count(queue, now)
        return since

    def _count(self, queue: Queue, now: int) -> tuple[int, int, int | None]:
        horizon = now + DAYS * LOOK_BACK
        for opened, closed in instants(queue.hours, now - LOOK_BACK, DAYS + 1):
            if now < opened:
                return now, opened, None
            if now < closed:
                return now, closed, opened
        return now, horizon, None
