"""One-click sign-in links, for the demo on this machine only."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.credentials import holder, is_active
from console.archive.database import Database
from console.archive.directory_rows import member_of
from console.archive.sessions import Origin, SessionStore
from console.archive.tables import members, one_clicks
from console.domain.directory import Member
from console.security import digest, new_token

ONE_CLICK_LIFE = 12 * 3_600_000  # ms
ONE_CLICK_USES = 100
NOWHERE = Origin("")


class OneClickStore:
    def __init__(self, database: Database, clock: Callable[[], int], sessions: SessionStore) -> None:
        """Creates and uses sign-in links."""
        self.database = database
        self.clock = clock
        self.sessions = sessions

    async def add(self, member_id: str) -> str:
        """Return the token of a new link, valid for 12 h and a hundred clicks."""
        token, now = new_token(), self.clock()
        async with self.database.writing() as connection:
            await connection.execute(
                insert(one_clicks).values(
                    digest=digest(token), member=member_id, expires=now + ONE_CLICK_LIFE, uses=ONE_CLICK_USES
                )
            )
        return token

    async def member(self, token: str) -> Member | None:
        """Return the member a link would sign in, without using it up."""
        wanted = select(members).join(one_clicks, one_clicks.c.member == members.c.id)
        row = await holder(self.database, wanted.where(_good_click(token, self.clock()), is_active()))
        return member_of(row) if row else None

    async def use(self, token: str, origin: Origin = NOWHERE) -> str | None:
        """Use a link once. Return a new session's cookie value, or None if the link is not valid."""
        member = await self.member(token)
        if member is None:
            return None
        good = _good_click(token, self.clock())
        async with self.database.writing() as connection:
            used = await connection.execute(update(one_clicks).where(good).values(uses=one_clicks.c.uses - 1))
        return await self.sessions.start(member.id, origin) if used.rowcount else None

    async def drop_expired(self, connection: AsyncConnection) -> int:
        """Delete links that are no longer valid; return how many."""
        return (await connection.execute(delete(one_clicks).where(one_clicks.c.expires < self.clock()))).rowcount


def _good_click(token: str, now: int) -> ColumnElement[bool]:
    return and_(one_clicks.c.digest == digest(token), one_clicks.c.expires > now, one_clicks.c.uses > 0)
