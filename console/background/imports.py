"""Runs imports that admins have started: in small steps, one file at a time, oldest first."""

import asyncio

from console.actions.imported_rows import do_some
from console.background.safely import safely
from console.queue.lead import Lead
from console.services import Services

CHECK_EVERY = 2.0  # seconds between two checks for an import started in another process
BREATH = 0.05  # seconds between two steps, so that the archive's writer gets its turn


class Imports:
    """Runs imports, in the leading process only."""

    def __init__(self, services: Services, leads: Lead) -> None:
        self.services = services
        self._leads = leads

    async def run(self) -> None:
        while True:
            await self._leads.begins()
            if await safely(self._work()):
                await self.services.imports.begun.wait(CHECK_EVERY)

    async def _work(self) -> None:
        while self._leads() and (at := await self.services.imports.running()) is not None:
            await do_some(self.services, at)
            await asyncio.sleep(BREATH)
