"""Sessions: the state behind a browser's cookie."""

from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import RowMapping, and_, case, delete, exists, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit import note
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
    revoke_all,
)
from console.archive.database import Database
from console.archive.directory_rows import member_of
from console.archive.directory_store import must_exist
from console.archive.login_throttle import Attempt, LoginThrottle, address_digest
from console.archive.sign_in_settings import RULES, SignInRules, has_factor, rules_of
from console.archive.tables import members, sessions
from console.domain.directory import Member
from console.domain.ids import new_id
from console.errors import SignInNeeded, SlowDown, Unknown
from console.security import csrf_of, digest, new_token, password_fits
from console.security import log as security_log
from console.security.second_factors import covers

SESSION_IDLE = 12 * 3_600_000  # ms without being seen: a shift and a half
SESSION_LIFE = 7 * 24 * 3_600_000  # ms at most
LONGEST_BROWSER = 300  # characters kept of the browser's User-Agent
NO_SESSION = "Session not found. It may have ended."
WRONG = "Wrong e-mail or password."


class Origin(NamedTuple):
    """Where a session was started; `browser` is its User-Agent."""

    address: str
    browser: str = ""


class Proven(NamedTuple):
    """A member who gave the right password; `known`: why the account's lock did not apply to them."""

    member: Member
    known: str
    has_factor: bool
    rules: SignInRules

    @property
    def owes(self) -> Literal["", "code", "set-up"]:
        """Return what is missing until they are signed in."""
        if self.has_factor:
            return "code"
        return "set-up" if covers(self.rules.second_factor, self.member.role) else ""


class SessionLine(msgspec.Struct, frozen=True):
    """A session as its owner sees it; times in ms."""

    id: str
    created: int
    seen: int
    browser: str


