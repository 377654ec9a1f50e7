"""A queue's figures of the day, added up anew every second: hours that are over are added only once."""

import msgspec

from console.projection.statistics import DAY, HOUR, MINUTE, QueueFigures, Statistics

SETTLED = MINUTE  # ms after which nothing of the hour before comes any more


class Past(msgspec.Struct):
    """The hours of a day before `hour`, of these `figures`."""

    figures: QueueFigures
    hour: int
    total: Statistics


class Days:
    """By queue. A picture that was taken anew has other figures, and nothing is known of them yet."""

    def __init__(self) -> None:
        self._past: dict[str, Past] = {}

    def today(self, queue: str, figures: QueueFigures, now: int) -> Statistics:
        """Since midnight UTC."""
        if now % HOUR < SETTLED:
            return figures.today(now)
        hour, past = now // HOUR, self._past.get(queue)
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
