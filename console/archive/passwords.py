"""Passwords: reset by an admin, or changed by their owner."""

from collections.abc import Callable

from sqlalchemy import select, update

from console.archive.audit import COMMAND_LINE, Somebody, note
from console.archive.credentials import SignedIn, end_steps, revoke_all
from console.archive.database import Database
from console.archive.directory_store import must_exist
from console.archive.login_throttle import Attempt, LoginThrottle
from console.archive.members import NO_MEMBER
from console.archive.password_hash import checked_hash, password_problems
from console.archive.sessions import end_sessions
from console.archive.tables import members
from console.domain.directory import Member
from console.errors import BadSettings, Problem, SlowDown
from console.security import hash_password, password_fits
from console.security import log as security_log

NOT_NOW = "The current password is wrong."
NO_NEW = "Enter a new password."


class PasswordStore:
    def __init__(self, database: Database, clock: Callable[[], int], throttle: LoginThrottle) -> None:
        """Changes passwords."""
        self.database = database
        self.clock = clock
        self.throttle = throttle

    async def reset(self, member_id: str, password: str, *, by: Somebody = COMMAND_LINE) -> None:
        """Set a new password and revoke everything the member held. The caller revokes live connections."""
        if not password:
            raise BadSettings([Problem(f"member:{member_id}", "password", NO_NEW)])
        digest = await checked_hash(member_id, password, about=await self._known_of(member_id))
        this = (members.c.id == member_id) & members.c.disabled.is_(None)
        async with self.database.writing() as connection:
            changed = await connection.execute(update(members).where(this).values(password=digest))
            must_exist(changed.rowcount, NO_MEMBER)
            for statement in revoke_all(member_id, self.clock()):
                await connection.execute(statement)
            await note(connection, by, self.clock(), "Password changed", f"member:{member_id}")

    async def problems_of(self, member: Member, password: str) -> list[Problem]:
        """Return why this password is refused for the member."""
        if not password:
            return [Problem(f"member:{member.id}", "password", NO_NEW)]
        return await password_problems(member.id, password, about=(member.name, member.email))

    async def _known_of(self, member_id: str) -> tuple[str, ...]:
        async with self.database.reading() as connection:
            wanted = select(members.c.name, members.c.email).where(members.c.id == member_id)
            return tuple((await connection.execute(wanted)).first() or ())

    async def change(self, me: SignedIn, current: str, new: str, *, address: str) -> list[str]:
        """Change one's own password; other sessions end.

        Return their ids. Raises SlowDown after too many wrong attempts.
        """
        target = f"member:{me.member.id}"
        attempt = Attempt(me.member.email, address, f"session {me.session}")
        wrong = await self._check(me, current, attempt)
        if not wrong:
            await self.throttle.forgive(attempt)
        wrong += [] if new else [Problem(target, "password", NO_NEW)]
        wrong += await password_problems(me.member.id, new, about=(me.member.name, me.member.email))
        if wrong:
            raise BadSettings(wrong)
        digest = await hash_password(new)
        async with self.database.writing() as connection:
            this = members.c.id == me.member.id
            await connection.execute(update(members).where(this).values(password=digest))
            await connection.execute(end_steps(me.member.id))
            ended = await end_sessions(connection, me.member.id, but=me.session, now=self.clock())
            await note(connection, me.member, self.clock(), "Password changed", target)
        security_log.password_changed(me.member.id, me.member.id)
        return ended

    async def confirm(self, me: SignedIn, password: str, *, address: str) -> None:
        """Check the password of a signed-in member once more.

        Raises BadSettings for a wrong one, SlowDown after too many.
        """
        attempt = Attempt(me.member.email, address, f"session {me.session}")
        if wrong := await self._check(me, password, attempt):
            raise BadSettings(wrong)
        await self.throttle.forgive(attempt)

    async def _check(self, me: SignedIn, current: str, attempt: Attempt) -> list[Problem]:
        try:
            await self.throttle.begin(attempt)
        except SlowDown:
            security_log.throttled(me.member.email, "password")
            raise
        wanted = select(members.c.password).where(members.c.id == me.member.id)
        async with self.database.reading() as connection:
            now = (await connection.execute(wanted)).scalar() or ""
        if await password_fits(now, current):
            return []
        security_log.wrong_password(me.member.id)
        return [Problem(f"member:{me.member.id}", "current", NOT_NOW)]
