"""Erases again what a restored backup has brought back."""

import asyncio

from console.actions.erasing import erase_again
from console.background.safely import safely
from console.queue.lead import Lead
from console.services import Services

SOON, SELDOM = 60.0, 3_600.0  # seconds between two checks: after a start, and later
FIRST = 3  # checks after a start, since what a store brings back reaches SQL a little later


class Erasures:
    """Only the leading process erases."""

    def __init__(self, services: Services, leads: Lead) -> None:
        self.services = services
        self._leads = leads

    async def run(self) -> None:
        looks = 0
        while True:
            await self._leads.begins()
            well = await safely(erase_again(self.services))
            looks = looks + 1 if well else 0
            await asyncio.sleep(SELDOM if looks > FIRST else SOON)
