"""Who read, searched or exported ended chats: audit lines in a chain of their own, kept for a limited time.

One line per ten minutes for each member, chat and kind of access, across all processes.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit import Change, Somebody, line_of
from console.archive.audit_chain import append, lock_head
from console.archive.database import Database
from console.archive.tables import audit
from console.errors import Unknown
from console.security import log as security_log

SPAN = 600_000  # ms in which the same access is recorded once
MOST = 10_000  # accesses remembered here; SQL knows the rest


class AuditReads:
    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self.database = database
        self.clock = clock
        self._noted_at: dict[tuple[str, ...], int] = {}

    async def note_chat_read(self, by: Somebody, chat: str) -> None:
        """Record that somebody reads a chat, with everything said in it."""
        await self.note_read(by, Change("Chat read", f"chat:{chat}"))

    async def note_read(self, by: Somebody, did: Change) -> None:
        """Record it. While SQL cannot be written, people can still read; the security log records it instead."""
        try:
            if self.database.blocked:  # the writer is blocked, and a page must not wait for it
                raise Unknown
            await self.note_export(by, did)
        except Unknown:
            security_log.read_unrecorded(did.what, did.target)

    async def note_export(self, by: Somebody, did: Change) -> None:
        """Record it before anything leaves, unless it was recorded recently. Raises Unknown if SQL is not writable."""
        now, key = self.clock(), (by.id, did.what, did.target, str(did.after))
        if now - self._noted_at.get(key, -SPAN) < SPAN:
            return
        async with self.database.writing() as connection:
            await lock_head(connection, "reads")  # so that no other process records the same
            line = line_of(by, now, did)
            if not await _already_noted(connection, line):
                await append(connection, "reads", [line])
        if len(self._noted_at) >= MOST:
            self._noted_at.clear()
        self._noted_at[key] = now


async def _already_noted(connection: AsyncConnection, line: dict[str, Any]) -> bool:
    same = [audit.c[name] == line[name] for name in ("member", "what", "target")]
    wanted = select(audit.c.after).where(*same, audit.c.at > line["at"] - SPAN)
    return line["after"] in (await connection.execute(wanted)).scalars().all()
