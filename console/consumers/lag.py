"""How far each consumer is behind the feed: from SQL and the store, so that every process says the same."""

import asyncio

from redis.exceptions import RedisError

from console.archive.database import Database
from console.archive.feed_cursor import FeedPosition, positions
from console.errors import SestettoError
from console.metrics import ConsumerLag
from console.queue.workspace import Workspace

PATIENCE = 1.0  # seconds for SQL; after it what was known last counts


class Lags:
    """Asked at each scrape, and by the pages. While SQL is away a lag grows from what was known last."""

    def __init__(self, workspace: Workspace, database: Database) -> None:
        self._workspace = workspace
        self._database = database
        self._known: dict[str, tuple[FeedPosition, int]] = {}

    async def read(self) -> list[ConsumerLag]:
        """By name; empty while the store is away."""
        try:
            async with asyncio.timeout(PATIENCE):
                self._known = await positions(self._database, self._workspace.name)
        except (SestettoError, TimeoutError):
            pass
        try:
            newest = await self._workspace.newest()
            return [await self._lag(name, place, aside, newest) for name, (place, aside) in sorted(self._known.items())]
        except (SestettoError, RedisError):
            return []

    async def _lag(self, name: str, place: FeedPosition, aside: int, newest: int) -> ConsumerLag:
        if place.epoch != self._workspace.epoch:
            place = FeedPosition(self._workspace.epoch, "0-0", 0)
        behind = max(newest - place.n, 0)
        since = await self._workspace.time_after(place.id) if behind else 0
        return ConsumerLag(name, behind, max(self._workspace.now() - since, 0) / 1000 if since else 0.0, aside)
