"""Pushes that wait or were sent: one per device and subject, however often it is requested."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, Select, bindparam, delete, func, insert, select

from console.archive.database import Database
from console.archive.outbox import BACK_OFF, SqlOutbox
from console.archive.tables import push_messages
from console.domain.alert_delivery import Answer
from console.domain.push import Nudge

KEPT = 3_600_000  # ms that a finished push is kept, so that nobody is notified twice
MOST_WAITING = 50  # per device: an unreachable device must not fill the table


class OutgoingPush(NamedTuple):
    """A push to send now; `made` (ms) is when it was added."""

    id: int
    device: str
    nudge: Nudge
    made: int
    tries: int


class PushOutbox(SqlOutbox):
    table = push_messages
    order = "device"

    def __init__(self, database: Database, workspace: str, clock: Callable[[], int]) -> None:
        super().__init__(database, workspace, clock)
        self.on_put: list[Callable[[], None]] = []  # called when there is something to send

    async def put(self, wanted: Iterable[tuple[str, Nudge]], over: Iterable[tuple[str, str]], at: int) -> None:
        """Add nudges for devices, and take back those that are `over` (device, about) since `at`.

        Waiting pushes are dropped. A push that was sent is followed by one that closes it.
        """
        rows, ended = list(wanted), list(over)
        if rows or ended:
            await self.database.write(lambda connection: self._put(connection, rows, ended, at))
            for listener in self.on_put:
                listener()

    async def latest(self) -> dict[tuple[str, str], Nudge]:
        """Return the latest push of each device and subject."""
        wanted = select(push_messages).where(push_messages.c.workspace == self.workspace).order_by(push_messages.c.id)
        rows = await self.database.read(lambda connection: connection.execute(wanted).mappings().all())
        return {(row["device"], row["about"]): Nudge(row["kind"], row["about"], row["at"]) for row in rows}

    async def claim(self, sender: str, limit: int, busy: Collection[tuple[str, str]]) -> tuple[list[OutgoingPush], int]:
        """Claim up to `limit` pushes to send now, one for each device and subject, none of `busy` ones.

        Return them, and when (ms) the next is due, 0 for none. A push with no result within LEASE is sent again; the
        device's other pushes do not wait for it.
        """
        now = self.clock()
        due, following = self._statements
        moment = {"now": now, "latest": now + max(BACK_OFF)}

        def read(connection: Connection) -> tuple[Sequence[RowMapping], int]:
            rows = connection.execute(due, moment | {"most": limit + len(busy)}).mappings().all()
            return rows, connection.execute(following, moment).scalar() or 0

        rows, then = await self.database.read(read)
        claimed: dict[tuple[str, str], OutgoingPush] = {}
        for row in rows:
            key = (row["device"], row["about"])
            free = key not in busy and key not in claimed and len(claimed) < limit
            if free and await self._take(row["id"], row["tries"], sender, now):
                nudge = Nudge(row["kind"], row["about"], row["at"])
                claimed[key] = OutgoingPush(row["id"], row["device"], nudge, row["made"], row["tries"] + 1)
        return [*claimed.values()], then

    @cached_property
    def _statements(self) -> tuple[Select[Any], Select[Any]]:
        """What is due, and when the next is. Built once: both are read every second."""
        at = push_messages.c.next
        later = (at > bindparam("now")) & (at <= bindparam("latest"))  # a wrong clock holds none
        due = select(push_messages).where(self.waiting(), ~later).order_by(push_messages.c.id).limit(bindparam("most"))
        return due, select(func.min(at)).where(self.waiting(), later)

    async def record(self, push: OutgoingPush, answer: Answer, *, life: int, again: int = 0) -> None:
        """Record the result of a try. A failed push is retried within its `life` (ms), not before `again` ms."""
        wait = max(BACK_OFF[min(push.tries, len(BACK_OFF)) - 1], again)
        now = self.clock()
        if answer.final or now + wait >= push.made + life:
            values = self.end(answer.code, answer.detail)
        else:
            values = {"next": now + wait, "code": answer.code, "detail": answer.detail, "sender": ""}
        this = (push_messages.c.id == push.id) & (push_messages.c.tries == push.tries)
        async with self.database.writing() as connection:
            await connection.execute(push_messages.update().where(this).values(**values))

    async def drop_old(self) -> None:
        """Delete pushes that were sent or given up a while ago."""
        await self.drop_older_than(self.clock() - KEPT)

    def _put(
        self, connection: Connection, wanted: Sequence[tuple[str, Nudge]], over: Sequence[tuple[str, str]], at: int
    ) -> None:
        columns = push_messages.c
        devices = {device for device, _ in (*wanted, *over)}
        ours = (columns.workspace == self.workspace) & columns.device.in_(devices)
        rows = connection.execute(select(push_messages).where(ours).order_by(columns.id)).mappings().all()
        known = {(row["device"], row["about"], row["kind"], row["at"]) for row in rows}
        last = {(row["device"], row["about"]): row for row in rows}
        waiting = [row["device"] for row in rows if row["waits"]]
        again = {(device, nudge.about, nudge.kind, nudge.at) for device, nudge in wanted}
        things = {*over, *((device, nudge.about) for device, nudge in wanted)}
        stale = [
            row["id"]
            for row in rows
            if row["waits"]
            and (row["device"], row["about"]) in things
            and (row["device"], row["about"], row["kind"], row["at"]) not in again
        ]
        if stale:  # only the newest push of a subject is worth sending
            connection.execute(delete(push_messages).where(columns.id.in_(stale), columns.waits.is_(True)))
        fresh = [
            (device, nudge)
            for device, nudge in wanted
            if (device, nudge.about, nudge.kind, nudge.at) not in known and waiting.count(device) < MOST_WAITING
        ]
        fresh += [
            (device, Nudge("over", about, at))
            for device, about in over
            if (row := last.get((device, about))) and row["kind"] != "over" and (row["code"] == "sent" or row["sender"])
        ]
        if fresh:
            connection.execute(insert(push_messages), [self._row(device, nudge) for device, nudge in fresh])

    def _row(self, device: str, nudge: Nudge) -> dict[str, object]:
        return {**self.begun(), "device": device, "kind": nudge.kind, "about": nudge.about, "at": nudge.at}
