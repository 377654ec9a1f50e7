"""Holds SQLite's lock elsewhere, while the tested code runs on this event loop."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

PATIENCE = 30.0  # s for the lock to be free


@asynccontextmanager
async def locked_by_another(file: Path | str) -> AsyncIterator[None]:
    """Keep everybody else from writing to the file inside the block."""
    with closing(sqlite3.connect(file, PATIENCE, isolation_level=None, check_same_thread=False)) as rival:
        # In a thread, because the holder of the lock may need this loop to end its transaction.
        await asyncio.to_thread(rival.execute, "BEGIN IMMEDIATE")
        yield
        rival.execute("ROLLBACK")
