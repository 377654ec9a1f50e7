"""Sites, queues and members: what SQL knows and live state is told, at a version that only grows.

Each verb is one transaction: it reads the directory, makes the wanted one of it, refuses what cannot be
(`console.domain.validation`), writes what differs, and leaves an audit line in the name of `by`.
"""

from collections.abc import Awaitable, Callable, Collection

import msgspec
from msgspec.structs import replace
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive import directory_store as rows
from console.archive.audit import COMMAND_LINE, AuditCursor, AuditLine, Somebody, note, read_audit
from console.archive.canned import CannedReplies
from console.archive.credentials import SignedIn, TokenLine, fold_email, revoke_all
from console.archive.tables import members, queues
from console.domain.directory import SLOTS, Directory, Member, MemberRole, Queue, Site, served_by
from console.domain.ids import new_id
from console.domain.validation import check
from console.domain.validation.members import validate_retention
from console.domain.validation.queues import validate_queue_removal
from console.errors import BadSettings, NotYours, Problem, Refused
from console.security import MAX_PASSWORD, hash_password, password_fits

__all__ = ["Accounts", "SignedIn", "TokenLine"]

SHORTEST_PASSWORD = 8
RETENTION = "retention_days"
TAKEN = "A member with that e-mail or ID already exists."
Step = Callable[[AsyncConnection], Awaitable[None]]  # more of the same transaction
NO_MEMBER = "Member not found."
NOT_NOW = "The current password is wrong."
NO_NEW = "Enter a new password."
NO_QUEUE = "Queue not found."
NO_SITE = "Site not found."


class MemberLine(msgspec.Struct, frozen=True):
    """A member as listed for those who administer them; `disabled` is when (ms), 0 for not."""

    member: Member
    added: int
    disabled: int


