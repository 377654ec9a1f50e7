"""A consumer's position in the feed, which moves in the same transaction that stores what was read.

A consumer has one row for each history (epoch) of its workspace; the newest counts. A reader takes the cursor before it
follows the feed, and a process that was overtaken can no longer write. An entry that cannot be stored goes to
`set_aside` with its error, and reading continues. Missing numbers are recorded there too.
"""

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from console.archive.database import Database, is_away
from console.archive.entries_aside import Batch, EntriesAside, Write
from console.archive.tables import cursors, set_aside
from console.errors import SestettoError, WrongEpoch
from console.events import Entry


class Overtaken(Exception):
    """Another reader has taken the cursor."""


class FeedPosition(NamedTuple):
    """How far the feed was read: `id` and `n` of the last entry under `epoch`."""

    epoch: str
    id: str
    n: int


class ReadEntry(NamedTuple):
    """The last entry that a consumer read in one history; `digest` is empty if its content is unknown."""

    consumer: str
    epoch: str
    id: str
    n: int
    digest: str

    def is_of(self, raw: bytes) -> bool:
        return self.digest in ("", digest_of(raw))


RETRIED = 100  # entries set aside that one transaction retries
START = FeedPosition("", "0-0", 0)

# Built once: `positions` reads them every second.
PLACES = select(cursors).where(cursors.c.workspace == bindparam("here")).order_by(cursors.c.turn)
ASIDE = (
    select(set_aside.c.consumer, func.count())
    .where(set_aside.c.workspace == bindparam("here"))
    .group_by(set_aside.c.consumer)
)


class FeedCursor:
    """The position of one consumer in one workspace's feed."""

    def __init__(self, database: Database, workspace: str, consumer: str) -> None:
        self.database = database
        self.workspace = workspace
        self.consumer = consumer
        self._ours = (cursors.c.workspace == workspace) & (cursors.c.consumer == consumer)
        self._aside = EntriesAside(workspace, consumer)

    async def forget(self) -> None:
        """Stop following the feed, so that no lag is reported."""
        await self.database.write(lambda connection: connection.execute(delete(cursors).where(self._ours)))

    async def position(self) -> FeedPosition:
        """Return the position in the newest history; `("", "0-0", 0)` before the first entry."""
        found = await self.database.read(self._newest)
        return found[0] if found else START

    async def set_aside_count(self) -> int:
        """Return how many entries could not be stored."""
        return await self.database.read(self._aside.count)

    async def append(self, batch: Batch, write: Write, *, reader: str = "") -> None:
        """Pass new entries to `write` and move past them, in one transaction.

        Raises Unknown if SQL is down: either all or nothing was stored, so pass them again. WrongEpoch if a newer
        history has begun, or the store was set back: the caller is out of date. Overtaken if another reader has the
        cursor.
        """
        if not batch.entries:
            return
        try:
            await self.database.write(partial(self._append, batch, write, reader))
        except (SestettoError, Overtaken):
            raise
        except Exception:  # one by one, so that only the failing entries stay out
            await self.database.write(partial(self._append, batch, self._one_by_one(write), reader))

    async def retry_aside(self, write: Write, *, reader: str) -> int:
        """Pass entries that were set aside to `write` again, oldest first; return how many were stored now.

        This release may understand what an older one, which led for a while, did not. Raises what `append` raises.
        """
        ids, stored = await self.database.read(self._aside.ids), 0
        for start in range(0, len(ids), RETRIED):
            some = ids[start : start + RETRIED]
            stored += await self.database.write(partial(self._retry, some, write, reader))
        return stored

    # --- inside a transaction of the caller ------------------------------------------------------

    def take(self, connection: Connection, reader: str, start: FeedPosition) -> FeedPosition | None:
        """Give the cursor to `reader`; in a new history it starts at `start`.

        Return its previous position, or None.
        """
        found = self._newest(connection, lock=True)
        if found and found[0].epoch == start.epoch:
            here = self._ours & (cursors.c.epoch == start.epoch)
            connection.execute(update(cursors).where(here).values(reader=reader))
        else:
            self._begin(connection, reader, start)
        return found[0] if found else None

    def move(self, connection: Connection, reader: str, place: FeedPosition) -> None:
        """Move to `place`. Raises Overtaken if another reader has started since; the caller must then write nothing."""
        found = self._newest(connection, lock=True)
        if found is None or found[0].epoch != place.epoch or found[1] != reader:
            raise Overtaken
        self._put(connection, place, "")

    def drop(self, connection: Connection) -> None:
        """Remove the cursor when there is nothing to follow; the next reader starts at the feed's end."""
        connection.execute(delete(cursors).where(self._ours))

    # --- steps -----------------------------------------------------------------------------------

    def _append(self, batch: Batch, write: Write, reader: str, connection: Connection) -> None:
        at = self._locked(connection, batch.epoch, reader)
        fresh = _fresh(batch.entries, at)
        if not fresh:
            return
        self._note_gaps(connection, at, fresh)
        write(connection, Batch(batch.epoch, fresh))
        last = fresh[-1]
        self._put(connection, FeedPosition(batch.epoch, last.id, last.n), digest_of(last.raw))

    def _retry(self, ids: Sequence[str], write: Write, reader: str, connection: Connection) -> int:
        found = self._newest(connection, lock=True)
        if found is None or found[1] != reader:
            raise Overtaken
        return self._aside.retry(connection, ids, write)

    def _locked(self, connection: Connection, epoch: str, reader: str) -> FeedPosition:
        """Lock and return the position of this history; create it if the history is new."""
        found = self._newest(connection, lock=True)
        if found and found[0].epoch == epoch:
            if reader and found[1] != reader:
                raise Overtaken
            return found[0]
        place = FeedPosition(epoch, START.id, START.n)
        try:
            self._begin(connection, reader, place)
        except Overtaken:
            if reader:
                raise
            return self._locked(connection, epoch, reader)
        return place

    def _newest(self, connection: Connection, *, lock: bool = False) -> tuple[FeedPosition, str] | None:
        """Return position and reader of the newest history."""
        wanted = select(cursors).where(self._ours).order_by(cursors.c.turn.desc()).limit(1)
        row = connection.execute(wanted.with_for_update() if lock else wanted).first()
        return (FeedPosition(row.epoch, row.id, row.n), row.reader) if row else None

    def _begin(self, connection: Connection, reader: str, place: FeedPosition) -> None:
        """Add a new history. Raises WrongEpoch for a past one, Overtaken if another process was faster."""
        wanted = select(cursors.c.epoch).where(self._ours).order_by(cursors.c.turn)
        known = connection.execute(wanted).scalars().all()
        if place.epoch in known[-1:]:  # another process began it after we read
            raise Overtaken
        if place.epoch in known:
            raise WrongEpoch
        values = {**place._asdict(), "turn": len(known) + 1, "digest": "", "reader": reader}
        connection.execute(insert(cursors).values(workspace=self.workspace, consumer=self.consumer, **values))

    def _put(self, connection: Connection, place: FeedPosition, digest: str) -> None:
        here = self._ours & (cursors.c.epoch == place.epoch)
        connection.execute(update(cursors).where(here).values(id=place.id, n=place.n, digest=digest))

    def _note_gaps(self, connection: Connection, at: FeedPosition, fresh: Sequence[Entry]) -> None:
        """Record missing numbers: the feed was trimmed before it was read, and facts are lost."""
        last = at.n or fresh[0].n - 1  # a history may start with any number
        for entry in fresh:
            if entry.n != last + 1:
                gap = f"The feed's entries {last + 1} to {entry.n - 1} were never seen."
                self._aside.put(connection, at.epoch, f"gap-{entry.id}", entry.n, gap, b"")
            last = entry.n

    def _one_by_one(self, write: Write) -> Write:
        def each(connection: Connection, batch: Batch) -> None:
            for entry in batch.entries:
                try:
                    # A savepoint per entry: one that fails is undone alone.
                    with connection.begin_nested():
                        write(connection, Batch(batch.epoch, [entry]))
                except Exception as error:
                    if is_away(error):
                        raise
                    self._aside.put_failed(connection, batch.epoch, entry, error)

        return each


