"""Removes redacted text from the files of the store and of SQL. Chat logs, screens and SQL are already redacted."""

import asyncio

from console.archive.feed_cursor import read_entries
from console.background.safely import safely
from console.events import AnyFact, NoteRedacted, Redacted, Unreadable
from console.queue.lead import Lead
from console.services import Services

PAUSE = 60.0  # s between two rewrites of the store's file
AGAIN = 1.0  # s between two checks that SQL has read the feed


class Redactions:
    """Only the leading process cleans up. Every process checks at its start: the store knows what is left to do."""

    def __init__(self, services: Services, leads: Lead) -> None:
        self.services = services
        self._leads = leads
        self._some = asyncio.Event()
        self._some.set()
        self._seen = 0  # redactions

    def on_fact(self, fact: AnyFact | Unreadable) -> None:
        if isinstance(fact, Redacted | NoteRedacted):
            self._seen += 1
            self._some.set()

    async def run(self) -> None:
        while True:
            await self._some.wait()
            await self._leads.begins()
            await safely(self._round())
            await asyncio.sleep(AGAIN)

    async def _round(self) -> None:
        """Clean up; retry later what cannot be done yet. The store rewrites its whole file, so not every second."""
        workspace, seen = self.services.workspace, self._seen
        if await workspace.redacted() > 0:
            read = await self._read()
            if read == 0 or await workspace.rewrite_feed(read) > 0:
                return
            await workspace.rewrite_file()
            self.services.tidy.set()
            await asyncio.sleep(PAUSE)
        if await workspace.redacted() == 0 and seen == self._seen:
            self._some.clear()

    async def _read(self) -> int:
        """Return the number up to which every consumer has read the feed of this history."""
        workspace = self.services.workspace
        newest = {entry.consumer: entry for entry in await read_entries(self.services.database, workspace.name)}
        return min((entry.n if entry.epoch == workspace.epoch else 0 for entry in newest.values()), default=0)
