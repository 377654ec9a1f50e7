"""Restores or lists chats that the store lost, once SQL has read its new history; otherwise they would never end."""

from typing import NamedTuple

import structlog

from console.background.safely import safely
from console.pairing.refilling import revive_all
from console.queue.lead import Lead
from console.services import Services
from console.timing.beat import beat

CHECK_EVERY = 5.0  # seconds between two checks that a history has been read
MARGIN = 1_000  # ms

log = structlog.get_logger()


class LostChats:
    """Finds lost chats. Only the leading process does, once per history.

    Chats that a promoted replica or an older copy of the store did not have are put back if they are from the last day,
    and otherwise listed in the archive as lost.
    """

    def __init__(self, services: Services, leads: Lead) -> None:
        self.services = services
        self._leads = leads
        self._seen = ""  # the epoch whose chats have been compared
        self._asked: LiveChats | None = None  # until SQL has read that far

    async def run(self) -> None:
        while True:
            await self._leads.begins()
            if self._seen != self.services.workspace.epoch:
                await safely(self._compare())
            await beat(CHECK_EVERY)

    async def _compare(self) -> None:
        """Find chats without an end in SQL that were not live when the store was asked, once SQL has read that far."""
        workspace = self.services.workspace
        if self._asked is None or self._asked.epoch != workspace.epoch:
            self._asked = await self._ask()
        asked = self._asked
        read = await self.services.archive.cursor()
        # Compared with the store's state when asked, not its current one: under load SQL never has all of it.
        if read.epoch != asked.epoch or read.n < asked.newest:
            return
        back = await revive_all(workspace, self.services.stores.database)
        if back:
            log.warning("chats.revived", chats=len(back), epoch=asked.epoch)
        lost = await self.services.archive.end_lost(asked.live | set(back), asked.before)
        if lost:
            log.warning("chats.lost", chats=lost, epoch=asked.epoch)
        self._seen, self._asked = asked.epoch, None

    async def _ask(self) -> "LiveChats":
        workspace = self.services.workspace
        epoch, before = workspace.epoch, workspace.now() - MARGIN
        live = await workspace.live_chats()
        # Read afterwards: the end of a chat that is not live comes before it.
        return LiveChats(epoch, before, live, await workspace.newest())


class LiveChats(NamedTuple):
    """The store's chats under `epoch`, as of entry `newest` at the latest; others quiet since `before` may be lost."""

    epoch: str
    before: int
    live: set[str]
    newest: int
