"""Calls Functions: under the current epoch, with the store's clock, and with refusals as errors."""

import asyncio
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import structlog
from redis.exceptions import ResponseError

from console.errors import Refused, SettingError, SlowDown, WrongEpoch
from console.queue.durability import Direct, check_promises
from console.queue.keys import Keys
from console.queue.results import (
    REFUSALS,
    Said,
)
from console.queue.server_role import Lineage, fields_of, lineage_of
from console.queue.store import Store, call_function

OTHER_STORE = (
    "The store belongs to another installation than the database. Point SESTETTO_STORE and SESTETTO_DATABASE (or "
    "SESTETTO_DATA) to the same installation. To use this store with this database from now on, stop all processes and "
    "run: sestetto adopt"
)

UNKNOWN = Lineage()
READ_ONLY = frozenset(  # Functions that may not write, so they cannot take from budgets
    {
        *("read_chat", "history", "place"),
        *("snapshot_page", "snapshot_scopes", "snapshot_agents", "snapshot_spans", "snapshot_rest"),
    }
)

log = structlog.get_logger()


class Charge:
    """What an API request costs: its first call to the store takes from these budgets, in the same step."""

    def __init__(self, budgets: str) -> None:
        self.budgets = budgets

    def take(self) -> str:
        budgets, self.budgets = self.budgets, ""
        return budgets


CHARGE: ContextVar[Charge | None] = ContextVar("charge", default=None)


