"""Pages that the widget was refused on: not on their site's list, or with an unknown key.

Counted in memory and written together, so a thousand requests a second cost SQL one row every few seconds. The number
of rows is bounded, as anybody can send any Origin.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import RowMapping, delete, insert, select, update

from console.archive.database import Database, now_ms
from console.archive.tables import refused_origins

MOST_WAITING = 500  # pairs counted between two writes
MOST_OF_A_SITE = 50  # origins per site; those not seen for the longest time are dropped
MOST_SITES = 200
KEPT = 30 * 86_400_000  # ms since last seen
LOG_AGAIN = 60.0  # seconds between two log lines about the same page

log = structlog.get_logger()


@dataclass(frozen=True)
class RefusedOrigin:
    """`site` is the key that the page sent; `at` (ms) is the last time."""

    site: str
    origin: str
    count: int
    at: int


class RefusedOrigins:
    """Refused pages of all processes, summed in SQL."""

    def __init__(self, database: Database, clock: Callable[[], int] = now_ms) -> None:
        self.database = database
        self.clock = clock
        self._waiting: dict[tuple[str, str], int] = {}
        self._logged: dict[tuple[str, str], float] = {}

    def note(self, site: str, origin: str, *, known: bool) -> None:
        """Count one refused request. `known`: the site exists, but the page is not on its list."""
        pair = (_printable(site, 64), _printable(origin, 300))
        if pair not in self._waiting and len(self._waiting) >= MOST_WAITING:
            return
        self._waiting[pair] = self._waiting.get(pair, 0) + 1
        self._log(pair, "origin" if known else "site")

    def _log(self, pair: tuple[str, str], why: str) -> None:
        now = time.monotonic()
        if now - self._logged.get(pair, -LOG_AGAIN) < LOG_AGAIN:
            return
        self._logged.pop(pair, None)
        self._logged[pair] = now
        if len(self._logged) > MOST_WAITING:
            del self._logged[next(iter(self._logged))]
        log.warning("visitor.refused", site=pair[0], origin=pair[1], why=why)

    async def write(self) -> None:
        """Write the counts since the last write to SQL; while SQL is down, counting continues."""
        counted, self._waiting = self._waiting, {}
        if not counted:
            return
        try:
            await self._add(counted)
        except BaseException:
            for pair, count in self._waiting.items():
                counted[pair] = counted.get(pair, 0) + count
            self._waiting = counted
            raise

    async def _add(self, counted: dict[tuple[str, str], int]) -> None:
        table, now = refused_origins, self.clock()
        async with self.database.writing() as connection:
            for (site, origin), count in counted.items():
                row = (table.c.site == site) & (table.c.origin == origin)
                values = {"count": table.c.count + count, "at": now}
                done = await connection.execute(update(table).where(row).values(**values))
                if not done.rowcount:
                    await connection.execute(insert(table).values(site=site, origin=origin, count=count, at=now))
            kept = await connection.execute(select(table).order_by(table.c.at.desc(), table.c.count.desc()))
            for old in _too_many([*kept.mappings()], now):
                same = (table.c.site == old["site"]) & (table.c.origin == old["origin"])
                await connection.execute(delete(table).where(same))

    async def listed(self) -> list[RefusedOrigin]:
        """Return all refused pages, latest first."""
        await self.write()
        async with self.database.reading() as connection:
            found = await connection.execute(select(refused_origins).order_by(refused_origins.c.at.desc()))
            return [RefusedOrigin(**row) for row in found.mappings()]


def _too_many(rows: list[RowMapping], now: int) -> list[RowMapping]:
    """Return the rows beyond the limit; `rows` are latest first."""
    of_site: dict[str, int] = {}
    dropped = []
    for row in rows:
        number = of_site[row["site"]] = of_site.get(row["site"], 0) + 1
        if number > MOST_OF_A_SITE or len(of_site) > MOST_SITES or row["at"] < now - KEPT:
            dropped.append(row)
    return dropped


def _printable(text: str, most: int) -> str:
    return "".join(char for char in text[:most] if char.isprintable())
