"""Canned replies: shared, of a queue, or a member's own."""

from collections.abc import Callable, Collection

import msgspec
from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive import directory_rows as rows
from console.archive.audit import COMMAND_LINE, Somebody, note
from console.archive.database import Database
from console.archive.directory_store import Step, must_be_as_seen
from console.archive.tables import canned
from console.domain.directory import Canned, Member, Scope
from console.domain.validation.members import validate_canned
from console.errors import BadSettings, NotYours, Problem

MOST = 500  # replies for the same people
NO_REPLY = "Reply not found."


class CannedStore:
    """The canned replies. Changes of a member's own replies leave no audit line: they are private."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self.database = database
        self.clock = clock

    async def for_member(self, member: Member, *, also: Collection[str] = ()) -> list[Canned]:
        """Return the replies the member can insert: their own, their queues', then shared ones; by title within each.

        `also` are further queues whose chats may reach them.
        """
        queues = {*member.queues, *also}
        theirs = or_(_of("shared", [""]), _of("queue", queues), _of("member", [member.id]))
        found = await self._canned(theirs)
        return sorted(found, key=lambda one: (ORDER.index(one.scope), one.title.casefold()))

    async def of_team(self) -> list[Canned]:
        """Return all replies except members' own: shared ones first, then by queue and title."""
        found = await self._canned(canned.c.scope != "member")
        return sorted(found, key=lambda one: (one.scope != "shared", one.owner, one.title.casefold()))

    async def put(
        self, reply: Canned, *, seen: Canned | None = None, by: Somebody = COMMAND_LINE, also: Step | None = None
    ) -> None:
        """Add or change a reply, and run `also` in the same transaction. The caller checks the right.

        Raises BadSettings if it is invalid.
        """
        async with self.database.writing() as connection:
            row = (await connection.execute(select(canned).where(canned.c.id == reply.id))).mappings().first()
            before = Canned(**row) if row else None
            must_be_as_seen(before, seen)
            if before == reply:
                return
            if wrong := await _problems(connection, reply, new=before is None):
                raise BadSettings(wrong)
            values = msgspec.structs.asdict(reply)
            if before is None:
                await connection.execute(insert(canned).values(**values))
            else:
                await connection.execute(update(canned).where(canned.c.id == reply.id).values(**values))
            if also is not None:
                await also(connection)
            await self._note(connection, by, "Canned reply changed" if before else "Canned reply added", before, reply)

    async def problems_of(self, reply: Canned) -> list[Problem]:
        """Return everything that prevents saving the reply, so that a form can show all of it."""
        async with self.database.reading() as connection:
            here = (await connection.execute(select(canned.c.id).where(canned.c.id == reply.id))).first()
            return await _problems(connection, reply, new=here is None)

    async def read(self, id: str) -> Canned:
        """Return one reply. Raises NotYours if it does not exist."""
        found = await self._canned(canned.c.id == id)
        if not found:
            raise NotYours(NO_REPLY)
        return found[0]

    async def find(self, id: str) -> Canned | None:
        """Return one reply, or None."""
        return next(iter(await self._canned(canned.c.id == id)), None)

    async def remove(self, id: str, *, by: Somebody = COMMAND_LINE) -> None:
        """Remove a reply. Raises NotYours if it does not exist."""
        reply = await self.read(id)
        async with self.database.writing() as connection:
            gone = await connection.execute(delete(canned).where(canned.c.id == id))
            if gone.rowcount:
                await self._note(connection, by, "Canned reply removed", reply, None)

    async def _canned(self, which: ColumnElement[bool]) -> list[Canned]:
        async with self.database.reading() as connection:
            return [Canned(**row) for row in (await connection.execute(select(canned).where(which))).mappings()]

    async def _note(
        self, connection: AsyncConnection, by: Somebody, what: str, before: Canned | None, after: Canned | None
    ) -> None:
        reply = after or before
        if reply is None or {one.scope for one in (before, after) if one} == {"member"}:
            return
        old, new = (msgspec.structs.asdict(one) if one else {} for one in (before, after))
        await note(connection, by, self.clock(), what, f"canned:{reply.id}", old, new)


ORDER: tuple[Scope, ...] = ("member", "queue", "shared")


def _of(scope: Scope, owners: Collection[str]) -> ColumnElement[bool]:
    return and_(canned.c.scope == scope, canned.c.owner.in_(owners))


async def _problems(connection: AsyncConnection, reply: Canned, *, new: bool) -> list[Problem]:
    where = _of(reply.scope, [reply.owner])
    others = [Canned(**one) for one in (await connection.execute(select(canned).where(where))).mappings()]
    wrong = validate_canned(reply, others, await rows.read(connection))
    if new and len(others) >= MOST:
        says = "You can have at most %(most)s replies. Remove ones that nobody uses."
        wrong.append(Problem(f"canned:{reply.id}", "title", says, {"most": MOST}))
    return wrong


async def forget_canned(connection: AsyncConnection, scope: Scope, owner: str) -> None:
    """Delete the replies of a removed queue or member, within a transaction."""
    await connection.execute(delete(canned).where(_of(scope, [owner])))
