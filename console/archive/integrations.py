"""Integrations in SQL: systems that use the API under their own name."""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace
from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive import directory_rows as rows
from console.archive.audit import COMMAND_LINE, Change, Somebody, note, note_all
from console.archive.credentials import revoke
from console.archive.database import Database
from console.archive.tables import integrations, tokens
from console.archive.tokens import NO_INTEGRATION, valid
from console.domain.directory import Directory, without_bot
from console.domain.ids import new_id
from console.domain.sanitize import safe_name
from console.errors import BadSettings, NotYours, Problem

LONGEST_NAME = 60  # characters; visitors may see it
MOST = 100
NAME_IT = "Enter a name of at most %(most)s characters."
TAKEN = "An integration with that name already exists."
TOO_MANY = "You can have at most %(most)s integrations. Remove ones that nobody uses."


class IntegrationLine(msgspec.Struct, frozen=True):
    """An integration in the list; `added` in ms."""

    id: str
    name: str
    added: int


class IntegrationStore:
    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        """Adds, lists and removes integrations."""
        self.database = database
        self.clock = clock

    async def everyone(self) -> list[IntegrationLine]:
        """Return all integrations by name."""
        async with self.database.reading() as connection:
            return await _lines(connection, _present())

    async def bots(self) -> dict[IntegrationLine, bool]:
        """Return all integrations by name, each with whether it may answer chats first."""
        async with self.database.reading() as connection:
            return await read_bots(connection, self.clock())

    async def names(self) -> dict[str, str]:
        """Return the names of all integrations by id, removed ones included."""
        async with self.database.reading() as connection:
            return {one.id: one.name for one in await _lines(connection, select(integrations))}

    async def add(self, name: str, *, by: Somebody = COMMAND_LINE) -> IntegrationLine:
        """Add an integration. Raises BadSettings for a name that is missing, too long or taken."""
        name = safe_name(name, limit=LONGEST_NAME + 1)
        others = await self.everyone()
        if not name or len(name) > LONGEST_NAME:
            raise BadSettings([Problem("integration:", "name", NAME_IT, {"most": LONGEST_NAME})])
        if any(other.name.casefold() == name.casefold() for other in others):
            raise BadSettings([Problem("integration:", "name", TAKEN)])
        if len(others) >= MOST:
            raise BadSettings([Problem("integration:", "name", TOO_MANY, {"most": MOST})])
        made = IntegrationLine(new_id(), name, self.clock())
        async with self.database.writing() as connection:
            await connection.execute(insert(integrations).values(**msgspec.structs.asdict(made)))
            await note(
                connection, by, self.clock(), "Integration added", f"integration:{made.id}", after={"name": name}
            )
        return made

    async def remove(self, id: str, *, by: Somebody = COMMAND_LINE) -> Directory:
        """Remove it with its tokens; queues that it answered first then have no bot.

        The caller ends its live connections first. Raises NotYours if there is none.
        """
        now, this = self.clock(), integrations.c.id == id
        async with self.database.writing() as connection:
            known = await rows.read(connection, lock=True)
            row = (await connection.execute(select(integrations).where(this))).mappings().first()
            if row is None or row["removed"]:
                raise NotYours(NO_INTEGRATION)
            await connection.execute(update(integrations).where(this).values(removed=now))
            await connection.execute(revoke(tokens, tokens.c.integration == id, now))
            left = without_bot(known, id)
            changes = await rows.write(connection, known, left, now)
            removal = Change("Integration removed", f"integration:{id}", before={"name": row["name"]})
            await note_all(connection, by, now, [*changes, removal])
            return replace(left, version=known.version + 1) if changes else known


async def read_bots(connection: AsyncConnection, now: int) -> dict[IntegrationLine, bool]:
    """Return all integrations by name, each with whether it has a token for answering first (valid `now`, in ms)."""
    wanted = select(tokens.c.integration, tokens.c.scopes).where(tokens.c.integration.is_not(None), valid(now))
    held = (await connection.execute(wanted)).all()
    able = {integration for integration, scopes in held if "bot" in scopes}
    return {one: one.id in able for one in await _lines(connection, _present())}


def _present() -> Select[tuple[object, ...]]:
    return select(integrations).where(integrations.c.removed.is_(None)).order_by(integrations.c.name)


async def _lines(connection: AsyncConnection, wanted: Select[tuple[object, ...]]) -> list[IntegrationLine]:
    found = (await connection.execute(wanted)).mappings()
    return [IntegrationLine(row["id"], row["name"], row["added"]) for row in found]
