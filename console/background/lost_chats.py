"""A store that lost chats never says how they ended: once SQL has read its new history, they are listed as lost."""

import asyncio
from collections.abc import Callable

import structlog

from console.background.safely import safely
from console.services import Services

LOOK = 5.0  # seconds between two looks whether a history has been read
MARGIN = 1_000  # ms

log = structlog.get_logger()


class LostChats:
    """By the process that leads, once for each history."""

    def __init__(self, services: Services, leads: Callable[[], bool]) -> None:
        self.services = services
        self._leads = leads
        self._seen = ""  # the epoch whose chats have been compared

    async def run(self) -> None:
        while True:
            if self._leads() and self._seen != self.services.workspace.epoch:
                await safely(self._compare())
            await asyncio.sleep(LOOK)

    async def _compare(self) -> None:
        """What was not live before SQL had read so far, and has no end there, is gone."""
        workspace = self.services.workspace
        epoch, before = workspace.epoch, workspace.now() - MARGIN
        live = await workspace.live_chats()
        newest = await workspace.newest()  # asked after it: whoever is not live has ended before
        read = await self.services.archive.cursor()
        if read.epoch != epoch or read.n < newest:
            return
        lost = await self.services.archive.end_lost(live, before)
        if lost:
            log.warning("chats.lost", chats=lost, epoch=epoch)
        self._seen = epoch
