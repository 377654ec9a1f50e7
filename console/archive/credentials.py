"""What lets a member in: passwords, sessions, bearer tokens, the demo's one-click links.

Of every secret only the digest is kept. Each look-up joins the member, so somebody disabled is
out at once whatever they hold.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Table,
    Update,
    and_,
    case,
    delete,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.database import Database, now_ms
from console.archive.directory_store import member_of
from console.archive.login_throttle import LoginThrottle
from console.archive.tables import members, one_clicks, sessions, tokens
from console.domain.directory import Member
from console.domain.ids import new_id
from console.errors import NotYours, SignInNeeded, Unknown
from console.security import csrf_of, digest, new_token, password_fits

SESSION_IDLE = 12 * 3_600_000  # ms unseen: a shift and a half
SESSION_LIFE = 7 * 24 * 3_600_000  # ms at the very most
SEEN_EVERY = 60_000  # ms between two notes of "seen": not a write a page
KEEP_ENDED = 30 * 24 * 3_600_000  # ms that ended credentials stay, for whoever looks into a break-in
ONE_CLICK_LIFE = 12 * 3_600_000
ONE_CLICK_USES = 100
TOKEN_PREFIX = "sst_"
TOKEN_SESSION = "token:"
WRONG = "That e-mail address and password do not go together."


class SignedIn(msgspec.Struct, frozen=True):
    """Somebody known. `session` is the session's id, or `token:<id>`; `csrf` goes into every form."""

    member: Member
    session: str
    csrf: str


class TokenLine(msgspec.Struct, frozen=True):
    """A bearer token as it is listed; the secret itself was shown once. ms, `used` 0 for never."""

    id: str
    name: str
    created: int
    used: int


