"""Bearer tokens: credentials of bots and other clients of the agent's JSON socket."""

from collections.abc import Callable
from contextlib import suppress

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit import COMMAND_LINE, Somebody, note
from console.archive.credentials import KEEP_ENDED, SEEN_EVERY, TOKEN_SESSION, SignedIn, holder, holders, revoke
from console.archive.database import Database
from console.archive.directory_rows import member_of
from console.archive.tables import members, tokens
from console.domain.ids import new_id
from console.errors import NotYours, Unknown
from console.security import digest, new_token
from console.security import log as security_log

TOKEN_PREFIX = "sst_"
TOLD_EVERY = 24 * 3_600_000  # ms without use after which the next one is told in the security log


class TokenLine(msgspec.Struct, frozen=True):
    """A token in the list; the secret itself was shown once. Times are in ms, `used` is 0 for never."""

    id: str
    name: str
    created: int
    used: int


class TokenStore:
    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        """Creates, checks and revokes bearer tokens."""
        self.database = database
        self.clock = clock

    async def add(self, member_id: str, name: str, *, by: Somebody = COMMAND_LINE) -> str:
        """Return a new token of a member, `sst_…`; shown only now. Raises NotYours for an unknown member."""
        bearer = TOKEN_PREFIX + new_token()
        async with self.database.writing() as connection:
            if (await connection.execute(select(members.c.id).where(members.c.id == member_id))).first() is None:
                raise NotYours("Member not found.")
            await connection.execute(
                insert(tokens).values(
                    id=new_id(), digest=digest(bearer), member=member_id, name=name[:120], created=self.clock()
                )
            )
            await note(connection, by, self.clock(), "Token added", f"member:{member_id}", after={"token": name[:120]})
        return bearer

    async def holder(self, bearer: str) -> SignedIn | None:
        """Return who holds this token; None as for sessions. Tokens submit no forms, so there is no csrf."""
        now = self.clock()
        row = await holder(
            self.database, holders(tokens).where(tokens.c.digest == digest(bearer), tokens.c.revoked.is_(None))
        )
        if row is None:
            return None
        last = row["used"] or 0
        if now - last >= TOLD_EVERY:
            security_log.token_used(row["id"], row["credential"], last)
        if now - last >= SEEN_EVERY:
            with suppress(Unknown):
                async with self.database.writing() as connection:
                    await connection.execute(update(tokens).where(tokens.c.id == row["credential"]).values(used=now))
        return SignedIn(member_of(row), TOKEN_SESSION + row["credential"], "")

    async def of_member(self, member_id: str) -> list[TokenLine]:
        """Return the member's valid tokens, oldest first."""
        wanted = select(tokens).where(tokens.c.member == member_id, tokens.c.revoked.is_(None))
        async with self.database.reading() as connection:
            rows = (await connection.execute(wanted.order_by(tokens.c.created, tokens.c.id))).mappings().all()
        return [TokenLine(row["id"], row["name"], row["created"], row["used"] or 0) for row in rows]

    async def revoke(self, token_id: str, *, by: Somebody = COMMAND_LINE) -> None:
        """Revoke a token. The caller ends its live connections first (session `token:<id>`)."""
        async with self.database.writing() as connection:
            wanted = select(tokens.c.member, tokens.c.name).where(tokens.c.id == token_id)
            held = (await connection.execute(wanted)).first()
            ended = await connection.execute(revoke(tokens, tokens.c.id == token_id, self.clock()))
            if held is not None and ended.rowcount:
                target, was = f"member:{held.member}", {"token": held.name}
                await note(connection, by, self.clock(), "Token revoked", target, before=was)

    async def drop_expired(self, connection: AsyncConnection) -> int:
        """Delete tokens that were revoked long ago; return how many."""
        old = tokens.c.revoked < self.clock() - KEEP_ENDED
        return (await connection.execute(delete(tokens).where(old))).rowcount
