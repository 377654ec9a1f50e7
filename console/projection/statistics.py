"""Statistics computed from facts: durations are sketched within 1 %, shares and counts are exact. Pure.

A queue keeps one-minute spans for 90 minutes and one-hour spans for 26 hours, as `functions/figures.lua` does.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import msgspec

from console.domain.opening_hours import midnight

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000  # ms
MINUTES, HOURS = 90, 26  # how many spans are kept
KINDS = "avrfwhu"  # of durations, see Statistics
BUCKET = 1.02  # each bucket is 2 % wider than the one before
COUNTERS = (
    "opened", "left", "abandoned", "patience", "promised", "kept", "canned", "expected", "right",
    "suggested", "suggested_taken", "suggested_edited", "drafted", "drafted_taken", "drafted_edited",
    "automatic", "broke", "late_ended", "late_left", "late_no_reply", "late_moved", "moved", "held_left",
    "to_label", "labelled", "bot", "bot_handed", "bot_solved",
)  # fmt: skip

CHANNEL_KINDS = "vrf"  # kinds that are also kept by channel
CHANNEL_COUNTERS = ("opened", "broke", "held_left", "late_ended", "late_left")

AGENT_COUNTERS = {  # stored name: own
    "n": "n", "w": "within", "x": "broke", "rn": "answers", "rw": "answered_in_time", "rx": "unanswered",
    "br": "breathers", "c": "to_label", "cr": "labelled",
}  # fmt: skip


class Sketch(msgspec.Struct):
    """A sketch of durations: their number, how many were within the target, and their distribution."""

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

    def without(self, parts: Sequence["Sketch"]) -> "Sketch":
        """Return the sketch without these parts of it."""
        buckets = {at: n - sum(part.buckets.get(at, 0) for part in parts) for at, n in self.buckets.items()}
        kept = {at: n for at, n in buckets.items() if n > 0}
        return Sketch(sum(kept.values()), max(self.within - sum(part.within for part in parts), 0), kept)

    def quantile(self, share: float) -> int:
        """Return the duration (ms, within 1 %) that the given share did not exceed; 0 if the sketch is empty."""
        rank, seen = share * self.n, 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen >= rank:
                return int(BUCKET ** (bucket + 0.5))
        return 0


class DayFigures(Sketch):
    """An agent's replies, and how often the agent's own time for a chat ran out (`broke`), whatever the outcome.

    A reply is a first word: the answer, or a holding reply. `unanswered` counts chats that ended with the agent after
    holding replies only, `breathers` the breathers taken, `to_label` chats that asked for a reason, and `labelled`
    those of them that have one.
    """

    broke: int = 0
    answers: int = 0
    answered_in_time: int = 0
    unanswered: int = 0
    breathers: int = 0
    to_label: int = 0
    labelled: int = 0
    load: dict[int, int] = {}  # slots in use -> ms

    def add_counts(self, other: "DayFigures") -> None:
        """Add everything except the sketch."""
        self.broke += other.broke
        self.answers += other.answers
        self.answered_in_time += other.answered_in_time
        self.unanswered += other.unanswered
        self.breathers += other.breathers
        self.to_label += other.to_label
        self.labelled += other.labelled
        for slots, ms in other.load.items():
            self.load[slots] = self.load.get(slots, 0) + ms

    def first_word(self) -> float | None:
        """Return the share of what came due that had a first word within its time; None if nothing came due."""
        return self.within / self.came_due if self.came_due else None

    def answered(self) -> float | None:
        """Return the share of answers in time; those that never came count as not in time. None if there are none."""
        return self.answered_in_time / self.answers_due if self.answers_due else None

    @property
    def answers_due(self) -> int:
        return self.answers + self.unanswered

    @property
    def came_due(self) -> int:
        return self.within + self.broke


class AgentFigures(msgspec.Struct):
    """An agent's figures by hour since 1970, for 26 hours, as `functions/figures.lua` keeps them."""

    hours: dict[int, DayFigures] = {}

    def at(self, ms: int) -> DayFigures:
        """Return the hour that counts an event at `ms`. A new hour drops those that are no longer kept."""
        hour = ms // HOUR
        if hour not in self.hours:
            self.hours = {one: figures for one, figures in self.hours.items() if one > hour - HOURS}
            self.hours[hour] = DayFigures()
        return self.hours[hour]

    def held(self, slots: int, since: int, now: int) -> None:
        """Count that this many slots were in use from `since` (0: unknown, nothing is counted) until `now`."""
        since = max(since, now - (HOURS - 1) * HOUR) if since else now
        while slots and since < now:
            until = min((since // HOUR + 1) * HOUR, now)
            load = self.at(since).load
            load[slots] = load.get(slots, 0) + until - since
            since = until

    def today(self, now: int, zone: str = "UTC") -> DayFigures:
        """Sum everything since midnight in that time zone."""
        total, first = DayFigures(), midnight(zone, now) // HOUR
        for hour, figures in self.hours.items():
            if first <= hour <= now // HOUR:
                total.merge(figures)
                total.add_counts(figures)
        return total


class Statistics(msgspec.Struct):
    """Measurements and counts of a span of time.

    Kinds: `a` agents' reply times, including holding replies, `v` the same as visitors experienced them, `r` times from
    the question to the answer, `f` first responses, `w` waits, `h` handle times, `u` wrap-up. Counters: see COUNTERS;
    `patience` is the longest wait (ms) of a visitor who left. `channels` has the figures of chats by mail, text message
    and so on, which are also included in the totals.
    """

    kinds: dict[str, Sketch] = {}
    counters: dict[str, int] = {}
    channels: dict[str, "Statistics"] = {}

    def of(self, kind: str) -> Sketch:
        """Return the sketch of a kind; empty if nothing was measured."""
        return self.kinds.get(kind) or Sketch()

    def count(self, counter: str) -> int:
        return self.counters.get(counter, 0)

    def add(self, counter: str, by: int = 1, *, channel: str = "") -> None:
        """Add to a counter, and to that of a channel (empty: none); `patience` keeps the maximum instead."""
        was = self.counters.get(counter, 0)
        self.counters[counter] = max(was, by) if counter == "patience" else was + by
        if channel and counter in CHANNEL_COUNTERS:
            self._of_channel(channel).add(counter, by)

    def measure(self, kind: str, ms: int, *, within: bool = False, channel: str = "") -> None:
        (self.kinds.get(kind) or self.kinds.setdefault(kind, Sketch())).add(ms, within=within)
        if channel and kind in CHANNEL_KINDS:
            self._of_channel(channel).measure(kind, ms, within=within)

    def _of_channel(self, channel: str) -> "Statistics":
        return self.channels.get(channel) or self.channels.setdefault(channel, Statistics())

    def live(self) -> "Statistics":
        """Return the channel figures of all other chats, whose visitors wait in front of the chat."""
        rest = Statistics()
        for counter in CHANNEL_COUNTERS:
            rest.add(counter, self.count(counter) - sum(one.count(counter) for one in self.channels.values()))
        for kind in CHANNEL_KINDS:
            rest.kinds[kind] = self.of(kind).without([one.of(kind) for one in self.channels.values()])
        return rest

    def came_due(self) -> int:
        """Return how many promises to visitors were kept or broken, each counted once, whatever the outcome."""
        return self.of("v").within + self.count("broke")

    def answers_due(self) -> int:
        """Return how many answers were given or never came, to visitors who had a first word or whose turn was late."""
        return self.of("r").n + self.count("held_left") + self.count("late_ended") + self.count("late_left")

    def merge(self, other: "Statistics") -> None:
        for kind, sketch in other.kinds.items():
            self.kinds.setdefault(kind, Sketch()).merge(sketch)
        for counter, count in other.counters.items():
            self.add(counter, count)
        for channel, figures in other.channels.items():
            self._of_channel(channel).merge(figures)


class QueueFigures(msgspec.Struct):
    """A queue's figures by span: `m29384` is a minute, `h489` an hour, counted since 1970."""

    spans: dict[str, Statistics] = {}

    def at(self, ms: int) -> tuple[Statistics, Statistics]:
        """Return the minute and the hour that count an event at `ms`."""
        minute, hour = span_names(ms // MINUTE)
        counting = self.spans.get(minute), self.spans.get(hour)
        if counting[0] is None or counting[1] is None:
            self.prune(ms)
            return self.spans.setdefault(minute, Statistics()), self.spans.setdefault(hour, Statistics())
        return counting[0], counting[1]

    def prune(self, now: int) -> None:
        """Drop spans that are no longer kept."""
        least = {"m": now // MINUTE - MINUTES + 1, "h": now // HOUR - HOURS + 1}
        self.spans = {
            span: figures
            for span, figures in self.spans.items()
            if (number := number_of(span[1:])) is not None and number >= least.get(span[0], math.inf)
        }

    def over(self, now: int, minutes: int) -> Statistics:
        """Sum the last `minutes` (at most 90), the current one included."""
        last = now // MINUTE
        return self._sum(f"m{minute}" for minute in range(last - minutes + 1, last + 1))

    def today(self, now: int, zone: str = "UTC") -> Statistics:
        """Sum everything since midnight in that time zone, from the hour in which it was."""
        return self._sum(f"h{hour}" for hour in range(midnight(zone, now) // HOUR, now // HOUR + 1))

    def _sum(self, spans: Iterable[str]) -> Statistics:
        total = Statistics()
        for span in spans:
            if span in self.spans:
                total.merge(self.spans[span])
        return total


def agent_figures_of(counted: Mapping[str, str]) -> AgentFigures:
    """Build an agent's figures from the store's fields: `<hour>:<name>` as in AGENT_COUNTERS, `<hour>:b<bucket>`, and
    `<hour>:l<slots>`.

    Skips other fields, since other releases running beside this one count more, or by day.
    """
    found = AgentFigures()
    for field, value in counted.items():
        first, _, name = field.partition(":")
        hour, bucket = number_of(first), number_of(name[1:]) if name[:1] == "b" else None
        slots = number_of(name[1:]) if name[:1] == "l" else None
        if hour is None or (name not in AGENT_COUNTERS and bucket is None and slots is None):
            continue
        figures, count = found.hours.setdefault(hour, DayFigures()), int(value)
        if bucket is not None:
            figures.buckets[bucket] = count
        elif slots is not None:
            figures.load[slots] = count
        else:
            setattr(figures, AGENT_COUNTERS[name], count)
    return found


def number_of(text: str) -> int | None:
    """Return the integer in a name in the store; None if there is none."""
    return int(text) if text.removeprefix("-").isdecimal() else None


@lru_cache(maxsize=64)
def span_names(minute: int) -> tuple[str, str]:
    """Return the names of a minute since 1970, and of its hour."""
    return f"m{minute}", f"h{minute * MINUTE // HOUR}"


@lru_cache(maxsize=1024)  # an answer counts several times, in its minute and in its hour
def bucket_of(ms: int) -> int:
    return math.floor(math.log(max(ms, 1)) / math.log(BUCKET))


def figures_of(counted: Mapping[str, str]) -> Statistics:
    """Build a span from the store's fields: `<kind>w` (count within target), `<kind><bucket>`, and counters by name;
    for a channel, with `<channel>/` in front.

    Skips other fields, since other releases running beside this one count more.
    """
    total = Statistics()
    for name, value in counted.items():
        channel, parted, field = name.rpartition("/")
        figures = total._of_channel(channel) if parted else total
        if field in COUNTERS:
            figures.counters[field] = int(value)
            continue
        kind, rest = field[:1], field[1:]
        bucket = number_of(rest)
        if kind not in KINDS or (rest != "w" and bucket is None):
            continue
        sketch = figures.kinds.setdefault(kind, Sketch())
        if bucket is None:
            sketch.within = int(value)
        else:
            sketch.buckets[bucket] = int(value)
            sketch.n += int(value)
    return total
