"""What is older than it may be goes: chats, messages of alerts, and sessions that have run out."""

import asyncio
import time
from collections.abc import Callable

import structlog

from console.background.safely import safely
from console.services import Services

SWEEP = 3_600.0  # seconds between two sweeps of what is older than it may be
MESSAGES = 30  # days that alerts stay to be looked at
DAY = 86_400_000  # ms

log = structlog.get_logger()


class Retention:
    """By the process that leads."""

    def __init__(self, services: Services, leads: Callable[[], bool]) -> None:
        self.services = services
        self._leads = leads

    async def sweep(self) -> None:
        while True:
            if self._leads():
                await safely(self._sweep())
                await asyncio.sleep(SWEEP)
            await asyncio.sleep(1)

    async def _sweep(self) -> None:
        oldest = int(time.time() * 1000) - await self.services.retention_days() * DAY
        dropped = await self.services.history.drop_older_than(oldest)
        await self.services.stores.drop_expired()
        await self.services.alerts.outbox.drop_older_than(max(oldest, int(time.time() * 1000) - MESSAGES * DAY))
        if dropped:
            log.info("retention.dropped", chats=dropped)
