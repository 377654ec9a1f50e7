"""Received mails: stored once each before they are processed, and set aside if they cannot be used."""

import hashlib
from collections.abc import Callable
from functools import cached_property
from itertools import accumulate
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.database import Database, now_ms
from console.archive.tables import mails_received

PENDING = ""
MOST_ASIDE, MOST_ASIDE_BYTES = 1_000, 100_000_000  # mails set aside, and bytes of all of them


class ReceivedMail(msgspec.Struct, frozen=True):
    """A mail that is not processed yet; `whole` is false if only its beginning was kept."""

    id: int
    digest: str
    raw: bytes
    whole: bool


class AsideMail(msgspec.Struct, frozen=True):
    """A mail that was set aside, as the settings list it."""

    id: int
    at: int
    sender: str
    chat: str
    detail: str


class MailInbox:
    def __init__(self, database: Database, workspace: str = "main", clock: Callable[[], int] = now_ms) -> None:
        self.database = database
        self.workspace = workspace
        self.clock = clock

    async def add(self, raw: bytes, identity: str, *, whole: bool = True) -> bool:
        """Store a mail. False if one with this `identity` exists: a mailbox may deliver the same mail twice."""
        digest = hashlib.sha256(identity.encode() or raw).hexdigest()
        known = select(mails_received.c.id).where(self._here(), mails_received.c.digest == digest)
        row = {"workspace": self.workspace, "digest": digest, "raw": raw, "whole": whole, "at": self.clock()}
        async with self.database.writing() as connection:
            if (await connection.execute(known)).first() is not None:
                return False
            await connection.execute(insert(mails_received).values(**row, code=PENDING, detail="", sender="", chat=""))
        return True

    async def pending(self, limit: int = 2) -> list[ReceivedMail]:
        """Return mails that are not processed yet, oldest first; only a few, as each may be large."""
        few = {"few": limit}
        rows = await self.database.read(lambda connection: connection.execute(self._pending, few).mappings().all())
        return [ReceivedMail(**row) for row in rows]

    @cached_property
    def _pending(self) -> Select[Any]:
        """Built once: it is read every second."""
        columns = [mails_received.c[name] for name in ReceivedMail.__struct_fields__]
        wanted = select(*columns).where(self._here(), mails_received.c.code == PENDING)
        return wanted.order_by(mails_received.c.id).limit(bindparam("few"))

    async def settle(self, id: int, code: str, *, detail: str = "", sender: str = "", chat: str = "") -> None:
        """Record the result of a mail: taken, ignored or aside. Only a mail set aside keeps its text."""
        values: dict[str, object] = {"code": code, "detail": detail, "sender": sender, "chat": chat}
        if code != "aside":
            values["raw"] = b""
        async with self.database.writing() as connection:
            await connection.execute(update(mails_received).where(mails_received.c.id == id).values(**values))
            if code == "aside":
                await self._bound_aside(connection)

    async def _bound_aside(self, connection: AsyncConnection) -> None:
        """Delete the oldest mails beyond the limit: anybody can send mails that are set aside.

        Both databases know how long a value is without reading it.
        """
        aside = self._here(), mails_received.c.code == "aside"
        wanted = select(mails_received.c.id, func.length(mails_received.c.raw).label("size")).where(*aside)
        rows = (await connection.execute(wanted.order_by(mails_received.c.id.desc()))).all()
        kept = sum(total <= MOST_ASIDE_BYTES for total in accumulate(row.size for row in rows))
        if beyond := rows[min(kept, MOST_ASIDE) :]:
            await connection.execute(delete(mails_received).where(*aside, mails_received.c.id <= beyond[0].id))

    async def aside(self, limit: int = 100) -> list[AsideMail]:
        """Return mails that were set aside, newest first."""
        columns = [mails_received.c[name] for name in AsideMail.__struct_fields__]
        wanted = select(*columns).where(self._here(), mails_received.c.code == "aside")
        async with self.database.reading() as connection:
            rows = (await connection.execute(wanted.order_by(mails_received.c.id.desc()).limit(limit))).mappings()
            return [AsideMail(**row) for row in rows]

    async def raw(self, id: int) -> bytes | None:
        """Return a mail that was set aside, as it was received."""
        wanted = select(mails_received.c.raw).where(
            self._here(), mails_received.c.id == id, mails_received.c.code == "aside"
        )
        async with self.database.reading() as connection:
            return (await connection.execute(wanted)).scalar()

    async def drop_older_than(self, oldest: int) -> None:
        """Delete old mails that were processed."""
        async with self.database.writing() as connection:
            old = (mails_received.c.at < oldest) & (mails_received.c.code != PENDING)
            await connection.execute(delete(mails_received).where(old))

    def _here(self) -> ColumnElement[bool]:
        return mails_received.c.workspace == self.workspace
