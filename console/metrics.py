"""The metrics of `/metrics` besides the process's own; read on each scrape, kept nowhere."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry


class BoardCosts(NamedTuple):
    """The cost of boards in this process so far: `open` now, frames sent, fragments rendered, seconds spent on both."""

    open: int
    frames: int
    fragments: int
    seconds: float


class ConsumerLag(NamedTuple):
    """How many entries a consumer is behind the feed, the age (s) of the first one missing, and how many it has set
    aside.
    """

    consumer: str
    entries: int
    seconds: float
    set_aside: int


class ProcessFigures(Collector):
    """The figures of one scrape; `chats` are counted by place."""

    def __init__(
        self,
        *,
        sockets: int,
        chats: dict[str, int],
        online: int,
        left: int,
        calls: int,
        boards: BoardCosts,
        consumers: Sequence[ConsumerLag],
    ) -> None:
        self._consumers = consumers
        self._sockets, self._chats, self._online, self._left, self._calls = sockets, chats, online, left, calls
        self._boards = boards

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("sestetto_sockets", "Sockets open in this process", self._sockets)
        chats = GaugeMetricFamily("sestetto_chats", "Chats that have not ended", labels=["place"])
        for place, number in self._chats.items():
            chats.add_metric([place], number)
        yield chats
        yield GaugeMetricFamily("sestetto_agents_online", "Agents connected and online", self._online)
        yield GaugeMetricFamily("sestetto_left_messages", "Left messages nobody has handled", self._left)
        yield CounterMetricFamily("sestetto_store_calls", "Calls to the store by this process", self._calls)
        yield from self._lags()
        boards = self._boards
        yield GaugeMetricFamily("sestetto_boards", "Boards open in this process", boards.open)
        yield CounterMetricFamily("sestetto_board_frames", "Frames sent to boards", boards.frames)
        yield CounterMetricFamily("sestetto_board_fragments", "Fragments drawn for boards", boards.fragments)
        yield CounterMetricFamily("sestetto_board_seconds", "Time spent on drawing boards", boards.seconds)

    def _lags(self) -> Iterator[Metric]:
        named = ["consumer"]
        entries = GaugeMetricFamily("sestetto_consumer_entries_behind", "Entries of the feed not in SQL", labels=named)
        seconds = GaugeMetricFamily("sestetto_consumer_seconds_behind", "Age of the first of them", labels=named)
        aside = GaugeMetricFamily("sestetto_consumer_set_aside", "Entries that could not be kept", labels=named)
        for lag in self._consumers:
            entries.add_metric([lag.consumer], lag.entries)
            seconds.add_metric([lag.consumer], lag.seconds)
            aside.add_metric([lag.consumer], lag.set_aside)
        yield from (entries, seconds, aside)


def registry(figures: ProcessFigures) -> CollectorRegistry:
    found = CollectorRegistry()
    found.register(figures)
    return found
