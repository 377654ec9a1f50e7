"""Invitations: a link that makes its user a member, once. Only its digest is stored."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit import COMMAND_LINE, Somebody, note
from console.archive.credentials import KEEP_ENDED, fold_email
from console.archive.database import Database
from console.archive.directory_store import must_exist
from console.archive.members import MemberStore
from console.archive.tables import invitations
from console.domain.directory import Member
from console.domain.ids import new_id
from console.errors import BadSettings, NotYours, Problem
from console.security import digest, new_token

INVITATION_LIFE = 7 * 24 * 3_600_000  # ms
NO_INVITATION = "This link is no longer valid. Ask for a new one."
NO_PASSWORD = "Choose a password."
NOT_PENDING = "Invitation not found. It may have been used or revoked."


class PendingInvitation(msgspec.Struct, frozen=True):
    """An invitation. `member` is the member it creates, without a name yet. Times in ms."""

    id: str
    member: Member
    by: str
    made: int
    expires: int


class InvitationStore:
    def __init__(self, database: Database, clock: Callable[[], int], members: MemberStore) -> None:
        """Makes, lists, revokes and uses invitations."""
        self.database = database
        self.clock = clock
        self.members = members

    async def problems_of(self, wanted: Member) -> list[Problem]:
        """Return everything that prevents inviting this member."""
        somebody = msgspec.structs.replace(wanted, id="new", name="New")
        return [one._replace(target="invitation") for one in await self.members.problems_of(somebody, "")]

    async def add(
        self,
        wanted: Member,
        *,
        by: Somebody = COMMAND_LINE,
        token: str = "",
        within: Callable[[AsyncConnection, str], Awaitable[None]] | None = None,
    ) -> str:
        """Return a new link's token. Earlier links for the same address stop working.

        `wanted` has the address, role, queues, limit and languages. `within` runs with the token in the same
        transaction. Raises BadSettings.
        """
        if wrong := await self.problems_of(wanted):
            raise BadSettings(wrong)
        token, now, email = token or new_token(), self.clock(), fold_email(wanted.email)
        times = {"made": now, "expires": now + INVITATION_LIFE}
        what = {"role": wanted.role, "queues": list(wanted.queues), "slots": wanted.limit}
        more = {"languages": list(wanted.languages), "invited_by": by.name[:120], "inviter": by.id}
        async with self.database.writing() as connection:
            former = and_(invitations.c.email == email, invitations.c.ended.is_(None))
            await connection.execute(update(invitations).where(former).values(ended=now))
            row = {"id": new_id(), "digest": digest(token), "email": email, **what, **more, **times}
            await connection.execute(insert(invitations).values(**row))
            if within is not None:
                await within(connection, token)
            after = {"email": email, "role": wanted.role, "queues": list(wanted.queues)}
            await note(connection, by, now, "Member invited", f"invitation:{email[:64]}", after=after)
        return token

    async def pending(self) -> list[PendingInvitation]:
        """Return the invitations that can still be used, newest first."""
        wanted = select(invitations).where(self._good()).order_by(invitations.c.made.desc(), invitations.c.id)
        async with self.database.reading() as connection:
            return [_invitation(row) for row in (await connection.execute(wanted)).mappings()]

    async def digests(self) -> dict[str, str]:
        """Return the digests of the tokens that can still be used, by address."""
        wanted = select(invitations.c.email, invitations.c.digest).where(self._good())
        async with self.database.reading() as connection:
            return {row.email: row.digest for row in await connection.execute(wanted)}

    async def read(self, token: str) -> PendingInvitation:
        """Return the invitation. Raises NotYours if the link never existed or is used, revoked or expired."""
        wanted = select(invitations).where(self._good(), invitations.c.digest == digest(token))
        async with self.database.reading() as connection:
            row = (await connection.execute(wanted)).mappings().first()
        if row is None:
            raise NotYours(NO_INVITATION)
        return _invitation(row)

    async def revoke(self, id: str, *, by: Somebody = COMMAND_LINE) -> None:
        """Revoke an invitation. Raises NotYours if none can be used."""
        async with self.database.writing() as connection:
            end = update(invitations).where(self._good(), invitations.c.id == id).values(ended=self.clock())
            email = (await connection.execute(end.returning(invitations.c.email))).scalar()
            must_exist(email, NOT_PENDING)
            await note(connection, by, self.clock(), "Invitation revoked", f"invitation:{str(email)[:64]}")

    async def accept(self, token: str, name: str, password: str) -> Member:
        """Use the link: add the member with the name and password that they chose.

        Raises NotYours if the link is no longer valid, BadSettings for the name or password.
        """
        invited = await self.read(token)
        if not password:
            raise BadSettings([Problem("invitation", "password", NO_PASSWORD)])
        known = (await self.members.directory.read()).queues

        async def use(connection: AsyncConnection) -> None:
            end = update(invitations).where(self._good(), invitations.c.id == invited.id).values(ended=self.clock())
            if not (await connection.execute(end)).rowcount:
                raise NotYours(NO_INVITATION)

        wanted = invited.member
        return await self.members.add(
            email=wanted.email,
            name=name,
            password=password,
            role=wanted.role,
            queues=tuple(queue for queue in wanted.queues if queue in known),
            limit=wanted.limit,
            languages=wanted.languages,
            by=Inviter(invited.by),
            also=use,
        )

    async def drop_expired(self, connection: AsyncConnection) -> int:
        """Delete invitations that ended long ago; return how many."""
        old = self.clock() - KEEP_ENDED
        gone = (invitations.c.expires < old) | (invitations.c.ended < old)
        return (await connection.execute(delete(invitations).where(gone))).rowcount

    def _good(self) -> ColumnElement[bool]:
        return and_(invitations.c.ended.is_(None), invitations.c.expires > self.clock())


class Inviter(msgspec.Struct, frozen=True):
    """The author in the audit log for a member who joined by invitation: the one who invited them."""

    name: str
    id: str = "invitation"


def _invitation(row: Mapping[Any, Any]) -> PendingInvitation:
    member = Member(
        "",
        "",
        row["email"],
        row["role"],
        tuple(row["queues"]),
        row["slots"],
        languages=tuple(row["languages"]),
    )
    return PendingInvitation(row["id"], member, row["invited_by"], row["made"], row["expires"])
