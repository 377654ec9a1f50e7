"""Sessions: what a browser's cookie stands for."""

from collections.abc import Callable, Collection
from contextlib import suppress

from sqlalchemy import RowMapping, and_, case, delete, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.credentials import (
    KEEP_ENDED,
    SEEN_EVERY,
    TOKEN_SESSION,
    SignedIn,
    fold_email,
    holder,
    holders,
    is_active,
    revoke,
)
from console.archive.database import Database
from console.archive.directory_rows import member_of
from console.archive.login_throttle import LoginThrottle
from console.archive.tables import members, sessions
from console.domain.ids import new_id
from console.errors import SignInNeeded, Unknown
from console.security import csrf_of, digest, new_token, password_fits

SESSION_IDLE = 12 * 3_600_000  # ms without being seen: a shift and a half
SESSION_LIFE = 7 * 24 * 3_600_000  # ms at most
WRONG = "Wrong e-mail or password."


class SessionStore:
    def __init__(self, database: Database, clock: Callable[[], int], throttle: LoginThrottle) -> None:
        """Starts, extends and ends sessions."""
        self.database = database
        self.clock = clock
        self.throttle = throttle

    async def sign_in(self, email: str, password: str, *, address: str) -> str:
        """Check the password and return a new session's cookie value.

        Raises SignInNeeded, with the same text and after the same time, for a wrong password, a deactivated member and
        an unknown address; SlowDown after too many attempts for the account or from the address.
        """
        account = fold_email(email)
        await self.throttle.begin(account, address)
        async with self.database.reading() as connection:
            found = await connection.execute(select(members).where(members.c.email == account, is_active()))
            row = found.mappings().first()
        if not await password_fits(row["password"] if row else "", password) or row is None:
            raise SignInNeeded(WRONG)
        await self.throttle.forgive(account, address)
        return await self.start(row["id"])

    async def holder(self, cookie: str) -> SignedIn | None:
        """Return who holds this cookie; None if it is unknown, expired or revoked, or the member is deactivated."""
        now = self.clock()
        row = await holder(
            self.database,
            holders(sessions).where(
                sessions.c.digest == digest(cookie), sessions.c.revoked.is_(None), sessions.c.expires > now
            ),
        )
        if row is None:
            return None
        if now - row["seen"] >= SEEN_EVERY:
            await self._note_seen(row, now)
        return SignedIn(member_of(row), row["credential"], csrf_of(cookie))

    async def keep_seen(self, session_ids: Collection[str]) -> set[str]:
        """Mark sessions with an open socket as seen; return those that are over.

        Bearer tokens (`token:<id>`) do not expire and are skipped.
        """
        asked = {id for id in session_ids if not id.startswith(TOKEN_SESSION)}
        if not asked:
            return set()
        now = self.clock()
        last, idle = sessions.c.created + SESSION_LIFE, literal(now + SESSION_IDLE, sessions.c.expires.type)
        expires = case((last < idle, last), else_=idle)
        good = and_(sessions.c.id.in_(asked), sessions.c.revoked.is_(None), sessions.c.expires > now)
        async with self.database.writing() as connection:
            seen = update(sessions).where(good).values(seen=now, expires=expires).returning(sessions.c.id)
            return asked - set((await connection.execute(seen)).scalars())

    async def sign_out(self, session_id: str) -> None:
        """End one session. The caller ends its live connections first."""
        async with self.database.writing() as connection:
            await connection.execute(revoke(sessions, sessions.c.id == session_id, self.clock()))

    async def start(self, member_id: str) -> str:
        """Start a session for a member who has proved their identity; return its cookie value."""
        cookie, now = new_token(), self.clock()
        values = {"created": now, "seen": now, "expires": now + SESSION_IDLE}
        async with self.database.writing() as connection:
            await connection.execute(
                insert(sessions).values(id=new_id(), digest=digest(cookie), member=member_id, **values)
            )
        return cookie

    async def _note_seen(self, row: RowMapping, now: int) -> None:
        expires = min(row["created"] + SESSION_LIFE, now + SESSION_IDLE)
        with suppress(Unknown):  # a read-only database must not keep anybody from working
            async with self.database.writing() as connection:
                await connection.execute(
                    update(sessions).where(sessions.c.id == row["credential"]).values(seen=now, expires=expires)
                )

    async def drop_expired(self, connection: AsyncConnection) -> int:
        """Delete sessions that ended long ago; return how many."""
        old = self.clock() - KEEP_ENDED
        ended = or_(sessions.c.expires < old, sessions.c.revoked < old)
        return (await connection.execute(delete(sessions).where(ended))).rowcount


async def end_sessions(connection: AsyncConnection, member_id: str, *, but: str, now: int) -> list[str]:
    """End a member's sessions except one, within a transaction; return the ids of those that ended."""
    others = and_(sessions.c.member == member_id, sessions.c.id != but, sessions.c.revoked.is_(None))
    ids = list((await connection.execute(select(sessions.c.id).where(others))).scalars())
    await connection.execute(revoke(sessions, others, now))
    return ids
