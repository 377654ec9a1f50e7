"""Bearer tokens: credentials of members' and integrations' programs. Only digests are stored."""

from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, RowMapping, and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit import COMMAND_LINE, Somebody, note
from console.archive.credentials import KEEP_ENDED, SEEN_EVERY, TOKEN_SESSION, SignedIn, revoke
from console.archive.database import Database
from console.archive.directory_rows import member_of
from console.archive.tables import integrations, members, tokens
from console.domain.directory import DAY
from console.domain.ids import new_id
from console.domain.scopes import HeldToken, integration_of
from console.errors import NotYours, Unknown
from console.security import digest, new_token
from console.security import log as security_log

TOKEN_PREFIX = "sst_"
SHOWN = 8  # first characters of a token that are kept, to recognize it in a list
TOLD_EVERY = 24 * 3_600_000  # ms without use after which the next use is recorded in the security log
SOCKET = frozenset({"socket"})
NO_INTEGRATION = "Integration not found."
NO_TOKEN = "Token not found. It may have been revoked."


class TokenLine(msgspec.Struct, frozen=True):
    """A token in the list; the secret itself was shown once. Times are in ms; `used` and `expires` are 0 for never."""

    id: str
    name: str
    created: int
    used: int
    shown: str = ""
    scopes: tuple[str, ...] = ()
    expires: int = 0


