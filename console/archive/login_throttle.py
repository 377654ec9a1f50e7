"""Counts sign-in attempts per account and per address, and slows down guessing more and more.

Anybody can lock an account, so the lock must not hold for its owner: a device or an address that has signed in to the
account recently has its own count.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.database import Database
from console.archive.tables import tries
from console.errors import SlowDown
from console.security import address_group, digest

SLOWLY = "Too many attempts. Wait a minute and try again."
AT_ONCE = 5  # first attempts of one sender at the same moment, on a database that allows it
FORGET = 60 * 60_000  # ms without a failure after which a sender starts afresh


@dataclass(frozen=True)
class Allowance:
    """`free` failures cost nothing; each further one doubles the wait, from a second up to `longest` ms."""

    free: int
    longest: int

    def wait(self, failed: int) -> int:
        """Return the ms until the next attempt counts, after so many failures."""
        return 0 if failed < self.free else min(self.longest, 1_000 * 2 ** min(failed - self.free, 20))


ACCOUNT = Allowance(free=5, longest=60_000)
ADDRESS = Allowance(free=20, longest=15 * 60_000)  # a whole office may share one


class Attempt(NamedTuple):
    """Who tries. `device` has signed in to the account recently, or is signed in; `at_home`: the address has."""

    account: str
    address: str
    device: str = ""
    at_home: bool = False

    @property
    def vouched(self) -> str:
        """Why the account's lock does not apply to this attempt; empty if it does."""
        return "device" if self.device else "address" if self.at_home else ""

    @property
    def own(self) -> str:
        """A digest of the sender whose failures lock this attempt: for strangers, the account itself."""
        place = {"device": self.device, "address": address_group(self.address), "": ""}[self.vouched]
        return digest(f"account {self.account} {self.vouched} {place}".rstrip())

    @property
    def sender(self) -> str:
        return address_digest(self.address)


class LoginThrottle:
    """Counts an attempt before the password is checked, so parallel guesses gain nothing."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self.database = database
        self.clock = clock

    async def begin(self, attempt: Attempt) -> None:
        """Count one attempt. Raises SlowDown while it has to wait."""
        for _ in range(AT_ONCE):
            try:
                if await self._count_one(attempt):
                    return
                break
            except IntegrityError:  # two first attempts at the same moment; the row exists now
                continue
        raise SlowDown(SLOWLY)

    async def _count_one(self, attempt: Attempt) -> bool:
        """Whether the attempt is allowed. If the account's lock refuses it, it still counts against its address."""
        now = self.clock()
        async with self.database.writing() as connection:
            own, address = [await _row(connection, sender) for sender in (attempt.own, attempt.sender)]
            locked, waits = _waits(own, now), _waits(address, now)
            if waits and not attempt.device:
                return False
            if not locked:
                await _count(connection, attempt.own, ACCOUNT, own, now)
            if not waits:
                await _count(connection, attempt.sender, ADDRESS, address, now)
        return not locked

    async def forgive(self, attempt: Attempt) -> None:
        """Record a success: the account starts afresh, and the address gets this one attempt back."""
        async with self.database.writing() as connection:
            await connection.execute(delete(tries).where(tries.c.sender == attempt.own))
            back = update(tries).where(tries.c.sender == attempt.sender)
            await connection.execute(back.values(failed=tries.c.failed - 1, free_at=0))

    async def forget(self, connection: AsyncConnection) -> int:
        """Delete counts that no longer matter; return how many."""
        done = await connection.execute(delete(tries).where(tries.c.at < self.clock() - FORGET))
        return done.rowcount


def address_digest(address: str) -> str:
    """Return the digest that is stored in place of an address."""
    return digest(f"address {address_group(address)}")


def _waits(row: RowMapping | None, now: int) -> bool:
    return row is not None and row["free_at"] > now


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
