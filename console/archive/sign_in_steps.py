"""The second step of a sign-in after the password: the code of the second factor, or setting one up.

A step is not a session: only these two pages read it. It ends after ten minutes, after five wrong codes, or when it is
used.
"""

from collections.abc import Callable
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.credentials import is_active
from console.archive.database import Database
from console.archive.directory_rows import member_of
from console.archive.tables import members, sign_in_steps
from console.domain.directory import Member
from console.errors import SignInNeeded
from console.security import digest, new_token

STEP_LIFE = 10 * 60_000  # ms
MOST_WRONG = 5  # codes; after that the password is asked for again
STEP_OVER = "This took too long, or there were too many wrong codes. Sign in again."

Kind = Literal["code", "set-up", "reset"]  # reset: of a forgotten password, by a link in a mail


class SignInStep(msgspec.Struct, frozen=True):
    """`token` is the cookie's value; `secret` is that of a second factor that is being set up."""

    token: str
    member: Member
    kind: str
    secret: str
    known: str
    provider: str


class SignInSteps:
    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        """Keeps the steps."""
        self.database = database
        self.clock = clock

    async def add(
        self,
        member_id: str,
        kind: Kind,
        *,
        secret: str = "",
        known: str = "",
        provider: str = "",
        life: int = STEP_LIFE,
    ) -> str:
        """Begin a step that lasts `life` ms; return its token."""
        token, values = new_token(), {"member": member_id, "kind": kind, "secret": secret}
        more = {"known": known, "provider": provider, "failed": 0, "expires": self.clock() + life}
        async with self.database.writing() as connection:
            await connection.execute(insert(sign_in_steps).values(digest=digest(token), **values, **more))
        return token

    async def read(self, token: str, kind: Kind) -> SignInStep:
        """Return the step. Raises SignInNeeded if it has ended or is of the other kind."""
        wanted = select(members, *(sign_in_steps.c[name] for name in ("kind", "secret", "known", "provider")))
        wanted = wanted.join(sign_in_steps, sign_in_steps.c.member == members.c.id)
        this = (self._good(token), sign_in_steps.c.kind == kind, is_active())
        async with self.database.reading() as connection:
            row = (await connection.execute(wanted.where(*this))).mappings().first()
        if row is None:
            raise SignInNeeded(STEP_OVER)
        return SignInStep(token, member_of(row), row["kind"], row["secret"], row["known"], row["provider"])

    async def miss(self, token: str) -> None:
        """Count a wrong code."""
        async with self.database.writing() as connection:
            more = update(sign_in_steps).where(sign_in_steps.c.digest == digest(token))
            await connection.execute(more.values(failed=sign_in_steps.c.failed + 1))

    async def take(self, connection: AsyncConnection, token: str) -> None:
        """End the step within a transaction, once. Raises SignInNeeded if another request was first."""
        if not (await connection.execute(delete(sign_in_steps).where(self._good(token)))).rowcount:
            raise SignInNeeded(STEP_OVER)

    async def drop_expired(self, connection: AsyncConnection) -> int:
        """Delete steps that have ended; return how many."""
        return (await connection.execute(delete(sign_in_steps).where(sign_in_steps.c.expires < self.clock()))).rowcount

    def _good(self, token: str) -> ColumnElement[bool]:
        this = sign_in_steps.c.digest == digest(token)
        return and_(this, sign_in_steps.c.expires > self.clock(), sign_in_steps.c.failed < MOST_WRONG)
