"""Sites, queues and members: what SQL knows and live state is told, at a version that only grows."""

import re

from sqlalchemy import Table, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.credentials import Credentials, SignedIn, TokenLine, fold_email, member_of, revoke_all
from console.archive.tables import directory, members, queues, sites
from console.directory import SLOTS, Directory, Member, MemberRole, Queue, Site
from console.errors import NotYours, Refused
from console.identifiers import new_id
from console.security import MAX_PASSWORD, hash_password

__all__ = ["Accounts", "SignedIn", "TokenLine"]

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")  # as on the wire
ROLES: tuple[MemberRole, ...] = ("agent", "supervisor", "admin")
SHORTEST_PASSWORD = 8
TAKEN = "There is already a member with that address or id."


class Accounts(Credentials):
    """The directory's writer, and the members' credentials. Every change that shows in it bumps its version."""

    async def directory(self) -> Directory:
        """All of it as it stands; disabled members are not in it."""
        async with self.database.reading() as connection:
            version = (await connection.execute(select(directory.c.version))).scalar() or 0
            site_rows = (await connection.execute(select(sites))).mappings().all()
            queue_rows = (await connection.execute(select(queues))).mappings().all()
            active = select(members).where(members.c.disabled.is_(None))
            member_rows = (await connection.execute(active)).mappings().all()
        return Directory(
            version=version,
            sites={row["key"]: _site(dict(row)) for row in site_rows},
            queues={
                row["id"]: Queue(row["id"], row["name"], row["target_ms"], row["ask_ms"], row["end_ms"])
                for row in queue_rows
            },
            members={row["id"]: member_of(row) for row in member_rows},
        )

    async def put_site(self, site: Site) -> None:
        """Add or change a site; one that is the same already changes nothing."""
        values = {
            "name": site.name,
            "queue": site.queue,
            "origins": list(site.origins),
            "locale": site.locale,
            "typing_preview": site.typing_preview,
            "privacy_url": site.privacy_url,
            "accent": site.accent,
            "parameters": list(site.parameters),
        }
        await self._put(sites, {"key": _checked_id(site.key)}, values)

    async def put_queue(self, queue: Queue) -> None:
        """Add or change a queue; one that is the same already changes nothing."""
        values = {"name": queue.name, "target_ms": queue.target, "ask_ms": queue.ask, "end_ms": queue.end}
        await self._put(queues, {"id": _checked_id(queue.id)}, values)

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
        id: str = "",
    ) -> Member:
        """A new member; an empty password means that none fits.

        Refused when the address or id is taken, a queue unknown, or a value cannot be.
        """
        member = Member(_checked_id(id or new_id()), name.strip(), fold_email(email), role, queues, limit, locale)
        _check_member(member, password)
        hashed = await hash_password(password) if password else ""
        try:
            async with self.database.writing() as connection:
                await _check_free(connection, member)
                await connection.execute(
                    insert(members).values(**_columns(member), password=hashed, added=self.clock())
                )
                await _bump(connection)
        except IntegrityError as error:  # somebody added the same one at the same moment
            raise Refused(TAKEN) from error
        return member

    async def disable(self, member_id: str) -> None:
        """Out of the directory, and everything they hold is revoked. Live state is told first, by the caller.

        NotYours when there is no such member, or no longer.
        """
        now = self.clock()
        async with self.database.writing() as connection:
            still = (members.c.id == member_id) & members.c.disabled.is_(None)
            if not (await connection.execute(update(members).where(still).values(disabled=now))).rowcount:
                raise NotYours("There is no such member.")
            for statement in revoke_all(member_id, now):
                await connection.execute(statement)
            await _bump(connection)

    async def _put(self, table: Table, key: dict[str, str], values: dict[str, object]) -> None:
        ((column, wanted),) = key.items()
        async with self.database.writing() as connection:
            found = await connection.execute(select(table).where(table.c[column] == wanted))
            row = found.mappings().first()
            if row is not None and dict(row) == key | values:
                return
            if row is None:
                await connection.execute(insert(table).values(**key, **values))
            else:
                await connection.execute(update(table).where(table.c[column] == wanted).values(**values))
            await _bump(connection)


async def _bump(connection: AsyncConnection) -> None:
    newer = await connection.execute(update(directory).values(version=directory.c.version + 1))
    if not newer.rowcount:
        await connection.execute(insert(directory).values(id=1, version=1))


def _check_member(member: Member, password: str) -> None:
    """Refused, with the reason, for a member that cannot be."""
    before, at, after = member.email.partition("@")
    if not (before and at and after) or not member.email.isprintable() or " " in member.email:
        raise Refused("That is not an e-mail address.")
    if not member.name or len(member.name) > 120 or not member.name.isprintable():
        raise Refused("A member needs a name of 120 characters at most.")
    if member.role not in ROLES:
        raise Refused(f"A role is one of: {', '.join(ROLES)}.")
    if not 1 <= member.limit <= SLOTS:
        raise Refused(f"A limit is 1 to {SLOTS} chats.")
    if password and not SHORTEST_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise Refused(f"A password has at least {SHORTEST_PASSWORD} characters, and {MAX_PASSWORD} at most.")


async def _check_free(connection: AsyncConnection, member: Member) -> None:
    taken = (members.c.email == member.email) | (members.c.id == member.id)
    if (await connection.execute(select(members.c.id).where(taken))).first():
        raise Refused(TAKEN)
    known = set((await connection.execute(select(queues.c.id))).scalars())
    if missing := set(member.queues) - known:
        raise Refused(f"There is no such queue: {', '.join(sorted(missing))}.")


def _columns(member: Member) -> dict[str, object]:
    return {
        "id": member.id,
        "email": member.email,
        "name": member.name,
        "role": member.role,
        "queues": list(member.queues),
        "slots": member.limit,
        "locale": member.locale,
    }


def _checked_id(text: str) -> str:
    if not ID.fullmatch(text):
        raise Refused("An id has small letters, digits, hyphens and underscores, 64 at most.")
    return text


def _site(row: dict[str, object]) -> Site:
    return Site(**{**row, "origins": tuple(row["origins"]), "parameters": tuple(row["parameters"])})  # type: ignore
