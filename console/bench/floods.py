"""The cost of a flood for everybody else: measured without and with it in turn, under the same load."""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from console.bench.flood_worker import ALL
from console.bench.phases import Bench
from console.bench.processes import NAME, Target, own_server
from console.bench.wire import Wire

PING_EVERY = 0.05  # s
AGENTS = 2
RATE = 10  # messages per second, both sides together


class FloodWindow(msgspec.Struct):
    """A time window with one kind of flood, or none. Times in ms."""

    kind: str
    ping_p50: float
    ping_most: float
    ack_p50: float
    delivery_p50: float
    pings: int


class Pinger:
    """Another client's socket, which only requests a pong at intervals."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._wire: Wire | None = None

    async def connect(self, target: Target) -> None:
        address = f"{target.sockets}/ws/visitor?site={NAME}"
        self._wire = await Wire.open(address, self._heard, self._lost, Origin=target.url)
        self._wire.send(b'{"t":"hello"}')

    async def ask(self) -> None:
        """Run until cancelled."""
        while self._wire is not None:
            self._wire.send(f'{{"t":"ping","at":{time.perf_counter_ns()}}}'.encode())
            await asyncio.sleep(PING_EVERY)

    def leave(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def _heard(self, text: bytes) -> None:
        frame = msgspec.json.decode(text)
        if frame["t"] == "pong":
            self.times.append((time.perf_counter_ns() - frame["at"]) / 1e6)

    def _lost(self, code: int) -> None:
        if self._wire is not None:
            raise RuntimeError(f"the socket beside the flood was closed with {code}")


@asynccontextmanager
async def flooding(target: Target, kind: str) -> AsyncIterator[None]:
    """Run one flooding process inside the block; `kind` may be empty."""
    if not kind:
        yield
        return
    words = ("-m", "console.bench.flood_worker", target.url, NAME, kind)
    process = await asyncio.create_subprocess_exec(sys.executable, *words)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def window(target: Target, bench: Bench, kind: str, seconds: float) -> FloodWindow:
    pinger = Pinger()
    await pinger.connect(target)
    async with flooding(target, kind):
        asking = asyncio.create_task(pinger.ask())
        steady = await bench.steady(RATE, seconds)
        asking.cancel()
    pinger.leave()
    return FloodWindow(
        kind,
        ping_p50=round(statistics.median(pinger.times), 2),
        ping_most=round(max(pinger.times), 2),
        ack_p50=steady.ack_p50,
        delivery_p50=steady.delivery_p50,
        pings=len(pinger.times),
    )


async def measure(kinds: Sequence[str], rounds: int, seconds: float) -> list[FloodWindow]:
    """Return the windows in order: one without a flood before each with one."""
    async with own_server(AGENTS, pace=1) as target:
        bench = Bench(target, 6 * AGENTS)
        try:
            await bench.connect_all()
            windows: list[FloodWindow] = []
            for _ in range(rounds):
                for kind in kinds:
                    windows += [await window(target, bench, flood, seconds) for flood in ("", kind)]
            return windows
        finally:
            bench.leave()


def ratios(windows: Sequence[FloodWindow], kind: str, field: str) -> list[float]:
    """Return the ratio of each window with the flood to the one before it."""
    pairs = zip(windows[::2], windows[1::2], strict=True)
    return [getattr(loud, field) / max(getattr(quiet, field), 0.01) for quiet, loud in pairs if loud.kind == kind]


def kinds_of(only: Sequence[str]) -> Sequence[str]:
    return [kind for kind in ALL if not only or kind in only]
