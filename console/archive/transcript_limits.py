"""Puts transcripts into the outbox, within the limits of a visitor and a site."""

from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.mail_outbox import MailOutbox
from console.archive.tables import chats, mails
from console.domain.mail import Letter

HOUR, DAY = 3_600_000, 86_400_000  # ms


class TranscriptLimits:
    def __init__(self, outbox: MailOutbox, *, visitors: int, sites: int) -> None:
        """`visitors`: at most so many a day of one visitor; `sites`: so many an hour of one site."""
        self.outbox = outbox
        self.visitors, self.sites = visitors, sites

    async def put(self, letter: Letter, visitor: str) -> Literal["put", "none", "enough"]:
        """Put it into the outbox, once; "none" if the visitor has no such chat, or nobody answered it."""
        ours = chats.c.workspace == self.outbox.workspace
        wanted = select(chats.c.site, chats.c.agent).where(ours, chats.c.id == letter.chat, chats.c.visitor == visitor)
        async with self.outbox.database.writing() as connection:
            chat = (await connection.execute(wanted)).first()
            if chat is None or not chat.agent:
                return "none"
            same = mails.c.workspace == self.outbox.workspace, mails.c.message_id == letter.message_id
            if (await connection.execute(select(mails.c.id).where(*same))).first() is not None:
                return "put"
            theirs = await self._count(connection, chats.c.visitor == visitor, DAY)
            if theirs >= self.visitors or await self._count(connection, chats.c.site == chat.site, HOUR) >= self.sites:
                return "enough"
            await self.outbox.put(connection, letter)
        return "put"

    async def _count(self, connection: AsyncConnection, whose: object, within: int) -> int:
        joined = mails.join(chats, (chats.c.id == mails.c.chat) & (chats.c.workspace == mails.c.workspace))
        where = (
            mails.c.workspace == self.outbox.workspace,
            mails.c.kind == "transcript",
            mails.c.made > self.outbox.clock() - within,
        )
        counted = select(func.count()).select_from(joined).where(*where, whose)  # type: ignore[arg-type]
        return int((await connection.execute(counted)).scalar_one())
