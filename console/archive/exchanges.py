"""Reads what visitors asked and what agents answered, for suggested replies."""

from collections.abc import AsyncIterator, Iterable

import msgspec
from sqlalchemy import RowMapping, select

from console.archive.database import Database
from console.archive.tables import chats, facts
from console.events import Message, decode_fact

CHUNK = 100  # chats read at a time, so that nobody else waits for long


class AnsweredTurn(msgspec.Struct, frozen=True):
    """One turn of a visitor and the message that answered it; `canned` is the id of a reply sent unchanged."""

    visitor: str
    name: str
    locale: str
    asked: str
    answer: Message


class Exchanges:
    def __init__(self, database: Database, workspace: str = "main") -> None:
        self.database = database
        self.workspace = workspace

    async def newest(self, queue: str, *, since: int, most: int) -> AsyncIterator[AnsweredTurn]:
        """Yield the turns of the queue's newest chats (at most `most`) with activity since that time (ms)."""
        wanted = (
            select(chats.c.id, chats.c.visitor, chats.c.name, chats.c.locale)
            .where(chats.c.workspace == self.workspace, chats.c.last >= since, chats.c.queue == queue)
            .order_by(chats.c.last.desc())
            .limit(most)
        )
        async with self.database.reading() as connection:
            rows = (await connection.execute(wanted)).mappings().all()
        for start in range(0, len(rows), CHUNK):
            for turn in await self._turns(rows[start : start + CHUNK]):
                yield turn

    async def _turns(self, rows: Iterable[RowMapping]) -> list[AnsweredTurn]:
        by_chat = {row["id"]: row for row in rows}
        said = (
            select(facts.c.chat, facts.c.raw)
            .where(facts.c.workspace == self.workspace, facts.c.chat.in_(by_chat), facts.c.kind == "message")
            .order_by(facts.c.chat, facts.c.seq, facts.c.at)
        )
        async with self.database.reading() as connection:
            read = (await connection.execute(said)).all()
        found: list[AnsweredTurn] = []
        asked: list[str] = []
        chat = ""
        for row in read:
            if row.chat != chat:
                chat, asked = row.chat, []
            message = _message(row.raw)
            if message is None:
                continue
            if message.by == "visitor":
                asked.append(message.text)
            elif asked and not message.promise:
                who = by_chat[chat]
                found.append(AnsweredTurn(who["visitor"], who["name"], who["locale"], "\n".join(asked), message))
                asked = []
        return found


def _message(raw: str) -> Message | None:
    """Return the message; None for one that this release does not understand."""
    try:
        fact = decode_fact(raw)
    except msgspec.MsgspecError:
        return None
    return fact if isinstance(fact, Message) else None
