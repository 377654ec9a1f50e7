"""Who changed which setting, and how it was before: one line a change, in the change's own transaction."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import msgspec
from sqlalchemy import ColumnElement, and_, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.database import Database
from console.archive.tables import audit
from console.events import Author


class Somebody(Protocol):
    """Who changes something: an author, or a member."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


COMMAND_LINE: Somebody = Author("", "sestetto")  # whoever may run a command on the server


LIVE, SETTINGS = range(2)  # sources of lines


class AuditCursor(NamedTuple):
    """Where a line stands among the changes of every `source`; the greater is the newer. `at` ms."""

    at: int
    source: int
    number: int


def older(place: AuditCursor, source: int, at: ColumnElement[int], number: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a line of that source, with these columns, stands behind the place."""
    if source != place.source:
        return at <= place.at if source < place.source else at < place.at
    return or_(at < place.at, and_(at == place.at, number < place.number))


class AuditLine(msgspec.Struct, frozen=True):
    """`what` is a text of the pages, `target` the thing (`queue:support`); `before` and `after` hold what differs."""

    id: int
    at: int
    member: str
    name: str
    what: str
    target: str
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def place(self) -> AuditCursor:
        return AuditCursor(self.at, SETTINGS, self.id)


async def note(
    connection: AsyncConnection,
    by: Somebody,
    at: int,
    what: str,
    target: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """A line, part of the transaction it is written in. Of `before` and `after` only what differs is kept."""
    old, new = dict(before or {}), dict(after or {})
    same = {name for name in old if name in new and old[name] == new[name]}
    await connection.execute(
        insert(audit).values(
            at=at,
            member=by.id,
            name=by.name[:120],
            what=what,
            target=target,
            before={name: value for name, value in old.items() if name not in same},
            after={name: value for name, value in new.items() if name not in same},
        )
    )


class AuditStore:
    def __init__(self, database: Database) -> None:
        self.database = database

    async def read(self, *, before: AuditCursor | None = None, limit: int = 50) -> list[AuditLine]:
        """The newest lines first; those behind the place `before`, when it is given."""
        wanted = select(audit).order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(older(before, SETTINGS, audit.c.at, audit.c.id))
        async with self.database.reading() as connection:
            return [AuditLine(**row) for row in (await connection.execute(wanted)).mappings()]
