"""Deletes data older than data retention allows: chats, sent alerts, mails and webhook events, lines of the audit log,
and expired sessions.
"""

import asyncio
import time

import structlog

from console.archive.upkeep import Upkeep
from console.background.safely import safely
from console.queue.lead import Lead
from console.services import Services
from console.timing.beat import beat

SWEEP = 3_600.0  # seconds between two sweeps
SCAN = 5.0  # seconds between two attempts to scan unscanned files
MESSAGES = 30  # days that alert messages, mails and webhook events are kept
DAY = 86_400_000  # ms

log = structlog.get_logger()


class Retention:
    """Deletes old data, in the leading process only."""

    def __init__(self, services: Services, leads: Lead) -> None:
        self.services = services
        self._leads = leads

    async def sweep(self) -> None:
        while True:
            await self._leads.begins()
            await safely(self._sweep())
            await asyncio.sleep(SWEEP)

    async def _sweep(self) -> None:
        oldest = int(time.time() * 1000) - await self.services.retention_days() * DAY
        dropped = await self.services.history.drop_older_than(oldest)
        await self.services.stores.drop_expired()
        lines = await self.services.stores.audit_retention.cut_old()
        before = max(oldest, int(time.time() * 1000) - MESSAGES * DAY)
        await self.services.alerts.outbox.drop_older_than(before)
        await self.services.post.outbox.drop_older_than(before)
        await self.services.inbox.drop_older_than(before)
        await self.services.imports.drop_old()
        await self.services.files.sweep()
        await self.services.webhooks.outbox.drop_older_than(before)
        await self.services.push.devices.drop_ended()
        stray = await self.erase_stray()
        if dropped or stray or lines:
            self.services.tidy.set()
            log.info("retention.dropped", chats=dropped, left_messages=stray, audit_lines=lines)

    async def scan(self) -> None:
        """Scan files that arrived while the scanner was away, once it is back."""
        while True:
            await self._leads.begins()
            await beat(SCAN)
            await safely(self.services.files.scan_pending())

    async def erase_stray(self) -> int:
        """Erase left messages that the archive no longer has, since no page shows them; return how many."""
        workspace, erasure = self.services.workspace, self.services.erasure
        left = await workspace.left_messages()
        stray = left - await erasure.known(left)
        erased = [chat for chat in stray if (await workspace.erase(chat))[0] == "erased"]
        await workspace.erase_from_feed(erased)
        return len(erased)

    async def tidy(self) -> None:
        """Reclaim the space of deleted data, whoever deleted it, so that its text leaves the files too."""
        upkeep = Upkeep(self.services.database)
        while True:
            await self.services.tidy.wait()
            self.services.tidy.clear()
            await safely(self.services.files.sweep())
            quiet = all(chat.place == "ended" for chat in self.services.picture.chats.values())
            if not await safely(upkeep.tidy(quiet=quiet)):
                self.services.tidy.set()  # the erased text is still in the files
