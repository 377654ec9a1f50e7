"""The phases that are measured: a closed loop, an open loop at a steady rate, and sockets that only wait."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import msgspec

from console.bench.checker import check, count
from console.bench.people import LoadAgent, LoadVisitor, Memory
from console.bench.processes import NAME, Target, store_of, usage

WARM_UP = 2.0  # s that do not count
TOGETHER = 48  # visitors who open at the same time: a console has 2.5 s to show a chat
SETTLE = 30.0  # s within which the last answers must arrive


class Spent(msgspec.Struct):
    """CPU seconds of the server and its store during `seconds`."""

    seconds: float = 0
    server: float = 0
    store: float = 0


class Closed(msgspec.Struct):
    """Closed loop: every visitor writes again once answered, and every agent answers immediately."""

    seconds: float
    messages: int
    per_second: float
    server_us: float  # CPU per message
    store_us: float
    per_server_core: float  # messages per second of the server's CPU time
    ack_p50: float  # ms
    ack_p99: float


class Steady(msgspec.Struct):
    """A fixed rate of messages, half from visitors on schedule, half agents' answers. Times in ms."""

    rate: int
    per_second: float
    ack_p50: float
    ack_p99: float
    delivery_p50: float
    delivery_p99: float
    server_us: float
    store_us: float


class Idle(msgspec.Struct):
    """KiB of memory for each of `sockets` that only wait, and for each of their waiting chats."""

    sockets: int
    socket_server: float
    chat_server: float
    chat_store: float


