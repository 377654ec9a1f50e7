"""A consumer of the feed: a name, and a function that is run in the transaction that moves its cursor."""

from collections.abc import Awaitable, Callable

from console.archive.database import Database
from console.archive.feed_cursor import START, Batch, FeedCursor, FeedPosition, Write
from console.consumers.follower import Follower
from console.domain.ids import new_id
from console.events import Entry
from console.pairing.history import settle_history
from console.queue.feed import Tail
from console.queue.workspace import Workspace

PACE = 0.25  # seconds between two transactions under load: each costs more than a hundred facts in it


async def nothing(entry: Entry) -> None:
    """What is done after a batch, unless it is said."""


class FeedConsumer(Follower):
    """`write(connection, batch)` gets every entry once; what it writes there is kept with the cursor, or not at all.

    It may be run again with the same entries when a transaction failed: it changes nothing but the connection. An entry
    it fails on is set aside. `kept` is called with the last entry once a batch is in SQL.
    """

    def __init__(
        self,
        name: str,
        write: Write,
        workspace: Workspace,
        database: Database,
        *,
        leads: Callable[[], bool],
        kept: Callable[[Entry], Awaitable[None]] = nothing,
        pace: float = PACE,
    ) -> None:
        super().__init__(workspace, leads=leads)
        self.name = name
        self.cursor = FeedCursor(database, workspace.name, name)
        self._write = write
        self._kept = kept
        self._pace = pace

    async def follow(self) -> None:
        await settle_history(self.workspace, self.cursor.database)
        epoch, reader = self.workspace.epoch, new_id()
        at = await self._take(reader, epoch)
        self.well()
        tail = Tail(self.workspace.store.url, self.workspace.keys.feed, at.id, at.n, pace=self._pace, over_gaps=True)
        try:
            async for batch in tail.batches():
                if not self.goes_on(epoch):
                    return
                await self.cursor.append(Batch(epoch, batch), self._write, reader=reader)
                await self._kept(batch[-1])
        finally:
            await tail.close()

    async def _take(self, reader: str, epoch: str) -> FeedPosition:
        """The place to go on from, ours from now on."""
        start = FeedPosition(epoch, START.id, START.n)
        async with self.cursor.database.writing() as connection:
            before = await self.cursor.take(connection, reader, start)
        return before if before is not None and before.epoch == epoch else start
