"""Publishes SQL's configuration to the store, however SQL was changed; every process reads what is live."""

import asyncio
import time

from console.background.safely import safely
from console.services import Services

PUBLISH = 2.0  # seconds between two checks of the configuration's version in SQL
HOURS = 3_600.0  # seconds between two updates of the coming days' opening hours


class Publisher:
    """Publishes the configuration. Set `wake` when it may have changed."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.wake = asyncio.Event()
        self._hours_due = time.monotonic() + HOURS

    async def publish(self) -> None:
        while True:
            await safely(self._publish())
            try:
                async with asyncio.timeout(PUBLISH):
                    await self.wake.wait()
                    self.wake.clear()
            except TimeoutError:
                continue

    async def _publish(self) -> None:
        directory = await self.services.stores.directory.read()
        if directory.version != self.services.directory.version:
            self.services.directory = directory
        await self.services.workspace.configure(directory)
        if time.monotonic() >= self._hours_due:
            await self.services.workspace.set_hours(directory)
            self._hours_due = time.monotonic() + HOURS
