"""The two ways to remove something from the audit log. Each adds a line to the same chain that says what and by whom.

Data retention deletes a chain's oldest lines. Erasing a visitor empties the values of lines about them; who did what to
which thing, and when, stays. Triggers refuse everything else (migration 0019).
"""

from collections.abc import Collection
from itertools import takewhile
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit_chain import append, lock_head
from console.archive.tables import audit, audit_heads
from console.domain.audit_chain import Log

CUT = "Audit lines deleted"
ERASED = "Audit values erased"
MOST = 10_000  # lines deleted in one transaction


async def cut(connection: AsyncConnection, log: Log, until: int, line: dict[str, Any]) -> int:
    """Delete the lines before `until` (ms), stopping at the first line that is newer, and return how many.

    At most MOST in one call. `line` records the deletion; number and hash of the last deleted line are added to it.
    """
    await lock_head(connection, log)
    here = audit.c.log == log
    oldest = select(audit.c.n, audit.c.at, audit.c.hash).where(here).order_by(audit.c.n).limit(MOST)
    doomed = list(takewhile(lambda row: row.at < until, (await connection.execute(oldest)).all()))
    if not doomed:
        return 0
    last = doomed[-1]
    said = {**line["after"], "lines": len(doomed), "up_to": last.n, "hash": last.hash}
    await append(connection, log, [{**line, "after": said}])
    await connection.execute(update(audit_heads).where(audit_heads.c.log == log).values(cut=last.n))
    await connection.execute(delete(audit).where(here, audit.c.n <= last.n))
    return len(doomed)


async def erase_values(connection: AsyncConnection, targets: Collection[str], line: dict[str, Any]) -> list[int]:
    """Empty the values of the lines of changes with one of these targets; return their numbers."""
    await lock_head(connection, "changes")
    theirs = audit.c.log == "changes", audit.c.target.in_(targets), audit.c.salt != ""
    numbers = list((await connection.execute(select(audit.c.n).where(*theirs).order_by(audit.c.n))).scalars())
    if numbers:
        await connection.execute(update(audit).where(*theirs).values(before={}, after={}, salt=""))
        await append(connection, "changes", [{**line, "after": {"lines": numbers}}])
    return numbers
