"""A migrated, empty SQLite archive for every test: made once per worker, as a copy takes a hundredth of the time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from console.archive.database import Database, sqlite_url

PRIVATE = 0o600


def put_migrated(folder: Path) -> str:
    """Return the URL of the folder's archive; it is a migrated one unless there was one already."""
    file = folder / "sestetto.db"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(PRIVATE)
        file.write_bytes(_migrated())
    return sqlite_url(folder)


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:  # the caller's loop may be running
        thread.submit(asyncio.run, _migrate(Path(folder))).result()
        return (Path(folder) / "sestetto.db").read_bytes()


async def _migrate(folder: Path) -> None:
    database = Database(sqlite_url(folder))
    await database.migrate()
    await database.close()
