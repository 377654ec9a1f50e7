"""Imports what admins have read in: in small steps, one file at a time, the oldest first."""

import asyncio
from collections.abc import Callable

from console.actions.imported_rows import do_some
from console.background.safely import safely
from console.services import Services

LOOK = 1.0  # seconds between two looks for something to import
BREATH = 0.05  # seconds between two steps, so that the archive's writer gets its turn


class Imports:
    """Does imports. Only the leading process does."""

    def __init__(self, services: Services, leads: Callable[[], bool]) -> None:
        self.services = services
        self._leads = leads

    async def run(self) -> None:
        while True:
            if self._leads():
                await safely(self._work())
            await asyncio.sleep(LOOK)

    async def _work(self) -> None:
        while self._leads() and (at := await self.services.imports.running()) is not None:
            await do_some(self.services, at)
            await asyncio.sleep(BREATH)
