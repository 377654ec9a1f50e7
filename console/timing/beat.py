"""One pulse for all periodic jobs: jobs that wait for the same moment are woken together.

An idle process wakes once a second instead of once for each of its jobs, and jobs that wake together query SQL together
(`SqliteThreads.read`).
"""

import asyncio
from collections.abc import Callable
from weakref import WeakKeyDictionary

EARLY = 0.01  # seconds that a timer may come before its time

Moments = dict[float, list[Callable[[], None]]]

_moments: WeakKeyDictionary[asyncio.AbstractEventLoop, Moments] = WeakKeyDictionary()


async def beat(every: float) -> None:
    """Wait until the loop's clock shows the next multiple of `every` seconds, which may be soon."""
    waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    at_beat(every, lambda: None if waiter.done() else waiter.set_result(None))
    await waiter


def at_beat(every: float, call: Callable[[], None]) -> None:
    """Call `call` once, at that moment."""
    loop = asyncio.get_running_loop()
    due = ((loop.time() + EARLY) // every + 1) * every
    moments = _moments.setdefault(loop, {})
    if due not in moments:
        moments[due] = []
        loop.call_at(due, _come, loop, moments, due)
    moments[due].append(call)


def _come(loop: asyncio.AbstractEventLoop, moments: Moments, due: float) -> None:
    for call in moments.pop(due):
        try:
            call()
        except Exception as problem:  # the other jobs wait for this moment too
            loop.call_exception_handler({"message": "What looks with the beat has failed", "exception": problem})


class Wake:
    """Wakes the one job that waits for it, which otherwise runs with the beat."""

    def __init__(self) -> None:
        self._rung = False
        self._waiter: asyncio.Future[None] | None = None

    def set(self) -> None:
        """Wake the job at once, or as soon as it waits."""
        self._rung = True
        self._go_on()

    async def wait(self, every: float) -> None:
        """Wait for `set`, unless it was called since the last wait, or at most for the next beat of `every` seconds."""
        if not self._rung:
            self._waiter = asyncio.get_running_loop().create_future()
            at_beat(every, self._go_on)
            await self._waiter
        self._rung = False

    def _go_on(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
