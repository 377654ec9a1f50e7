"""A queue's figures of the day, summed every second. Past hours are summed only once."""

import msgspec

from console.domain.opening_hours import midnight
from console.projection.statistics import HOUR, MINUTE, QueueFigures, Statistics

SETTLED = MINUTE  # ms after which no more facts of the previous hour arrive


class Past(msgspec.Struct):
    """The sum of a day's hours, from the hour `first` to before `hour`."""

    figures: QueueFigures
    first: int
    hour: int
    total: Statistics


class Days:
    """Today's sums by queue."""

    def __init__(self) -> None:
        self._past: dict[str, Past] = {}

    def today(self, queue: str, figures: QueueFigures, now: int, zone: str = "UTC") -> Statistics:
        """Sum everything since midnight in that time zone."""
        if now % HOUR < SETTLED:
            return figures.today(now, zone)
        first, hour, past = midnight(zone, now) // HOUR, now // HOUR, self._past.get(queue)
        # A new `figures` object means that a snapshot has replaced the picture, so its hours must be summed again.
        if past is None or past.figures is not figures or (past.first, past.hour) != (first, hour):
            past = self._past[queue] = Past(figures, first, hour, _hours(figures, first, hour))
        total = _hours(figures, hour, hour + 1)
        total.merge(past.total)
        return total


def _hours(figures: QueueFigures, first: int, end: int) -> Statistics:
    total = Statistics()
    for hour in range(first, end):
        if found := figures.spans.get(f"h{hour}"):
            total.merge(found)
    return total