class TokenStore:
    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        """Creates, checks and revokes bearer tokens."""
        self.database = database
        self.clock = clock

    async def add(
        self,
        member_id: str,
        name: str,
        *,
        scopes: Collection[str] = SOCKET,
        expires: int = 0,
        by: Somebody = COMMAND_LINE,
    ) -> str:
        """Return a new token of a member, `sst_…`; shown only now. Raises NotYours for an unknown member."""
        async with self.database.writing() as connection:
            if (await connection.execute(select(members.c.id).where(members.c.id == member_id))).first() is None:
                raise NotYours("Member not found.")
            return await self._insert(connection, "member", member_id, name, scopes, expires, by)

    async def add_to_integration(
        self, integration: str, name: str, *, scopes: Collection[str], expires: int = 0, by: Somebody = COMMAND_LINE
    ) -> str:
        """The same for an integration. Raises NotYours for one that is unknown or removed."""
        there = select(integrations.c.id).where(integrations.c.id == integration, integrations.c.removed.is_(None))
        async with self.database.writing() as connection:
            if (await connection.execute(there)).first() is None:
                raise NotYours(NO_INTEGRATION)
            return await self._insert(connection, "integration", integration, name, scopes, expires, by)

    async def _insert(
        self,
        connection: AsyncConnection,
        noun: str,
        holder: str,
        name: str,
        scopes: Collection[str],
        expires: int,
        by: Somebody,
    ) -> str:
        bearer = TOKEN_PREFIX + new_token()
        values = {"id": new_id(), "digest": digest(bearer), "name": name[:120], "created": self.clock()}
        more = {"scopes": sorted(scopes), "expires": expires or None, "shown": bearer[:SHOWN]}
        await connection.execute(insert(tokens).values(**values, **more, **{noun: holder}))
        after: dict[str, Any] = {"token": _called(name, bearer[:SHOWN]), "scopes": sorted(scopes)}
        after |= {"days": round((expires - self.clock()) / DAY)} if expires else {}
        await note(connection, by, self.clock(), "Token added", f"{noun}:{holder}", after=after)
        return bearer

    async def find(self, bearer: str) -> HeldToken | None:
        """Return whose token this is; None if it is unknown, revoked or over, or its holder is deactivated.

        Notes its use, at most once a minute.
        """
        now = self.clock()
        this = and_(tokens.c.digest == digest(bearer), valid(now))
        async with self.database.reading() as connection:
            row = (await connection.execute(_holders().where(this))).mappings().first()
        if row is None:
            return None
        await self._note_used(row, now)
        scopes = frozenset(row["scopes"])
        if row["integration"]:
            integration = integration_of(row["integration"], row["integration_name"], ())
            return HeldToken(row["credential"], scopes, row["expires"] or 0, integration=integration)
        return HeldToken(row["credential"], scopes, row["expires"] or 0, member=member_of(row))

    async def holder(self, bearer: str) -> SignedIn | None:
        """Return the member who connects to the agent's socket with this token; None as for sessions.

        Tokens submit no forms, so there is no csrf.
        """
        held = await self.find(bearer)
        if held is None or held.member is None or "socket" not in held.scopes:
            return None
        return SignedIn(held.member, TOKEN_SESSION + held.id, "")

    async def _note_used(self, row: RowMapping, now: int) -> None:
        last = row["used"] or 0
        if now - last >= TOLD_EVERY:
            security_log.token_used(row["integration"] or row["id"], row["credential"], last)
        if now - last >= SEEN_EVERY:
            with suppress(Unknown):  # a read-only database must not keep anybody from working
                async with self.database.writing() as connection:
                    await connection.execute(update(tokens).where(tokens.c.id == row["credential"]).values(used=now))

    async def of_member(self, member_id: str) -> list[TokenLine]:
        """Return the member's valid tokens, oldest first."""
        return (await self._lines(tokens.c.member == member_id)).get(member_id, [])

    async def of_members(self) -> dict[str, list[TokenLine]]:
        """Return the valid tokens of each member who has any, oldest first."""
        return await self._lines(tokens.c.member.is_not(None))

    async def of_integrations(self) -> dict[str, list[TokenLine]]:
        """Return the valid tokens of each integration that has any, oldest first."""
        return await self._lines(tokens.c.integration.is_not(None))

    async def _lines(self, which: ColumnElement[bool]) -> dict[str, list[TokenLine]]:
        wanted = select(tokens).where(which, valid(self.clock())).order_by(tokens.c.created, tokens.c.id)
        async with self.database.reading() as connection:
            rows = (await connection.execute(wanted)).mappings().all()
        found: dict[str, list[TokenLine]] = {}
        for row in rows:
            found.setdefault(row["member"] or row["integration"], []).append(_line(row))
        return found

    async def holder_of(self, token_id: str) -> tuple[str, str]:
        """Return `member` or `integration`, and the id, of a token that is not revoked. Raises NotYours."""
        wanted = select(tokens.c.member, tokens.c.integration).where(
            tokens.c.id == token_id, tokens.c.revoked.is_(None)
        )
        async with self.database.reading() as connection:
            row = (await connection.execute(wanted)).first()
        if row is None:
            raise NotYours(NO_TOKEN)
        return ("member", row.member) if row.member else ("integration", row.integration)

    async def revoke(self, token_id: str, *, by: Somebody = COMMAND_LINE) -> None:
        """Revoke a token. The caller ends its live connections first (session `token:<id>`)."""
        async with self.database.writing() as connection:
            wanted = select(tokens).where(tokens.c.id == token_id)
            held = (await connection.execute(wanted)).mappings().first()
            ended = await connection.execute(revoke(tokens, tokens.c.id == token_id, self.clock()))
            if held is not None and ended.rowcount:
                noun = "member" if held["member"] else "integration"
                was = {"token": _called(held["name"], held["shown"])}
                await note(connection, by, self.clock(), "Token revoked", f"{noun}:{held[noun]}", before=was)

    async def drop_expired(self, connection: AsyncConnection) -> int:
        """Delete tokens that were revoked, or ended, long ago; return how many."""
        old = self.clock() - KEEP_ENDED
        ended = or_(tokens.c.revoked < old, tokens.c.expires < old)
        return (await connection.execute(delete(tokens).where(ended))).rowcount


def valid(now: int) -> ColumnElement[bool]:
    """SQL condition: the token works at this time (ms)."""
    return and_(tokens.c.revoked.is_(None), or_(tokens.c.expires.is_(None), tokens.c.expires > now))


def _holders() -> Any:
    """Select tokens with the active member or integration that holds them."""
    columns = tokens.c.id.label("credential"), tokens.c.used, tokens.c.scopes, tokens.c.expires, tokens.c.integration
    held = select(members, *columns, integrations.c.name.label("integration_name"))
    active = or_(
        and_(tokens.c.member.is_not(None), members.c.id.is_not(None), members.c.disabled.is_(None)),
        and_(integrations.c.id.is_not(None), integrations.c.removed.is_(None)),
    )
    both = tokens.outerjoin(members, tokens.c.member == members.c.id)
    return held.select_from(both.outerjoin(integrations, tokens.c.integration == integrations.c.id)).where(active)


def _called(name: str, shown: str) -> str:
    """How the audit log calls a token."""
    return f"{name[:120]} {f'{shown}…' if shown else ''}".strip()


def _line(row: RowMapping) -> TokenLine:
    times = row["created"], row["used"] or 0
    return TokenLine(row["id"], row["name"], *times, row["shown"], tuple(row["scopes"]), row["expires"] or 0)
