"""What was archived before there was a search index comes into it bit by bit, beside everything else."""

import asyncio
from collections.abc import Callable

from console.archive.search_index import SearchIndex
from console.background.safely import safely

LOOK = 60.0  # seconds between two looks for chats that the index lacks
BREATH = 0.05  # seconds between two transactions: the archive's writer gets its turn


class SearchBackfill:
    """By the process that leads."""

    def __init__(self, index: SearchIndex, leads: Callable[[], bool]) -> None:
        self._index = index
        self._leads = leads

    async def build(self) -> None:
        while True:
            if self._leads():
                await safely(self._build())
            await asyncio.sleep(LOOK if self._leads() else 1)

    async def _build(self) -> None:
        more = True
        while more and self._leads():
            more = await self._index.build()
            await asyncio.sleep(BREATH)
