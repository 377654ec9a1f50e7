"""How members of this workspace sign in: one value."""

from collections.abc import Callable, Collection

import msgspec
from msgspec.structs import replace
from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit import COMMAND_LINE, Somebody, note
from console.archive.credentials import is_active, revoke
from console.archive.database import Database
from console.archive.directory_rows import member_of
from console.archive.setting_values import read_value, write_value
from console.archive.tables import members, second_factors, sessions, settings
from console.domain.directory import Member
from console.security.second_factors import Policy, covers

SIGN_IN = "sign_in"  # the setting's name


class SignInRules(msgspec.Struct, frozen=True):
    """`second_factor`: who needs one when they sign in with a password.

    `passwords`: whether members can sign in with passwords. If not, only those in `break_glass` (ids of members) can.
    """

    second_factor: str = "nobody"
    passwords: bool = True
    break_glass: tuple[str, ...] = ()

    def allow_password(self, member: str) -> bool:
        return self.passwords or member in self.break_glass


def rules_of(value: object) -> SignInRules:
    """Read the value leniently, as another release may have written it."""
    return msgspec.convert(value, SignInRules) if isinstance(value, dict) else SignInRules()


RULES = select(settings.c.value).where(settings.c.name == SIGN_IN).scalar_subquery()  # inside another lookup


def has_factor() -> ColumnElement[bool]:
    """SQL condition: this member has a second factor."""
    return exists().where(second_factors.c.member == members.c.id)


class SignInSettings:
    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        """Reads and changes them."""
        self.database = database
        self.clock = clock

    async def read(self) -> SignInRules:
        async with self.database.reading() as connection:
            return rules_of(await read_value(connection, SIGN_IN))

    async def require_second_factor(self, policy: Policy, *, by: Somebody = COMMAND_LINE) -> list[str]:
        """Set who needs a second factor. Sessions of members without one end; return whose, for live connections."""
        async with self.database.writing() as connection:
            was = rules_of(await read_value(connection, SIGN_IN))
            if was.second_factor == policy:
                return []
            await write_value(connection, SIGN_IN, msgspec.to_builtins(replace(was, second_factor=policy)))
            lacking = [member.id for member in await _lacking(connection, policy)]
            theirs = and_(sessions.c.member.in_(lacking), sessions.c.provider == "")
            await connection.execute(revoke(sessions, theirs, self.clock()))
            before, after = {"second_factor": was.second_factor}, {"second_factor": policy}
            await note(connection, by, self.clock(), "Sign-in changed", "sign-in", before, after)
            return lacking

    async def set_passwords(self, *, on: bool, by: Somebody) -> list[str]:
        """Set whether members may sign in with passwords. If not, sessions that began with one end; return whose."""
        async with self.database.writing() as connection:
            was = rules_of(await read_value(connection, SIGN_IN))
            if was.passwords == on:
                return []
            await write_value(connection, SIGN_IN, msgspec.to_builtins(replace(was, passwords=on)))
            held = [] if on else await self._end_passwords(connection, was.break_glass)
            before, after = {"passwords": was.passwords}, {"passwords": on}
            await note(connection, by, self.clock(), "Sign-in changed", "sign-in", before, after)
            return held

    async def _end_passwords(self, connection: AsyncConnection, but: Collection[str]) -> list[str]:
        theirs = and_(sessions.c.provider == "", sessions.c.member.not_in(but), sessions.c.revoked.is_(None))
        held = list((await connection.execute(select(sessions.c.member).where(theirs).distinct())).scalars())
        await connection.execute(revoke(sessions, theirs, self.clock()))
        return held

    async def break_glass(self, member: Member, *, on: bool) -> None:
        """Let one member sign in with a password although others cannot; only from the command line."""
        async with self.database.writing() as connection:
            was = rules_of(await read_value(connection, SIGN_IN))
            others = tuple(one for one in was.break_glass if one != member.id)
            now = replace(was, break_glass=(*others, member.id) if on else others)
            await write_value(connection, SIGN_IN, msgspec.to_builtins(now))
            before, after = {"break_glass": list(was.break_glass)}, {"break_glass": list(now.break_glass)}
            await note(connection, COMMAND_LINE, self.clock(), "Sign-in changed", "sign-in", before, after)

    async def lacking(self, policy: Policy) -> list[Member]:
        """Return the members who must have a second factor and have none."""
        async with self.database.reading() as connection:
            return await _lacking(connection, policy)


async def _lacking(connection: AsyncConnection, policy: Policy) -> list[Member]:
    found = (await connection.execute(select(members).where(is_active(), ~has_factor()))).mappings().all()
    return [member for member in map(member_of, found) if covers(policy, member.role)]
