"""Shared by the archive's tests: a fresh database, and a feed whose facts are written like a story."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Connection, Table, select

from console import security
from console.archive.database import Database
from console.archive.migrating import upgrade
from console.domain.ids import new_cid
from console.events import (
    AnyFact,
    Assigned,
    Author,
    Ended,
    EndReason,
    Entry,
    Handled,
    Message,
    Note,
    Opened,
    Reopened,
    Visitor,
)
from tests.support.migrated import put_migrated

ANA = Author("ana", "Ana")
START = 1_800_000_000_000  # ms


def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 at its cheapest, for tests that sign in dozens of times."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(security, "_hasher", hasher)
    monkeypatch.setattr(security, "_NOBODYS", hasher.hash("nobody's"))


@asynccontextmanager
async def fresh_database(where: Path | str, **options: Any) -> AsyncIterator[Database]:
    """A migrated database in a folder (SQLite), or at a URL."""
    database = Database(put_migrated(where) if isinstance(where, Path) else where, **options)
    await database.migrate()
    try:
        yield database
    finally:
        await database.close()


def to_version(connection: Connection, version: str) -> None:
    """Create the tables as that release had them."""
    upgrade(connection, version)


async def rows(database: Database, table: Table, *order: str, workspace: str = "") -> list[dict[str, Any]]:
    """Return all rows of a table, or those of one workspace."""
    wanted = select(table).order_by(*(table.c[name] for name in order))
    async with database.reading() as connection:
        found = await connection.execute(wanted.where(table.c.workspace == workspace) if workspace else wanted)
        return [dict(row) for row in found.mappings()]


class Feed:
    """A feed as the store would write it: no gaps in numbers or in a chat's seqs, a second between facts."""

    def __init__(self, *, now: int = START) -> None:
        self.entries: list[Entry] = []
        self.now = now
        self.seqs: dict[str, int] = {}

    def add(self, kind: type[AnyFact], **values: Any) -> Entry:
        """Add one fact at the current time; facts of a chat get their seq."""
        self.now += 1_000
        if kind.__struct_config__.tag != "presence" and "chat" in values:
            seq = self.seqs[values["chat"]] = self.seqs.get(values["chat"], 0) + 1
            values |= {"seq": seq, "prev": seq - 1}
        fact = kind(at=self.now, **values)
        n = self.entries[-1].n + 1 if self.entries else 1
        entry = Entry(f"{self.now}-{n}", n, fact, msgspec.json.encode(fact))
        self.entries.append(entry)
        return entry

    def open(self, chat: str, *, visitor: str = "vera", name: str = "Vera", email: str = "", **more: Any) -> Entry:
        who = Visitor(visitor, name, email)
        more = {"queue": "support", "site": "demo", "due": 0, "cid": new_cid(), **more}
        return self.add(Opened, chat=chat, visitor=who, **more)

    def reopen(self, chat: str, entry: Entry) -> Entry:
        """Reopen the chat with everything that the opening `entry` carried, as the store repeats it."""
        brought = msgspec.structs.asdict(entry.fact)
        again = {name: brought[name] for name in ("visitor", "queue", "site", "due", "cid")}
        return self.add(Reopened, chat=chat, opened=entry.fact.at, **again)

    def say(self, chat: str, text: str, *, by: str = "visitor", author: Author | None = None, cid: str = "") -> Entry:
        author = author or (Author("vera", "Vera") if by == "visitor" else ANA)
        return self.add(Message, chat=chat, by=by, author=author, cid=cid or new_cid(), text=text)

    def note(self, chat: str, text: str) -> Entry:
        return self.add(Note, chat=chat, author=ANA, cid=new_cid(), text=text)

    def assign(self, chat: str) -> Entry:
        return self.add(
            Assigned, chat=chat, agent="ana", name="Ana", slot=1, why="least_pressure", candidates=1, clocks=0, waited=0
        )

    def end(self, chat: str, why: EndReason = "visitor") -> Entry:
        return self.add(Ended, chat=chat, why=why, agent="ana")

    def handle(self, chat: str) -> Entry:
        return self.add(Handled, chat=chat, author=ANA, cid=new_cid())

    def talk(self, chat: str, *texts: str, why: EndReason = "visitor", **more: Any) -> list[Entry]:
        """A whole chat: Vera sends each text, Ana answers each, the chat ends."""
        first = len(self.entries)
        self.open(chat, **more)
        self.assign(chat)
        for text in texts:
            self.say(chat, text)
            self.say(chat, f"Re: {text}", by="agent")
        self.end(chat, why)
        return self.entries[first:]

    def leave_message(self, chat: str, text: str, **more: Any) -> list[Entry]:
        """A message left while nobody is online."""
        first = len(self.entries)
        self.open(chat, **more)
        self.say(chat, text)
        self.end(chat, "message_left")
        return self.entries[first:]
