"""The audit log: who changed which setting, and what it was before; one line per change, in its transaction."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Protocol

import msgspec
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit_chain import append
from console.archive.database import Database
from console.archive.tables import audit
from console.events import Author
from console.security.requests import about_the_request


class Somebody(Protocol):
    """Whoever changes something: an author or a member."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


COMMAND_LINE: Somebody = Author("", "sestetto")  # anybody who can run a command on the server


LIVE, SETTINGS = range(2)  # sources of lines


class AuditCursor(NamedTuple):
    """A position in the merged log of every `source`; greater is newer. `at` is in ms."""

    at: int
    source: int
    number: int


def older(place: AuditCursor, source: int, at: ColumnElement[int], number: ColumnElement[int]) -> ColumnElement[bool]:
    """SQL condition: the line with these columns is older than the position."""
    if source != place.source:
        return at <= place.at if source < place.source else at < place.at
    return or_(at < place.at, and_(at == place.at, number < place.number))


class AuditLine(msgspec.Struct, frozen=True):
    """A line: number `n` of the chain `log`. `what` is a text of the pages, `target` the thing (`queue:support`).

    `before` and `after` hold what differs; `address` and `request` say where it came from, if it came over the network.
    """

    id: int
    at: int
    member: str
    name: str
    what: str
    target: str
    before: dict[str, Any]
    after: dict[str, Any]
    address: str = ""
    request: str = ""
    log: str = "changes"
    n: int | None = None

    @property
    def place(self) -> AuditCursor:
        return AuditCursor(self.at, SETTINGS, self.id)


class AuditFilter(msgspec.Struct, frozen=True):
    """Which lines: of one log, by one member, about one chat. Empty: any."""

    log: str = ""
    member: str = ""
    chat: str = ""


EVERYTHING = AuditFilter()


class Change(NamedTuple):
    """What a line says: a text of the pages, the thing, and its values before and after."""

    what: str
    target: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


async def note(
    connection: AsyncConnection,
    by: Somebody,
    at: int,
    what: str,
    target: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add a line as the last step of the running transaction. Keeps only the differences of `before` and `after`."""
    await note_all(connection, by, at, [Change(what, target, before, after)])


async def note_all(connection: AsyncConnection, by: Somebody, at: int, changes: Iterable[Change]) -> None:
    """Add lines, the oldest first. Nothing else may follow in the transaction (`audit_chain`)."""
    await append(connection, "changes", [line_of(by, at, change) for change in changes])


def line_of(by: Somebody, at: int, change: Change) -> dict[str, Any]:
    """Return the columns of a line."""
    old, new = dict(change.before or {}), dict(change.after or {})
    same = {name for name in old if name in new and old[name] == new[name]}
    return {
        "at": at,
        "member": by.id,
        "name": by.name[:120],
        "what": change.what,
        "target": change.target,
        "before": {name: value for name, value in old.items() if name not in same},
        "after": {name: value for name, value in new.items() if name not in same},
        **came_from(),
    }


def came_from() -> dict[str, str]:
    """Return address and id of the current request, as every line of the log has them."""
    known = about_the_request()
    return {name: known[name][:64] for name in ("address", "request")}


class AuditStore:
    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        """Reads and records changes of settings."""
        self.database = database
        self.clock = clock

    async def note_refused(self, by: Somebody, path: str) -> None:
        """Record that somebody tried to change a setting that their role may not change."""
        async with self.database.writing() as connection:
            await note(connection, by, self.clock(), "Change refused", f"page:{path[:120]}")

    async def people(self) -> dict[str, str]:
        """Return everybody who has lines, without the command line: id and newest name."""
        # From one member to the next by the index: grouping would read every line.
        known = select(func.min(audit.c.member).label("member")).where(audit.c.member != "").cte(recursive=True)
        after = select(func.min(audit.c.member)).where(audit.c.member > known.c.member).scalar_subquery()
        known = known.union_all(select(after).where(known.c.member.is_not(None)))
        lines = select(audit.c.name).where(audit.c.member == known.c.member)
        newest = lines.order_by(audit.c.at.desc(), audit.c.id.desc()).limit(1).scalar_subquery().label("name")
        wanted = select(known.c.member, newest).where(known.c.member.is_not(None))
        async with self.database.reading() as connection:
            return {row.member: row.name for row in await connection.execute(wanted)}

    async def read(
        self, only: AuditFilter = EVERYTHING, *, before: AuditCursor | None = None, limit: int = 50
    ) -> list[AuditLine]:
        """Return lines, newest first; only those older than `before`, if given."""
        wanted = select(*(audit.c[name] for name in AuditLine.__struct_fields__))
        wanted = wanted.order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit)
        for column, value in ((audit.c.log, only.log), (audit.c.member, only.member)):
            wanted = wanted.where(column == value) if value else wanted
        if only.chat:
            wanted = wanted.where(audit.c.target == f"chat:{only.chat}")
        if before is not None:
            wanted = wanted.where(older(before, SETTINGS, audit.c.at, audit.c.id))
        async with self.database.reading() as connection:
            return [AuditLine(**row) for row in (await connection.execute(wanted)).mappings()]
