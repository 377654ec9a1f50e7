"""Records the version of the Functions that this process uses, and deletes versions that no process uses any more."""

import asyncio
from collections.abc import Callable

import structlog
from redis.exceptions import NoPermissionError

from console.background.safely import safely
from console.queue.libraries import delete_unused, note_library
from console.services import Services

EVERY = 600.0  # seconds

log = structlog.get_logger()


class Libraries:
    """Every process records its version; only the leading one deletes."""

    def __init__(self, services: Services, leads: Callable[[], bool]) -> None:
        self._workspace = services.workspace
        self._leads = leads
        self._allowed = True

    async def run(self) -> None:
        while True:
            await safely(self._tidy())
            await asyncio.sleep(EVERY)

    async def _tidy(self) -> None:
        if not self._allowed:
            return
        try:
            deleted = await self._note_and_delete()
        except NoPermissionError as problem:
            # Without permission to delete libraries, old versions stay, which costs a little memory.
            self._allowed = False
            log.info("store.libraries_kept", error=str(problem))
            return
        if deleted:
            log.info("store.libraries_deleted", versions=deleted)

    async def _note_and_delete(self) -> list[str]:
        await note_library(self._workspace)
        return await delete_unused(self._workspace) if self._leads() else []
