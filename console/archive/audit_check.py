"""Checks the audit log's chains: does every line fit, and which lines were deleted or erased with a record of it?"""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit_chain import UNCHAINED
from console.archive.audit_removal import CUT, ERASED
from console.archive.database import Database
from console.archive.tables import audit, audit_heads
from console.domain.audit_chain import DETAILS, LINKED, NOTHING, details_of, hash_of

CHUNK = 1_000  # lines read at once
EMPTY = {"before": {}, "after": {}, "salt": ""}  # values that were erased
EXPORTED = (*LINKED, *DETAILS, "hash")


class Chain(msgspec.Struct):
    """What the check found for one chain.

    `wrong` names the first line that does not fit; empty if the chain is intact. `cut` lines were deleted from its
    beginning by data retention, and `erased` lines lost their values. `noted` are the given hashes that the chain
    contains.
    """

    log: str
    lines: int = 0
    head: str = NOTHING
    cut: int = 0
    erased: int = 0
    unchained: int = 0
    wrong: str = ""
    noted: dict[str, int] = {}


async def check_chains(database: Database, noted: Collection[str] = ()) -> list[Chain]:
    """Check every chain; `noted` are hashes of heads that were written down earlier."""
    async with _snapshot(database) as connection:
        return [await _check(connection, log, noted) for log in await _logs(connection)]


async def read_heads(database: Database) -> dict[str, tuple[int, str]]:
    """Return number and hash of each chain's newest line."""
    async with database.reading() as connection:
        rows = (await connection.execute(select(audit_heads).order_by(audit_heads.c.log))).all()
    return {row.log: (row.n, row.hash) for row in rows}


async def export_lines(database: Database) -> AsyncIterator[dict[str, Any]]:
    """Return every line of every chain with what its hash covers, then those not chained yet."""
    async with _snapshot(database) as connection:
        for log in await _logs(connection):
            async for row in _walk(connection, log):
                yield {name: row[name] for name in EXPORTED}
        for row in (await connection.execute(select(audit).where(UNCHAINED).order_by(audit.c.id))).mappings():
            yield {name: row[name] for name in EXPORTED}


@asynccontextmanager
async def _snapshot(database: Database) -> AsyncIterator[AsyncConnection]:
    """A transaction that sees everything as of one moment, whatever others write."""
    async with database.reading() as connection:
        if not database.is_sqlite:
            await connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


async def _logs(connection: AsyncConnection) -> list[str]:
    of_lines = (await connection.execute(select(audit.c.log).distinct())).scalars()
    of_heads = (await connection.execute(select(audit_heads.c.log))).scalars()
    return sorted({*of_lines, *of_heads})


async def _walk(connection: AsyncConnection, log: str) -> AsyncIterator[Mapping[Any, Any]]:
    n = None
    while True:
        wanted = select(audit).where(audit.c.log == log, audit.c.n.is_not(None)).order_by(audit.c.n).limit(CHUNK)
        rows = (await connection.execute(wanted if n is None else wanted.where(audit.c.n > n))).mappings().all()
        for row in rows:
            yield row
        if len(rows) < CHUNK:
            return
        n = rows[-1]["n"]


async def _check(connection: AsyncConnection, log: str, noted: Collection[str]) -> Chain:
    found = Chain(log, noted={})
    said = await _said(connection, log)
    expected, previous = 1, NOTHING
    async for row in _walk(connection, log):
        if not found.lines and row["n"] > 1:
            found.cut, expected, previous = row["n"] - 1, row["n"], row["previous"]
            if (row["n"] - 1, previous) not in said.cut:
                found.wrong = f"{_lines(1, row['n'] - 1)} missing, and no line says that data retention deleted them"
                return found
        found.wrong = _misfit(row, expected, previous, said.erased)
        if found.wrong:
            return found
        expected, previous = row["n"] + 1, row["hash"]
        found.lines += 1
        found.erased += row["n"] in said.erased
        if row["hash"] in noted:
            found.noted[row["hash"]] = row["n"]
    found.head = previous
    found.unchained = await _count_unchained(connection, log)
    found.wrong = await _wrong_at_the_end(connection, log, expected - 1, previous)
    return found


def _misfit(row: Mapping[Any, Any], expected: int, previous: str, erased: set[int]) -> str:
    """Return what is wrong with a line at this position; empty if it fits."""
    if row["n"] != expected:
        return f"{_lines(expected, row['n'] - 1)} missing"
    if row["previous"] != previous or hash_of(row) != row["hash"]:
        return f"{_name(row)} was changed, or the one before it"
    if details_of(row) == row["details"]:
        return ""
    if all(row[name] == value for name, value in EMPTY.items()):
        return "" if row["n"] in erased else f"the values of {_name(row)} were removed, and no line says so"
    return f"the values of {_name(row)} were changed"


async def _wrong_at_the_end(connection: AsyncConnection, log: str, n: int, last: str) -> str:
    head = (await connection.execute(select(audit_heads).where(audit_heads.c.log == log))).first()
    if head is None:
        return "the record of its newest line is missing"
    if head.n > n:
        return f"{_lines(n + 1, head.n)} missing"
    return "" if (head.n, head.hash) == (n, last) else f"the record of its newest line names line {head.n}, not {n}"


class Removed(msgspec.Struct):
    """What lines say about other lines: up to which one (number and hash) they were deleted, and whose values."""

    cut: set[tuple[int, str]]
    erased: set[int]


async def _said(connection: AsyncConnection, log: str) -> Removed:
    wanted = select(audit.c.what, audit.c.after).where(audit.c.log == log, audit.c.what.in_((CUT, ERASED)))
    rows = (await connection.execute(wanted)).all()
    cut = {(row.after.get("up_to"), row.after.get("hash")) for row in rows if row.what == CUT}
    return Removed(cut, {n for row in rows if row.what == ERASED for n in row.after.get("lines", ())})


async def _count_unchained(connection: AsyncConnection, log: str) -> int:
    counted = select(func.count()).select_from(audit).where(UNCHAINED, audit.c.log == log)
    return (await connection.execute(counted)).scalar_one()


def _lines(first: int, last: int) -> str:
    return f"line {first} is" if first == last else f"lines {first} to {last} are"


def _name(row: Mapping[Any, Any]) -> str:
    at = datetime.fromtimestamp(row["at"] / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"line {row['n']} ({at}, {row['name']}: {row['what']}, {row['target']})"
