"""Exports that somebody requested: waiting, running, or ready for a day."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit import Change, Somebody, note_all
from console.archive.database import Database
from console.archive.tables import exports
from console.domain.ids import new_id

KEPT = 24 * 3_600_000  # ms that an export can be downloaded, or that a failed one is listed
UNDER_WAY = ("waiting", "running")


class ExportJob(msgspec.Struct, frozen=True):
    """An export: of a visitor, or of everything. `done` of `total` chats and files are in it; times in ms."""

    id: str
    visitor: str
    notes: bool
    member: str
    name: str
    made: int
    state: str = "waiting"
    maker: str = ""
    done: int = 0
    total: int = 0
    size: int = 0
    ended: int = 0

    @property
    def under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def until(self) -> int:
        """When the export is deleted."""
        return self.ended + KEPT


class ExportJobs:
    def __init__(self, database: Database, workspace: str, clock: Callable[[], int]) -> None:
        self.database = database
        self.workspace = workspace
        self.clock = clock

    async def add(self, by: Somebody, visitor: str, change: Change, *, notes: bool) -> str:
        """Request an export; a second request for one that is waiting or running adds nothing. Return its id."""
        job = ExportJob(new_id(), visitor, notes, by.id, by.name[:120], self.clock())
        same = self._here(), exports.c.visitor == visitor, exports.c.notes == notes, exports.c.state.in_(UNDER_WAY)
        async with self.database.writing() as connection:
            if known := (await connection.execute(select(exports.c.id).where(*same))).scalar():
                return str(known)
            values = {**msgspec.structs.asdict(job), "workspace": self.workspace}
            await connection.execute(insert(exports).values(**values))
            await note_all(connection, by, job.made, [change])
        return job.id

    async def read(self, id: str) -> ExportJob | None:
        return next(iter(await self._read(self._wanted(exports.c.id == id))), None)

    async def read_all(self) -> list[ExportJob]:
        """Return all exports in the list, newest first."""
        return await self._read(self._wanted())

    async def next(self) -> ExportJob | None:
        """Return the oldest export to make. One that is marked as running lost its process, so it starts again."""
        return next(iter(reversed(await self._read(self._under_way))), None)

    @cached_property
    def _under_way(self) -> Select[Any]:
        """Built once: it is read every second."""
        return self._wanted(exports.c.state.in_(UNDER_WAY))

    async def begin(self, id: str, maker: str, total: int) -> bool:
        """Record which process makes it from now on. False if it was removed."""
        return await self._set(id, exports.c.state.in_(UNDER_WAY), state="running", maker=maker, done=0, total=total)

    async def go_on(self, id: str, maker: str, done: int) -> bool:
        """Record the progress. False if it was removed, or has to start again."""
        return await self._set(id, self._made_by(maker), done=done)

    async def end(self, id: str, maker: str, state: str, *, size: int = 0) -> bool:
        """Record how it ended. False as in `go_on`."""
        return await self._set(id, self._made_by(maker), state=state, maker="", size=size, ended=self.clock())

    async def remove(self, id: str, by: Somebody) -> bool:
        """Cancel or delete an export; the process that makes it stops. False if there is none."""
        this = and_(self._here(), exports.c.id == id)
        async with self.database.writing() as connection:
            if not (await connection.execute(delete(exports).where(this))).rowcount:
                return False
            await note_all(connection, by, self.clock(), [Change("Export removed", f"export:{id}")])
        return True

    async def drop_old(self) -> set[str]:
        """Delete expired exports; return the ids of those that stay."""
        old = self._here(), exports.c.ended > 0, exports.c.ended < self.clock() - KEPT
        async with self.database.reading() as connection:
            any_old = (await connection.execute(select(exports.c.id).where(*old).limit(1))).first()
        if any_old:
            async with self.database.writing() as connection:
                await connection.execute(delete(exports).where(*old))
        return {job.id for job in await self.read_all()}

    async def forget(self, connection: AsyncConnection, visitor: str) -> None:
        """Within a transaction, drop what may contain something that is being erased, of one visitor if given.

        Finished exports are deleted, because they may contain it. Running ones start again.
        """
        doomed = or_(exports.c.state == "done", exports.c.visitor == visitor) if visitor else exports.c.state == "done"
        await connection.execute(delete(exports).where(self._here(), doomed))
        running = and_(self._here(), exports.c.state == "running")
        await connection.execute(update(exports).where(running).values(state="waiting", maker=""))

    def _wanted(self, *those: ColumnElement[bool]) -> Select[Any]:
        columns = [exports.c[name] for name in ExportJob.__struct_fields__]
        return select(*columns).where(self._here(), *those).order_by(exports.c.made.desc(), exports.c.id)

    async def _read(self, wanted: Select[Any]) -> list[ExportJob]:
        rows = await self.database.read(lambda connection: connection.execute(wanted).mappings().all())
        return [ExportJob(**row) for row in rows]

    async def _set(self, id: str, those: ColumnElement[bool], **values: object) -> bool:
        this = and_(self._here(), exports.c.id == id, those)
        async with self.database.writing() as connection:
            return bool((await connection.execute(update(exports).where(this).values(**values))).rowcount)

    def _made_by(self, maker: str) -> ColumnElement[bool]:
        return and_(exports.c.state == "running", exports.c.maker == maker)

    def _here(self) -> ColumnElement[bool]:
        return exports.c.workspace == self.workspace
