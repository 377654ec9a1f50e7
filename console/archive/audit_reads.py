"""Who read, searched or exported ended chats: lines of the audit log in a chain of their own, kept for some time.

One line for each member, chat and what they did with it in ten minutes, over all processes.
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

SPAN = 600_000  # ms in which the same is told once
MOST = 10_000  # of those that are remembered here; SQL knows the rest


class AuditReads:
    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self.database = database
        self.clock = clock
        self._told: dict[tuple[str, ...], int] = {}

    async def note_chat_read(self, by: Somebody, chat: str) -> None:
        """Tell that somebody reads a chat, with all that was said in it."""
        await self.note_read(by, Change("Chat read", f"chat:{chat}"))

    async def note_read(self, by: Somebody, did: Change) -> None:
        """Tell it. While SQL cannot be written people read on, and the security log has it instead."""
        try:
            if self.database.blocked:  # nobody gets through: a page must not wait for it
                raise Unknown
            await self.note_export(by, did)
        except Unknown:
            security_log.read_unrecorded(did.what, did.target)

    async def note_export(self, by: Somebody, did: Change) -> None:
        """Tell it, before anything leaves, unless the same was told lately. Raises Unknown if SQL cannot be written."""
        now, key = self.clock(), (by.id, did.what, did.target, str(did.after))
        if now - self._told.get(key, -SPAN) < SPAN:
            return
        async with self.database.writing() as connection:
            await lock_head(connection, "reads")  # so that no other process tells the same meanwhile
            line = line_of(by, now, did)
            if not await _told(connection, line):
                await append(connection, "reads", [line])
        if len(self._told) >= MOST:
            self._told.clear()
        self._told[key] = now


async def _told(connection: AsyncConnection, line: dict[str, Any]) -> bool:
    same = [audit.c[name] == line[name] for name in ("member", "what", "target")]
    wanted = select(audit.c.after).where(*same, audit.c.at > line["at"] - SPAN)
    return line["after"] in (await connection.execute(wanted)).scalars().all()
