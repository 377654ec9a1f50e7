"""A place for one process: a child that is restarted when it dies, and can be replaced by a new one."""

import asyncio
import signal
import time
from collections.abc import Callable

import structlog

from console.processes.child import Child
from console.queue.embedded import Pauses

START_PATIENCE = 120.0  # s until a replacement child must be ready

log = structlog.get_logger()


class Place:
    """`start` once, then run `keep`. `patience` is how many seconds a child has to stop."""

    def __init__(self, name: str, make: Callable[[bytes], Child], settings: bytes, patience: float) -> None:
        """`make` makes a child that gets these settings."""
        self.name = name
        self.child = make(settings)
        self._make = make
        self._patience = patience
        self._passing: Child | None = None  # the child that starts or stops during a replacement

    async def start(self) -> bool:
        """Start the first child; return whether it got ready."""
        await self.child.start()
        return await self.child.serves()

    async def keep(self, restarted: Callable[[], None]) -> None:
        """Restart the child of this place whenever it ends, with the same settings, forever; then call `restarted`."""
        pauses = Pauses()
        while True:
            child, began = self.child, time.monotonic()
            code = await child.wait()
            if self.child is not child:  # replaced
                continue
            served = child.ready.is_set()
            pause = pauses.after_a_death(time.monotonic() - began) if served else pauses.after_a_failure()
            log.error("process.died", process=self.name, pid=child.pid, code=code, restart_in=pause)
            await asyncio.sleep(pause)
            if self.child is child:
                await self._restart(child)
                restarted()

    async def _restart(self, dead: Child) -> None:
        fresh = self._make(dead.settings)
        if not await self._starts(fresh):  # then the dead one stays, and `keep` tries again
            return
        if self.child is not dead:  # replaced meanwhile
            await fresh.stop(signal.SIGKILL, self._patience)
            return
        self.child = fresh
        log.warning("process.restarted", process=self.name, pid=fresh.pid)

    async def _starts(self, fresh: Child) -> bool:
        """Start it; False if the machine does not allow that, as without memory."""
        try:
            await fresh.start()
        except OSError as problem:
            log.error("process.not_started", process=self.name, error=str(problem))
            return False
        return True

    async def replace(self, settings: bytes) -> bool:
        """Start a new child here, then end the current one. False if the new one did not get ready: nothing changes."""
        self._passing = fresh = self._make(settings)
        try:
            async with asyncio.timeout(START_PATIENCE):
                serves = await self._starts(fresh) and await fresh.serves()
        except TimeoutError:
            serves = False
        if not serves:
            await fresh.stop(signal.SIGKILL, self._patience)
            log.error("process.not_replaced", process=self.name, pid=self.child.pid)
            return False
        before = self.child  # the one that was there at first may have died and been restarted
        self.child, self._passing = fresh, before
        # The other processes keep serving the port, so clients need no warning: SIGINT does not drain.
        await before.stop(signal.SIGINT, self._patience)
        self._passing = None
        log.info("process.replaced", process=self.name, pid=fresh.pid, before=before.pid)
        return True

    async def stop(self, number: signal.Signals) -> None:
        both = [child for child in (self.child, self._passing) if child is not None]
        await asyncio.gather(*(child.stop(number, self._patience) for child in both))
