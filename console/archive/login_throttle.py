"""Counts sign-in attempts per account and per address; guessing gets slower and slower."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.database import Database
from console.archive.tables import tries
from console.errors import SlowDown
from console.security import address_group, digest

SLOWLY = "Too many attempts. Wait a minute and try again."
AT_ONCE = 5  # first attempts of one sender at the same moment, on a database that allows it
FORGET = 60 * 60_000  # ms without a failure until a sender starts afresh


@dataclass(frozen=True)
class Allowance:
    """`free` failures cost nothing; each further one doubles the wait, from a second up to `longest` ms."""

    free: int
    longest: int

    def wait(self, failed: int) -> int:
        """Return the ms until the next attempt counts, after so many failures."""
        return 0 if failed < self.free else min(self.longest, 1_000 * 2 ** min(failed - self.free, 20))


ACCOUNT = Allowance(free=5, longest=60_000)  # short, or anybody could lock Ana out of her own account
ADDRESS = Allowance(free=20, longest=15 * 60_000)  # a whole office may share one


class LoginThrottle:
    """Counts an attempt before the password is checked, so parallel guesses gain nothing."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self.database = database
        self.clock = clock

    async def begin(self, account: str, address: str) -> None:
        """Count one attempt. Raises SlowDown while the account or the address has to wait."""
        for _ in range(AT_ONCE):
            try:
                return await self._count_one(_senders(account, address))
            except IntegrityError:  # two first attempts at the same moment; the row exists now
                continue
        raise SlowDown(SLOWLY)

    async def _count_one(self, senders: dict[str, Allowance]) -> None:
        now = self.clock()
        async with self.database.writing() as connection:
            rows = [await _row(connection, sender) for sender in senders]
            if any(row is not None and row["free_at"] > now for row in rows):
                raise SlowDown(SLOWLY)
            for (sender, patience), row in zip(senders.items(), rows, strict=True):
                await _count(connection, sender, patience, row, now)

    async def forgive(self, account: str, address: str) -> None:
        """The attempt was right: reset the account, and give the address this attempt back."""
        first, second = _senders(account, address)
        async with self.database.writing() as connection:
            await connection.execute(delete(tries).where(tries.c.sender == first))
            await connection.execute(
                update(tries).where(tries.c.sender == second).values(failed=tries.c.failed - 1, free_at=0)
            )

    async def forget(self, connection: AsyncConnection) -> int:
        """Delete counts that no longer matter; return how many."""
        done = await connection.execute(delete(tries).where(tries.c.at < self.clock() - FORGET))
        return done.rowcount


def _senders(account: str, address: str) -> dict[str, Allowance]:
    """Return digests, so that the table lists no addresses; the account's is first."""
    return {digest(f"account {account}"): ACCOUNT, digest(f"address {address_group(address)}"): ADDRESS}


async def _row(connection: AsyncConnection, sender: str) -> RowMapping | None:
    found = await connection.execute(select(tries).where(tries.c.sender == sender).with_for_update())
    return found.mappings().first()


async def _count(
    connection: AsyncConnection, sender: str, patience: Allowance, row: RowMapping | None, now: int
) -> None:
    failed = 1 if row is None or row["at"] < now - FORGET else row["failed"] + 1
    values = {"failed": failed, "at": now, "free_at": now + patience.wait(failed)}
    if row is None:
        await connection.execute(insert(tries).values(sender=sender, **values))
    else:
        await connection.execute(update(tries).where(tries.c.sender == sender).values(**values))
