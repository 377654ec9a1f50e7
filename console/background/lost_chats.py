"""Lists chats that the store lost, once SQL has read the store's new history: only then is it clear they never end."""

import asyncio
from collections.abc import Callable

import structlog

from console.background.safely import safely
from console.services import Services

LOOK = 5.0  # seconds between two checks whether a history has been read
MARGIN = 1_000  # ms

log = structlog.get_logger()


class LostChats:
    """Finds lost chats. Only the leading process does, once per history."""

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
        """Mark chats as lost that were not live before SQL had read that far, and have no end there."""
        workspace = self.services.workspace
        epoch, before = workspace.epoch, workspace.now() - MARGIN
        live = await workspace.live_chats()
        newest = await workspace.newest()  # read afterwards: a chat that is not live has ended before that
        read = await self.services.archive.cursor()
        if read.epoch != epoch or read.n < newest:
            return
        lost = await self.services.archive.end_lost(live, before)
        if lost:
            log.warning("chats.lost", chats=lost, epoch=epoch)
        self._seen = epoch
