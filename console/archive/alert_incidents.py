"""Incidents found by alerts, and how far their reader has read the feed.

Only one reader at a time may write: the one that took the cursor last. Its findings, the messages to send, and its
position are saved in one transaction.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, insert, select

from console.archive.alert_outbox import AlertOutbox, Outgoing
from console.archive.database import Database
from console.archive.feed_cursor import FeedCursor, FeedPosition
from console.archive.tables import alert_incidents, chats
from console.domain.alerts import KINDS, Incident

NAME = "alerts"  # of this consumer


class AlertIncidents:
    def __init__(self, database: Database, workspace: str, outbox: AlertOutbox) -> None:
        """The incidents of one workspace."""
        self.database = database
        self.workspace = workspace
        self.outbox = outbox

    @property
    def cursor(self) -> FeedCursor:
        return FeedCursor(self.database, self.workspace, NAME)

    async def stop_following(self) -> None:
        """Stop following the feed while there is no rule. What happens until a rule exists is never reported."""
        await self.database.write(self.cursor.drop)

    async def begin(self, reader: str, epoch: str, id: str, n: int) -> tuple[FeedPosition | None, list[Incident]]:
        """Take the cursor. Return its position (None if it is new; it then starts at `n`) and the open incidents."""
        async with self.database.writing() as connection:
            before = await connection.run_sync(self.cursor.take, reader, FeedPosition(epoch, id, n))
            return before, await connection.run_sync(self._open)

    async def read_open(self) -> list[Incident]:
        """Return the open incidents."""
        return await self.database.read(self._open)

    async def keep(
        self,
        reader: str,
        place: FeedPosition,
        changed: Iterable[Incident],
        gone: Collection[tuple[str, str, str]],
        outgoing: Sequence[Outgoing],
    ) -> None:
        """Save everything found up to `place`.

        Raises Overtaken, and saves nothing, if another reader has started since.
        """
        async with self.database.writing() as connection:
            await connection.run_sync(self.cursor.move, reader, place)
            changed = list(changed)
            for key in [*gone, *(one.key for one in changed)]:
                await connection.execute(delete(alert_incidents).where(self._incident(key)))
            for one in changed:
                values = msgspec.structs.asdict(one)
                await connection.execute(insert(alert_incidents).values(workspace=self.workspace, **values))
            for message in outgoing:
                for destination in message.rule.destinations:
                    await self.outbox.put(connection, message, destination)

    async def names(self, ids: Collection[str]) -> dict[str, str]:
        """Return visitors' names by archived chat."""
        this = (chats.c.workspace == self.workspace) & chats.c.id.in_(list(ids)[:500])
        async with self.database.reading() as connection:
            return {row.id: row.name for row in await connection.execute(select(chats.c.id, chats.c.name).where(this))}

    def _open(self, connection: Connection) -> list[Incident]:
        found = connection.execute(select(alert_incidents).where(alert_incidents.c.workspace == self.workspace))
        return [_incident(dict(one)) for one in found.mappings() if one["kind"] in KINDS]

    def _incident(self, key: tuple[str, str, str]) -> ColumnElement[bool]:
        columns = alert_incidents.c
        of = (columns.rule == key[0]) & (columns.kind == key[1]) & (columns.queue == key[2])
        return (columns.workspace == self.workspace) & of


def _incident(row: dict[str, Any]) -> Incident:
    return msgspec.convert({name: row[name] for name in Incident.__struct_fields__}, Incident)