class Bench:
    """The people of one run on one server."""

    def __init__(self, target: Target, visitors: int) -> None:
        self.target = target
        self.memory = Memory()
        self.agents = [LoadAgent(self.memory, name, bearer) for name, bearer in target.bearers.items()]
        self.visitors = [LoadVisitor(self.memory, number) for number in range(visitors)]
        self.idle: list[LoadVisitor] = []
        self._store = store_of(target.pid) if target.pid else 0

    def used(self) -> tuple[float, float]:
        """Return the CPU seconds of the server and of its store so far."""
        return usage(self.target.pid).cpu, usage(self._store).cpu

    async def gather(self) -> None:
        """Get everybody into a conversation, with no command in progress."""
        await self.connect_all()
        await self.settle()

    async def connect_all(self) -> None:
        for agent in self.agents:
            await agent.connect(self.target.sockets)
        await until(lambda: all(agent.welcomed for agent in self.agents), "the agents to be welcomed")
        await self._connect_visitors(self.visitors)
        await self.open_all()

    async def open_all(self) -> None:
        """Open the visitors' chats, no more at a time than their agents can show."""
        for start in range(0, len(self.visitors), TOGETHER):
            for visitor in self.visitors[start : start + TOGETHER]:
                visitor.open()
            await self._all_held(min(start + TOGETHER, len(self.visitors), 6 * len(self.agents)))

    async def _all_held(self, chats: int) -> None:
        await until(lambda: sum(len(agent.held) for agent in self.agents) >= chats, "every chat to be held")

    async def settle(self) -> None:
        """Wait until every message has been acknowledged and shown."""
        await until(lambda: not self.memory.open_ends, "the last answers")
        await asyncio.sleep(0.2)

    async def closed(self, seconds: float) -> Closed:
        going = True

        def next_line(visitor: LoadVisitor) -> None:
            if going:
                visitor.say()

        for visitor in self.visitors:
            visitor.on_answer = next_line
            visitor.say()
        await asyncio.sleep(WARM_UP)
        self.memory.reset()
        with self._spending() as spent:
            await asyncio.sleep(seconds)
            messages, acks = len(self.memory.acks), self.memory.acks
        going = False
        await self.settle()
        return Closed(
            seconds=round(spent.seconds, 2),
            messages=messages,
            per_second=round(messages / spent.seconds),
            server_us=_us(spent.server, messages),
            store_us=_us(spent.store, messages),
            per_server_core=round(messages / spent.server) if spent.server else 0,
            ack_p50=_ms(acks[:messages], 0.5),
            ack_p99=_ms(acks[:messages], 0.99),
        )

    async def steady(self, rate: int, seconds: float) -> Steady:
        for visitor in self.visitors:
            visitor.on_answer = lambda visitor: None
        await self._schedule(rate / 2, WARM_UP)
        await self.settle()
        self.memory.reset()
        with self._spending() as spent:
            await self._schedule(rate / 2, seconds)
        await self.settle()
        acks, deliveries = self.memory.acks, self.memory.deliveries
        return Steady(
            rate=rate,
            per_second=round(len(acks) / spent.seconds),
            ack_p50=_ms(acks, 0.5),
            ack_p99=_ms(acks, 0.99),
            delivery_p50=_ms(deliveries, 0.5),
            delivery_p99=_ms(deliveries, 0.99),
            server_us=_us(spent.server, len(acks)),
            store_us=_us(spent.store, len(acks)),
        )

    async def waiting(self, sockets: int) -> Idle:
        """Open sockets while all agents are full, so that their chats wait."""
        before = usage(self.target.pid).memory
        self.idle = [LoadVisitor(self.memory, 10_000 + number) for number in range(sockets)]
        await self._connect_visitors(self.idle)
        await asyncio.sleep(1)
        connected, store = usage(self.target.pid).memory, usage(self._store).memory
        for start in range(0, sockets, TOGETHER):
            await self._line_up(self.idle[start : start + TOGETHER])
        await asyncio.sleep(1)
        return Idle(
            sockets=sockets,
            socket_server=_kib(connected - before, sockets),
            chat_server=_kib(usage(self.target.pid).memory - connected, sockets),
            chat_store=_kib(usage(self._store).memory - store, sockets),
        )

    async def _line_up(self, visitors: Sequence[LoadVisitor]) -> None:
        for visitor in visitors:
            visitor.open()
        await until(lambda: all(visitor.chat for visitor in visitors), "the chats in line")

    def findings(self) -> dict[str, int]:
        """Return the checker's findings by kind. Waiting chats were shown to no agent."""
        idle = {visitor.name for visitor in self.idle}
        claims = [claim for claim in self.memory.claims.values() if claim.client not in idle]
        views = [view for view in self.memory.views.values() if view.client not in idle]
        found = check(claims, self.memory.record(), views)
        unanswered = sum(claim.outcome == "unknown" for claim in self.memory.claims.values())
        return count(found) | {"unanswered": unanswered, "troubles": len(self.memory.troubles)}

    async def end_chats(self) -> None:
        """Let the visitors end their chats, so that they do not fill the agents' slots in the next run."""
        theirs = [visitor for visitor in (*self.visitors, *self.idle) if visitor.chat]
        for visitor in theirs:
            visitor.end()
        with suppress(TimeoutError):
            await until(lambda: all(visitor.ended for visitor in theirs), "the chats to end")

    def leave(self) -> None:
        everybody: list[LoadVisitor | LoadAgent] = [*self.visitors, *self.idle, *self.agents]
        for person in everybody:
            if person.wire is not None:
                person.wire.close()

    async def _connect_visitors(self, visitors: Sequence[LoadVisitor]) -> None:
        for visitor in visitors:
            await visitor.connect(self.target.sockets, self.target.url, NAME)
        await until(lambda: all(visitor.welcomed for visitor in visitors), "the visitors to be welcomed")

    async def _schedule(self, rate: float, seconds: float) -> None:
        """Send one visitor's message after another, each on time; a late start does not delay the next."""
        start = time.perf_counter()
        for number in range(round(rate * seconds)):
            at = start + number / rate
            if (wait := at - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            self.visitors[number % len(self.visitors)].say(at)

    @contextmanager
    def _spending(self) -> Iterator[Spent]:
        spent = Spent()
        (server, store), start = self.used(), time.perf_counter()
        yield spent
        spent.seconds = time.perf_counter() - start
        now = self.used()
        spent.server, spent.store = now[0] - server, now[1] - store


async def until(check: Callable[[], bool], what: str) -> None:
    """Wait until `check` is true. Raises TimeoutError, which names `what`."""
    deadline = time.perf_counter() + SETTLE
    while not check():
        if time.perf_counter() > deadline:
            raise TimeoutError(f"waited {SETTLE:.0f} s for {what}")
        await asyncio.sleep(0.02)


def _ms(seconds: Sequence[float], share: float) -> float:
    """Return the duration in ms that a `share` of them did not exceed."""
    if not seconds:
        return 0
    ordered = sorted(seconds)
    return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1000, 2)


def _us(seconds: float, messages: int) -> float:
    return round(seconds / messages * 1e6, 1) if messages else 0


def _kib(size: int, parts: int) -> float:
    return round(size / parts / 1024, 1)
