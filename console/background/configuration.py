"""Publishes SQL's configuration to the store, however SQL was changed; every process reads the live one."""

import time
from collections.abc import Callable

from console.background.safely import safely
from console.pairing.configuration import publish
from console.queue.workspace import LiveConfiguration
from console.services import Services
from console.timing.beat import Wake

PUBLISH = 2.0  # seconds between two checks for another version in SQL or the store ...
SELDOM = 10.0  # ... by the process that fires the timers, and by the others, which are told when it publishes
WHOLE = 60.0  # seconds until the whole configuration is compared, whatever the versions say
HOURS = 3_600.0  # seconds between two updates of the coming days' opening hours


class Publisher:
    """Publishes the configuration. Set `wake` when it may have changed."""

    def __init__(self, services: Services, leads: Callable[[], bool] = lambda: True) -> None:
        self.services = services
        self.wake = Wake()
        self._leads = leads
        self._owned = services.workspace.epoch
        self._hours_due = time.monotonic() + HOURS
        self._live = LiveConfiguration(0, "")  # as it was after the last comparison
        self._compared = -WHOLE  # monotonic

    async def publish(self) -> None:
        while True:
            await safely(self._publish())
            await self.wake.wait(PUBLISH if self._leads() else SELDOM)

    async def _publish(self) -> None:
        workspace = self.services.workspace
        if workspace.epoch != self._owned:  # a store that lost everything has lost its owner too
            await workspace.claim_store(workspace.installation)
            self._owned = workspace.epoch
        if await self._differs():
            directory = await publish(workspace, self.services.stores.directory)
            if directory.version != self.services.directory.version:
                self.services.directory = directory
            self._live, self._compared = await workspace.live_configuration(), time.monotonic()
        if time.monotonic() >= self._hours_due:
            await workspace.set_hours(self.services.directory)
            self._hours_due = time.monotonic() + HOURS

    async def _differs(self) -> bool:
        """Whether SQL or the store may have changed; reading and publishing everything costs ten times as much."""
        if time.monotonic() - self._compared >= WHOLE:
            return True
        version = await self.services.stores.directory.version()
        known = self.services.directory.version, self._live
        return (version, await self.services.workspace.live_configuration()) != known
