"""Events that wait for their endpoints: each once by its id, in order within a chat, retried for a day."""

from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, select, update

from console.archive.database import Database
from console.archive.outbox import BACK_OFF, LEASE, SqlOutbox
from console.archive.tables import webhook_messages
from console.archive.webhook_endpoints import endpoints_of
from console.domain.alert_delivery import Answer
from console.domain.webhooks import WebhookEvent, webhook_event

WINDOW = 1_000  # waiting events of an endpoint that one pass considers
MOST_WAITING = 200_000  # events of one endpoint; an endpoint's long outage must not fill the disk
TEST, ERASED = "test", "chat.erased"


class OutgoingEvent(msgspec.Struct, frozen=True):
    """An event to send now."""

    id: int
    event: str
    kind: str
    chat: str
    body: str
    made: int
    tries: int


class EventLine(msgspec.Struct, frozen=True):
    """An event as the settings list it; `ended` is 0 while it waits, `code` is the last result."""

    id: int
    event: str
    kind: str
    chat: str
    made: int
    waits: bool
    next: int
    tries: int
    ended: int
    code: str
    detail: str
    took: int


class WebhookOutbox(SqlOutbox):
    table = webhook_messages
    order = "chat"
    give_up = 24 * 3_600_000  # ms

    def __init__(self, database: Database, workspace: str, clock: Callable[[], int]) -> None:
        super().__init__(database, workspace, clock)
        self.on_put: list[Callable[[], None]] = []  # called when there is something to send

    def put(self, connection: Connection, happened: Sequence[WebhookEvent]) -> int:
        """Put events into the outbox of each endpoint that wants them, within a transaction; return how many rows.

        An event that exists already, because the transaction is run again, is not added twice.
        """
        count = 0
        for endpoint in endpoints_of(connection):
            wanted = [one for one in happened if one.kind in endpoint.kinds and one.at >= endpoint.made]
            if endpoint.on and wanted and self._room(connection, endpoint.id):
                known = self._known(connection, endpoint.id, [one.id for one in wanted])
                rows = [self._row(endpoint.id, one) for one in wanted if one.id not in known]
                if rows:
                    connection.execute(insert(webhook_messages), rows)
                count += len(rows)
        return count

    def rewrite(self, connection: Connection, event: WebhookEvent, *, seq: int) -> None:
        """Replace the text of an event about that message of its chat, wherever it waits or was given up."""
        kept = webhook_messages.c.body.contains(f'"seq":{seq},', autoescape=True)
        ours = (webhook_messages.c.workspace == self.workspace) & (webhook_messages.c.chat == event.chat)
        those = ours & (webhook_messages.c.kind == event.kind) & kept
        connection.execute(update(webhook_messages).where(those).values(body=event.body))

    def put_erased(self, connection: Connection, chats: Collection[str]) -> None:
        """Replace the events of erased chats, sent or not, by one that reports the erasure."""
        ours = (webhook_messages.c.workspace == self.workspace) & webhook_messages.c.chat.in_(chats)
        connection.execute(delete(webhook_messages).where(ours))
        now = self.clock()
        self.put(connection, [webhook_event(f"evt_erased_{chat}", ERASED, now, {"chat": chat}) for chat in chats])

    def wake(self) -> None:
        """Send soon, if this process does."""
        for listener in self.on_put:
            listener()

    async def claim_of(
        self, endpoint: str, sender: str, limit: int, busy: Collection[str] = ()
    ) -> tuple[list[OutgoingEvent], int]:
        """Claim up to `limit` events of an endpoint to send now, at most one per chat, none of `busy` chats.

        Return them, and when (ms) the next is due, 0 for none. An event with no result within LEASE is sent again.
        """
        columns = [webhook_messages.c[name] for name in OutgoingEvent.__struct_fields__]
        oldest = select(*columns, webhook_messages.c.next).where(self._of(endpoint), self.waiting())
        wanted = oldest.order_by(webhook_messages.c.id).limit(WINDOW)
        rows = await self.database.read(lambda connection: connection.execute(wanted).mappings().all())
        now = self.clock()
        seen = set(busy)
        ready: list[RowMapping] = []
        later: list[int] = []
        for row in rows:
            chat = row["chat"]
            if chat and chat in seen:
                continue
            seen.add(chat)
            if now < row["next"] <= now + max(BACK_OFF):  # a wrong clock must not hold events back
                later.append(row["next"])
            elif len(ready) < limit:
                ready.append(row)
        taken = await self._claim([row["id"] for row in ready], sender, now) if ready else set()
        names = OutgoingEvent.__struct_fields__
        claimed = [
            OutgoingEvent(**{**{name: row[name] for name in names}, "tries": row["tries"] + 1})
            for row in ready
            if row["id"] in taken
        ]
        return claimed, min(later, default=0)

    async def record(self, event: OutgoingEvent, answer: Answer) -> None:
        """Record the result of a try. An event that was sent loses its text."""
        over = {"body": ""} if answer.sent else {}
        await self.record_try(event.id, event.tries, event.made, answer, took=answer.took, **over)

    async def record_test(self, endpoint: str, event: str, answer: Answer) -> None:
        """Add a test to the log of deliveries."""
        row = {**self._row(endpoint, webhook_event(event, TEST, 0, {})), **self.end(answer.code, answer.detail)}
        async with self.database.writing() as connection:
            await connection.execute(insert(webhook_messages).values(**row | {"tries": 1, "took": answer.took}))

    async def hurry(self, endpoint: str) -> None:
        """The endpoint is back: events that failed only because it was unreachable need not wait any longer."""
        held_up = self._of(endpoint) & self.waiting() & (webhook_messages.c.sender == "")
        async with self.database.writing() as connection:
            await connection.execute(update(webhook_messages).where(held_up).values(next=self.clock()))

    async def replay(self, endpoint: str, id: int | None = None) -> int:
        """Send one event that was given up again, or all of them; return how many."""
        those = self._of(endpoint) & self._dead()
        if id is not None:
            those &= webhook_messages.c.id == id
        now = self.clock()
        values = {"waits": True, "made": now, "next": now, "ended": 0, "tries": 0}
        async with self.database.writing() as connection:
            done = await connection.execute(update(webhook_messages).where(those).values(**values))
        self.wake()
        return done.rowcount

    async def latest(self, endpoint: str, limit: int = 30) -> list[EventLine]:
        """Return the newest events of an endpoint."""
        return await self._lines(self._of(endpoint), limit)

    async def dead(self, endpoint: str, limit: int = 100) -> list[EventLine]:
        """Return events that were given up, newest first."""
        return await self._lines(self._of(endpoint) & self._dead(), limit)

    async def counts(self, endpoint: str) -> tuple[int, int]:
        """Return how many events wait, and how many were given up."""
        waiting = select(func.count()).select_from(webhook_messages).where(self._of(endpoint), self.waiting())
        dead = select(func.count()).select_from(webhook_messages).where(self._of(endpoint), self._dead())
        async with self.database.reading() as connection:
            return (await connection.execute(waiting)).scalar_one(), (await connection.execute(dead)).scalar_one()

    async def _claim(self, ids: list[int], sender: str, now: int) -> set[int]:
        # The condition on `next` lets only one of several senders claim an event.
        free = self.waiting() & webhook_messages.c.id.in_(ids)
        free &= (webhook_messages.c.next <= now) | (webhook_messages.c.next > now + max(BACK_OFF))
        tried = webhook_messages.c.tries + 1
        taking = update(webhook_messages).where(free).values(sender=sender, tries=tried, next=now + LEASE)
        async with self.database.writing() as connection:
            return set((await connection.execute(taking.returning(webhook_messages.c.id))).scalars())

    def _of(self, endpoint: str) -> ColumnElement[bool]:
        return (webhook_messages.c.workspace == self.workspace) & (webhook_messages.c.endpoint == endpoint)

    def _dead(self) -> ColumnElement[bool]:
        ended = webhook_messages.c.waits.is_(False) & (webhook_messages.c.kind != TEST)
        return ended & (webhook_messages.c.code != "sent")

    def _room(self, connection: Connection, endpoint: str) -> bool:
        waiting = select(func.count()).select_from(webhook_messages).where(self._of(endpoint), self.waiting())
        return connection.execute(waiting).scalar_one() < MOST_WAITING

    def _known(self, connection: Connection, endpoint: str, ids: Iterable[str]) -> set[str]:
        wanted = select(webhook_messages.c.event).where(self._of(endpoint), webhook_messages.c.event.in_(ids))
        return set(connection.execute(wanted).scalars())

    def _row(self, endpoint: str, one: WebhookEvent) -> dict[str, object]:
        event = {"event": one.id, "kind": one.kind, "chat": one.chat, "body": one.body}
        return {"endpoint": endpoint, **event, **self.begun(), "took": 0}

    async def _lines(self, those: ColumnElement[bool], limit: int) -> list[EventLine]:
        columns = [webhook_messages.c[name] for name in EventLine.__struct_fields__]
        wanted = select(*columns).where(those).order_by(webhook_messages.c.id.desc()).limit(limit)
        async with self.database.reading() as connection:
            return [EventLine(**row) for row in (await connection.execute(wanted)).mappings()]
