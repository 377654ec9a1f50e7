"""What boards cost a server: measured with no, one and several boards in turn, under the same load."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.request import urlopen

import msgspec

from console.bench.phases import Bench
from console.bench.processes import Target, own_server, store_of, usage
from console.bench.wire import Wire

HTML = "sestetto.v1.html"
WARM_UP = 2.0  # s at the start of each window that do not count


class Window(msgspec.Struct):
    """A time window with so many boards open; shares are of one core."""

    boards: int
    server: float
    store: float
    drawing: float  # the server's own measure of rendering and sending to boards
    frames: float  # per second and board
    kib: float  # per second and board
    messages: float  # per second


class Board:
    """A supervisor's socket that counts what it receives."""

    def __init__(self) -> None:
        self.frames = self.size = 0
        self.lost = 0
        self.wire: Wire | None = None

    async def connect(self, target: Target) -> None:
        self.wire = await Wire.open(
            f"{target.sockets}/ws/board", self._heard, self._gone, subprotocol=HTML,
            Cookie=f"sestetto_session={target.cookie}", Origin=target.url,
        )  # fmt: skip
        self.wire.send(b'{"t":"hello"}')

    def leave(self) -> None:
        if self.wire is not None:
            self.wire.close()

    def _heard(self, text: bytes) -> None:
        self.frames += 1
        self.size += len(text)

    def _gone(self, code: int) -> None:
        self.lost = code


class Floor:
    """A team at work: all chats are assigned, and everybody writes at a steady rate."""

    def __init__(self, target: Target, bench: Bench, rate: float) -> None:
        self.target = target
        self.bench = bench
        self.rate = rate
        self._store = store_of(target.pid)

    async def work(self) -> None:
        """Visitors write on schedule and agents answer at once, half of the messages each. Runs until cancelled."""
        start, number = time.perf_counter(), 0
        while True:
            at = start + number / (self.rate / 2)
            await asyncio.sleep(max(at - time.perf_counter(), 0))
            self.bench.visitors[number % len(self.bench.visitors)].say()
            number += 1

    async def window(self, boards: int, seconds: float) -> Window:
        open_now = [Board() for _ in range(boards)]
        try:
            for board in open_now:
                await board.connect(self.target)
            await asyncio.sleep(WARM_UP)
            self.bench.memory.reset()
            for board in open_now:
                board.frames = board.size = 0
            server, store, started = usage(self.target.pid).cpu, usage(self._store).cpu, time.perf_counter()
            drawing = await self._drawing()
            await asyncio.sleep(seconds)
            took = time.perf_counter() - started
            if any(board.lost for board in open_now):
                raise RuntimeError(f"a board was closed with {[board.lost for board in open_now]}")
            return Window(
                boards,
                server=(usage(self.target.pid).cpu - server) / took,
                store=(usage(self._store).cpu - store) / took,
                drawing=(await self._drawing() - drawing) / took,
                frames=sum(board.frames for board in open_now) / took / max(boards, 1),
                kib=sum(board.size for board in open_now) / 1024 / took / max(boards, 1),
                messages=len(self.bench.memory.acks) / took,
            )
        finally:
            for board in open_now:
                board.leave()

    async def _drawing(self) -> float:
        return await asyncio.to_thread(_metric, f"{self.target.url}/metrics", "sestetto_board_seconds_total")


def _metric(url: str, name: str) -> float:
    with urlopen(url, timeout=10) as reply:
        lines = reply.read().decode().splitlines()
    return float(next(line.rpartition(" ")[2] for line in lines if line.startswith(f"{name} ")))


@asynccontextmanager
async def floor(agents: int, rate: float) -> AsyncIterator[Floor]:
    """Run a separate server with six chats per agent, at work."""
    async with own_server(agents) as target:
        bench = Bench(target, 6 * agents)
        try:
            await bench.connect_all()
            ready = Floor(target, bench, rate)
            working = asyncio.create_task(ready.work())
            yield ready
            working.cancel()
        finally:
            bench.leave()


async def measure(agents: int, rate: float, boards: Sequence[int], rounds: int, seconds: float) -> list[Window]:
    """Return the windows in order: each round has one window for each number of boards."""
    async with floor(agents, rate) as ready:
        return [await ready.window(number, seconds) for _ in range(rounds) for number in boards]


def median(windows: Sequence[Window], boards: int, field: str) -> float:
    return float(statistics.median(getattr(window, field) for window in windows if window.boards == boards))


def extra(windows: Sequence[Window], boards: int, field: str) -> list[float]:
    """Return what so many boards cost compared to none, round by round."""
    without = [getattr(window, field) for window in windows if window.boards == 0]
    with_boards = [getattr(window, field) for window in windows if window.boards == boards]
    return [more - less for more, less in zip(with_boards, without, strict=True)]