class Caller:
    """The common path of every typed call."""

    def __init__(self, store: Store, name: str) -> None:
        self.store = store
        self.name = name
        self.keys = Keys(name)
        self.epoch = ""
        self.seen = 0  # the highest number of the feed that a reply has named in this epoch
        self._left: set[str] = set()  # earlier epochs
        self.fills = False  # whether an empty store is to be filled from SQL before it serves
        self.emptied = asyncio.Event()  # it is empty, and nobody has filled it yet
        self.installation = ""  # the installation that must own the store; empty: any
        self.last_entry: tuple[str, bytes] | None = None  # the tail's last, identifies the history
        self.on_epoch: list[Callable[[], None]] = []
        self._ahead = time.time_ns() // 1_000_000 - time.monotonic_ns() // 1_000_000
        self.on_due: Callable[[int, int], None] = lambda now, due: None
        self.on_seen: Callable[[int], None] = lambda n: None
        store.mark = ("HSET", self.keys.head, "vouched", 1)
        store.on_run.append(self._recognise)

    async def _recognise(self, direct: Direct) -> None:
        """Run on every connection to a server not seen before: decide whether it has the same history or starts a new
        epoch.
        """
        await check_promises(direct, self.store.durability)
        await self._check_owner(direct)
        believed = ""
        if self.last_entry is not None:
            number, raw = self.last_entry
            found = await direct("XRANGE", self.keys.feed, number, number)
            # The last fact is missing, or another fact has its id: the store was emptied or set back. Naming the
            # current epoch makes `begin` replace it, unless another process already has.
            if not found or (raw and found[0][1][1] != raw):
                believed = self.epoch
        await self._begin(direct, believed, lineage_of(fields_of(await direct("INFO", "replication"))))

    async def check_store(self) -> None:
        """Check again that the store keeps what is acknowledged; `store.lacks` says what is wrong with it."""
        try:
            await check_promises(self.store.run_unconfirmed, self.store.durability)
        except SettingError as problem:
            if self.store.lacks != str(problem):
                log.error("store.lacks", problem=str(problem))
            self.store.lacks = str(problem)
        else:
            self.store.lacks = ""

    async def _check_owner(self, direct: Direct) -> None:
        """Raise SettingError if the store belongs to another installation: nothing may be written to it."""
        owner = (await direct("HGET", self.keys.head, "owner") or b"").decode()
        if owner and self.installation not in ("", owner):
            raise SettingError(OTHER_STORE)

    async def installation_of_store(self) -> str:
        """Return the id of the installation that claimed the store; empty if none has."""
        return (await self.store.command("HGET", self.keys.head, "owner") or b"").decode()

    async def claim_store(self, installation: str) -> None:
        """Claim the store for the installation. Raises SettingError if another one has claimed it."""
        self.installation = installation
        await self.store.command("HSETNX", self.keys.head, "owner", installation)
        await self._check_owner(self.store.command)

    async def release_store(self) -> None:
        self.installation = ""
        await self.store.command("HDEL", self.keys.head, "owner")

    async def _begin(self, direct: Direct, believed: str, lineage: Lineage = UNKNOWN) -> None:
        seen = self.epoch, self.seen, lineage.id, int(lineage.promoted), int(self.fills)
        epoch, n, why = await self._ask_for_epoch(direct, believed, *seen)
        if epoch in self._left:  # a server with an older history than the one used last
            epoch, n, why = await self._ask_for_epoch(direct, epoch, *seen)
        if why in ("empty", "unfilled") and self.fills:
            self.emptied.set()
        if why in ("promoted", "behind"):
            log.error(f"store.{why}", workspace=self.name, n=n, seen=self.seen, epoch=epoch)
        if epoch != self.epoch:
            before, self.epoch, self.seen = self.epoch, epoch, n
            if before:
                self._left.add(before)
                for listener in self.on_epoch:
                    listener()

    async def _ask_for_epoch(self, direct: Direct, *args: str | int) -> tuple[str, int, str]:
        believed, *rest = args
        reply = await call_function(direct, "begin", self.keys.head, believed, secrets.token_hex(8), *rest)
        return reply[0].decode(), int(reply[1]), reply[2].decode()

    async def ensure_epoch(self) -> None:
        """Make sure that the epoch is known, also if the connection is older than this object."""
        if not self.epoch:
            await self.store.command("PING")
        if not self.epoch:  # the connection existed before this object
            await self._begin(self.store.command, "")

    async def turn_epoch(self, believed: str) -> None:
        """Start a new epoch unless one has started since `believed`. All sockets then send `hello` again."""
        await self._begin(self.store.command, believed)

    async def _call(self, name: str, *args: str | bytes | int) -> list[Any]:
        await self.ensure_epoch()
        epoch, charge = self.epoch, CHARGE.get()
        pays = charge is not None and charge.budgets and name not in READ_ONLY
        charged = f"{epoch}\n{charge.take()}" if charge is not None and pays else epoch
        try:
            reply = await self.store.function(name, self.keys.head, charged, *args)
        except ResponseError as problem:  # our fault or the store's: nothing that the sender could act on
            log.error("store.function", name=name, error=str(problem))
            raise Refused from problem
        if reply[0] == b"!":
            await self._refuse(reply)
        reply[1], _, n = reply[1].partition(b"-")
        now = int(reply[1])
        if epoch == self.epoch:  # else another epoch has begun while this reply was on its way
            self.seen = max(self.seen, int(n))
            self.on_seen(self.seen)
        self._ahead = now - time.monotonic_ns() // 1_000_000
        self.on_due(now, int(reply[2]))
        return list(reply)

    def now(self) -> int:
        """Return the store's clock (ms) as of its last reply, the one clock all screens use."""
        # The monotonic clock advances it between replies, so changes of this machine's clock do not matter.
        return self._ahead + time.monotonic_ns() // 1_000_000

    async def _refuse(self, reply: list[Any]) -> None:
        code = reply[1].decode()
        if code == "epoch":
            await self._begin(self.store.command, "")
        if code == "unfilled":
            self.emptied.set()
            raise WrongEpoch
        if len(reply) > 2 and issubclass(REFUSALS[code], SlowDown):
            raise REFUSALS[code](retry_after=int(reply[2]) / 1000)
        raise REFUSALS[code]

    async def charge(self) -> None:
        """Take the cost of the current request from its budgets, unless another call has. Raises SlowDown."""
        charge = CHARGE.get()
        if charge is not None and charge.budgets:
            await self._call("charge")

    async def _said(self, name: str, *args: str | bytes | int) -> Said:
        _, _, _, seq, at, chat = await self._call(name, *args)
        return Said(chat.decode(), int(seq), int(at))
