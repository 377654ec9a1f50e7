"""Who changed which setting, and how it was before: one line a change, in the change's own transaction."""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec
from sqlalchemy import insert, select
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


async def read_audit(database: Database, *, before: int = 0, limit: int = 50) -> list[AuditLine]:
    """The newest lines first; those older than the line `before`, when it is given."""
    wanted = select(audit).order_by(audit.c.id.desc()).limit(limit)
    async with database.reading() as connection:
        rows = await connection.execute(wanted.where(audit.c.id < before) if before else wanted)
        return [AuditLine(**row) for row in rows.mappings()]
