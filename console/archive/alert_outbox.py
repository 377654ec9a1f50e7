"""Alert messages to send: in order for each destination, and bounded."""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.database import Database
from console.archive.tables import alert_messages
from console.domain.alert_delivery import AlertMessage, Answer
from console.domain.alerts import AlertRule, Destination

MOST_WAITING = 50  # messages per destination; beyond that the oldest are dropped
BACK_OFF = (5_000, 15_000, 60_000, 300_000, 900_000, 1_800_000)  # ms between two tries; the last one repeats
GIVE_UP = 24 * 3_600_000  # ms
LEASE = 30_000  # ms until a try counts as lost; no delivery takes that long


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


class AlertOutbox:
    def __init__(self, database: Database, workspace: str, clock: Callable[[], int]) -> None:
        """The outbox of one workspace."""
        self.database = database
        self.workspace = workspace
        self.clock = clock

    async def put(self, connection: AsyncConnection, outgoing: Outgoing, destination: Destination) -> None:
        """Add a message within a transaction; a full outbox drops its oldest."""
        here = self._waiting() & (alert_messages.c.destination == destination.id)
        count = select(func.count()).select_from(alert_messages).where(here)
        if (await connection.execute(count)).scalar_one() >= MOST_WAITING:
            oldest = select(func.min(alert_messages.c.id)).where(here).scalar_subquery()
            this = alert_messages.c.id == oldest
            await connection.execute(update(alert_messages).where(this).values(**self._end("dropped")))
        await connection.execute(insert(alert_messages).values(**self._row(outgoing, destination)))

    def _row(self, outgoing: Outgoing, destination: Destination) -> dict[str, Any]:
        now = self.clock()
        return {
            "workspace": self.workspace,
            "rule": outgoing.rule.id,
            "destination": destination.id,
            "shown": destination.shown,
            "what": outgoing.what,
            "kind": outgoing.kind,
            "queue": outgoing.queue,
            **msgspec.structs.asdict(outgoing.message),
            "made": now,
            "waits": True,
            "next": now,
            "tries": 0,
            "sender": "",
            "ended": 0,
            "code": "",
            "detail": "",
        }

    async def claim(self, sender: str, limit: int, busy: Collection[str] = ()) -> tuple[list[Delivery], int]:
        """Claim up to `limit` messages to send now, at most one per destination, none for `busy` ones.

        Return them, and when (ms) the next is due, 0 for none. A message that is not recorded within LEASE is sent
        again.
        """
        # Only the oldest message of each destination is a candidate, which keeps them in order.
        first = select(func.min(alert_messages.c.id)).where(self._waiting()).group_by(alert_messages.c.destination)
        wanted = select(alert_messages).where(alert_messages.c.id.in_(first)).order_by(alert_messages.c.id)
        rows = await self.database.read(lambda connection: connection.execute(wanted).mappings().all())
        now = self.clock()
        claimed: list[Delivery] = []
        later: list[int] = []
        for row in rows:
            if row["destination"] in busy or len(claimed) == limit:
                continue
            if now < row["next"] <= now + max(BACK_OFF):  # a wrong clock must not hold messages back
                later.append(row["next"])
            elif await self._take(row["id"], row["tries"], sender, now):
                message = AlertMessage(row["subject"], row["text"], row["html"], row["tone"])
                claimed.append(
                    Delivery(row["id"], row["rule"], row["destination"], message, row["made"], row["tries"] + 1)
                )
        return claimed, min(later, default=0)

    async def _take(self, id: int, tries: int, sender: str, now: int) -> bool:
        # The condition on `tries` lets only one of several senders claim the message.
        this = self._waiting() & (alert_messages.c.id == id) & (alert_messages.c.tries == tries)
        async with self.database.writing() as connection:
            taken = await connection.execute(
                update(alert_messages).where(this).values(sender=sender, tries=tries + 1, next=now + LEASE)
            )
            return bool(taken.rowcount)

    async def record(self, delivery: Delivery, answer: Answer) -> None:
        """Record the result of a try. Failed messages are tried again, for a day."""
        now = self.clock()
        this = (alert_messages.c.id == delivery.id) & (alert_messages.c.tries == delivery.tries)
        if answer.final or now - delivery.made > GIVE_UP:
            values = self._end(answer.code, answer.detail)
        else:
            wait = BACK_OFF[min(delivery.tries, len(BACK_OFF)) - 1]
            values = {"next": now + wait, "code": answer.code, "detail": answer.detail, "sender": ""}
        async with self.database.writing() as connection:
            await connection.execute(update(alert_messages).where(this).values(**values))

    async def record_trial(
        self, rule: AlertRule, destination: Destination, message: AlertMessage, answer: Answer
    ) -> None:
        """Record a test message, which was sent at once and is never retried."""
        row = self._row(Outgoing(rule, "test", "", "", message), destination)
        async with self.database.writing() as connection:
            await connection.execute(
                insert(alert_messages).values(**{**row, **self._end(answer.code, answer.detail), "tries": 1})
            )

    async def drop_stray(self, known: Collection[str]) -> None:
        """Drop messages for destinations that no longer exist."""
        async with self.database.writing() as connection:
            gone = self._waiting() & alert_messages.c.destination.not_in(list(known))
            await connection.execute(update(alert_messages).where(gone).values(**self._end("dropped")))

    async def latest(self, rule: str, limit: int = 20) -> list[MessageLine]:
        """Return the rule's messages, newest first."""
        columns = [alert_messages.c[name] for name in MessageLine.__struct_fields__]
        this = (alert_messages.c.workspace == self.workspace) & (alert_messages.c.rule == rule)
        wanted = select(*columns).where(this).order_by(alert_messages.c.id.desc()).limit(limit)
        async with self.database.reading() as connection:
            return [MessageLine(**row) for row in (await connection.execute(wanted)).mappings()]

    async def drop_older_than(self, oldest: int) -> None:
        """Delete old messages: they contain visitors' names, so they must not outlive the chats."""
        async with self.database.writing() as connection:
            old = (alert_messages.c.made < oldest) & alert_messages.c.waits.is_(False)
            await connection.execute(delete(alert_messages).where(old))

    def _waiting(self) -> ColumnElement[bool]:
        return (alert_messages.c.workspace == self.workspace) & alert_messages.c.waits.is_(True)

    def _end(self, code: str, detail: str = "") -> dict[str, Any]:
        return {"waits": False, "ended": self.clock(), "code": code, "detail": detail, "sender": ""}
