"""The metrics of `/metrics` besides those of the Python process; read on each scrape and stored nowhere.

Each process reports on itself. Only the leader reports what is true of the whole workspace, so that sums over processes
are right.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds


class Durations:
    """Durations, counted in Prometheus buckets."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._counts = [0] * (len(BOUNDS) + 1)

    def note(self, seconds: float) -> None:
        self.seconds += seconds
        self._counts[bisect_left(BOUNDS, seconds)] += 1

    def metric(self, name: str, says: str) -> Metric:
        names = [*map(str, BOUNDS), "+Inf"]
        buckets = list(zip(names, accumulate(self._counts), strict=True))
        return HistogramMetricFamily(name, says, buckets=buckets, sum_value=self.seconds)


class BoardCosts(NamedTuple):
    """The cost of boards in this process so far: `open` now, frames sent, fragments rendered, seconds spent on both."""

    open: int
    frames: int
    fragments: int
    seconds: float


class DraftCosts(NamedTuple):
    """Drafts of this process: requests by outcome, how long answers took, the seconds left of a pause."""

    results: Mapping[str, int]
    seconds: Durations
    paused: float


class Leads(NamedTuple):
    """What a process does for all: fire timers, and do the other background work (archive, alerts, retention)."""

    timers: bool
    work: bool

    def by_name(self) -> Iterator[tuple[str, int]]:
        yield "timers", int(self.timers)
        for name in ("archive", "alerts", "retention"):
            yield name, int(self.work)


class ConsumerLag(NamedTuple):
    """How many entries a consumer is behind the feed, the age (s) of the first missing one, and how many it has set
    aside.
    """

    consumer: str
    entries: int
    seconds: float
    set_aside: int


class ProcessFigures(NamedTuple):
    """What one process reports on itself. `behind`: entries that its screens have not shown, and the age (s) of the
    first; None while the store is away.
    """

    release: str
    build: str
    leads: Leads
    ready: bool
    sockets: int
    calls: int
    exchanges: Durations
    primary: tuple[str, str]  # how it is found, and its address
    behind: tuple[int, float] | None
    boards: BoardCosts | None  # a process without sockets has none
    drafts: DraftCosts | None = None  # without a model there are none

    def metrics(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("sestetto_build_info", "The running release; always 1", labels=["release", "build"])
        build.add_metric([self.release, self.build], 1)
        yield build
        yield GaugeMetricFamily("sestetto_leader", "1 in the process that leads", int(self.leads.work))
        yield _labelled("sestetto_leads", "1 in the process that does this work", "work", self.leads.by_name())
        yield GaugeMetricFamily("sestetto_ready", "1 while /readyz answers 200", int(self.ready))
        yield GaugeMetricFamily("sestetto_sockets", "Sockets open in this process", self.sockets)
        yield CounterMetricFamily("sestetto_store_calls", "Calls to the store by this process", self.calls)
        primary = GaugeMetricFamily(
            "sestetto_store_primary", "Where the primary is; always 1", labels=["mode", "address"]
        )
        primary.add_metric(self.primary, 1)
        yield primary
        yield self.exchanges.metric("sestetto_store_exchange_seconds", "Round trips to the store, each with many calls")
        if self.behind is not None:
            entries, seconds = self.behind
            yield GaugeMetricFamily("sestetto_feed_entries_behind", "Entries of the feed not on screens yet", entries)
            yield GaugeMetricFamily("sestetto_feed_seconds_behind", "Age of the first of them", seconds)
        if self.boards is not None:
            yield GaugeMetricFamily("sestetto_boards", "Boards open in this process", self.boards.open)
            yield CounterMetricFamily("sestetto_board_frames", "Frames sent to boards", self.boards.frames)
            yield CounterMetricFamily("sestetto_board_fragments", "Fragments drawn for boards", self.boards.fragments)
            yield CounterMetricFamily("sestetto_board_seconds", "Time spent on drawing boards", self.boards.seconds)
        if self.drafts is not None:
            yield _counted("sestetto_drafts", "Drafts requested from the model", "result", self.drafts.results.items())
            yield self.drafts.seconds.metric("sestetto_draft_seconds", "Time the model took for a draft")
            yield GaugeMetricFamily(
                "sestetto_drafts_paused", "Seconds until the model is asked again", self.drafts.paused
            )


class WorkspaceFigures(NamedTuple):
    """What is true of the workspace: chats by place, late ones by queue, agents online, left messages, lags."""

    chats: Mapping[str, int]
    late: Mapping[str, int]
    online: int
    left: int
    consumers: Sequence[ConsumerLag]

    def metrics(self) -> Iterator[Metric]:
        yield _labelled("sestetto_chats", "Chats that have not ended", "place", self.chats.items())
        yield _labelled(
            "sestetto_chats_late", "Chats with a broken promise and no answer yet", "queue", self.late.items()
        )
        yield GaugeMetricFamily("sestetto_agents_online", "Agents connected and online", self.online)
        yield GaugeMetricFamily("sestetto_left_messages", "Left messages that nobody has handled", self.left)
        for name, says, values in (
            (
                "entries_behind",
                "Entries of the feed not in SQL",
                ((lag.consumer, lag.entries) for lag in self.consumers),
            ),
            ("seconds_behind", "Age of the first of them", ((lag.consumer, lag.seconds) for lag in self.consumers)),
            (
                "set_aside",
                "Entries that could not be stored",
                ((lag.consumer, lag.set_aside) for lag in self.consumers),
            ),
        ):
            yield _labelled(f"sestetto_consumer_{name}", says, "consumer", values)


def _labelled(name: str, says: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(name, says, labels=[label])
    for value, number in values:
        family.add_metric([value], number)
    return family


def _counted(name: str, says: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = CounterMetricFamily(name, says, labels=[label])
    for value, number in values:
        family.add_metric([value], number)
    return family


Figures = Sequence[ProcessFigures | WorkspaceFigures]


class Scrape(Collector):
    """The metrics of one scrape."""

    def __init__(self, *parts: ProcessFigures | WorkspaceFigures) -> None:
        self._parts = parts

    def collect(self) -> Iterator[Metric]:
        for part in self._parts:
            yield from part.metrics()


class ScrapeOfMany(Collector):
    """The metrics of one scrape of several workspaces: each value has the label `workspace`."""

    def __init__(
        self, parts: Mapping[str, Sequence[ProcessFigures | WorkspaceFigures]], up: Mapping[str, bool]
    ) -> None:
        self._parts = parts
        self._up = up

    def collect(self) -> Iterator[Metric]:
        yield _labelled(
            "sestetto_workspace_up", "1 while this process runs the workspace", "workspace", self._up.items()
        )
        families: dict[str, Metric] = {}
        for name, parts in self._parts.items():
            for metric in Scrape(*parts).collect():
                family = families.setdefault(metric.name, Metric(metric.name, metric.documentation, metric.type))
                family.samples += [one._replace(labels={"workspace": name, **one.labels}) for one in metric.samples]
        yield from families.values()


def registry(*parts: ProcessFigures | WorkspaceFigures) -> CollectorRegistry:
    return _registry(Scrape(*parts))


def registry_of(parts: Mapping[str, Figures], up: Mapping[str, bool]) -> CollectorRegistry:
    """`parts` and `up` by the workspace's name."""
    return _registry(ScrapeOfMany(parts, up))


def _registry(scrape: Collector) -> CollectorRegistry:
    found = CollectorRegistry()
    found.register(scrape)
    return found
