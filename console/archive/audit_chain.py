"""Appends lines to the audit log's chains (`console.domain.audit_chain`), in the transaction of the change they record.

An appending transaction locks the row of the chain's head until it ends, so a chain never forks. Appending is its last
step, so a transaction that holds the lock waits for nobody.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.tables import audit, audit_heads
from console.domain.audit_chain import Log, linked

LINKS = ("n", "previous", "salt", "details", "hash")  # columns that make a line one of its chain
UNCHAINED = audit.c.n.is_(None)  # written by an older release beside this one


class Head:
    """The newest line of a chain, locked."""

    def __init__(self, log: Log, n: int, last: str) -> None:
        self.log: Log = log
        self.n, self.hash = n, last

    def link(self, line: Mapping[Any, Any]) -> dict[str, Any]:
        """Make the line the newest one; return its links."""
        links = linked({**line, "log": self.log}, self.n + 1, self.hash)
        self.n, self.hash = links["n"], links["hash"]
        return links


async def append(connection: AsyncConnection, log: Log, lines: Sequence[Mapping[str, Any]]) -> int:
    """Append lines, the oldest first, and return the number of the newest. Must be the last step of a transaction."""
    if not lines:
        return 0
    head = await lock_head(connection, log)
    await connection.execute(insert(audit), [{**line, "log": log, **head.link(line)} for line in lines])
    await move_head(connection, head)
    return head.n


async def lock_head(connection: AsyncConnection, log: Log) -> Head:
    """Lock the head of a chain, and first chain the lines that an older release has written since."""
    wanted = select(audit_heads).where(audit_heads.c.log == log).with_for_update()
    row = (await connection.execute(wanted)).one()
    head = Head(log, row.n, row.hash)
    await _chain_older(connection, head)
    return head


async def move_head(connection: AsyncConnection, head: Head, **more: int) -> None:
    here = audit_heads.c.log == head.log
    await connection.execute(update(audit_heads).where(here).values(n=head.n, hash=head.hash, **more))


async def _chain_older(connection: AsyncConnection, head: Head) -> None:
    wanted = select(audit).where(UNCHAINED, audit.c.log == head.log).order_by(audit.c.id)
    found = (await connection.execute(wanted)).mappings().all()
    if found:
        this = update(audit).where(and_(audit.c.id == bindparam("this"), UNCHAINED))
        links = [{"this": row["id"], **_renamed(head.link(row))} for row in found]
        await connection.execute(this.values({name: bindparam(f"new_{name}") for name in LINKS}), links)


def _renamed(links: dict[str, Any]) -> dict[str, Any]:
    """Prefix the names with `new_`: SQLAlchemy reserves the columns' own names."""
    return {f"new_{name}": value for name, value in links.items()}
