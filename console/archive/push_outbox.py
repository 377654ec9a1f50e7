"""What is to be pushed, and what was: each thing once for each device, whoever asks for it and however often."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, delete, func, insert, select

from console.archive.database import Database
from console.archive.outbox import BACK_OFF, SqlOutbox
from console.archive.tables import push_messages
from console.domain.alert_delivery import Answer
from console.domain.push import Nudge

KEPT = 3_600_000  # ms that a finished one is known, so that nobody is told twice
MOST_WAITING = 50  # of a device: one that cannot be reached must not fill the table


class OutgoingPush(NamedTuple):
    """One to send now; `made` (ms) is when it was put there."""

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
        """Put nudges for devices there, and take back what is `over` (device, about) since `at`.

        What waits is dropped; what was sent is followed by a push that closes it.
        """
        rows, ended = list(wanted), list(over)
        if rows or ended:
            await self.database.write(lambda connection: self._put(connection, rows, ended, at))
            for heed in self.on_put:
                heed()

    async def told(self) -> dict[tuple[str, str], Nudge]:
        """Return the last of each device and thing."""
        wanted = select(push_messages).where(push_messages.c.workspace == self.workspace).order_by(push_messages.c.id)
        rows = await self.database.read(lambda connection: connection.execute(wanted).mappings().all())
        return {(row["device"], row["about"]): Nudge(row["kind"], row["about"], row["at"]) for row in rows}

    async def claim(self, sender: str, limit: int, busy: Collection[tuple[str, str]]) -> tuple[list[OutgoingPush], int]:
        """Claim up to `limit` to send now, one for each device and thing, none of `busy` ones.

        Return them, and when (ms) the next is due, 0 for none. What is not recorded within LEASE is sent again; what
        else the device is to be told does not wait for that.
        """
        now = self.clock()
        later = (push_messages.c.next > now) & (push_messages.c.next <= now + max(BACK_OFF))  # a wrong clock holds none
        due = select(push_messages).where(self.waiting(), ~later).order_by(push_messages.c.id).limit(limit + len(busy))
        following = select(func.min(push_messages.c.next)).where(self.waiting(), later)

        def read(connection: Connection) -> tuple[Sequence[RowMapping], int]:
            return connection.execute(due).mappings().all(), connection.execute(following).scalar() or 0

        rows, then = await self.database.read(read)
        claimed: dict[tuple[str, str], OutgoingPush] = {}
        for row in rows:
            key = (row["device"], row["about"])
            free = key not in busy and key not in claimed and len(claimed) < limit
            if free and await self._take(row["id"], row["tries"], sender, now):
                nudge = Nudge(row["kind"], row["about"], row["at"])
                claimed[key] = OutgoingPush(row["id"], row["device"], nudge, row["made"], row["tries"] + 1)
        return [*claimed.values()], then

    async def record(self, push: OutgoingPush, answer: Answer, *, life: int, again: int = 0) -> None:
        """Record the result of a try. A failed one is tried again within its `life` (ms), not before `again` ms."""
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
        """Delete what was sent or given up a while ago."""
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
        if stale:  # only the newest of a thing is worth sending
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
