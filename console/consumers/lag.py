"""How far each consumer is behind the feed, from SQL and the store, so that all processes report the same."""

import asyncio
from collections.abc import Sequence

from redis.exceptions import RedisError

from console.archive.database import Database
from console.archive.feed_cursor import START, FeedPosition, positions
from console.archive.writer import NAME as ARCHIVE
from console.errors import SestettoError
from console.metrics import ConsumerLag
from console.queue.workspace import Workspace

PATIENCE = 1.0  # seconds for SQL; after that the last known positions count
LATE = 15.0  # seconds; an archive that is this far behind is reported


class Lags:
    """Lags, for metrics and pages. While SQL is down they grow from the last known positions."""

    def __init__(self, workspace: Workspace, database: Database) -> None:
        self._workspace = workspace
        self._database = database
        self._known: dict[str, tuple[FeedPosition, int]] = {}

    async def read(self) -> list[ConsumerLag]:
        """Return the lags by consumer name; empty while the store is down."""
        try:
            async with asyncio.timeout(PATIENCE):
                known = await positions(self._database, self._workspace.name)
            self._known = {ARCHIVE: (START, 0)} | known  # before the first archiving, the whole feed is missing
        except (SestettoError, TimeoutError):
            pass
        try:
            newest = await self._workspace.newest()
            return [await self._lag(name, place, aside, newest) for name, (place, aside) in sorted(self._known.items())]
        except (SestettoError, RedisError):
            return []

    async def behind(self, entry: str, n: int) -> tuple[int, float] | None:
        """Return how many entries follow this one, and the age (s) of the first; None while the store is down."""
        try:
            return await self._behind(entry, n, await self._workspace.newest())
        except (SestettoError, RedisError):
            return None

    async def _lag(self, name: str, place: FeedPosition, aside: int, newest: int) -> ConsumerLag:
        if place.epoch != self._workspace.epoch:
            place = FeedPosition(self._workspace.epoch, "0-0", 0)
        return ConsumerLag(name, *await self._behind(place.id, place.n, newest), aside)

    async def _behind(self, entry: str, n: int, newest: int) -> tuple[int, float]:
        behind = max(newest - n, 0)
        since = await self._workspace.time_after(entry) if behind else 0
        return behind, max(self._workspace.now() - since, 0) / 1000 if since else 0.0


def lag_of_archive(lags: Sequence[ConsumerLag]) -> ConsumerLag | None:
    return next((lag for lag in lags if lag.consumer == ARCHIVE), None)
