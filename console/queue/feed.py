"""Follows the feed: yields every fact of a workspace in order, once, or raises FeedGap."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import structlog

from console.errors import SestettoError
from console.events import AnyFact, Entry, Unreadable, decode_fact
from console.logs import Outage
from console.queue.primary import AWAY, Primary, why
from console.queue.wire import StoreWire

BLOCK = 1_000  # ms that a read waits
SILENCE = 5.0  # seconds beyond that until the store counts as away
HELD = 0.2  # seconds between two checks that the facts read are safe
COUNT = 500  # facts per read
LONGEST_PAUSE = 0.5  # seconds between two attempts while the store is away

log = structlog.get_logger()


class FeedGap(Exception):
    """Facts are missing between two reads; take a new snapshot."""


class Tail:
    """Reads the stream `key` after `(entry, n)`: at once when idle, else every `pace` seconds. Reconnects by itself.

    Raises FeedGap when a number repeats or is missing. `over_gaps` allows missing numbers, for consumers that record
    them. `reader` names the reader in the log. Entries are held back until `vouch` returns.
    """

    def __init__(
        self,
        primary: Primary,
        key: str,
        entry: str,
        n: int,
        *,
        reader: str,
        vouch: Callable[[], Awaitable[None]],
        pace: float,
        over_gaps: bool = False,
    ) -> None:
        self.entry = entry
        self.n = n
        self.heard = time.monotonic()  # when the store last responded
        self._key = key
        self._vouch = vouch
        self._pace = pace
        self._over_gaps = over_gaps
        self._outage = Outage("feed", feed=key, reader=reader)
        self._primary = primary
        self._wire: StoreWire | None = None

    async def close(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.close()

    async def batches(self) -> AsyncIterator[list[Entry]]:
        """Yield lists of entries in order of n, and an empty list after each BLOCK without entries.

        The store returns nothing after an entry with a future time, as from another history when the clock was ahead.
        """
        pause = 0.1
        while True:
            started = time.monotonic()
            try:
                rows = await self._read()
            except AWAY as problem:
                await self.close()  # and ask for the current primary
                self._outage.begins(why(problem))
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            pause = 0.1
            self.heard = time.monotonic()
            self._outage.ends()
            if not rows:
                yield []
                continue
            await until_vouched(self._vouch)
            yield self._accept(rows)
            if len(rows) < COUNT:  # after a full read there is more
                await asyncio.sleep(max(0.0, self._pace - (time.monotonic() - started)))

    async def _read(self) -> list[tuple[bytes, bytes]]:
        """Return name and JSON of the next entries; nothing if none arrives for a while."""
        async with asyncio.timeout(BLOCK / 1000 + SILENCE):
            if self._wire is None:
                self._wire = StoreWire(await self._primary.connect())
            reply = await self._wire.ask("XREAD", "COUNT", COUNT, "BLOCK", BLOCK, "STREAMS", self._key, self.entry)
        return [(name, fields[1]) for name, fields in reply[0][1]] if reply else []

    def _accept(self, rows: list[tuple[bytes, bytes]]) -> list[Entry]:
        batch = []
        for name, raw in rows:
            number = int(name.split(b"-")[1])
            if number <= self.n or (number != self.n + 1 and not self._over_gaps):
                raise FeedGap(f"{self._key}: {number} follows {self.n}")
            self.n = number
            self.entry = name.decode()
            batch.append(decode_entry(self.entry, raw))
        return batch


async def until_vouched(vouch: Callable[[], Awaitable[None]]) -> None:
    """Wait until the store vouches for what was read; until then the store logs the problem."""
    while True:
        try:
            return await vouch()
        except SestettoError:
            await asyncio.sleep(HELD)


def decode_entry(entry: str, raw: bytes) -> Entry:
    """Decode an entry from its id and JSON."""
    return Entry(entry, int(entry.split("-")[1]), _fact(entry, raw), raw)


def _fact(entry: str, raw: bytes) -> AnyFact | Unreadable:
    try:
        return decode_fact(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        log.error("feed.unreadable", entry=entry, error=str(problem))
        return Unreadable(int(entry.split("-")[0]))