async def positions(database: Database, workspace: str) -> dict[str, tuple[FeedPosition, int]]:
    """Map each consumer to its position in the newest history, and the number of entries it has set aside."""
    here = {"here": workspace}

    def both(connection: Connection) -> tuple[Sequence[Any], dict[str, int]]:
        counts = {row[0]: row[1] for row in connection.execute(ASIDE, here)}
        return connection.execute(PLACES, here).all(), counts

    places, counts = await database.read(both)
    return {row.consumer: (FeedPosition(row.epoch, row.id, row.n), counts.get(row.consumer, 0)) for row in places}


async def read_entries(database: Database, workspace: str) -> list[ReadEntry]:
    """Return the last entries read of every consumer and history; newest history last."""
    wanted = select(cursors).where(cursors.c.workspace == workspace).order_by(cursors.c.turn)
    async with database.reading() as connection:
        rows = (await connection.execute(wanted)).all()
    return [ReadEntry(row.consumer, row.epoch, row.id, row.n, row.digest) for row in rows]


def digest_of(raw: bytes) -> str:
    """Return a digest of the entry's content, without its id."""
    return hashlib.sha256(raw).hexdigest()[:32]


def _fresh(entries: Sequence[Entry], at: FeedPosition) -> list[Entry]:
    """Return the entries after the position, each once. Raises WrongEpoch if a newer entry reuses a number."""
    fresh = {entry.n: entry for entry in entries if entry.n > at.n}
    # Numbers decide what is new, ids decide what is later. A later entry with an old number means the store was set
    # back.
    if any(entry.n <= at.n and _order(entry.id) > _order(at.id) for entry in entries):
        raise WrongEpoch
    return sorted(fresh.values(), key=lambda entry: entry.n)


def _order(id: str) -> tuple[int, int]:
    ms, _, n = id.partition("-")
    return int(ms), int(n)
