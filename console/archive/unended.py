"""Chats without an end in SQL, and left messages that are not handled: the chats a live store has to hold."""

from typing import NamedTuple

from sqlalchemy import and_, or_, select

from console.archive.database import Database
from console.archive.tables import chats, facts


class FactRow(NamedTuple):
    """A fact of a chat; `author` and `cid` are empty if no command caused it."""

    author: str
    cid: str
    raw: bytes


class Unended:
    def __init__(self, database: Database, workspace: str = "main") -> None:
        self.database = database
        self.workspace = workspace

    async def ids(self, since: int) -> list[str]:
        """Return all left messages to handle, then open chats with a fact since that time (ms), the longest quiet
        first.
        """
        opened = and_(chats.c.ended.is_(None), chats.c.last >= since)
        wanted = select(chats.c.id).where(chats.c.workspace == self.workspace, or_(opened, chats.c.listed == "left"))
        async with self.database.reading() as connection:
            return list(
                (await connection.execute(wanted.order_by(chats.c.listed.desc(), chats.c.last, chats.c.id))).scalars()
            )

    async def facts(self, chat: str) -> list[FactRow]:
        """Return the chat's facts in the order in which they were recorded, over all histories."""
        wanted = select(facts.c.author, facts.c.cid, facts.c.raw)
        here = wanted.where(facts.c.workspace == self.workspace, facts.c.chat == chat)
        async with self.database.reading() as connection:
            rows = (await connection.execute(here.order_by(facts.c.at, facts.c.n))).all()
        return [FactRow(row.author or "", row.cid or "", row.raw.encode()) for row in rows]
