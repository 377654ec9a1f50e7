"""A consumer of the feed: a name, and a function that runs in the transaction that moves its cursor."""

from collections.abc import Awaitable, Callable

from console.archive.database import Database
from console.archive.entries_aside import Batch, Write
from console.archive.feed_cursor import START, FeedCursor, FeedPosition
from console.consumers.follower import Follower
from console.domain.ids import new_id
from console.events import Entry
from console.pairing.history import settle_history
from console.queue.feed import Tail
from console.queue.lead import Lead
from console.queue.workspace import Workspace

PACE = 1.0  # seconds between two transactions under load: one costs more than a hundred facts in it


async def nothing(entry: Entry) -> None:
    """Do nothing after a batch; the default for `kept`."""


class FeedConsumer(Follower):
    """Passes every entry to `write(connection, batch)` once; what it writes is committed with the cursor, or not at
    all.

    `write` may get the same entries again after a failed transaction, so it must change nothing except through the
    connection. An entry on which it fails is set aside, and passed to `late` (by default `write`) when a process takes
    over. `kept` is called with the last entry once a batch is in SQL.
    """

    def __init__(
        self,
        name: str,
        write: Write,
        workspace: Workspace,
        database: Database,
        *,
        leads: Lead,
        late: Write | None = None,
        kept: Callable[[Entry], Awaitable[None]] = nothing,
        pace: float = PACE,
    ) -> None:
        super().__init__(workspace, leads=leads)
        self.name = name
        self.cursor = FeedCursor(database, workspace.name, name)
        self._write = write
        self._late = late or write
        self._kept = kept
        self._pace = pace

    async def follow(self) -> None:
        # Before taking the cursor: if the store was set back, the epoch turns, and this round starts over.
        await settle_history(self.workspace, self.cursor.database)
        epoch, reader = self.workspace.epoch, new_id()
        at = await self._take(reader, epoch)
        self.mark_healthy()
        await self.cursor.retry_aside(self._late, reader=reader)
        store, feed = self.workspace.store, self.workspace.keys.feed
        tail = Tail(
            store.primary, feed, at.id, at.n, reader=self.name, vouch=store.vouch, pace=self._pace, over_gaps=True
        )
        try:
            async for batch in tail.batches():
                if not self.still_leads(epoch):
                    return
                if batch:
                    await self.cursor.append(Batch(epoch, batch), self._write, reader=reader)
                    await self._kept(batch[-1])
        finally:
            await tail.close()

    async def _take(self, reader: str, epoch: str) -> FeedPosition:
        """Take the cursor; return the position to go on from."""
        start = FeedPosition(epoch, START.id, START.n)
        before = await self.cursor.database.write(lambda connection: self.cursor.take(connection, reader, start))
        # A position in another history is meaningless in this one, so this one is read from its start.
        return before if before is not None and before.epoch == epoch else start
