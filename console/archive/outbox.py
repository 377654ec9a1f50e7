"""An outbox in SQL for what leaves this machine: each row is claimed by one sender, retried, and finally given up."""

from collections.abc import Callable, Collection
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import ColumnElement, RowMapping, Select, Table, delete, func, select, update

from console.archive.database import Database
from console.domain.alert_delivery import Answer

BACK_OFF = (5_000, 15_000, 60_000, 300_000, 900_000, 1_800_000)  # ms between two tries; the last value repeats
LEASE = 30_000  # ms until a try counts as lost; no delivery takes that long


class Claimed(NamedTuple):
    """A row to send now; `tries` includes this try."""

    row: RowMapping
    tries: int


class SqlOutbox:
    """The rows of one workspace; the table has the columns of `begun`, and an id."""

    table: ClassVar[Table]
    order: ClassVar[str]  # rows with the same value are sent in order, oldest first
    give_up: ClassVar[int] = 24 * 3_600_000  # ms

    def __init__(self, database: Database, workspace: str, clock: Callable[[], int]) -> None:
        self.database = database
        self.workspace = workspace
        self.clock = clock

    async def claim_rows(self, sender: str, limit: int, busy: Collection[str] = ()) -> tuple[list[Claimed], int]:
        """Claim up to `limit` rows to send now, at most one per `order`, none for `busy` values.

        Return them, and when (ms) the next is due, 0 for none. A row with no result within LEASE is sent again.
        """
        rows = await self.database.read(lambda connection: connection.execute(self._candidates).mappings().all())
        now = self.clock()
        claimed: list[Claimed] = []
        later: list[int] = []
        for row in rows:
            if row[self.order] in busy or len(claimed) == limit:
                continue
            if now < row["next"] <= now + max(BACK_OFF):  # a wrong clock must not hold messages back
                later.append(row["next"])
            elif await self._take(row["id"], row["tries"], sender, now):
                claimed.append(Claimed(row, row["tries"] + 1))
        return claimed, min(later, default=0)

    @cached_property
    def _candidates(self) -> Select[Any]:
        """The oldest waiting row of each `order`, which keeps them in order. Built once: it is read every second."""
        table = self.table
        first = select(func.min(table.c.id)).where(self.waiting()).group_by(table.c[self.order])
        return select(table).where(table.c.id.in_(first)).order_by(table.c.id)

    async def _take(self, id: int, tries: int, sender: str, now: int) -> bool:
        # The condition on `tries` lets only one of several senders claim the message.
        this = self.waiting() & (self.table.c.id == id) & (self.table.c.tries == tries)
        async with self.database.writing() as connection:
            taken = await connection.execute(
                update(self.table).where(this).values(sender=sender, tries=tries + 1, next=now + LEASE)
            )
            return bool(taken.rowcount)

    async def record_try(self, id: int, tries: int, made: int, answer: Answer, **more: Any) -> None:
        """Record the result of a try. A failed row is retried until it is given up."""
        now, table = self.clock(), self.table
        this = (table.c.id == id) & (table.c.tries == tries)
        if answer.final or now - made > self.give_up:
            values = {**self.end(answer.code, answer.detail), **more}
        else:
            wait = BACK_OFF[min(tries, len(BACK_OFF)) - 1]
            values = {"next": now + wait, "code": answer.code, "detail": answer.detail, "sender": ""}
        async with self.database.writing() as connection:
            await connection.execute(update(table).where(this).values(**values))

    async def drop_older_than(self, oldest: int) -> None:
        """Delete old rows: they are about people, so they must not outlive the chats."""
        async with self.database.writing() as connection:
            old = (self.table.c.made < oldest) & self.table.c.waits.is_(False)
            await connection.execute(delete(self.table).where(old))

    def begun(self) -> dict[str, Any]:
        """Return the columns of a row that has not been tried."""
        now = self.clock()
        return {
            "workspace": self.workspace,
            "made": now,
            "waits": True,
            "next": now,
            "tries": 0,
            "sender": "",
            "ended": 0,
            "code": "",
            "detail": "",
        }

    def waiting(self) -> ColumnElement[bool]:
        return (self.table.c.workspace == self.workspace) & self.table.c.waits.is_(True)

    def end(self, code: str, detail: str = "") -> dict[str, Any]:
        return {"waits": False, "ended": self.clock(), "code": code, "detail": detail, "sender": ""}
