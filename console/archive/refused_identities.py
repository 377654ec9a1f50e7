"""Signed identities that were refused, for the site's operator: what was wrong, how often, and when last.

Counted in memory and written together. There is one row for each site and reason, so their number is bounded although
anybody may send any token.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import delete, insert, select, update

from console.archive.database import Database, now_ms
from console.archive.tables import refused_identities

KEPT = 30 * 86_400_000  # ms since last seen
LOG_AGAIN = 60.0  # seconds between two log lines about the same reason

log = structlog.get_logger()


@dataclass(frozen=True)
class RefusedIdentity:
    """`reason` is a key of console/domain/identity_problems.py; `detail` and `at` (ms) are of the last one."""

    site: str
    reason: str
    detail: str
    count: int
    at: int


class RefusedIdentities:
    """Refused identities of all processes, summed in SQL. `site` always exists."""

    def __init__(self, database: Database, clock: Callable[[], int] = now_ms) -> None:
        self.database = database
        self.clock = clock
        self._waiting: dict[tuple[str, str], tuple[int, str]] = {}
        self._logged: dict[tuple[str, str], float] = {}

    def note(self, site: str, reason: str, detail: str = "") -> None:
        count, _ = self._waiting.get((site, reason), (0, ""))
        self._waiting[site, reason] = count + 1, detail[:200]
        now = time.monotonic()
        if now - self._logged.get((site, reason), -LOG_AGAIN) >= LOG_AGAIN:
            self._logged[site, reason] = now
            log.warning("visitor.identity_refused", site=site, reason=reason, detail=detail[:200])

    async def write(self) -> None:
        """Write the counts since the last write to SQL; while SQL is down, counting continues."""
        counted, self._waiting = self._waiting, {}
        if not counted:
            return
        try:
            await self._add(counted)
        except BaseException:
            for pair, (count, detail) in counted.items():
                more, newer = self._waiting.get(pair, (0, ""))
                self._waiting[pair] = count + more, newer or detail
            raise

    async def _add(self, counted: dict[tuple[str, str], tuple[int, str]]) -> None:
        table, now = refused_identities, self.clock()
        async with self.database.writing() as connection:
            for (site, reason), (count, detail) in counted.items():
                row = (table.c.site == site) & (table.c.reason == reason)
                values = {"count": table.c.count + count, "detail": detail, "at": now}
                done = await connection.execute(update(table).where(row).values(**values))
                if not done.rowcount:
                    first = {"count": count, "detail": detail, "at": now}
                    await connection.execute(insert(table).values(site=site, reason=reason, **first))
            await connection.execute(delete(table).where(table.c.at < now - KEPT))

    async def of(self, site: str) -> list[RefusedIdentity]:
        """Return what was wrong on the site, latest first."""
        await self.write()
        table = refused_identities
        async with self.database.reading() as connection:
            wanted = select(table).where(table.c.site == site).order_by(table.c.at.desc())
            return [RefusedIdentity(**row) for row in (await connection.execute(wanted)).mappings()]
