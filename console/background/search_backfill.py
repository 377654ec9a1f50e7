"""Adds chats to the search index that were archived before the index existed, in small steps."""

import asyncio

from console.archive.search_index import SearchIndex
from console.background.safely import safely
from console.queue.lead import Lead

CHECK_EVERY = 60.0  # seconds between two checks for chats missing in the index
BREATH = 0.05  # seconds between two transactions, so that the archive's writer gets its turn


class SearchBackfill:
    """Fills the search index, in the leading process only."""

    def __init__(self, index: SearchIndex, leads: Lead) -> None:
        self._index = index
        self._leads = leads

    async def build(self) -> None:
        while True:
            await self._leads.begins()
            await safely(self._build())
            await asyncio.sleep(CHECK_EVERY)

    async def _build(self) -> None:
        more = True
        while more and self._leads():
            more = await self._index.build()
            await asyncio.sleep(BREATH)
