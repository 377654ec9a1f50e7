"""Makes exports in the background, and deletes them a day later."""

import time

from console.background.safely import safely
from console.queue.lead import Lead
from console.services import Services

CHECK_EVERY = 2.0  # seconds between two checks for exports requested in another process
SWEEP = 60.0  # seconds between two checks for expired ones


class Exporter:
    """Only the leading process makes exports, one at a time."""

    def __init__(self, services: Services, leads: Lead) -> None:
        self._exports = services.exports
        self._leads = leads
        self._swept = 0.0

    async def run(self) -> None:
        while True:
            await self._leads.begins()
            await safely(self._round())
            await self._exports.wake.wait(CHECK_EVERY)

    async def _round(self) -> None:
        if time.monotonic() > self._swept + SWEEP or not self._swept:
            self._swept = time.monotonic()
            await self._exports.sweep(parts=True)
        while self._leads() and await self._exports.make_next(self._leads):
            pass
