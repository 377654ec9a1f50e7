"""Reads the archive: one chat in full, a visitor's chats, the first result of a command; and deletes old chats."""

from collections.abc import Collection

import msgspec
from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select

from console.archive.database import Database
from console.archive.reducer import ABOUT_THE_VISITOR, ArchivedChat, archived_chat, text_of
from console.archive.tables import chats, facts, set_aside
from console.events import AnyChatFact, AnyFact, ChatFact, Visitor, decode_fact

CHUNK = 200  # chats deleted in one transaction


class ChatRecord(msgspec.Struct):
    """A chat with its facts in order; `unreadable` counts facts this release does not understand."""

    chat: ArchivedChat
    facts: list[AnyChatFact]
    unreadable: int = 0


class Result(msgspec.Struct, frozen=True):
    """The result of a command: its chat, seq and time (ms), and its text, to detect a reused cid."""

    chat: str
    seq: int
    at: int
    kind: str
    text: str


class History:
    def __init__(self, database: Database, workspace: str = "main") -> None:
        self.database = database
        self.workspace = workspace

    async def earlier_chats(self, visitor: str, *, but: str, limit: int) -> list[ArchivedChat]:
        """Return the visitor's other chats, newest first."""
        theirs = and_(chats.c.workspace == self.workspace, chats.c.visitor == visitor, chats.c.id != but)
        theirs = and_(theirs, chats.c.listed != "visitor")
        wanted = select(chats).where(theirs).order_by(chats.c.opened.desc(), chats.c.id.desc()).limit(limit)
        async with self.database.reading() as connection:
            return [archived_chat(row) for row in (await connection.execute(wanted)).mappings()]

    async def visitors_of(self, chat_ids: Collection[str]) -> dict[str, Visitor]:
        """Return visitors by chat, without unknown chats. Raises Unknown if SQL is down."""
        wanted = select(chats.c.id, chats.c.visitor, chats.c.name, chats.c.email, chats.c.verified)
        wanted = wanted.where(chats.c.workspace == self.workspace, chats.c.id.in_(chat_ids))
        async with self.database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        return {row.id: Visitor(row.visitor, row.name, row.email, row.verified) for row in rows}

    async def read_chat(self, chat_id: str) -> ChatRecord | None:
        """Return the chat with all its facts, staff-only ones included; None if the archive does not have it."""
        of_chat = and_(facts.c.workspace == self.workspace, facts.c.chat == chat_id)
        async with self.database.reading() as connection:
            row = (await connection.execute(select(chats).where(self._is(chat_id)))).mappings().first()
            if row is None:
                return None
            ordered = select(facts.c.raw).where(of_chat).order_by(facts.c.seq, facts.c.at)
            raws = (await connection.execute(ordered)).scalars().all()
        read = [fact for fact in map(_fact, raws) if isinstance(fact, ChatFact)]
        return ChatRecord(archived_chat(row), read, len(raws) - len(read))

    async def facts_of(self, chat_id: str) -> list[bytes]:
        """Return an ended chat's facts as JSON, in order; none for a chat that is unknown or has no recorded end."""
        of_chat = and_(facts.c.workspace == self.workspace, facts.c.chat == chat_id)
        ended = select(chats.c.id).where(self._is(chat_id), chats.c.ended.is_not(None))
        wanted = select(facts.c.raw).where(of_chat, facts.c.chat.in_(ended)).order_by(facts.c.seq, facts.c.at)
        async with self.database.reading() as connection:
            return [raw.encode() for raw in (await connection.execute(wanted)).scalars()]

    async def result_of(self, author: str, cid: str, *, chat: str = "") -> Result | None:
        """Return the first result of an author's command: in `chat`, or in the chat that it opened."""
        wanted = select(facts).where(facts.c.workspace == self.workspace, facts.c.cid == cid)
        if chat:
            theirs = or_(facts.c.author == author, facts.c.author.in_(self._earlier_ids(author, chat)))
            wanted = wanted.where(facts.c.chat == chat, theirs)
        else:
            wanted = wanted.where(facts.c.author == author)
        async with self.database.reading() as connection:
            rows = (await connection.execute(wanted.order_by(facts.c.seq))).all()
        said = [row for row in rows if row.kind != "opened"]  # an opening is answered with its first message
        got = next(iter(said or rows), None)
        return Result(got.chat, got.seq, got.at, got.kind, _text(got.raw)) if got else None

    async def find_chat(self, chat_id: str) -> ArchivedChat | None:
        """Return the chat without its facts."""
        async with self.database.reading() as connection:
            row = (await connection.execute(select(chats).where(self._is(chat_id)))).mappings().first()
        return archived_chat(row) if row else None

    async def knows_chat(self, chat_id: str) -> bool:
        async with self.database.reading() as connection:
            return (await connection.execute(select(chats.c.id).where(self._is(chat_id)))).first() is not None

    async def count_older_than(self, ms: int) -> int:
        """Return how many chats `drop_older_than` would delete."""
        old = select(func.count()).select_from(chats).where(chats.c.workspace == self.workspace, chats.c.last < ms)
        async with self.database.reading() as connection:
            return (await connection.execute(old)).scalar_one()

    async def drop_older_than(self, ms: int) -> int:
        """Delete every chat without activity since that time, with everything stored about it; return how many.

        A chat whose end was never recorded is deleted too, so that no text is kept forever.
        """
        old = select(chats.c.id).where(chats.c.workspace == self.workspace, chats.c.last < ms).limit(CHUNK)
        dropped = 0
        while True:
            async with self.database.writing() as connection:
                ids = (await connection.execute(old)).scalars().all()
                here = chats.c.workspace == self.workspace
                await connection.execute(delete(chats).where(here, chats.c.id.in_(ids)))
            dropped += len(ids)
            if len(ids) < CHUNK:
                break
        await self._drop_the_rest(ms)
        return dropped

    async def _drop_the_rest(self, ms: int) -> None:
        """Delete facts without a chat (the foreign key deletes the others), and old entries set aside."""
        async with self.database.writing() as connection:
            for table in (facts, set_aside):
                old = [table.c.workspace == self.workspace, table.c.at < ms]
                if table is facts:
                    old.append(facts.c.chat.is_(None))
                await connection.execute(delete(table).where(*old))

    def _earlier_ids(self, visitor: str, chat: str) -> Select[tuple[str | None]]:
        """The ids that a chat's visitor had before they proved who they are; empty for other visitors."""
        known = facts.alias()
        of_chat = known.c.workspace == self.workspace, known.c.chat == chat, known.c.kind.in_(ABOUT_THE_VISITOR)
        theirs = select(chats.c.id).where(self._is(chat), chats.c.visitor == visitor)
        return select(known.c.author).where(*of_chat, known.c.chat.in_(theirs))

    def _is(self, chat_id: str) -> ColumnElement[bool]:
        return and_(chats.c.workspace == self.workspace, chats.c.id == chat_id)


def _fact(raw: str) -> AnyFact | None:
    try:
        return decode_fact(raw)
    except msgspec.MsgspecError:
        return None


def _text(raw: str) -> str:
    fact = _fact(raw)
    return text_of(fact) if fact is not None else ""
