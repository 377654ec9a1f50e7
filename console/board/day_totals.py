"""A queue's figures of the day, summed every second; hours that are over are summed only once."""

import msgspec

from console.projection.statistics import DAY, HOUR, MINUTE, QueueFigures, Statistics

SETTLED = MINUTE  # ms after which no more facts of the previous hour arrive


class Past(msgspec.Struct):
    """The sum of a day's hours before `hour`."""

    figures: QueueFigures
    hour: int
    total: Statistics


class Days:
    """Today's sums by queue."""

    def __init__(self) -> None:
        self._past: dict[str, Past] = {}

    def today(self, queue: str, figures: QueueFigures, now: int) -> Statistics:
        """Sum everything since midnight UTC."""
        if now % HOUR < SETTLED:
            return figures.today(now)
        hour, past = now // HOUR, self._past.get(queue)
        # Another `figures` object means that a new snapshot replaced the picture: its hours must be summed again.
        if past is None or past.figures is not figures or past.hour != hour:
            past = self._past[queue] = Past(figures, hour, _hours(figures, now // DAY * 24, hour))
        total = _hours(figures, hour, hour + 1)
        total.merge(past.total)
        return total


def _hours(figures: QueueFigures, first: int, end: int) -> Statistics:
    total = Statistics()
    for hour in range(first, end):
        if found := figures.spans.get(f"h{hour}"):
            total.merge(found)
    return total
