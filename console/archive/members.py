"""Members in SQL."""

from functools import partial

import msgspec
from msgspec.structs import replace
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive import directory_rows as rows
from console.archive.audit import COMMAND_LINE, Somebody, note, note_all
from console.archive.credentials import end_invitations, fold_email, revoke_all
from console.archive.directory_store import DirectoryStore, Step, must_be_as_seen, must_exist
from console.archive.password_hash import password_problems
from console.archive.tables import members, queues
from console.domain.directory import SLOTS, Directory, Member, MemberRole, highest_limit
from console.domain.ids import new_id
from console.domain.validation.members import validate_member
from console.errors import BadSettings, Problem, Refused
from console.security import hash_password

TAKEN = "A member with that e-mail or ID already exists."
NO_MEMBER = "Member not found."
TOO_MANY = "Choose a limit from 1 to %(most)s chats."


class MemberLine(msgspec.Struct, frozen=True):
    """A member as admins see them in the list; `disabled` is when (ms) they were deactivated, 0 if active."""

    member: Member
    added: int
    disabled: int


def below(limit: int, own: int) -> int:
    """Return the own limit if it is below the supervisors' `limit`, else 0."""
    return own if own < limit else 0


class MemberStore:
    def __init__(self, directory: DirectoryStore) -> None:
        """Adds, changes, deactivates and lists members."""
        self.directory = directory

    async def add(
        self,
        *,
        email: str,
        name: str,
        password: str,
        role: MemberRole = "agent",
        queues: tuple[str, ...] = (),
        limit: int = SLOTS,
        locale: str = "",
        languages: tuple[str, ...] = (),
        channel_slots: int | None = None,
        id: str = "",
        by: Somebody = COMMAND_LINE,
        also: Step | None = None,
    ) -> Member:
        """Add a member; with an empty password they cannot sign in. `also` runs in the same transaction.

        Refused if the address or id is taken, a queue is unknown, or a value is invalid.
        """
        member = Member(id or new_id(), name.strip(), fold_email(email), role, queues, limit, locale, languages)
        member = replace(member, channel_slots=channel_slots)
        if wrong := await self.problems_of(member, password):
            raise BadSettings(wrong)
        digest = await hash_password(password) if password else ""

        async def settle(connection: AsyncConnection) -> None:
            await connection.execute(update(members).where(members.c.id == member.id).values(password=digest))
            if also:
                await also(connection)

        def wanted(known: Directory) -> Directory:
            return replace(known, members={**known.members, member.id: member})

        try:
            await self.directory.change(
                wanted, by, f"member:{member.id}", wrong=partial(_taken, member=member), also=settle
            )
        except IntegrityError as error:  # somebody added the same member at the same time
            raise Refused(TAKEN) from error
        return member

    async def problems_of(self, member: Member, password: str) -> list[Problem]:
        """Return everything that prevents adding the member: invalid values, a taken address, a bad password."""
        member = replace(member, email=fold_email(member.email))
        found = validate_member(member, await self.directory.read())
        async with self.directory.database.reading() as connection:
            found += await _taken(connection, member)
        return found + await password_problems(member.id, password, about=(member.name, member.email))

    async def update(self, member: Member, *, seen: Member | None = None, by: Somebody = COMMAND_LINE) -> Directory:
        """Change a member, except for the address and their own limit. Raises NotYours if there is none.

        Refused if a queue would have no members left.
        """

        def wanted(known: Directory) -> Directory:
            must_exist(member.id in known.members, NO_MEMBER)
            was = known.members[member.id]
            must_be_as_seen(was, seen)
            changed = replace(member, email=was.email, own_limit=below(member.limit, was.own_limit))
            return replace(known, members={**known.members, member.id: changed})

        async def no_admin(connection: AsyncConnection) -> None:
            await connection.execute(end_invitations(member.id, self.directory.clock()))

        also = None if member.role == "admin" else no_admin
        return await self.directory.change(wanted, by, f"member:{member.id}", also=also)

    async def set_limit(self, member: str, limit: int, *, by: Somebody) -> Directory:
        """Set how many chats at once, 1 to 6. The six slots include those for other channels.

        The member's own limit stays if it is lower. Lowering it takes no chat away. Raises NotYours if there is no such
        member.
        """

        def wanted(known: Directory) -> Directory:
            must_exist(member in known.members, NO_MEMBER)
            was = known.members[member]
            most = highest_limit(was.channel_slots)
            if limit > most:
                raise BadSettings([Problem(f"member:{member}", "limit", TOO_MANY, {"most": most})])
            changed = replace(was, limit=limit, own_limit=below(limit, was.own_limit))
            return replace(known, members={**known.members, member: changed})

        return await self.directory.change(wanted, by, f"member:{member}", but=("name", "queues", "languages"))

    async def set_own_limit(self, member: str, limit: int, *, by: Somebody) -> Directory:
        """Set the member's own limit; a value that is not below the supervisors' limit removes it.

        Raises NotYours if there is no such member.
        """

        def wanted(known: Directory) -> Directory:
            must_exist(member in known.members, NO_MEMBER)
            was = known.members[member]
            changed = replace(was, own_limit=below(was.limit, limit))
            return replace(known, members={**known.members, member: changed})

        return await self.directory.change(wanted, by, f"member:{member}", but=("name", "queues", "languages"))

    async def disable(self, member_id: str, *, by: Somebody = COMMAND_LINE) -> None:
        """Deactivate a member and revoke everything they hold. The caller revokes live connections first.

        Raises NotYours if there is no active member. Allowed even if a queue has no members left: access must end.
        """
        async with self.directory.database.writing() as connection:
            known = await rows.read(connection, lock=True)
            must_exist(member_id in known.members, NO_MEMBER)
            left = {id: one for id, one in known.members.items() if id != member_id}
            changes = await rows.write(connection, known, replace(known, members=left), self.directory.clock())
            now = self.directory.clock()
            for statement in (*revoke_all(member_id, now), end_invitations(member_id, now)):
                await connection.execute(statement)
            await note_all(connection, by, self.directory.clock(), changes)

    async def enable(self, member_id: str, *, by: Somebody = COMMAND_LINE) -> None:
        """Reactivate a member, with the same password. Raises NotYours if there is none."""
        this = (members.c.id == member_id) & members.c.disabled.is_not(None)
        async with self.directory.database.writing() as connection:
            row = (await connection.execute(select(members).where(this))).mappings().first()
            must_exist(row is not None, NO_MEMBER)
            known = set((await connection.execute(select(queues.c.id))).scalars())
            left = [queue for queue in row["queues"] if queue in known] if row else []
            await connection.execute(update(members).where(this).values(disabled=None, queues=left))
            await rows.bump(connection)
            await note(connection, by, self.directory.clock(), "Member reactivated", f"member:{member_id}")

    async def everyone(self) -> list[MemberLine]:
        """Return all members by name, deactivated ones included."""
        async with self.directory.database.reading() as connection:
            found = (await connection.execute(select(members).order_by(members.c.name, members.c.id))).mappings()
            return [MemberLine(rows.member_of(row), row["added"], row["disabled"] or 0) for row in found]


async def _taken(connection: AsyncConnection, member: Member) -> list[Problem]:
    taken = (members.c.email == member.email) | (members.c.id == member.id)
    found = (await connection.execute(select(members.c.id).where(taken))).first()
    return [Problem(f"member:{member.id}", "email", TAKEN)] if found else []
