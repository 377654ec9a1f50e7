"""Queries SQL regularly, so that a process that alone has lost its database does not keep the lead.

While SQLite is locked, it also requests the lock: a process that has given up the lead has nothing to write, and would
otherwise never notice that the lock is free again.
"""

import asyncio
import time
from contextlib import suppress

from sqlalchemy import text

from console.archive.database import Database
from console.errors import SestettoError
from console.timing.beat import beat

EVERY = 2.0  # seconds between two queries
PATIENCE = 2.0  # seconds for an answer
AFTER = 5.0  # seconds without an answer until the process counts as cut off


class DatabaseProbe:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._answered = time.monotonic()

    @property
    def reaches(self) -> bool:
        return time.monotonic() - self._answered < AFTER

    async def run(self) -> None:
        while True:
            with suppress(SestettoError, TimeoutError):  # the database logs that once
                await self._ask()
            await beat(EVERY)

    async def _ask(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._database.read(lambda connection: connection.execute(text("SELECT 1")).scalar())
        self._answered = time.monotonic()
        if self._database.blocked:
            async with asyncio.timeout(PATIENCE), self._database.writing():
                pass
