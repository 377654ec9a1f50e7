"""Visitors in the archive, computed from their chats."""

import msgspec
from sqlalchemy import and_, func, select

from console.archive.database import Database
from console.archive.reducer import ArchivedChat, archived_chat
from console.archive.tables import chats


class VisitorLine(msgspec.Struct, frozen=True):
    """A visitor: their latest chat, when (ms) the first one opened, and how many there were."""

    latest: ArchivedChat
    first: int
    chats: int


class VisitorsInArchive:
    def __init__(self, database: Database, workspace: str = "main") -> None:
        """Reads the visitors of one workspace."""
        self.database = database
        self.workspace = workspace

    async def read(self, id: str) -> VisitorLine | None:
        """Return the visitor, or None if the archive has no chat of theirs."""
        theirs = and_(chats.c.workspace == self.workspace, chats.c.visitor == id)
        newest = select(chats).where(theirs).order_by(chats.c.opened.desc(), chats.c.id.desc()).limit(1)
        async with self.database.reading() as connection:
            row = (await connection.execute(newest)).mappings().first()
            if row is None:
                return None
            with_messages = func.count(func.nullif(chats.c.listed, "visitor"))
            wanted = select(func.min(chats.c.opened), with_messages).where(theirs)
            first, count = (await connection.execute(wanted)).one()
        return VisitorLine(archived_chat(row), first, count)
