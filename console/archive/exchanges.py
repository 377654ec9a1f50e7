"""Reads what visitors asked, what agents answered and which reason they gave, for suggestions."""

from collections.abc import AsyncIterator, Iterable
from itertools import groupby

import msgspec
from sqlalchemy import RowMapping, select

from console.archive.database import Database
from console.archive.tables import chats, facts
from console.events import Labelled, Message, decode_fact

CHUNK = 100  # chats read at a time, so that nobody else waits long
KINDS = ("message", "labelled")


class AnsweredTurn(msgspec.Struct, frozen=True):
    """One turn of a visitor and the message that answered it."""

    asked: str
    answer: Message


class Conversation(msgspec.Struct):
    """One chat: everything its visitor wrote, the turns that were answered, and the latest reason."""

    visitor: str
    name: str
    locale: str
    asked: list[str] = []
    turns: list[AnsweredTurn] = []
    labelled: Labelled | None = None


class Exchanges:
    def __init__(self, database: Database, workspace: str = "main") -> None:
        self.database = database
        self.workspace = workspace

    async def newest(self, queue: str, *, since: int, most: int) -> AsyncIterator[Conversation]:
        """Yield the queue's newest chats (at most `most`) with activity since that time (ms)."""
        wanted = (
            select(chats.c.id, chats.c.visitor, chats.c.name, chats.c.locale, chats.c.language)
            .where(chats.c.workspace == self.workspace, chats.c.last >= since, chats.c.queue == queue)
            .order_by(chats.c.last.desc())
            .limit(most)
        )
        async with self.database.reading() as connection:
            rows = (await connection.execute(wanted)).mappings().all()
        for start in range(0, len(rows), CHUNK):
            for conversation in await self._conversations(rows[start : start + CHUNK]):
                yield conversation

    async def _conversations(self, rows: Iterable[RowMapping]) -> list[Conversation]:
        by_chat = {
            row["id"]: Conversation(row["visitor"], row["name"], row["language"] or row["locale"]) for row in rows
        }
        said = (
            select(facts.c.chat, facts.c.raw)
            .where(facts.c.workspace == self.workspace, facts.c.chat.in_(by_chat), facts.c.kind.in_(KINDS))
            .order_by(facts.c.chat, facts.c.seq, facts.c.at)
        )
        async with self.database.reading() as connection:
            read = (await connection.execute(said)).all()
        for chat, lines in groupby(read, key=lambda row: row.chat):
            _add_facts(by_chat[chat], [row.raw for row in lines])
        return list(by_chat.values())


def _add_facts(conversation: Conversation, lines: Iterable[str]) -> None:
    """Add the messages and reasons to their chats."""
    asked: list[str] = []  # since the last answer
    for raw in lines:
        fact = _fact(raw)
        if isinstance(fact, Labelled):
            conversation.labelled = fact
        elif fact is None:
            continue
        elif fact.by == "visitor":
            asked.append(fact.text)
            conversation.asked.append(fact.text)
        elif asked and fact.by == "agent" and not fact.promise:
            conversation.turns.append(AnsweredTurn("\n".join(asked), fact))
            asked = []


def _fact(raw: str) -> Message | Labelled | None:
    """Return the fact; None if this release does not understand it."""
    try:
        fact = decode_fact(raw)
    except msgspec.MsgspecError:
        return None
    return fact if isinstance(fact, Message | Labelled) else None
