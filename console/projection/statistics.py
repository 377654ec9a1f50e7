"""Statistics that facts add up to: durations sketched within 1 %, shares and counts exact. Pure.

A queue's stand in spans of a minute (for 90 minutes) and of an hour (for 26), as `functions/figures.lua` keeps them.
"""

import math
from collections.abc import Iterable, Mapping

import msgspec

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000  # ms
MINUTES, HOURS = 90, 26  # spans that are kept
BUCKET = 1.02  # each is 2 % wider than the one before
COUNTERS = (
    "opened", "left", "abandoned", "patience", "promised", "kept", "canned", "expected", "right",
)  # fmt: skip


class Sketch(msgspec.Struct):
    """Durations: how many, how many of them within what was promised, and their spread."""

    n: int = 0
    within: int = 0
    buckets: dict[int, int] = {}

    def add(self, ms: int, *, within: bool = False) -> None:
        self.n += 1
        self.within += within
        bucket = bucket_of(ms)
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1

    def merge(self, other: "Sketch") -> None:
        self.n += other.n
        self.within += other.within
        for bucket, count in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + count

    def quantile(self, share: float) -> int:
        """The duration (ms, within 1 %) that `share` of them did not exceed; 0 without any."""
        rank, seen = share * self.n, 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen >= rank:
                return int(BUCKET ** (bucket + 0.5))
        return 0

    def share_within(self) -> float | None:
        """0..1; None without any."""
        return self.within / self.n if self.n else None


class DayFigures(Sketch):
    """An agent's answers since midnight UTC."""

    day: int = 0

    def measure(self, at: int, ms: int, *, within: bool) -> None:
        """One answer of `ms` at `at`."""
        if at // DAY != self.day:
            self.day, self.n, self.within, self.buckets = at // DAY, 0, 0, {}
        self.add(ms, within=within)

    def today(self, now: int) -> "DayFigures":
        """These, or none at all once their day is over."""
        return self if now // DAY == self.day else DayFigures(day=now // DAY)


class Statistics(msgspec.Struct):
    """What was measured and counted in some time.

    Kinds: `a` the agent's answers, `v` the same as visitors felt them, `f` first answers, `w` waits, `h` handling,
    `u` wrap-up. Counters: COUNTERS; `patience` is the longest wait (ms) of one who left.
    """

    kinds: dict[str, Sketch] = {}
    counters: dict[str, int] = {}

    def of(self, kind: str) -> Sketch:
        """The sketch of that kind, empty when nothing was measured."""
        return self.kinds.get(kind) or Sketch()

    def count(self, counter: str) -> int:
        return self.counters.get(counter, 0)

    def add(self, counter: str, by: int = 1) -> None:
        """`patience` keeps the greatest; the others add up."""
        was = self.counters.get(counter, 0)
        self.counters[counter] = max(was, by) if counter == "patience" else was + by

    def measure(self, kind: str, ms: int, *, within: bool = False) -> None:
        self.kinds.setdefault(kind, Sketch()).add(ms, within=within)

    def merge(self, other: "Statistics") -> None:
        for kind, sketch in other.kinds.items():
            self.kinds.setdefault(kind, Sketch()).merge(sketch)
        for counter, count in other.counters.items():
            self.add(counter, count)


class QueueFigures(msgspec.Struct):
    """A queue's figures by span: `m29384` is a minute, `h489` an hour since 1970."""

    spans: dict[str, Statistics] = {}

    def at(self, ms: int) -> tuple[Statistics, Statistics]:
        """The minute and the hour in which what happens at `ms` is counted."""
        minute, hour = f"m{ms // MINUTE}", f"h{ms // HOUR}"
        if minute not in self.spans:
            self.prune(ms)
        return self.spans.setdefault(minute, Statistics()), self.spans.setdefault(hour, Statistics())

    def prune(self, now: int) -> None:
        """Forgets the spans that are over."""
        least = {"m": now // MINUTE - MINUTES + 1, "h": now // HOUR - HOURS + 1}
        for span in [span for span in self.spans if int(span[1:]) < least[span[0]]]:
            del self.spans[span]

    def over(self, now: int, minutes: int) -> Statistics:
        """The last `minutes` (90 at most), the running one included."""
        last = now // MINUTE
        return self._sum(f"m{minute}" for minute in range(last - minutes + 1, last + 1))

    def today(self, now: int) -> Statistics:
        """Since midnight UTC."""
        return self._sum(f"h{hour}" for hour in range(now // DAY * 24, now // HOUR + 1))

    def hourly(self, now: int, hours: int = 24) -> list[Statistics]:
        """The last `hours`, oldest first, the running one last."""
        last = now // HOUR
        return [self._sum([f"h{hour}"]) for hour in range(last - hours + 1, last + 1)]

    def _sum(self, spans: Iterable[str]) -> Statistics:
        total = Statistics()
        for span in spans:
            if span in self.spans:
                total.merge(self.spans[span])
        return total


def bucket_of(ms: int) -> int:
    return math.floor(math.log(max(ms, 1)) / math.log(BUCKET))


def figures_of(counted: Mapping[str, str]) -> Statistics:
    """A span from the store's fields: `<kind>w` of those within, `<kind><bucket>`, and counters by name."""
    figures = Statistics()
    for field, value in counted.items():
        if field in COUNTERS:
            figures.counters[field] = int(value)
            continue
        sketch, rest = figures.kinds.setdefault(field[0], Sketch()), field[1:]
        if rest == "w":
            sketch.within = int(value)
        elif rest != "n":  # an earlier release counted them beside
            sketch.buckets[int(rest)] = int(value)
            sketch.n += int(value)
    return figures
