"""Second factors in SQL: the app's secret, the recovery codes as digests, and which codes were used."""

from collections.abc import Callable, Collection

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit import COMMAND_LINE, Somebody, note
from console.archive.database import Database
from console.archive.directory_store import must_exist
from console.archive.login_throttle import Attempt, LoginThrottle
from console.archive.sessions import end_sessions
from console.archive.sign_in_steps import SignInStep, SignInSteps
from console.archive.tables import recovery_codes, second_factors
from console.errors import BadSettings, Problem, Refused, SignInNeeded, SlowDown
from console.security import digest
from console.security import log as security_log
from console.security.second_factors import folded_code, new_recovery_codes, step_of

WRONG_CODE = "Wrong code. Enter the one your app shows now. Each code works once."
HAS_ONE = "You already have a second factor. Remove it first to set up another."
NO_FACTOR = "No second factor is set up."


class SecondFactor(msgspec.Struct, frozen=True):
    """Since when (ms) a member has a second factor, and how many recovery codes are left."""

    since: int
    codes: int


class SecondFactorStore:
    def __init__(
        self, database: Database, clock: Callable[[], int], throttle: LoginThrottle, steps: SignInSteps
    ) -> None:
        """Sets up, checks and removes second factors."""
        self.database = database
        self.clock = clock
        self.throttle = throttle
        self.steps = steps

    async def of_member(self, member_id: str) -> SecondFactor | None:
        left = select(func.count()).where(recovery_codes.c.member == member_id, recovery_codes.c.used.is_(None))
        wanted = select(second_factors.c.since, left.scalar_subquery()).where(second_factors.c.member == member_id)
        async with self.database.reading() as connection:
            row = (await connection.execute(wanted)).first()
        return SecondFactor(*row) if row else None

    async def holders(self) -> set[str]:
        """Return the ids of the members who have one."""
        async with self.database.reading() as connection:
            return set((await connection.execute(select(second_factors.c.member))).scalars())

    async def confirm(self, step: SignInStep, code: str) -> tuple[str, ...]:
        """Finish a set-up with a code of the app; return the recovery codes, which cannot be read again.

        Raises BadSettings for a wrong code.
        """
        member, used = step.member.id, step_of(step.secret, code, self.clock())
        if used is None:
            raise BadSettings([Problem(f"member:{member}", "code", WRONG_CODE)])
        codes, since = new_recovery_codes(), self.clock()
        try:
            async with self.database.writing() as connection:
                await self.steps.take(connection, step.token)
                values = {"member": member, "secret": step.secret, "since": since, "last_step": used}
                await connection.execute(insert(second_factors).values(**values))
                await _replace_codes(connection, member, codes)
                await note(connection, step.member, since, "Second factor added", f"member:{member}")
        except IntegrityError as error:  # set up in another window at the same time
            raise Refused(HAS_ONE) from error
        security_log.second_factor(member, "added", member)
        return codes

    async def check(self, step: SignInStep, code: str, attempt: Attempt) -> None:
        """Use up a code of the app, or a recovery code, and end the step.

        Raises SignInNeeded for a wrong or used one, SlowDown after too many.
        """
        try:
            await self.throttle.begin(attempt)
        except SlowDown:
            security_log.throttled(attempt.account, "second_factor")
            raise
        if not await self._use(step, code):
            await self.steps.miss(step.token)
            security_log.wrong_code(step.member.id)
            raise SignInNeeded(WRONG_CODE)
        await self.throttle.forgive(attempt)

    async def _use(self, step: SignInStep, code: str) -> bool:
        member, recovery = step.member.id, folded_code(code)
        async with self.database.writing() as connection:
            use = (
                self._use_recovery(connection, member, recovery)
                if recovery
                else self._use_code(connection, member, code)
            )
            if not await use:
                return False
            await self.steps.take(connection, step.token)
            if recovery:
                await note(connection, step.member, self.clock(), "Recovery code used", f"member:{member}")
        if recovery:
            security_log.second_factor(member, "recovery_code_used", member)
        return True

    async def _use_code(self, connection: AsyncConnection, member: str, code: str) -> bool:
        wanted = select(second_factors.c.secret).where(second_factors.c.member == member)
        secret = (await connection.execute(wanted)).scalar() or ""
        used = step_of(secret, code, self.clock()) if secret else None
        if used is None:
            return False
        fresh = (second_factors.c.member == member) & (second_factors.c.last_step < used)
        return bool((await connection.execute(update(second_factors).where(fresh).values(last_step=used))).rowcount)

    async def _use_recovery(self, connection: AsyncConnection, member: str, code: str) -> bool:
        this = (recovery_codes.c.digest == _digest(member, code)) & recovery_codes.c.used.is_(None)
        use = update(recovery_codes).where(this, recovery_codes.c.member == member)
        return bool((await connection.execute(use.values(used=self.clock()))).rowcount)

    async def renew_codes(self, member: Somebody) -> tuple[str, ...]:
        """Replace the recovery codes; the former ones stop working. Raises NotYours without a factor."""
        codes = new_recovery_codes()
        async with self.database.writing() as connection:
            wanted = select(second_factors.c.member).where(second_factors.c.member == member.id)
            must_exist((await connection.execute(wanted)).first(), NO_FACTOR)
            await _replace_codes(connection, member.id, codes)
            await note(connection, member, self.clock(), "Recovery codes renewed", f"member:{member.id}")
        return codes

    async def remove(self, member_id: str, *, by: Somebody = COMMAND_LINE, but: str = "") -> list[str]:
        """Remove a member's factor and end their sessions except `but`; return the ids of those that ended.

        Raises NotYours if there is none.
        """
        async with self.database.writing() as connection:
            gone = await connection.execute(delete(second_factors).where(second_factors.c.member == member_id))
            must_exist(gone.rowcount, NO_FACTOR)
            await connection.execute(delete(recovery_codes).where(recovery_codes.c.member == member_id))
            ended = await end_sessions(connection, member_id, but=but, now=self.clock())
            await note(connection, by, self.clock(), "Second factor removed", f"member:{member_id}")
        security_log.second_factor(member_id, "removed", by.id)
        return ended


async def _replace_codes(connection: AsyncConnection, member: str, codes: Collection[str]) -> None:
    await connection.execute(delete(recovery_codes).where(recovery_codes.c.member == member))
    rows = [{"digest": _digest(member, folded_code(code)), "member": member} for code in codes]
    await connection.execute(insert(recovery_codes), rows)


def _digest(member: str, code: str) -> str:
    return digest(f"recovery {member} {code}")
