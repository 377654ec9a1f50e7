"""Notes which version of the Functions this process uses, and deletes those that no process uses any more."""

import asyncio
from collections.abc import Callable

import structlog

from console.background.safely import safely
from console.queue.libraries import delete_unused, note_library
from console.services import Services

EVERY = 600.0  # seconds

log = structlog.get_logger()


class Libraries:
    """Every process notes; only the leading one deletes."""

    def __init__(self, services: Services, leads: Callable[[], bool]) -> None:
        self._store = services.workspace.store
        self._leads = leads

    async def run(self) -> None:
        while True:
            await safely(self._tidy())
            await asyncio.sleep(EVERY)

    async def _tidy(self) -> None:
        await note_library(self._store)
        deleted = await delete_unused(self._store) if self._leads() else []
        if deleted:
            log.info("store.libraries_deleted", versions=deleted)