class Credentials:
    def __init__(self, database: Database, *, clock: Callable[[], int] = now_ms) -> None:
        self.database = database
        self.clock = clock
        self.tries = LoginThrottle(database, clock)

    # --- sessions --------------------------------------------------------------------------

    async def sign_in(self, email: str, password: str, *, address: str) -> str:
        """A new session's cookie value.

        SignInNeeded, in the same words and time for a wrong password, somebody disabled and
        nobody at all; SlowDown after too many tries for the account or from the address.
        """
        account = fold_email(email)
        await self.tries.begin(account, address)
        async with self.database.reading() as connection:
            found = await connection.execute(select(members).where(members.c.email == account, _active()))
            row = found.mappings().first()
        if not await password_fits(row["password"] if row else "", password) or row is None:
            raise SignInNeeded(WRONG)
        await self.tries.forgive(account, address)
        return await self._start_session(row["id"])

    async def session(self, cookie: str) -> SignedIn | None:
        """Who holds this cookie; None when it is unknown, expired, revoked, or the member is disabled."""
        now = self.clock()
        row = await self._holder(
            _holders(sessions).where(
                sessions.c.digest == digest(cookie), sessions.c.revoked.is_(None), sessions.c.expires > now
            )
        )
        if row is None:
            return None
        if now - row["seen"] >= SEEN_EVERY:
            await self._note_seen(row, now)
        return SignedIn(member_of(row), row["credential"], csrf_of(cookie))

    async def keep_seen(self, session_ids: Collection[str]) -> set[str]:
        """Whoever has an open socket is seen: notes it for these sessions at once, and answers those that are over.

        Bearer tokens (`token:<id>`) have no end by time and are passed over.
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
        """End one session. Live state is told first, by the caller."""
        async with self.database.writing() as connection:
            await connection.execute(_revoke(sessions, sessions.c.id == session_id, self.clock()))

    async def end_sessions(self, connection: AsyncConnection, member_id: str, *, but: str) -> list[str]:
        """End a member's sessions except one, within a transaction; the ids of those that ended."""
        others = and_(sessions.c.member == member_id, sessions.c.id != but, sessions.c.revoked.is_(None))
        ids = list((await connection.execute(select(sessions.c.id).where(others))).scalars())
        await connection.execute(_revoke(sessions, others, self.clock()))
        return ids

    async def _start_session(self, member_id: str) -> str:
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

    # --- bearer tokens -----------------------------------------------------------------------

    async def add_token(self, member_id: str, name: str) -> str:
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

    async def token(self, bearer: str) -> SignedIn | None:
        """Who holds this bearer token; None as for `session`. Tokens post no forms: no csrf."""
        now = self.clock()
        row = await self._holder(_holders(tokens).where(tokens.c.digest == digest(bearer), tokens.c.revoked.is_(None)))
        if row is None:
            return None
        if now - (row["used"] or 0) >= SEEN_EVERY:
            with suppress(Unknown):
                async with self.database.writing() as connection:
                    await connection.execute(update(tokens).where(tokens.c.id == row["credential"]).values(used=now))
        return SignedIn(member_of(row), TOKEN_SESSION + row["credential"], "")

    async def tokens(self, member_id: str) -> list[TokenLine]:
        """The member's tokens that work, oldest first."""
        wanted = select(tokens).where(tokens.c.member == member_id, tokens.c.revoked.is_(None))
        async with self.database.reading() as connection:
            rows = (await connection.execute(wanted.order_by(tokens.c.created, tokens.c.id))).mappings().all()
        return [TokenLine(row["id"], row["name"], row["created"], row["used"] or 0) for row in rows]

    async def revoke_token(self, token_id: str) -> None:
        """End one token. Live state is told first, by the caller (session `token:<id>`)."""
        async with self.database.writing() as connection:
            await connection.execute(_revoke(tokens, tokens.c.id == token_id, self.clock()))

    # --- the demo's links --------------------------------------------------------------------

    async def one_click(self, member_id: str) -> str:
        """The token of a sign-in link: good for 12 h and a hundred clicks. For the demo on this machine only."""
        token, now = new_token(), self.clock()
        async with self.database.writing() as connection:
            await connection.execute(
                insert(one_clicks).values(
                    digest=digest(token), member=member_id, expires=now + ONE_CLICK_LIFE, uses=ONE_CLICK_USES
                )
            )
        return token

    async def one_click_member(self, token: str) -> Member | None:
        """Whom a link would sign in; nothing is used up."""
        wanted = select(members).join(one_clicks, one_clicks.c.member == members.c.id)
        row = await self._holder(wanted.where(_good_click(token, self.clock()), _active()))
        return member_of(row) if row else None

    async def use_one_click(self, token: str) -> str | None:
        """One use of a link: a new session's cookie value, or None when it is not good."""
        member = await self.one_click_member(token)
        if member is None:
            return None
        good = _good_click(token, self.clock())
        async with self.database.writing() as connection:
            used = await connection.execute(update(one_clicks).where(good).values(uses=one_clicks.c.uses - 1))
        return await self._start_session(member.id) if used.rowcount else None

    # --- all of them -------------------------------------------------------------------------

    async def drop_expired(self) -> int:
        """Forget ended credentials and old tries; how many rows. Run now and then."""
        now = self.clock()
        ended = or_(sessions.c.expires < now - KEEP_ENDED, sessions.c.revoked < now - KEEP_ENDED)
        async with self.database.writing() as connection:
            dropped = (await connection.execute(delete(sessions).where(ended))).rowcount
            dropped += (await connection.execute(delete(tokens).where(tokens.c.revoked < now - KEEP_ENDED))).rowcount
            dropped += (await connection.execute(delete(one_clicks).where(one_clicks.c.expires < now))).rowcount
            return dropped + await self.tries.forget(connection)

    async def _holder(self, wanted: Select[Any]) -> RowMapping | None:
        async with self.database.reading() as connection:
            row: RowMapping | None = (await connection.execute(wanted)).mappings().first()
            return row


def fold_email(email: str) -> str:
    """One account an address, however it is typed."""
    return email.strip().casefold()[:254]


def _active() -> ColumnElement[bool]:
    return members.c.disabled.is_(None)


def _good_click(token: str, now: int) -> ColumnElement[bool]:
    return and_(one_clicks.c.digest == digest(token), one_clicks.c.expires > now, one_clicks.c.uses > 0)


def _holders(credentials: Table) -> Select[Any]:
    """Credentials beside the members who hold them and are not disabled."""
    last = credentials.c.seen if credentials is sessions else credentials.c.used
    held = select(members, credentials.c.id.label("credential"), credentials.c.created, last)
    return held.join(credentials, credentials.c.member == members.c.id).where(_active())


def _revoke(credentials: Table, which: ColumnElement[bool], now: int) -> Update:
    return update(credentials).where(which, credentials.c.revoked.is_(None)).values(revoked=now)


def revoke_all(member_id: str, now: int) -> list[Update]:
    """The statements that end everything a member holds."""
    return [_revoke(table, table.c.member == member_id, now) for table in (sessions, tokens)]
