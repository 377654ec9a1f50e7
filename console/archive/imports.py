"""Imports: files read into SQL row by row, their progress, and what did not fit.

A row holds the record made from a line of the file until it is imported. A row that did not fit stays, with its reason,
for the report. The transaction that imports rows also moves the import's `line`.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, select, update

from console.archive.audit import COMMAND_LINE, Somebody, note
from console.archive.database import Database, now_ms
from console.archive.tables import import_rows, imports
from console.domain.ids import new_id
from console.domain.imports import RECORDS, Import, ImportWanted, Misfit, Record, State
from console.errors import NotYours
from console.events import Author
from console.timing.beat import Wake

KEPT = 30 * 86_400_000  # ms that an import and its report are kept
UNBEGUN = 86_400_000  # ms after which a file whose import never began is deleted
SHOWN = 50  # imports in the list
NO_IMPORT = "Import not found. Imports are kept for 30 days."


class StagedRow(msgspec.Struct, frozen=True):
    """A row that is still to be imported."""

    line: int
    record: Record


class MisfitRow(msgspec.Struct, frozen=True):
    """A row that did not fit; `says` is a text with placeholders."""

    line: int
    says: str
    details: dict[str, Any]


class Progress(msgspec.Struct):
    """The result of some rows: how many were new or known already, and what did not fit."""

    added: int = 0
    known: int = 0
    wrong: list[MisfitRow] = []


class DoneElsewhere(Exception):
    """Another process has imported these rows."""


class ImportStore:
    def __init__(self, database: Database, workspace: str = "main", *, clock: Callable[[], int] = now_ms) -> None:
        """The imports of one workspace."""
        self.database = database
        self.workspace = workspace
        self.clock = clock
        self.begun = Wake()  # an import was begun in this process

    # --- reading a file in ----------------------------------------------------------------------------

    async def begin_reading(self, wanted: ImportWanted, left_out: Sequence[str], by: Somebody = COMMAND_LINE) -> Import:
        """Add an import whose rows follow."""
        new = Import(
            id=new_id(),
            kind=wanted.kind,
            format=wanted.format,
            name=wanted.name,
            site=wanted.site,
            origin=wanted.origin,
            by=by.id,
            by_name=by.name[:120],
            made=self.clock(),
            state="reading",
            left_out=list(left_out),
        )
        async with self.database.writing() as connection:
            await connection.execute(insert(imports).values(workspace=self.workspace, **msgspec.structs.asdict(new)))
        return new

    async def add_rows(self, id: str, rows: Sequence[tuple[int, Record | Misfit]]) -> None:
        """Put rows of the file into SQL."""
        values = [{"import_id": id, "line": line, **_columns(found)} for line, found in rows]
        async with self.database.writing() as connection:
            await connection.execute(insert(import_rows), values)

    async def finish_reading(self, id: str) -> None:
        """Mark the file as completely read."""
        theirs = import_rows.c.import_id == id
        async with self.database.writing() as connection:
            count = select(func.count()).select_from(import_rows)
            rows = (await connection.execute(count.where(theirs))).scalar_one()
            wrong = (await connection.execute(count.where(theirs, import_rows.c.says != ""))).scalar_one()
            await connection.execute(
                update(imports).where(self._is(id)).values(state="ready", rows=rows, wrong=wrong, done=wrong)
            )

    async def forget(self, id: str) -> None:
        """Delete an import and everything of it."""
        async with self.database.writing() as connection:
            await connection.execute(delete(imports).where(self._is(id)))

    # --- looking --------------------------------------------------------------------------------------

    async def read(self, id: str) -> Import:
        """Return one import. Raises NotYours if there is none."""
        async with self.database.reading() as connection:
            row = (await connection.execute(select(imports).where(self._is(id)))).mappings().first()
        if row is None or row["state"] == "reading":
            raise NotYours(NO_IMPORT)
        return _import(row)

    async def latest(self) -> list[Import]:
        """Return the newest imports."""
        here = imports.c.workspace == self.workspace, imports.c.state != "reading"
        wanted = select(imports).where(*here).order_by(imports.c.made.desc(), imports.c.id).limit(SHOWN)
        async with self.database.reading() as connection:
            return [_import(row) for row in (await connection.execute(wanted)).mappings()]

    async def running(self) -> Import | None:
        """Return the oldest import in progress."""
        row = await self.database.read(lambda connection: connection.execute(self._running).mappings().first())
        return _import(row) if row else None

    @cached_property
    def _running(self) -> Select[Any]:
        """The oldest import in progress. Built once: it is read every second."""
        here = imports.c.workspace == self.workspace, imports.c.state == "running"
        return select(imports).where(*here).order_by(imports.c.made, imports.c.id).limit(1)

    async def staged(self, at: Import, limit: int) -> list[StagedRow]:
        """Return the next rows to do, in the file's order."""
        of = import_rows.c.import_id == at.id, import_rows.c.line > at.line, import_rows.c.says == ""
        wanted = select(import_rows.c.line, import_rows.c.record).where(*of).order_by(import_rows.c.line).limit(limit)
        async with self.database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        kind = RECORDS[at.kind]
        return [StagedRow(row.line, msgspec.json.decode(row.record, type=kind)) for row in rows]

    async def misfits(self, id: str, *, after: int = 0, limit: int) -> list[MisfitRow]:
        """Return rows that did not fit, in the file's order."""
        of = import_rows.c.import_id == id, import_rows.c.line > after, import_rows.c.says != ""
        wanted = select(import_rows.c.line, import_rows.c.says, import_rows.c.details).where(*of)
        async with self.database.reading() as connection:
            rows = (await connection.execute(wanted.order_by(import_rows.c.line).limit(limit))).all()
        return [MisfitRow(row.line, row.says, row.details) for row in rows]

    # --- its course -----------------------------------------------------------------------------------

    async def begin(self, id: str, *, by: Somebody = COMMAND_LINE) -> bool:
        """Begin to import what was read. False if it has begun already or is over."""
        begun = await self._turn(id, "ready", "running", "Import started", by)
        self.begun.set()
        return begun

    async def cancel(self, id: str, *, by: Somebody = COMMAND_LINE) -> bool:
        """Stop; what was imported stays. False if there is nothing to stop."""
        stopped = await self._turn(id, "running", "cancelled", "Import cancelled", by)
        return stopped or await self._turn(id, "ready", "cancelled", "Import cancelled", by)

    async def end(self, at: Import, state: State, says: str = "") -> None:
        """Mark it as done or failed."""
        by = Author(at.by, at.by_name)
        what = "Import finished" if state == "done" else "Import failed"
        await self._turn(at.id, "running", state, what, by, says)

    def advance(self, connection: Connection, at: Import, last: int, work: Callable[[], Progress]) -> None:
        """Record rows up to `last` as done, with their result. Raises DoneElsewhere if another process did them.

        If the import was cancelled in the meantime, the rows in progress still count as done.
        """
        mine = update(imports).where(self._is(at.id), imports.c.line == at.line)
        if not connection.execute(mine.values(line=last)).rowcount:
            raise DoneElsewhere
        done = work()
        counted = {"added": done.added, "known": done.known, "wrong": len(done.wrong)}
        values = {name: imports.c[name] + count for name, count in counted.items()}
        every = imports.c.done + sum(counted.values())
        connection.execute(update(imports).where(self._is(at.id)).values(done=every, **values))
        for row in done.wrong:
            this = import_rows.c.import_id == at.id, import_rows.c.line == row.line
            connection.execute(update(import_rows).where(*this).values(says=row.says, details=row.details, record=""))
        through = import_rows.c.line.between(at.line + 1, last)
        done_rows = import_rows.c.import_id == at.id, through, import_rows.c.says == ""
        connection.execute(delete(import_rows).where(*done_rows))

    async def drop_old(self) -> None:
        """Delete old imports, and files whose import never began."""
        now, here = self.clock(), imports.c.workspace == self.workspace
        unbegun = and_(imports.c.state.in_(("reading", "ready")), imports.c.made < now - UNBEGUN)
        async with self.database.writing() as connection:
            over = and_(imports.c.made < now - KEPT, imports.c.state != "running")
            await connection.execute(delete(imports).where(here, over | unbegun))

    async def _turn(self, id: str, old: State, new: State, what: str, by: Somebody, says: str = "") -> bool:
        over = 0 if new == "running" else self.clock()
        turn = update(imports).where(self._is(id), imports.c.state == old).values(state=new, ended=over, says=says)
        async with self.database.writing() as connection:
            row = (await connection.execute(turn.returning(*imports.c))).mappings().first()
            if row is None:
                return False
            if new == "cancelled":  # no longer needed
                rest = import_rows.c.import_id == id, import_rows.c.says == ""
                await connection.execute(delete(import_rows).where(*rest))
            names = {"import": "kind", "format": "format", "rows": "rows", **({"added": "added"} if over else {})}
            said = {name: row[column] for name, column in names.items()}
            await note(connection, by, self.clock(), what, f"import:{id}", None, said)
        return True

    def _is(self, id: str) -> ColumnElement[bool]:
        return and_(imports.c.workspace == self.workspace, imports.c.id == id)


def _columns(found: Record | Misfit) -> dict[str, Any]:
    if isinstance(found, Misfit):
        return {"record": "", "says": found.says, "details": found.values}
    return {"record": msgspec.json.encode(found).decode(), "says": "", "details": {}}


def _import(row: Any) -> Import:
    return Import(**{name: row[name] for name in Import.__struct_fields__})
