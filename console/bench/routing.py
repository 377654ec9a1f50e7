"""The cost of an assignment with few and with very many waiting chats, in one run on one store."""

import statistics
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from console.bench.fixture import CallBlock, Fixture, Sync
from console.bench.processes import usage
from console.bench.temp_store import opened, own_store

NAME = "load"
BLOCK = 200  # calls measured at once, at most a fifth of the waiting chats, which are then replaced

KINDS: dict[str, Callable[[Fixture], Callable[[int], Awaitable[CallBlock]]]] = {
    "end, next in line": lambda house: house.ends,
    "label, next in line": lambda house: house.labels,
    "open, least pressed": lambda house: house.opens,
}


class Cost(msgspec.Struct):
    """The cost of one kind of call with `waiting` chats: medians over its blocks, and the best tenth of CPU time."""

    waiting: int
    what: str
    sync: Sync
    server_us: float  # by the store's own measure (INFO commandstats), in wall-clock time
    cpu_us: float  # of the store's process, with protocol and file
    best_us: float
    per_second: float  # on one connection, pipelined


class Routing(msgspec.Struct):
    """`lies` lists differences between a clone and a real open."""

    agents: int
    costs: list[Cost]
    lies: list[str]
    store_mib: int

    def spread(self, what: str, sync: Sync) -> tuple[float, float]:
        """Return the ratio of CPU costs with most and fewest waiting chats: of medians, and of best values."""
        costs = {cost.waiting: cost for cost in self.costs if (cost.what, cost.sync) == (what, sync)}
        most, least = costs[max(costs)], costs[min(costs)]
        return round(most.cpu_us / least.cpu_us, 2), round(most.best_us / least.best_us, 2)


async def measure(agents: int, sizes: Sequence[int], syncs: Sequence[Sync], blocks: int) -> Routing:
    async with own_store() as store, opened(store.url, NAME) as workspace:
        house = Fixture(store, workspace, agents)
        await house.fill()
        costs: list[Cost] = []
        for size in sorted(sizes):
            await house.line_up(size)
            costs += await _at(house, size, syncs, blocks)
        return Routing(agents, costs, house.lies, usage(store.pid).memory >> 20)


async def _at(house: Fixture, size: int, syncs: Sequence[Sync], blocks: int) -> list[Cost]:
    """Measure kinds and durabilities in turn, so that a slow second of the machine affects all of them."""
    taken: dict[tuple[str, Sync], list[CallBlock]] = {}
    for _ in range(blocks + 1):
        for sync in syncs:
            for what, kind in KINDS.items():
                await house.sync(sync)
                taken.setdefault((what, sync), []).append(await kind(house)(min(BLOCK, size // 5)))
                await house.sync("no")
                await house.line_up(size)
    return [_cost(size, what, sync, some[1:]) for (what, sync), some in taken.items()]  # the first block only warms up


def _cost(size: int, what: str, sync: Sync, blocks: Sequence[CallBlock]) -> Cost:
    cpu = sorted(block.cpu_us for block in blocks)
    return Cost(
        size,
        what,
        sync,
        server_us=round(statistics.median(block.server_us for block in blocks), 1),
        cpu_us=round(statistics.median(cpu), 1),
        best_us=round(cpu[len(cpu) // 10], 1),
        per_second=round(statistics.median(block.per_second for block in blocks)),
    )
