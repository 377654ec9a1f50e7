"""What `/metrics` says beside the process's own figures: read at each scrape, kept by nobody."""

from collections.abc import Iterator
from typing import NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry


class BoardCosts(NamedTuple):
    """What boards have cost this process so far: `open` now, frames sent, fragments drawn, seconds spent on both."""

    open: int
    frames: int
    fragments: int
    seconds: float


class ProcessFigures(Collector):
    """One scrape's figures; `chats` by place, the others as they are."""

    def __init__(
        self, *, sockets: int, chats: dict[str, int], online: int, left: int, calls: int, boards: BoardCosts
    ) -> None:
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
        boards = self._boards
        yield GaugeMetricFamily("sestetto_boards", "Boards open in this process", boards.open)
        yield CounterMetricFamily("sestetto_board_frames", "Frames sent to boards", boards.frames)
        yield CounterMetricFamily("sestetto_board_fragments", "Fragments drawn for boards", boards.fragments)
        yield CounterMetricFamily("sestetto_board_seconds", "Time spent on drawing boards", boards.seconds)


def registry(figures: ProcessFigures) -> CollectorRegistry:
    found = CollectorRegistry()
    found.register(figures)
    return found
