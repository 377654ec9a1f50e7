"""Follows the feed for screens: yields every fact of a workspace in order, once, or raises FeedGap.

The store pushes each fact to processes with sockets. Facts that were not pushed are read from the feed: after a start,
a reconnect, a gap or a silence, and while the process has no listeners and receives no pushes.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from console.errors import SestettoError
from console.events import Entry
from console.logs import Outage
from console.queue.feed import COUNT, LONGEST_PAUSE, FeedGap, decode_entry, until_vouched
from console.queue.store import Store
from console.timing.beat import at_beat

READER = "screens"  # as the log names it
SILENT = 1.0  # seconds without a push after which the feed is read
UNPUSHED = 0.05  # the same while there are no pushes ...
OLDER = 60.0  # ... or after a process of an earlier release has not pushed a fact
MOST = 5_000  # pushed facts that may wait; beyond that they are read instead

Row = tuple[bytes, bytes]  # name and JSON of an entry


class PushedTail:
    """Yields the entries after `(entry, n)`. `receive` accepts pushed entries; `read_now` reads the feed at once.

    `every` returns after how many seconds without a fact the feed is read: SILENT while the store pushes. Raises
    FeedGap when a number repeats or is missing. Entries are held back until the store has vouched for them, because a
    client treats a fact with its own cid as an acknowledgement.
    """

    def __init__(self, store: Store, key: str, entry: str, n: int, *, every: Callable[[], float]) -> None:
        self.entry = entry
        self.n = n
        self.heard = time.monotonic()  # when the store last responded
        self._outage = Outage("feed", feed=key, reader=READER)
        self._store = store
        self._key = key
        self._every = every
        self._at = int(entry.partition("-")[0])  # ms, of the last entry
        self._pushed: list[Row] = []
        self._unsure = True
        self._older_until = 0.0  # monotonic; until then some process is assumed not to push
        self._waiter: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()

    def receive(self, message: bytes) -> None:
        """Accept pushed entries, one line of `<id> <JSON>` each."""
        for line in message.split(b"\n"):
            name, _, raw = line.partition(b" ")
            self._pushed.append((name, raw))
        if len(self._pushed) > MOST:
            self._pushed.clear()
            self._unsure = True
        self._wake()

    def read_now(self) -> None:
        """Read the feed at once: a fact may be there that was not pushed."""
        self._unsure = True
        self._wake()

    async def batches(self) -> AsyncIterator[list[Entry]]:
        """Yield lists of entries in order of n, and an empty list after each read that found none, like `Tail`."""
        pause = 0.1
        while True:
            silent = await self._wait()
            try:
                batch = await (self._read(silent=silent) if self._unsure else self._take())
            except SestettoError as problem:
                self._outage.begins(self._store.outage.error or problem.code)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                self._unsure = True
                continue
            pause = 0.1
            self.heard = time.monotonic()
            self._outage.ends()
            yield batch

    async def _wait(self) -> bool:
        """Wait for a push or a reason to read. True after a silence in which the store should have pushed."""
        if self._unsure or self._pushed:
            return False
        every = self._every()
        pushes = every >= SILENT
        if pushes and time.monotonic() < self._older_until:
            every = UNPUSHED
        if pushes:
            await self._woken(every)
        else:
            await self._beat(every)
        silent = not self._pushed and not self._unsure
        self._unsure = self._unsure or silent
        return silent and pushes

    async def _woken(self, within: float) -> None:
        """Wait until `_wake` is called, at most so many seconds."""
        self._waiter = self._loop.create_future()
        timer = self._loop.call_later(within, self._wake)
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None

    async def _beat(self, every: float) -> None:
        """Wait until `_wake` is called, at most until the next beat: the read is then one of the periodic jobs."""
        self._waiter = waiter = self._loop.create_future()
        at_beat(every, lambda: None if waiter.done() else waiter.set_result(None))
        try:
            await waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _read(self, *, silent: bool) -> list[Entry]:
        """Return the next entries that the feed has."""
        self._unsure = False
        rows = await self._store.run_unconfirmed("XRANGE", self._key, f"({self.entry}", "+", "COUNT", COUNT)
        if not rows:
            return []
        await until_vouched(self._store.vouch)
        self._unsure = self._unsure or len(rows) == COUNT  # there is more, or something came meanwhile
        if silent:
            self._older_until = time.monotonic() + OLDER
        batch: list[Entry] = []
        for name, (_, raw) in rows:
            number = int(name.partition(b"-")[2])
            if number != self.n + 1:
                raise FeedGap(f"{self._key}: {number} follows {self.n}")
            batch.append(self._next(name, number, raw))
        return batch

    async def _take(self) -> list[Entry]:
        """Return the pushed entries, up to the first one that does not follow."""
        rows, self._pushed = self._pushed, []
        await until_vouched(self._store.vouch)
        batch: list[Entry] = []
        for name, raw in rows:
            at, _, after = name.partition(b"-")
            number = int(after)
            if number == self.n + 1:
                batch.append(self._next(name, number, raw))
            elif number > self.n:  # one was not pushed
                self._unsure = True
                break
            elif int(at) > self._at:
                raise FeedGap(f"{self._key}: {number} follows {self.n}")
            else:
                self._older_until = 0.0  # it was read before its push arrived
        return batch

    def _next(self, name: bytes, number: int, raw: bytes) -> Entry:
        self.entry, self.n, self._at = name.decode(), number, int(name.partition(b"-")[0])
        return decode_entry(self.entry, raw)
