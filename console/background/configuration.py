"""Publishes SQL's configuration to the store, however SQL was changed; every process reads what is live."""

import asyncio
import time

from console.background.safely import safely
from console.pairing.configuration import publish
from console.services import Services

PUBLISH = 2.0  # seconds between two checks of the configuration's version in SQL
HOURS = 3_600.0  # seconds between two updates of the coming days' opening hours


class Publisher:
    """Publishes the configuration. Set `wake` when it may have changed."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.wake = asyncio.Event()
        self._owned = services.workspace.epoch
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
        workspace = self.services.workspace
        if workspace.epoch != self._owned:  # a store that lost everything has lost whose it is
            await workspace.claim_store(workspace.installation)
            self._owned = workspace.epoch
        directory = await publish(self.services.workspace, self.services.stores.directory)
        if directory.version != self.services.directory.version:
            self.services.directory = directory
        if time.monotonic() >= self._hours_due:
            await self.services.workspace.set_hours(directory)
            self._hours_due = time.monotonic() + HOURS
