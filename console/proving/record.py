"""What an installation has recorded: the facts of the live feed, and those of the archive."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from console.archive.database import Database
from console.archive.tables import facts as fact_rows
from console.events import AnyFact, decode_fact
from console.proving.stage import Stage
from console.queue.keys import Keys
from console.queue.primary import ask
from console.queue.topology import primary_of


async def read_feed(stage: Stage) -> list[tuple[int, bytes]]:
    """Return (number, JSON) of every fact in the live feed."""
    async with primary_of(stage.store_url, stage.workspace).connected() as connection:
        rows: Any = await ask(connection, "XRANGE", Keys(stage.workspace).feed, "-", "+")
    return [(int(name.split(b"-")[1]), fields[1]) for name, fields in rows]


async def last_in_feed(stage: Stage) -> int:
    """Return the number of the newest fact in the live feed; 0 if there is none."""
    async with primary_of(stage.store_url, stage.workspace).connected() as connection:
        rows: Any = await ask(connection, "XREVRANGE", Keys(stage.workspace).feed, "+", "-", "COUNT", "1")
    return int(rows[0][0].split(b"-")[1]) if rows else 0


async def last_in_archive(stage: Stage) -> int:
    """Return the number of the newest fact in SQL; 0 if there is none."""
    database = Database(stage.database_url)
    try:
        async with database.reading() as connection:
            newest = select(func.max(fact_rows.c.n)).where(fact_rows.c.workspace == stage.workspace)
            return await connection.scalar(newest) or 0
    finally:
        await database.close()


async def read_archive(stage: Stage) -> list[tuple[int, bytes]]:
    """Return (number, JSON) of every fact in SQL."""
    database = Database(stage.database_url)
    try:
        async with database.reading() as connection:
            here = fact_rows.c.workspace == stage.workspace
            rows = await connection.execute(select(fact_rows.c.n, fact_rows.c.raw).where(here).order_by(fact_rows.c.n))
            return [(row.n, row.raw.encode() if isinstance(row.raw, str) else row.raw) for row in rows]
    finally:
        await database.close()


def decoded(feed: Sequence[tuple[int, bytes]]) -> list[AnyFact]:
    return [decode_fact(raw) for _, raw in feed]
