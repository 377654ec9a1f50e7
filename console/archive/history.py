"""Reading the archive: ended chats and left messages, one chat in full, and what a command once got."""

from collections.abc import Collection
from typing import Any, Literal, get_args

import msgspec
from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select

from console.archive.database import Database
from console.archive.reducer import ArchivedChat, fold_text, text_of
from console.archive.tables import chats, facts, set_aside
from console.archive.writer import archived_chat
from console.events import AnyChatFact, AnyFact, ChatFact, Visitor, decode_fact

Kind = Literal["ended", "left", "handled"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST = 200  # chats on a page
LONGEST_SEARCH = 200  # characters
CHUNK = 200  # chats deleted in one transaction


class FoundChat(msgspec.Struct):
    """A chat in a list: `excerpt` is its first message, or the first with the text that was looked for."""

    chat: ArchivedChat
    excerpt: str


class ChatPage(msgspec.Struct):
    """Newest end first; `next` is the `before` of the next page, empty on the last."""

    chats: list[FoundChat]
    next: str


class ChatRecord(msgspec.Struct):
    """A chat with its facts in order; `unreadable` counts those that are no longer understood."""

    chat: ArchivedChat
    facts: list[AnyChatFact]
    unreadable: int = 0


class Result(msgspec.Struct, frozen=True):
    """What a command got: its chat, seq and time (ms), and the text it carried, to tell a reused cid."""

    chat: str
    seq: int
    at: int
    kind: str
    text: str


class History:
    def __init__(self, database: Database, workspace: str = "main") -> None:
        self.database = database
        self.workspace = workspace

    async def list_chats(
        self, *, text: str = "", visitor: str = "", kind: Kind = "ended", before: str = "", limit: int = 50
    ) -> ChatPage:
        """Ended chats, left messages nobody has handled yet, or the handled ones.

        `text` is looked for in messages and notes, `visitor` in name, address and id; case and accents
        do not count, and % and _ are themselves. A `before` that is none starts at the newest.
        """
        limit = max(1, min(limit, MOST))
        wanted = select(chats).where(chats.c.workspace == self.workspace, _of_kind(kind), _older(before))
        if visitor:
            wanted = wanted.where(_has(chats.c.words, visitor))
        if text:
            wanted = wanted.where(self._said_in_chat(text))
        wanted = wanted.order_by(chats.c.ended.desc(), chats.c.id.desc()).limit(limit + 1)
        async with self.database.reading() as connection:
            rows = [archived_chat(row) for row in (await connection.execute(wanted)).mappings()]
            excerpts = await connection.execute(self._first_words([row.id for row in rows[:limit]], text))
            said = {row.chat: _text(row.raw) for row in excerpts}
        found = [FoundChat(row, said.get(row.id, "")) for row in rows[:limit]]
        return ChatPage(found, f"{rows[limit - 1].ended}-{rows[limit - 1].id}" if len(rows) > limit else "")

    async def earlier_chats(self, visitor: str, *, but: str, limit: int) -> list[ArchivedChat]:
        """The visitor's other chats, the newest first."""
        theirs = and_(chats.c.workspace == self.workspace, chats.c.visitor == visitor, chats.c.id != but)
        wanted = select(chats).where(theirs).order_by(chats.c.opened.desc(), chats.c.id.desc()).limit(limit)
        async with self.database.reading() as connection:
            return [archived_chat(row) for row in (await connection.execute(wanted)).mappings()]

    async def visitors_of(self, chat_ids: Collection[str]) -> dict[str, Visitor]:
        """By chat; those that the archive does not know are left out. Unknown when SQL is away."""
        wanted = select(chats.c.id, chats.c.visitor, chats.c.name, chats.c.email, chats.c.verified)
        wanted = wanted.where(chats.c.workspace == self.workspace, chats.c.id.in_(chat_ids))
        async with self.database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        return {row.id: Visitor(row.visitor, row.name, row.email, row.verified) for row in rows}

    async def left_waiting(self) -> int:
        """How many left messages nobody has handled yet."""
        wanted = select(func.count()).select_from(chats).where(chats.c.workspace == self.workspace, _of_kind("left"))
        async with self.database.reading() as connection:
            return (await connection.execute(wanted)).scalar_one()

    async def read_chat(self, chat_id: str) -> ChatRecord | None:
        """The chat with all its facts, staff's included; None when the archive has no such chat."""
        of_chat = and_(facts.c.workspace == self.workspace, facts.c.chat == chat_id)
        async with self.database.reading() as connection:
            row = (await connection.execute(select(chats).where(self._is(chat_id)))).mappings().first()
            if row is None:
                return None
            ordered = select(facts.c.raw).where(of_chat).order_by(facts.c.seq, facts.c.at)
            raws = (await connection.execute(ordered)).scalars().all()
        read = [fact for fact in map(_fact, raws) if isinstance(fact, ChatFact)]
        return ChatRecord(archived_chat(row), read, len(raws) - len(read))

    async def result_of(self, author: str, cid: str, *, chat: str = "") -> Result | None:
        """What the author's command got when it was done: in `chat`, or in whichever chat it opened."""
        wanted = select(facts).where(facts.c.workspace == self.workspace, facts.c.author == author, facts.c.cid == cid)
        if chat:
            wanted = wanted.where(facts.c.chat == chat)
        async with self.database.reading() as connection:
            rows = (await connection.execute(wanted.order_by(facts.c.seq))).all()
        said = [row for row in rows if row.kind != "opened"]  # an opening is answered with its first message
        got = next(iter(said or rows), None)
        return Result(got.chat, got.seq, got.at, got.kind, _text(got.raw)) if got else None

    async def knows_chat(self, chat_id: str) -> bool:
        async with self.database.reading() as connection:
            return (await connection.execute(select(chats.c.id).where(self._is(chat_id)))).first() is not None

    async def count_older_than(self, ms: int) -> int:
        """How many chats `drop_older_than` would delete."""
        old = select(func.count()).select_from(chats).where(chats.c.workspace == self.workspace, chats.c.last < ms)
        async with self.database.reading() as connection:
            return (await connection.execute(old)).scalar_one()

    async def drop_older_than(self, ms: int) -> int:
        """Delete every chat in which nothing has happened since that instant, and all that is kept of it.

        How many chats. A chat whose end was never seen goes too: what people wrote is not kept for ever.
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
        """Facts of no chat (the foreign key takes the others along), and what was set aside."""
        async with self.database.writing() as connection:
            for table in (facts, set_aside):
                old = [table.c.workspace == self.workspace, table.c.at < ms]
                if table is facts:
                    old.append(facts.c.chat.is_(None))
                await connection.execute(delete(table).where(*old))

    def _is(self, chat_id: str) -> ColumnElement[bool]:
        return and_(chats.c.workspace == self.workspace, chats.c.id == chat_id)

    def _said_in_chat(self, text: str) -> ColumnElement[bool]:
        said = select(facts.c.id).where(
            facts.c.workspace == chats.c.workspace, facts.c.chat == chats.c.id, _has(facts.c.words, text)
        )
        return said.exists()

    def _first_words(self, ids: list[str], text: str) -> Select[Any]:
        """The first message of each chat; with `text`, the first fact that holds it."""
        those = [facts.c.workspace == self.workspace, facts.c.chat.in_(ids)]
        those.append(_has(facts.c.words, text) if text else facts.c.kind == "message")
        first = select(facts.c.chat, func.min(facts.c.seq).label("seq")).where(*those).group_by(facts.c.chat)
        firsts = first.subquery()
        return select(facts.c.chat, facts.c.raw).join(
            firsts,
            and_(facts.c.workspace == self.workspace, facts.c.chat == firsts.c.chat, facts.c.seq == firsts.c.seq),
        )


def _of_kind(kind: Kind) -> ColumnElement[bool]:
    left = chats.c.left_message.is_(kind != "ended")
    if kind == "ended":
        return and_(left, chats.c.ended.is_not(None))
    return and_(left, chats.c.handled.is_(None) if kind == "left" else chats.c.handled.is_not(None))


def _older(before: str) -> ColumnElement[bool]:
    """Behind the place `<ended>-<id>` in the list; anything else is no place."""
    ended, _, chat_id = before.partition("-")
    if not (ended.isascii() and ended.isdigit() and len(ended) <= 15 and chat_id):
        return chats.c.ended.is_not(None)
    place = int(ended)
    return or_(chats.c.ended < place, and_(chats.c.ended == place, chats.c.id < chat_id))


def _has(column: ColumnElement[str], looked_for: str) -> ColumnElement[bool]:
    return column.contains(fold_text(looked_for[:LONGEST_SEARCH]), autoescape=True)


def _fact(raw: str) -> AnyFact | None:
    try:
        return decode_fact(raw)
    except msgspec.MsgspecError:
        return None


def _text(raw: str) -> str:
    fact = _fact(raw)
    return text_of(fact) if fact is not None else ""
