"""One turn of one contestant: its servers are restarted, and the phases follow one another.

The phases are those of `sestetto load chat`: a closed loop, in which everybody writes again when answered, and messages
at steady rates, half from visitors on schedule, half agents' answers.
"""

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

import msgspec

from console.bench.phases import Bench, Closed, Steady, until
from console.bench.processes import Target
from tools.comparison.contestants import Contestant, Running, Sestetto
from tools.comparison.cores import cpu

QUIET = 2.0  # s for work left over from the start
IDLE = 3.0  # s


# One process; or two: visitors at one and agents at the other, or everybody at one and nobody at the other.
Spread = Literal["one", "across", "beside"]


class Plan(msgspec.Struct):
    spread: Spread = "one"
    rooms: int = 96  # conversations; six an agent
    seconds: float = 4  # of a phase
    rates: Sequence[int] = (20, 100, 200)  # messages a second
    full: bool = True  # with the closed loop


class Turn(msgspec.Struct):
    contestant: str
    spread: Spread
    idle_ms: float  # CPU ms a second of the servers while all sockets are open and nobody speaks
    full: Closed | None
    steady: list[Steady]
    shares: list[float]  # of the servers' CPU during the steady rates, for each process
    faults: dict[str, int]  # lost, doubled, disordered, ...


class Stage(Bench):
    """People of any contestant, in the phases of the load test."""

    def __init__(self, contestant: Contestant, running: Running, plan: Plan) -> None:
        super().__init__(Target(running.urls[0], running.pids[0], {}), 0)
        crowd: Any = contestant.crowd(running, self.memory, plan.rooms)  # others' people have the same methods
        self.visitors, self.agents = crowd
        self._contestant, self._running = contestant, running
        self._far = len(running.pids) - 1 if plan.spread == "across" else 0  # the agents' process

    def used(self) -> tuple[float, float]:
        return sum(self.each()), cpu(self._running.store.pid)

    def each(self) -> list[float]:
        """Return the CPU seconds of each server process so far."""
        return [cpu(pid) for pid in self._running.pids]

    async def come_all(self) -> None:
        for agent in self.agents:
            await self._contestant.come(self._running, agent, self._far)
        await until(lambda: all(agent.welcomed for agent in self.agents), "the agents to be welcomed")
        for visitor in self.visitors:
            await self._contestant.come(self._running, visitor, 0)
        await until(lambda: all(visitor.welcomed for visitor in self.visitors), "the visitors to be welcomed")
        if isinstance(self._contestant, Sestetto):
            await self.open_all()
        await self.settle()

    async def listen(self) -> float:
        """Return the servers' CPU ms a second while nobody writes."""
        await asyncio.sleep(QUIET)
        before, _ = self.used()
        await asyncio.sleep(IDLE)
        return round((self.used()[0] - before) * 1000 / IDLE, 1)

    def faults(self) -> dict[str, int]:
        """Return how many messages were lost, doubled and disordered, as the clients remember them."""
        if isinstance(self._contestant, Sestetto):
            return self.findings()
        seqs = [view.seqs for view in self.memory.views.values()]
        return {
            "lost": sum(max(one, default=0) - len(set(one)) for one in seqs),
            "doubled": sum(len(one) - len(set(one)) for one in seqs),
            "disordered": sum(after < before for one in seqs for before, after in pairwise(one)),
            "troubles": len(self.memory.troubles),
        }


async def take_turn(contestant: Contestant, plan: Plan) -> Turn:
    if isinstance(contestant, Sestetto):
        contestant.agents = plan.rooms // 6
    async with contestant.running(1 if plan.spread == "one" else 2) as running:
        stage = Stage(contestant, running, plan)
        try:
            await stage.come_all()
            idle = await stage.listen()
            full = await stage.closed(plan.seconds) if plan.full else None
            before = stage.each()
            rates = plan.rates if contestant.answers else ()
            steady = [await stage.steady(rate, max(plan.seconds, 120 / rate)) for rate in rates]
            spent = [now - then for now, then in zip(stage.each(), before, strict=True)]
            faults = stage.faults()
        finally:
            stage.leave()
    shares = [round(one / (sum(spent) or 1), 3) for one in spent]  # an echo has no steady rates
    return Turn(contestant.name, plan.spread, idle, full, steady, shares, faults)
