"""What deleted chats leave behind in the files: their words, and their room.

SQLite: freed pages are overwritten (`secure_delete`, in database.py), the search index is merged until no deleted word
is in it, and the file is made shorter. New files free pages step by step (`auto_vacuum=INCREMENTAL`): each step holds
the archive's writer up for milliseconds. A file from before that is rewritten once (VACUUM), about a second for each
100 MB, only when a quarter of it is empty and no chat is open. PostgreSQL does all this by itself (autovacuum).
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.database import Database

PAGES = 500  # merged or freed in one transaction
WORTH = 0.25  # of the file empty: an older file is rewritten for that


class Upkeep:
    def __init__(self, database: Database) -> None:
        self.database = database

    async def tidy(self, *, quiet: bool) -> None:
        """After something was deleted. `quiet`: nobody is in a chat, so the file may be rewritten."""
        if not self.database.is_sqlite:
            return
        await self._merge_words()
        await self._shrink(quiet=quiet)
        async with self.database.engine.connect() as connection:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def _merge_words(self) -> None:
        """FTS5 only marks what is deleted; a full merge drops it. The first step begins one, the others go on."""
        pages = -PAGES
        while await self._merge_step(pages):
            pages = PAGES

    async def _merge_step(self, pages: int) -> bool:
        """Whether it did anything: by FTS5's rule, two changes or more."""
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
            await self._run("PRAGMA auto_vacuum=INCREMENTAL; VACUUM")  # from now on it shrinks by steps

    async def _run(self, statement: str) -> None:
        """In no transaction, and as a script: of one statement Python takes the first step, which frees one page."""
        async with self.database.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.executescript(statement)


async def _changes(connection: AsyncConnection) -> int:
    return int((await connection.exec_driver_sql("SELECT total_changes()")).scalar_one())
