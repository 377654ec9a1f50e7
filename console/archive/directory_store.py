"""Sites, queues, members and a few values: SQL keeps them and the store copies them, under a version that only grows.

Each change is one transaction. It reads the directory, computes the wanted one, validates it
(`console.domain.validation`), writes the differences, and adds audit lines in the name of `by`.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive import directory_rows as rows
from console.archive.audit import Somebody, note_all
from console.archive.database import Database
from console.domain.directory import Directory
from console.domain.validation import check
from console.errors import ChangedMeanwhile, NotYours, Problem

Step = Callable[[AsyncConnection], Awaitable[None]]  # further work in the same transaction
Look = Callable[[AsyncConnection], Awaitable[list[Problem]]]  # more problems, found in tables beside the directory's


class DirectoryStore:
    """The only way to change the directory; the stores of queues, sites, members and preferences use it.

    An invalid change raises BadSettings and changes nothing. A change without a difference writes nothing.
    """

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self.database = database
        self.clock = clock

    async def read(self) -> Directory:
        """Read the whole directory, without deactivated members."""
        async with self.database.reading() as connection:
            return await rows.read(connection)

    async def version(self) -> int:
        """Return the version alone: it grows with every change."""
        return await self.database.read(rows.version_of)

    async def change(
        self,
        wanted: Callable[[Directory], Directory],
        by: Somebody,
        edited: str,
        *,
        but: Collection[str] = (),
        wrong: Look | None = None,
        also: Step | None = None,
    ) -> Directory:
        """Replace the directory with what `wanted` returns for it; return the result."""
        async with self.database.writing() as connection:
            # Locked: two changes at once would each validate against a directory that the other replaces.
            known = await rows.read(connection, lock=True)
            new = wanted(known)
            check(known, new, edited=edited, but=but, more=await wrong(connection) if wrong else ())
            changes = await rows.write(connection, known, new, self.clock())
            if also:
                await also(connection)
            await note_all(connection, by, self.clock(), changes)
            return replace(new, version=known.version + 1) if changes else known

    async def outrun(self, version: int, differs: Callable[[Directory], bool]) -> Directory:
        """Raise the version above `version` if SQL still `differs` from what is live; return the directory."""
        async with self.database.writing() as connection:
            known = await rows.read(connection, lock=True)
            if not differs(known):
                return known
            await rows.bump(connection, version + 1)
            return replace(known, version=version + 1)


def must_be_as_seen(now: object, seen: object) -> None:
    """Raise ChangedMeanwhile if the thing changed since somebody read it. `seen` None skips the check."""
    if seen is not None and now != seen:
        raise ChangedMeanwhile


def must_exist(found: object, says: str, at: Sequence[str] = ()) -> None:
    if not found:
        raise NotYours(says, at=at)
