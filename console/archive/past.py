"""Reads a returning visitor's history: the public facts of their ended chats on one site, newest first."""

from collections.abc import Sequence
from typing import Any, get_args

import msgspec
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.database import Database
from console.archive.tables import chats, facts
from console.events import AnyChatFact

MOST_CHATS = 10  # per page
PUBLIC = [str(kind.__struct_config__.tag) for kind in get_args(AnyChatFact) if kind.public]


class PastQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Whose chats, on which site, with activity since when (ms); `but` is the chat that is on the screen already."""

    visitor: str
    site: str
    since: int
    but: str = ""


class EarlierFacts(msgspec.Struct):
    """A page of public facts as JSON, oldest first, and whether there are older ones.

    `name`, `email`, `agent` (a name) and `at` (ms) are those of the newest chat on the page.
    """

    facts: list[bytes] = []
    more: bool = False
    name: str = ""
    email: str = ""
    agent: str = ""
    at: int = 0


class PastChats:
    def __init__(self, database: Database, workspace: str = "main") -> None:
        self.database = database
        self.workspace = workspace

    async def page(self, query: PastQuery, *, chat: str = "", before: int = 0, limit: int) -> EarlierFacts:
        """Return the newest `limit` facts; with `chat` those older than its seq `before`.

        Every statement names visitor and site, so another visitor's chat has no facts here. Raises Unknown if SQL is
        down.
        """
        async with self.database.reading() as connection:
            rows = (await connection.execute(self._chats(query, chat))).all()
            if chat and (not rows or rows[0].id != chat):
                return EarlierFacts()
            found = list[str]()
            for number, row in enumerate(rows[:MOST_CHATS]):
                below = before if chat and number == 0 else 0
                found += await self._facts(connection, row.id, below, limit + 1 - len(found))
                if len(found) > limit:
                    break
        more = len(found) > limit or len(rows) > MOST_CHATS
        return _page(rows, [raw.encode() for raw in reversed(found[:limit])], more=more)

    def _chats(self, query: PastQuery, chat: str) -> Select[Any]:
        """Select their ended chats, newest first; with `chat`, start at that one."""
        columns = chats.c.id, chats.c.name, chats.c.email, chats.c.agent_name, chats.c.last
        wanted = select(*columns).where(self._theirs(query))
        if chat:
            opened = select(chats.c.opened).where(self._theirs(query), chats.c.id == chat).scalar_subquery()
            same = and_(chats.c.opened == opened, chats.c.id <= chat)
            wanted = wanted.where(or_(chats.c.opened < opened, same))
        return wanted.order_by(chats.c.opened.desc(), chats.c.id.desc()).limit(MOST_CHATS + 1)

    def _theirs(self, query: PastQuery) -> ColumnElement[bool]:
        return and_(
            chats.c.workspace == self.workspace,
            chats.c.visitor == query.visitor,
            chats.c.site == query.site,
            chats.c.last >= query.since,
            chats.c.ended.is_not(None),
            or_(chats.c.id != query.but, chats.c.left_message),  # no screen shows a left message
        )

    async def _facts(self, connection: AsyncConnection, chat: str, below: int, limit: int) -> list[str]:
        """Return the newest facts of a chat, newest first."""
        wanted = select(facts.c.raw).where(facts.c.workspace == self.workspace, facts.c.chat == chat)
        wanted = wanted.where(facts.c.kind.in_(PUBLIC))
        if below:
            wanted = wanted.where(facts.c.seq < below)
        return list((await connection.execute(wanted.order_by(facts.c.seq.desc()).limit(limit))).scalars())


def _page(rows: Sequence[Any], found: list[bytes], *, more: bool) -> EarlierFacts:
    if not rows:
        return EarlierFacts()
    last = rows[0]
    return EarlierFacts(found, more, last.name, last.email, last.agent_name, last.last)
