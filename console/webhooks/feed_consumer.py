"""From the feed to the outbox, in the transaction that moves the cursor. Without endpoints nothing is read."""

from sqlalchemy import Connection

from console.archive.entries_aside import Batch
from console.archive.webhooks import Webhooks
from console.consumers.consumer import FeedConsumer
from console.events import Entry, Redacted
from console.queue.lead import Lead
from console.queue.workspace import Workspace
from console.webhooks.events import event_of

NAME = "webhooks"


class WebhookReader(FeedConsumer):
    between = 1.0

    def __init__(self, webhooks: Webhooks, workspace: Workspace, *, leads: Lead) -> None:
        super().__init__(NAME, self._put, workspace, webhooks.endpoints.database, leads=leads, kept=self._wake)
        self._webhooks = webhooks
        self._idle = -1  # the version of the endpoints in which none is on

    async def follow(self) -> None:
        if not self.leads():
            return
        endpoints = self._webhooks.endpoints
        version = await endpoints.version()
        if version == self._idle:
            return
        if any(one.on for one in await endpoints.read_all()):
            self._idle = -1
            await super().follow()
        else:
            await self.cursor.forget()
            self._idle = version

    def _put(self, connection: Connection, batch: Batch) -> None:
        events = [event_of(f"evt_{batch.epoch}_{entry.n}", entry.fact) for entry in batch.entries]
        happened = [event for event in events if event is not None]
        if happened:
            self._webhooks.outbox.put(connection, happened)
        for entry in batch.entries:
            if isinstance(entry.fact, Redacted):  # the former text must leave SQL, and must not be sent any more
                now = event_of("", entry.fact.fact)
                if now is not None:
                    self._webhooks.outbox.rewrite(connection, now, seq=entry.fact.of)

    async def _wake(self, entry: Entry) -> None:
        self._webhooks.outbox.wake()
