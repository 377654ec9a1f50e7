"""Bearer tokens: what a bot, or another client of the agent's JSON socket, signs in with."""

from collections.abc import Callable
from contextlib import suppress

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.credentials import KEEP_ENDED, SEEN_EVERY, TOKEN_SESSION, SignedIn, holder, holders, revoke
from console.archive.database import Database
from console.archive.directory_rows import member_of
from console.archive.tables import members, tokens
from console.domain.ids import new_id
from console.errors import NotYours, Unknown
from console.security import digest, new_token

TOKEN_PREFIX = "sst_"


class TokenLine(msgspec.Struct, frozen=True):
    """A bearer token as it is listed; the secret itself was shown once. ms, `used` 0 for never."""

    id: str
    name: str
    created: int
    used: int


class TokenStore:
    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self.database = database
        self.clock = clock

    async def add(self, member_id: str, name: str) -> str:
        """A new bearer token of the member's, `sst_…`: shown this once. NotYours for an unknown member."""
        bearer = TOKEN_PREFIX + new_token()
        async with self.database.writing() as connection:
            if (await connection.execute(select(members.c.id).where(members.c.id == member_id))).first() is None:
                raise NotYours("Member not found.")
            await connection.execute(
                insert(tokens).values(
                    id=new_id(), digest=digest(bearer), member=member_id, name=name[:120], created=self.clock()
                )
            )
        return bearer

    async def holder(self, bearer: str) -> SignedIn | None:
        """Who holds this bearer token; None as for `session`. Tokens post no forms: no csrf."""
        now = self.clock()
        row = await holder(
            self.database, holders(tokens).where(tokens.c.digest == digest(bearer), tokens.c.revoked.is_(None))
        )
        if row is None:
            return None
        if now - (row["used"] or 0) >= SEEN_EVERY:
            with suppress(Unknown):
                async with self.database.writing() as connection:
                    await connection.execute(update(tokens).where(tokens.c.id == row["credential"]).values(used=now))
        return SignedIn(member_of(row), TOKEN_SESSION + row["credential"], "")

    async def of_member(self, member_id: str) -> list[TokenLine]:
        """The member's tokens that work, oldest first."""
        wanted = select(tokens).where(tokens.c.member == member_id, tokens.c.revoked.is_(None))
        async with self.database.reading() as connection:
            rows = (await connection.execute(wanted.order_by(tokens.c.created, tokens.c.id))).mappings().all()
        return [TokenLine(row["id"], row["name"], row["created"], row["used"] or 0) for row in rows]

    async def revoke(self, token_id: str) -> None:
        """End one token. Live state is told first, by the caller (session `token:<id>`)."""
        async with self.database.writing() as connection:
            await connection.execute(revoke(tokens, tokens.c.id == token_id, self.clock()))

    async def drop_expired(self, connection: AsyncConnection) -> int:
        """Forget tokens that were revoked long ago; how many."""
        old = tokens.c.revoked < self.clock() - KEEP_ENDED
        return (await connection.execute(delete(tokens).where(old))).rowcount
