"""Exports that somebody asked for: waiting, being made, and ready for a day."""

from collections.abc import Callable

import msgspec
from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit import Change, Somebody, note_all
from console.archive.database import Database
from console.archive.tables import exports
from console.domain.ids import new_id

KEPT = 24 * 3_600_000  # ms that one can be downloaded, or that it is listed why there is none
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
        """When it is deleted."""
        return self.ended + KEPT


class ExportJobs:
    def __init__(self, database: Database, workspace: str, clock: Callable[[], int]) -> None:
        self.database = database
        self.workspace = workspace
        self.clock = clock

    async def add(self, by: Somebody, visitor: str, change: Change, *, notes: bool) -> str:
        """Ask for one; the same one that is under way is not made twice. Return its id."""
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
        return next(iter(await self._read(exports.c.id == id)), None)

    async def read_all(self) -> list[ExportJob]:
        """Return all that are listed, newest first."""
        return await self._read()

    async def next(self) -> ExportJob | None:
        """Return the oldest that is to be made. One that runs was begun by somebody who is gone: it begins anew."""
        return next(iter(reversed(await self._read(exports.c.state.in_(UNDER_WAY)))), None)

    async def begin(self, id: str, maker: str, total: int) -> bool:
        """Say who makes it from now on. False if it was removed."""
        return await self._set(id, exports.c.state.in_(UNDER_WAY), state="running", maker=maker, done=0, total=total)

    async def go_on(self, id: str, maker: str, done: int) -> bool:
        """Tell how far it is. False if it was removed, or is to begin anew."""
        return await self._set(id, self._made_by(maker), done=done)

    async def end(self, id: str, maker: str, state: str, *, size: int = 0) -> bool:
        """Tell how it ended. False as of `go_on`."""
        return await self._set(id, self._made_by(maker), state=state, maker="", size=size, ended=self.clock())

    async def remove(self, id: str, by: Somebody) -> bool:
        """Cancel or delete one: whoever makes it stops. False if there is none."""
        this = and_(self._here(), exports.c.id == id)
        async with self.database.writing() as connection:
            if not (await connection.execute(delete(exports).where(this))).rowcount:
                return False
            await note_all(connection, by, self.clock(), [Change("Export removed", f"export:{id}")])
        return True

    async def drop_old(self) -> set[str]:
        """Forget those whose day is over; return the ids of those that stay."""
        old = self._here(), exports.c.ended > 0, exports.c.ended < self.clock() - KEPT
        async with self.database.reading() as connection:
            any_old = (await connection.execute(select(exports.c.id).where(*old).limit(1))).first()
        if any_old:
            async with self.database.writing() as connection:
                await connection.execute(delete(exports).where(*old))
        return {job.id for job in await self.read_all()}

    async def forget(self, connection: AsyncConnection, visitor: str) -> None:
        """Something is erased, of a visitor if one is named, within a transaction.

        What is ready may have it, so it goes; what is being made begins anew.
        """
        doomed = or_(exports.c.state == "done", exports.c.visitor == visitor) if visitor else exports.c.state == "done"
        await connection.execute(delete(exports).where(self._here(), doomed))
        running = and_(self._here(), exports.c.state == "running")
        await connection.execute(update(exports).where(running).values(state="waiting", maker=""))

    async def _read(self, *those: ColumnElement[bool]) -> list[ExportJob]:
        columns = [exports.c[name] for name in ExportJob.__struct_fields__]
        wanted = select(*columns).where(self._here(), *those).order_by(exports.c.made.desc(), exports.c.id)
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
