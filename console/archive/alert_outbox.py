"""Alert messages to send: in order for each destination, and bounded."""

from collections.abc import Collection
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.outbox import SqlOutbox
from console.archive.tables import alert_messages
from console.domain.alert_delivery import AlertMessage, Answer
from console.domain.alerts import AlertRule, Destination

MOST_WAITING = 50  # messages per destination; beyond that the oldest are dropped


class Outgoing(NamedTuple):
    """A message for every destination of its rule."""

    rule: AlertRule
    what: str
    kind: str
    queue: str
    message: AlertMessage


class Delivery(msgspec.Struct, frozen=True):
    """A message to send now."""

    id: int
    rule: str
    destination: str
    message: AlertMessage
    made: int
    tries: int


class MessageLine(msgspec.Struct, frozen=True):
    """A message as the settings list it; `ended` is 0 while it waits, `code` is the last result."""

    id: int
    shown: str
    what: str
    kind: str
    queue: str
    subject: str
    made: int
    waits: bool
    next: int
    tries: int
    ended: int
    code: str
    detail: str


class AlertOutbox(SqlOutbox):
    table = alert_messages
    order = "destination"

    async def put(self, connection: AsyncConnection, outgoing: Outgoing, destination: Destination) -> None:
        """Add a message within a transaction; a full outbox drops its oldest."""
        here = self.waiting() & (alert_messages.c.destination == destination.id)
        count = select(func.count()).select_from(alert_messages).where(here)
        if (await connection.execute(count)).scalar_one() >= MOST_WAITING:
            oldest = select(func.min(alert_messages.c.id)).where(here).scalar_subquery()
            this = alert_messages.c.id == oldest
            await connection.execute(update(alert_messages).where(this).values(**self.end("dropped")))
        await connection.execute(insert(alert_messages).values(**self._row(outgoing, destination)))

    def _row(self, outgoing: Outgoing, destination: Destination) -> dict[str, Any]:
        return {
            "rule": outgoing.rule.id,
            "destination": destination.id,
            "shown": destination.shown,
            "what": outgoing.what,
            "kind": outgoing.kind,
            "queue": outgoing.queue,
            **msgspec.structs.asdict(outgoing.message),
            **self.begun(),
        }

    async def claim(self, sender: str, limit: int, busy: Collection[str] = ()) -> tuple[list[Delivery], int]:
        """Claim up to `limit` messages to send now, at most one per destination, none for `busy` ones.

        Return them, and when (ms) the next is due, 0 for none. A message with no result within LEASE is sent again.
        """
        claimed, following = await self.claim_rows(sender, limit, busy)
        return [self._delivery(row, tries) for row, tries in claimed], following

    def _delivery(self, row: RowMapping, tries: int) -> Delivery:
        message = AlertMessage(row["subject"], row["text"], row["html"], row["tone"])
        return Delivery(row["id"], row["rule"], row["destination"], message, row["made"], tries)

    async def record(self, delivery: Delivery, answer: Answer) -> None:
        """Record the result of a try. Failed messages are retried for a day."""
        await self.record_try(delivery.id, delivery.tries, delivery.made, answer)

    async def record_trial(
        self, rule: AlertRule, destination: Destination, message: AlertMessage, answer: Answer
    ) -> None:
        """Record a test message, which was sent at once and is never retried."""
        row = self._row(Outgoing(rule, "test", "", "", message), destination)
        async with self.database.writing() as connection:
            await connection.execute(
                insert(alert_messages).values(**{**row, **self.end(answer.code, answer.detail), "tries": 1})
            )

    async def drop_stray(self, known: Collection[str]) -> None:
        """Drop messages for destinations that no longer exist."""
        async with self.database.writing() as connection:
            gone = self.waiting() & alert_messages.c.destination.not_in(list(known))
            await connection.execute(update(alert_messages).where(gone).values(**self.end("dropped")))

    async def latest(self, rule: str, limit: int = 20) -> list[MessageLine]:
        """Return the rule's messages, newest first."""
        columns = [alert_messages.c[name] for name in MessageLine.__struct_fields__]
        this = (alert_messages.c.workspace == self.workspace) & (alert_messages.c.rule == rule)
        wanted = select(*columns).where(this).order_by(alert_messages.c.id.desc()).limit(limit)
        async with self.database.reading() as connection:
            return [MessageLine(**row) for row in (await connection.execute(wanted)).mappings()]
