"""What `/metrics` says beside the process's own figures: read at each scrape, kept by nobody."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry


class Figures(Collector):
    """One scrape's figures; `chats` by place, the others as they are."""

    def __init__(self, *, sockets: int, chats: dict[str, int], online: int, left: int, calls: int) -> None:
        self._sockets, self._chats, self._online, self._left, self._calls = sockets, chats, online, left, calls

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("sestetto_sockets", "Sockets open in this process", self._sockets)
        chats = GaugeMetricFamily("sestetto_chats", "Chats that have not ended", labels=["place"])
        for place, number in self._chats.items():
            chats.add_metric([place], number)
        yield chats
        yield GaugeMetricFamily("sestetto_agents_online", "Agents connected and online", self._online)
        yield GaugeMetricFamily("sestetto_left_messages", "Left messages nobody has handled", self._left)
        yield CounterMetricFamily("sestetto_store_calls", "Calls to the store by this process", self._calls)


def registry(figures: Figures) -> CollectorRegistry:
    found = CollectorRegistry()
    found.register(figures)
    return found
