"""A migrated, empty SQLite archive for every test: made once per worker, as a copy takes a hundredth of the time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from console.archive.database import Database, sqlite_url
from console.archive.stores import Stores
from console.demo.seed import publish_team

PRIVATE = 0o600


def put_migrated(folder: Path, *, team: bool = False) -> str:
    """Return the URL of the folder's archive; unless there was one it is migrated, with the demo's team or empty."""
    file = folder / "sestetto.db"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(PRIVATE)
        file.write_bytes(_migrated(team=team))
    return sqlite_url(folder)


@cache
def _migrated(*, team: bool) -> bytes:
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:  # the caller's loop may be running
        thread.submit(asyncio.run, _migrate(Path(folder), team=team)).result()
        return (Path(folder) / "sestetto.db").read_bytes()


async def _migrate(folder: Path, *, team: bool) -> None:
    database = Database(sqlite_url(folder))
    await database.migrate()
    if team:
        await publish_team(Stores(database))
    await database.close()
