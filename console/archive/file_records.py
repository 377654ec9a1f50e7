"""SQL's record of each file: its owner, its chat, and whether it may be downloaded."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from console.archive.database import Database, now_ms
from console.archive.tables import chats, files
from console.errors import TooManyFiles
from console.events import Entry, Message

State = Literal["coming", "pending", "clean", "refused", "gone"]
DAY = 86_400_000  # ms
HOUR = 3_600_000
LIVE: tuple[State, ...] = ("pending", "clean", "refused")


class FileRecord(msgspec.Struct, kw_only=True):
    """A row of `files`. `chat` stays empty until it is known in which chat a visitor's file will be."""

    id: str
    site: str
    visitor: str
    chat: str
    owner: str
    cid: str
    address: str
    name: str = ""
    media: str = ""
    size: int = 0
    width: int = 0
    height: int = 0
    state: State = "coming"
    uploaded: int = 0
    named: int | None = None


class DayAllowance(msgspec.Struct, frozen=True):
    """Daily limits: files and bytes of a visitor, bytes of an address and of a site. 0: no limit."""

    visitor_files: int
    visitor_bytes: int
    address_bytes: int
    site_bytes: int


class FileRecords:
    def __init__(self, database: Database, workspace: str) -> None:
        self.database = database
        self.workspace = workspace

    async def begin(self, record: FileRecord, allowance: DayAllowance) -> None:
        """Record an upload that has started, so that it counts against the limits. Raises TooManyFiles."""
        await self.database.write(lambda connection: self._begin(connection, record, allowance))

    def _begin(self, connection: Connection, record: FileRecord, allowance: DayAllowance) -> None:
        today = self._here(), files.c.uploaded > record.uploaded - DAY
        if record.owner == record.visitor:
            count, size = self._sum(connection, *today, files.c.owner == record.owner)
            _refuse(count >= allowance.visitor_files > 0, size + record.size > allowance.visitor_bytes > 0)
            _, size = self._sum(connection, *today, files.c.address == record.address)
            _refuse(size + record.size > allowance.address_bytes > 0)
        _, size = self._sum(connection, *today, files.c.site == record.site)
        _refuse(size + record.size > allowance.site_bytes > 0)
        connection.execute(insert(files).values(workspace=self.workspace, **msgspec.structs.asdict(record)))

    def _sum(self, connection: Connection, *those: ColumnElement[bool]) -> tuple[int, int]:
        row = connection.execute(select(func.count(), func.coalesce(func.sum(files.c.size), 0)).where(*those)).one()
        return int(row[0]), int(row[1])

    async def finish(self, record: FileRecord) -> FileRecord:
        """Record that the file is in its store. Return its record, or that of a faster upload of the same command."""
        try:
            await self._set(record)
            return record
        except IntegrityError:
            return await self.sent(record.owner, record.cid) or record

    async def _set(self, record: FileRecord) -> None:
        values = {name: value for name, value in msgspec.structs.asdict(record).items() if name != "named"}
        async with self.database.writing() as connection:
            await connection.execute(update(files).where(self._is(record.id)).values(**values))

    async def sent(self, owner: str, cid: str) -> FileRecord | None:
        """Return the file that this command has already uploaded."""
        return await self._one(files.c.owner == owner, files.c.cid == cid, files.c.state.in_(LIVE))

    async def read(self, id: str) -> FileRecord | None:
        return await self._one(files.c.id == id, files.c.state.in_(LIVE))

    async def judge(self, id: str, state: State) -> None:
        async with self.database.writing() as connection:
            await connection.execute(update(files).where(self._is(id)).values(state=state))

    async def pending(self, limit: int) -> list[FileRecord]:
        """Return files that are not scanned yet, the oldest first."""
        async with self.database.reading() as connection:
            those = select(files).where(self._here(), files.c.state == "pending")
            rows = await connection.execute(those.order_by(files.c.uploaded).limit(limit))
            return [_record(dict(row)) for row in rows.mappings()]

    async def drop(self, id: str) -> None:
        """Mark the file as gone: the next sweep deletes its bytes, and then its row."""
        async with self.database.writing() as connection:
            await connection.execute(update(files).where(self._is(id)).values(state="gone", name="", address=""))

    async def mark_gone(self) -> None:
        """Mark files that belong to no chat: erased ones, those no message named within a day, unfinished uploads."""
        now = now_ms()
        here = and_(chats.c.workspace == files.c.workspace, chats.c.id == files.c.chat)
        erased = and_(files.c.named.is_not(None), ~exists().where(here))
        unnamed = and_(files.c.named.is_(None), files.c.uploaded < now - DAY)
        cut = and_(files.c.state == "coming", files.c.uploaded < now - HOUR)
        stray = and_(self._here(), files.c.state != "gone", or_(erased, unnamed, cut))
        async with self.database.writing() as connection:
            await connection.execute(update(files).where(stray).values(state="gone", name="", address=""))

    async def gone(self, limit: int) -> list[str]:
        async with self.database.reading() as connection:
            those = select(files.c.id).where(self._here(), files.c.state == "gone").limit(limit)
            return list((await connection.execute(those)).scalars())

    async def forget(self, ids: Sequence[str]) -> None:
        """Delete rows whose bytes are deleted."""
        async with self.database.writing() as connection:
            await connection.execute(delete(files).where(self._here(), files.c.id.in_(ids)))

    async def _one(self, *those: ColumnElement[bool]) -> FileRecord | None:
        async with self.database.reading() as connection:
            row = (await connection.execute(select(files).where(self._here(), *those))).mappings().first()
        return _record(dict(row)) if row else None

    def _here(self) -> ColumnElement[bool]:
        return files.c.workspace == self.workspace

    def _is(self, id: str) -> ColumnElement[bool]:
        return and_(self._here(), files.c.id == id)


def name_files(connection: Connection, workspace: str, entries: Sequence[Entry]) -> None:
    """Record the chat of each file that a message of the batch carries."""
    for entry in entries:
        if isinstance(entry.fact, Message) and entry.fact.file is not None:
            this = files.c.workspace == workspace, files.c.id == entry.fact.file.id, files.c.state != "gone"
            connection.execute(update(files).where(*this).values(chat=entry.fact.chat, named=entry.fact.at))


def _record(row: dict[str, object]) -> FileRecord:
    return msgspec.convert({name: row[name] for name in FileRecord.__struct_fields__}, FileRecord)


def _refuse(*over: bool) -> None:
    if any(over):
        raise TooManyFiles