class SessionStore:
    def __init__(self, database: Database, clock: Callable[[], int], throttle: LoginThrottle) -> None:
        """Starts, extends and ends sessions."""
        self.database = database
        self.clock = clock
        self.throttle = throttle

    async def prove(self, email: str, password: str, *, address: str, device: str = "") -> Proven:
        """Return the member with this e-mail and password; the second factor may still be missing.

        Raises SignInNeeded, with the same words and in the same time, for a wrong password, a deactivated member and an
        unknown address; SlowDown after too many attempts for the account or from the address. `device` is the id of one
        that has signed in to this account recently.
        """
        account = fold_email(email)
        row = await self._member(account, address)
        attempt = Attempt(account, address, device, at_home=bool(row and row["at_home"]))
        try:
            await self.throttle.begin(attempt)
        except SlowDown:
            security_log.throttled(account, "sign_in")
            raise
        fits = await password_fits(row["password"] if row else "", password)
        if not fits or row is None or not rules_of(row["rules"]).allow_password(row["id"]):
            security_log.sign_in_failed(row["id"] if row else "", account)
            raise SignInNeeded(WRONG)
        await self.throttle.forgive(attempt)
        return Proven(member_of(row), attempt.vouched, has_factor=row["has_factor"], rules=rules_of(row["rules"]))

    async def resettable(self, account: str) -> Member | None:
        """Return the member with that address who signs in with a password; None if there is none."""
        wanted = select(members, RULES.label("rules")).where(members.c.email == account, is_active())
        row = await holder(self.database, wanted.where(members.c.password != ""))
        return member_of(row) if row and rules_of(row["rules"]).allow_password(row["id"]) else None

    async def _member(self, account: str, address: str) -> RowMapping | None:
        """Return the member of that account, and whether somebody at this address was it recently."""
        lately = sessions.c.created > self.clock() - KEEP_ENDED
        there = (sessions.c.member == members.c.id, sessions.c.address == address_digest(address), lately)
        more = (has_factor().label("has_factor"), RULES.label("rules"))
        wanted = select(members, exists().where(*there).label("at_home"), *more)
        async with self.database.reading() as connection:
            found = await connection.execute(wanted.where(members.c.email == account, is_active()))
            return found.mappings().first()

    async def holder(self, cookie: str) -> SignedIn | None:
        """Return who holds this cookie; None if it is unknown, expired or revoked, or the member is deactivated.

        None too if it began with a password and its member now needs a second factor but has none.
        """
        now = self.clock()
        good = (sessions.c.digest == digest(cookie), sessions.c.revoked.is_(None), sessions.c.expires > now)
        more = (sessions.c.provider, has_factor().label("has_factor"), RULES.label("rules"))
        row = await holder(self.database, holders().add_columns(*more).where(*good))
        if row is None or _lacks_factor(row):
            return None
        if now - row["seen"] >= SEEN_EVERY:
            await self._note_seen(row, now)
        return SignedIn(member_of(row), row["credential"], csrf_of(cookie), row["provider"])

    async def keep_seen(self, session_ids: Collection[str]) -> set[str]:
        """Mark sessions with an open socket as seen; return those that have ended.

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

    async def end(self, me: SignedIn, session_id: str) -> None:
        """End another session of the same member. The caller revokes its live connections. Raises NotYours for any
        other.
        """
        this = and_(sessions.c.id == session_id, sessions.c.member == me.member.id)
        async with self.database.writing() as connection:
            ended = await connection.execute(revoke(sessions, this, self.clock()))
            must_exist(ended.rowcount, NO_SESSION)
            await note(connection, me.member, self.clock(), "Session ended", f"member:{me.member.id}")
        security_log.session_ended(me.member.id, session_id, me.member.id)

    async def end_others(self, me: SignedIn) -> list[str]:
        """End all sessions of the member except this one; return their ids."""
        async with self.database.writing() as connection:
            ended = await end_sessions(connection, me.member.id, but=me.session, now=self.clock())
            await note(connection, me.member, self.clock(), "Session ended", f"member:{me.member.id}")
        for session in ended:
            security_log.session_ended(me.member.id, session, me.member.id)
        return ended

    async def end_all(self, member: Member) -> None:
        """End all sessions of a member. The caller ends live connections first."""
        async with self.database.writing() as connection:
            for statement in revoke_all(member.id, self.clock()):
                await connection.execute(statement)
        security_log.session_ended(member.id, "", "provider")

    async def sign_out(self, session_id: str) -> None:
        """End one session. The caller ends its live connections first."""
        async with self.database.writing() as connection:
            await connection.execute(revoke(sessions, sessions.c.id == session_id, self.clock()))

    async def start(self, member_id: str, origin: Origin, *, known: str = "", provider: str = "") -> str:
        """Start a session for a member who has proved their identity; return its cookie's value.

        `provider` vouched for them; empty: they gave their password.
        """
        cookie, now, session = new_token(), self.clock(), new_id()
        times = {"created": now, "seen": now, "expires": now + SESSION_IDLE}
        where = {"address": address_digest(origin.address), "browser": origin.browser[:LONGEST_BROWSER]}
        async with self.database.writing() as connection:
            await connection.execute(
                insert(sessions).values(
                    id=session, digest=digest(cookie), member=member_id, provider=provider, **times, **where
                )
            )
        security_log.signed_in(member_id, session, known=known)
        return cookie

    async def of_member(self, member_id: str) -> list[SessionLine]:
        """Return the member's active sessions, the one seen last first."""
        wanted = select(sessions).where(sessions.c.member == member_id, sessions.c.revoked.is_(None))
        wanted = wanted.where(sessions.c.expires > self.clock()).order_by(sessions.c.seen.desc(), sessions.c.id)
        async with self.database.reading() as connection:
            rows = (await connection.execute(wanted)).mappings().all()
        return [SessionLine(**{name: row[name] for name in SessionLine.__struct_fields__}) for row in rows]

    async def _note_seen(self, row: RowMapping, now: int) -> None:
        expires = min(row["created"] + SESSION_LIFE, now + SESSION_IDLE)
        with suppress(Unknown):  # a read-only database must not stop anybody from working
            async with self.database.writing() as connection:
                await connection.execute(
                    update(sessions).where(sessions.c.id == row["credential"]).values(seen=now, expires=expires)
                )

    async def drop_expired(self, connection: AsyncConnection) -> int:
        """Delete sessions that ended long ago; return how many."""
        old = self.clock() - KEEP_ENDED
        ended = or_(sessions.c.expires < old, sessions.c.revoked < old)
        return (await connection.execute(delete(sessions).where(ended))).rowcount


def _lacks_factor(row: RowMapping) -> bool:
    """Whether the session began with a password only, and its member now needs a second factor."""
    owed = not row["provider"] and not row["has_factor"]
    return owed and covers(rules_of(row["rules"]).second_factor, row["role"])


async def end_sessions(connection: AsyncConnection, member_id: str, *, but: str, now: int) -> list[str]:
    """End a member's sessions except one, within a transaction; return the ids of those that ended."""
    others = and_(sessions.c.member == member_id, sessions.c.id != but, sessions.c.revoked.is_(None))
    ids = list((await connection.execute(select(sessions.c.id).where(others))).scalars())
    await connection.execute(revoke(sessions, others, now))
    return ids
