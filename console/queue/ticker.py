"""The ticker: wakes the store when a timer is due. Any number of processes may run one; each timer fires once."""

import asyncio
import time
from collections.abc import Callable

import structlog

from console.domain.ids import new_id
from console.queue.lead import Lead
from console.queue.workspace import Workspace
from console.timing.beat import EARLY

TICK = 1.0  # seconds between two ticks when no timer is due earlier
LEAST = 0.005  # minimum seconds between two ticks, however much is due
BEHIND = 0.1  # seconds after which other processes check whether a timer has fired; the store lets them after 90 ms

log = structlog.get_logger()


class Ticker:
    """Call `tick` and `wait` in turn, forever. `leader` is set while this process is the ticker. `leads` is set while
    it also does the work that only one process may do.

    The other processes check shortly after each timer's time: if it has not fired, the ticker is gone, and one of them
    takes over. A `fit` process also takes over from a ticker that is no longer fit. `works`: whether this process does
    the leader's other work too. One that does not fires timers only until one that does is there.
    """

    def __init__(
        self, workspace: Workspace, process: str = "", *, fit: Callable[[], bool] = lambda: True, works: bool = True
    ) -> None:
        self.process = process or new_id()
        self.leader = False
        self.leads = Lead()
        self._fit = fit
        self._works = works
        self._workspace = workspace
        self._next = 0.0  # on the monotonic clock
        self._waiter: asyncio.Future[bool] | None = None
        workspace.on_due = self._hint

    def _hint(self, now: int, due: int) -> None:
        """Note when the next timer is due, as every reply of the store tells."""
        if due:
            at = time.monotonic() + max(due - now, 0) / 1000 + (0 if self.leader else BEHIND)
            if at < self._next:
                self._next = at
                self._go_on(False)

    async def tick(self) -> None:
        self._next = (time.monotonic() + EARLY) // TICK * TICK + TICK  # with the beat
        led, fit = self.leader, self._works and self._fit()
        self.leader, _, failed = await self._workspace.tick(self.process, fit=fit)
        self.leads.turn(self.leader and self._works)
        if led and not self.leader and not fit and self._works:
            log.warning("ticker.handed_over", why="Only this process cannot reach the database.")
        for name in failed:
            log.error("timer.set_aside", timer=name)

    async def wait(self) -> None:
        """Wait until something is due, at most a second."""
        least = LEAST if self.leader else BEHIND / 4
        loop = asyncio.get_running_loop()
        while (left := self._next - time.monotonic()) > 0:
            self._waiter = loop.create_future()
            # A plain timer: `asyncio.timeout` asks for the running loop, before Python 3.12 a system call.
            timer = loop.call_later(max(left, least), self._go_on, True)
            try:
                if await self._waiter:
                    return
            finally:
                timer.cancel()
        await asyncio.sleep(least)

    def _go_on(self, is_time: bool) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(is_time)
