"""Left messages in SQL: open ones, answered ones, and each visitor's latest message."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, or_, select

from console.archive.database import Database
from console.archive.reducer import ArchivedChat, archived_chat, text_of
from console.archive.tables import chats, facts
from console.events import decode_fact

MOST = 2_000  # open messages that are sorted by their due time
MOST_READ = 5_000  # facts of the shown messages


class LeftQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages; empty fields match all. `owner` is a member's id, or `-` for messages without an owner."""

    state: str = "open"
    queue: str = ""
    owner: str = ""


class OpenMessage(NamedTuple):
    """A left message that needs an answer: since when its visitor waits, and its owner, if any."""

    queue: str
    asked: int
    owner: str
    owner_name: str


class LeftMessages:
    def __init__(self, database: Database, workspace: str) -> None:
        self.database = database
        self.workspace = workspace

    async def find(self, query: LeftQuery, limit: int = MOST) -> list[ArchivedChat]:
        """Return open messages, the longest waiting first; other states newest first."""
        where = [self._in(query.state)]
        if query.queue:
            where.append(chats.c.queue == query.queue)
        if query.owner:
            where.append(chats.c.owner == ("" if query.owner == "-" else query.owner))
        first = (chats.c.asked, chats.c.ended) if query.state == "open" else (chats.c.last.desc(),)
        wanted = select(chats).where(chats.c.workspace == self.workspace, *where).order_by(*first, chats.c.id)
        async with self.database.reading() as connection:
            return [_whole(archived_chat(row)) for row in (await connection.execute(wanted.limit(limit))).mappings()]

    async def open_now(self) -> list[OpenMessage]:
        """Return the open messages, the longest waiting first; at most MOST."""
        asked = case((chats.c.asked > 0, chats.c.asked), else_=func.coalesce(chats.c.ended, 0)).label("since")
        wanted = (
            select(chats.c.queue, asked, chats.c.owner, chats.c.owner_name)
            .where(chats.c.workspace == self.workspace, self._in("open"))
            .order_by(asked, chats.c.id)
            .limit(MOST)
        )
        async with self.database.reading() as connection:
            return [OpenMessage(*row) for row in (await connection.execute(wanted)).all()]

    async def counts(self) -> dict[str, int]:
        """Return how many messages are in each state."""
        ours = chats.c.workspace == self.workspace, chats.c.listed.in_(["left", "handled"])
        kinds = chats.c.listed, chats.c.state
        wanted = select(*kinds, func.count()).where(*ours).group_by(*kinds)
        found: dict[str, int] = {}
        async with self.database.reading() as connection:
            for listed, state, count in (await connection.execute(wanted)).all():
                known = "open" if listed == "left" else state or "done"
                found[known] = found.get(known, 0) + count
        return found

    async def last_words(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the visitor's latest message, by chat."""
        theirs = facts.c.workspace == self.workspace, facts.c.chat.in_(ids), facts.c.kind.in_(["message", "mailed"])
        wanted = select(facts.c.chat, facts.c.raw).where(*theirs).order_by(facts.c.at, facts.c.n).limit(MOST_READ)
        found: dict[str, str] = {}
        async with self.database.reading() as connection:
            for chat, raw in (await connection.execute(wanted)).all():
                fact = decode_fact(raw)
                if getattr(fact, "by", "") == "visitor":
                    found[chat] = text_of(fact)
        return found

    def _in(self, state: str) -> ColumnElement[bool]:
        """Return the condition for a state. An older release that is still running writes no state."""
        if state == "open":
            return chats.c.listed == "left"
        mine = or_(chats.c.state == "", chats.c.state == "done") if state == "done" else chats.c.state == state
        return and_(chats.c.listed == "handled", mine)


def _whole(chat: ArchivedChat) -> ArchivedChat:
    chat.state = chat.state or ("open" if chat.listed == "left" else "done")
    chat.asked = chat.asked or (chat.ended or 0 if chat.state == "open" else 0)
    return chat
