"""Sites, queues, members and a few values: what SQL knows and live state is told, at a version that only grows.

Each change is one transaction: it reads the directory, makes the wanted one of it, refuses what cannot be
(`console.domain.validation`), writes what differs, and leaves an audit line in the name of `by`.
"""

from collections.abc import Awaitable, Callable, Collection

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive import directory_rows as rows
from console.archive.audit import Somebody
from console.archive.database import Database
from console.domain.directory import Directory
from console.domain.validation import check
from console.errors import NotYours

Step = Callable[[AsyncConnection], Awaitable[None]]  # more of the same transaction


class DirectoryStore:
    """The stores of queues, sites, members and preferences change the directory through this one.

    A change that cannot be raises BadSettings, and changes nothing; one that is as it was already leaves no trace.
    """

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self.database = database
        self.clock = clock

    async def read(self) -> Directory:
        """All of it as it stands; disabled members are not in it."""
        async with self.database.reading() as connection:
            return await rows.read(connection)

    async def change(
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


def must_exist(found: object, says: str) -> None:
    if not found:
        raise NotYours(says)
