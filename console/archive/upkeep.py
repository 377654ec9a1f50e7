"""Cleans up what deleted chats leave in the files: text and empty space.

SQLite: freed pages are overwritten (`secure_delete`, in database.py), the search index is merged until it has no
deleted word, and the file is shortened. New files free pages step by step (`auto_vacuum=INCREMENTAL`); each step delays
the archive's writer by milliseconds. An older file is rewritten once (VACUUM, about a second per 100 MB), only if a
quarter of it is empty and no chat is open. PostgreSQL does all this by itself (autovacuum).
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.database import Database
from console.errors import Unknown

PAGES = 500  # merged or freed in one transaction
WORTH = 0.25  # share of the file that must be empty to rewrite an older file


class Upkeep:
    def __init__(self, database: Database) -> None:
        self.database = database

    async def tidy(self, *, quiet: bool) -> None:
        """Clean up after a deletion. `quiet`: no chat is open, so the file may be rewritten.

        Raises Unknown if other work was in the way; then it has to be done again.
        """
        if not self.database.is_sqlite:
            return
        await self._merge_words()
        await self._shrink(quiet=quiet)
        await self._empty_log()

    async def _empty_log(self) -> None:
        """Empty the WAL file, which contains recent changes. Raises Unknown if another connection reads it.

        This runs as a writer. Otherwise the archive's writer would find the database locked.
        """
        assert self.database.lock is not None
        async with self.database.lock.turn(), self.database.engine.connect() as connection:
            busy = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).scalar_one()
        if busy:
            raise Unknown("The database's log is in use: it is cleaned up later.")

    async def _merge_words(self) -> None:
        """Merge the index fully, because FTS5 only marks deleted words.

        The first step starts a merge, the others continue it.
        """
        pages = -PAGES
        while await self._merge_step(pages):
            pages = PAGES

    async def _merge_step(self, pages: int) -> bool:
        """Return whether the statement did anything: by FTS5's rule, two changes or more."""
        async with self.database.writing() as connection:
            before = await _changes(connection)
            merge = text("INSERT INTO chat_words (chat_words, rank) VALUES ('merge', :pages)")
            await connection.execute(merge, {"pages": pages})
            return await _changes(connection) - before >= 2

    async def _shrink(self, *, quiet: bool) -> None:
        async with self.database.reading() as connection:
            mode, free, pages = [
                (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
                for name in ("auto_vacuum", "freelist_count", "page_count")
            ]
        if mode == 2:
            while free > 0:
                await self._run(f"PRAGMA incremental_vacuum({PAGES})")
                free -= PAGES
        elif quiet and free > pages * WORTH:
            await self._run("PRAGMA auto_vacuum=INCREMENTAL; VACUUM")  # from now on it shrinks in steps

    async def _run(self, statement: str) -> None:
        """Run outside a transaction as a script. For a single statement Python takes only the first step, which frees
        one page.
        """
        assert self.database.lock is not None
        async with self.database.lock.turn(), self.database.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.executescript(statement)


async def _changes(connection: AsyncConnection) -> int:
    return int((await connection.exec_driver_sql("SELECT total_changes()")).scalar_one())