class Accounts(CannedReplies):
    """The directory's writer, and the members' credentials. Every change that shows in it bumps its version.

    A change that cannot be raises BadSettings, and changes nothing; one that is as it was already leaves no trace.
    """

    async def directory(self) -> Directory:
        """All of it as it stands; disabled members are not in it."""
        async with self.database.reading() as connection:
            return await rows.read(connection)

    async def audit(self, *, before: AuditCursor | None = None, limit: int = 50) -> list[AuditLine]:
        """The newest changes first; those behind the place `before`, when it is given."""
        return await read_audit(self.database, before=before, limit=limit)

    # --- queues and sites ----------------------------------------------------------------------

    async def put_queue(
        self, queue: Queue, *, members: Collection[str] | None = None, by: Somebody = COMMAND_LINE
    ) -> Directory:
        """Add or change a queue. With `members` these serve it, and nobody else; without, who serves it stays,
        and only then it may be nobody: whoever sets up a server writes queues down before members."""

        def wanted(known: Directory) -> Directory:
            made = replace(known, queues={**known.queues, queue.id: queue})
            if members is None:
                return made
            _there(made.members.keys() >= set(members), NO_MEMBER)
            return served_by(made, queue.id, members)

        return await self._change(wanted, by, f"queue:{queue.id}", but=("members",) if members is None else ())

    async def remove_queue(self, queue: str, *, by: Somebody = COMMAND_LINE) -> Directory:
        """Its members serve it no more, and its canned replies go. Refused while a site or another queue leads to it.

        NotYours for none. That no chat is in it is for the caller to see.
        """

        def wanted(known: Directory) -> Directory:
            _there(queue in known.queues, NO_QUEUE)
            if wrong := validate_queue_removal(queue, known):
                raise BadSettings(wrong)
            left = {id: one for id, one in known.queues.items() if id != queue}
            return replace(served_by(known, queue, ()), queues=left)

        async def forget(connection: AsyncConnection) -> None:
            await self.forget_canned(connection, "queue", queue)

        return await self._change(wanted, by, f"queue:{queue}", also=forget)

    async def put_site(self, site: Site, *, by: Somebody = COMMAND_LINE) -> Directory:
        """Add or change a site."""
        return await self._change(
            lambda known: replace(known, sites={**known.sites, site.key: site}), by, f"site:{site.key}"
        )

    async def remove_site(self, key: str, *, by: Somebody = COMMAND_LINE) -> Directory:
        """The widget opens there no more; chats that run go on. NotYours for none."""

        def wanted(known: Directory) -> Directory:
            _there(key in known.sites, NO_SITE)
            return replace(known, sites={id: one for id, one in known.sites.items() if id != key})

        return await self._change(wanted, by, f"site:{key}")

    # --- members -------------------------------------------------------------------------------

    async def add_member(
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
        id: str = "",
        by: Somebody = COMMAND_LINE,
    ) -> Member:
        """A new member; an empty password means that none fits.

        Refused when the address or id is taken, a queue unknown, or a value cannot be.
        """
        member = Member(id or new_id(), name.strip(), fold_email(email), role, queues, limit, locale, languages)
        hashed = await self._hashed(member.id, password)

        async def settle(connection: AsyncConnection) -> None:
            await connection.execute(update(members).where(members.c.id == member.id).values(password=hashed))

        def wanted(known: Directory) -> Directory:
            return replace(known, members={**known.members, member.id: member})

        try:
            await self._change(wanted, by, f"member:{member.id}", before=_check_free(member), also=settle)
        except IntegrityError as error:  # somebody added the same one at the same moment
            raise Refused(TAKEN) from error
        return member

    async def update_member(self, member: Member, *, by: Somebody = COMMAND_LINE) -> Directory:
        """Change a member: all of it is as given but the address, which stays. NotYours for none.

        Refused when a queue would have nobody left.
        """

        def wanted(known: Directory) -> Directory:
            _there(member.id in known.members, NO_MEMBER)
            changed = replace(member, email=known.members[member.id].email)
            return replace(known, members={**known.members, member.id: changed})

        return await self._change(wanted, by, f"member:{member.id}")

    async def set_limit(self, member: str, limit: int, *, by: Somebody) -> Directory:
        """How many chats at once, 1 to 6. A lower one takes no chat away. NotYours for no such member."""

        def wanted(known: Directory) -> Directory:
            _there(member in known.members, NO_MEMBER)
            changed = replace(known.members[member], limit=limit)
            return replace(known, members={**known.members, member: changed})

        return await self._change(wanted, by, f"member:{member}", but=("name", "queues", "languages"))

    async def disable(self, member_id: str, *, by: Somebody = COMMAND_LINE) -> None:
        """Out of the directory, and everything they hold is revoked. Live state is told first, by the caller.

        NotYours when there is no such member, or no longer. Nothing else refuses it, even if a queue has nobody left.
        """
        async with self.database.writing() as connection:
            known = await rows.read(connection, lock=True)
            _there(member_id in known.members, NO_MEMBER)
            left = {id: one for id, one in known.members.items() if id != member_id}
            await rows.write(connection, known, replace(known, members=left), by, self.clock())
            for statement in revoke_all(member_id, self.clock()):
                await connection.execute(statement)

    async def enable(self, member_id: str, *, by: Somebody = COMMAND_LINE) -> None:
        """A disabled member may sign in again, with the same password. NotYours for none."""
        this = (members.c.id == member_id) & members.c.disabled.is_not(None)
        async with self.database.writing() as connection:
            row = (await connection.execute(select(members).where(this))).mappings().first()
            _there(row is not None, NO_MEMBER)
            known = set((await connection.execute(select(queues.c.id))).scalars())
            left = [queue for queue in row["queues"] if queue in known] if row else []
            await connection.execute(update(members).where(this).values(disabled=None, queues=left))
            await note(connection, by, self.clock(), "Member reactivated", f"member:{member_id}")
            await rows.bump(connection)

    async def set_password(self, member_id: str, password: str, *, by: Somebody = COMMAND_LINE) -> None:
        """A new password, with which alone they sign in; whatever they held ends. Live state is told by the caller."""
        if not password:
            raise BadSettings([Problem(f"member:{member_id}", "password", NO_NEW)])
        hashed = await self._hashed(member_id, password)
        this = (members.c.id == member_id) & members.c.disabled.is_(None)
        async with self.database.writing() as connection:
            changed = await connection.execute(update(members).where(this).values(password=hashed))
            _there(changed.rowcount, NO_MEMBER)
            for statement in revoke_all(member_id, self.clock()):
                await connection.execute(statement)
            await note(connection, by, self.clock(), "Password changed", f"member:{member_id}")

    async def change_password(self, me: SignedIn, current: str, new: str, *, address: str) -> list[str]:
        """One's own, by whoever knows it: the other sessions end; their ids. SlowDown after too many wrong ones."""
        account, target = me.member.email, f"member:{me.member.id}"
        await self.tries.begin(account, address)
        this = members.c.id == me.member.id
        async with self.database.reading() as connection:
            now = (await connection.execute(select(members.c.password).where(this))).scalar() or ""
        if not await password_fits(now, current):
            raise BadSettings([Problem(target, "current", NOT_NOW)])
        await self.tries.forgive(account, address)
        if not new:
            raise BadSettings([Problem(target, "password", NO_NEW)])
        hashed = await self._hashed(me.member.id, new)
        async with self.database.writing() as connection:
            await connection.execute(update(members).where(this).values(password=hashed))
            ended = await self.end_sessions(connection, me.member.id, but=me.session)
            await note(connection, me.member, self.clock(), "Password changed", target)
        return ended

    async def everyone(self) -> list[MemberLine]:
        """All members, disabled ones too, by name."""
        async with self.database.reading() as connection:
            found = (await connection.execute(select(members).order_by(members.c.name, members.c.id))).mappings()
            return [MemberLine(rows.member_of(row), row["added"], row["disabled"] or 0) for row in found]

    # --- one value each ------------------------------------------------------------------------

    async def set_away_reasons(self, reasons: tuple[str, ...], *, by: Somebody = COMMAND_LINE) -> Directory:
        """What an agent may choose from when away."""
        return await self._change(lambda known: replace(known, away_reasons=reasons), by, "away")

    async def set_watch_shown(self, shown: bool, *, by: Somebody = COMMAND_LINE) -> Directory:
        """Whether agents see who looks on at their chats; the caller knows that this is an admin."""
        return await self._change(lambda known: replace(known, watch_shown=shown), by, "watching")

    async def retention_days(self) -> int | None:
        """Days after which an ended chat goes; None when it was never set here, and the server's setting counts."""
        async with self.database.reading() as connection:
            found: int | None = await rows.read_setting(connection, RETENTION)
            return found

    async def set_retention_days(self, days: int, *, by: Somebody = COMMAND_LINE) -> None:
        if wrong := validate_retention(days):
            raise BadSettings(wrong)
        async with self.database.writing() as connection:
            before = await rows.read_setting(connection, RETENTION)
            if before == days:
                return
            await rows.write_setting(connection, RETENTION, days)
            old, new = {"days": before}, {"days": days}
            await note(connection, by, self.clock(), "Data retention changed", "retention", old, new)

    # --- how -----------------------------------------------------------------------------------

    async def _change(
        self,
        wanted: Callable[[Directory], Directory],
        by: Somebody,
        edited: str,
        *,
        but: Collection[str] = (),
        before: Step | None = None,
        also: Step | None = None,
    ) -> Directory:
        """What `wanted` makes of the directory becomes the directory; returned as it then stands."""
        async with self.database.writing() as connection:
            known = await rows.read(connection, lock=True)
            new = wanted(known)
            check(known, new, edited=edited, but=but)
            if before:
                await before(connection)
            changed = await rows.write(connection, known, new, by, self.clock())
            if also:
                await also(connection)
            return replace(new, version=known.version + 1) if changed else known

    async def _hashed(self, member: str, password: str) -> str:
        if password and not SHORTEST_PASSWORD <= len(password) <= MAX_PASSWORD:
            says = "Use a password of %(least)s to %(most)s characters."
            values = {"least": SHORTEST_PASSWORD, "most": MAX_PASSWORD}
            raise BadSettings([Problem(f"member:{member}", "password", says, values)])
        return await hash_password(password) if password else ""


def _there(found: object, says: str) -> None:
    if not found:
        raise NotYours(says)


def _check_free(member: Member) -> Step:
    """Refused when somebody, even disabled, has the address or the id."""

    async def look(connection: AsyncConnection) -> None:
        taken = (members.c.email == member.email) | (members.c.id == member.id)
        if (await connection.execute(select(members.c.id).where(taken))).first():
            raise BadSettings([Problem(f"member:{member.id}", "email", TAKEN)])

    return look
