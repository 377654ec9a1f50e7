"""Feed entries that a consumer could not store, with the error: kept, counted, and retried.

Most are of a kind that only a newer release knows. During a rolling deploy an older process may lead for a while.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
import structlog
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select
from sqlalchemy.exc import DBAPIError

from console.archive.database import first_line, is_away, now_ms
from console.archive.tables import set_aside
from console.events import Entry, decode_fact

log = structlog.get_logger()


class Batch(NamedTuple):
    """Entries of the feed by rising number, under `epoch`."""

    epoch: str
    entries: Sequence[Entry]


Write = Callable[[Connection, Batch], None]


class EntriesAside:
    """The entries of one consumer in one workspace. Missing feed numbers are recorded among them, without JSON."""

    def __init__(self, workspace: str, consumer: str) -> None:
        self._keys = {"workspace": workspace, "consumer": consumer}
        self._consumer = consumer
        self._ours = (set_aside.c.workspace == workspace) & (set_aside.c.consumer == consumer)

    def count(self, connection: Connection) -> int:
        return connection.execute(select(func.count()).select_from(set_aside).where(self._ours)).scalar_one()

    def ids(self, connection: Connection) -> Sequence[str]:
        """Return the entries that have JSON, in the order in which they were set aside."""
        wanted = select(set_aside.c.id).where(self._ours, set_aside.c.raw != b"")
        return connection.execute(wanted.order_by(set_aside.c.at, set_aside.c.n)).scalars().all()

    def put_failed(self, connection: Connection, epoch: str, entry: Entry, error: Exception) -> None:
        self.put(connection, epoch, entry.id, entry.n, _says(error), entry.raw)

    def put(self, connection: Connection, epoch: str, id: str, n: int, error: str, raw: bytes) -> None:
        if connection.execute(select(set_aside.c.id).where(self._is(id))).first() is None:
            values = {"epoch": epoch, "n": n, "at": now_ms(), "error": error, "raw": raw}
            connection.execute(insert(set_aside).values(**self._keys, id=id, **values))
            log.error("consumer.set_aside", consumer=self._consumer, entry=id, error=error)

    def retry(self, connection: Connection, ids: Sequence[str], write: Write) -> int:
        """Pass each to `write` again; return how many it stored. The others stay set aside."""
        stored = 0
        for id in ids:
            row = connection.execute(select(set_aside).where(self._is(id))).first()
            if row is None or not self._stores(connection, row, write):
                continue
            connection.execute(delete(set_aside).where(self._is(id)))
            log.warning("consumer.stored_late", consumer=self._consumer, entry=id, was=row.error)
            stored += 1
        return stored

    def _stores(self, connection: Connection, row: Row[tuple[object, ...]], write: Write) -> bool:
        try:
            entry = Entry(row.id, row.n, decode_fact(row.raw), row.raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return False
        try:
            # A savepoint, so that only the failed entry's own writes are undone.
            with connection.begin_nested():
                write(connection, Batch(row.epoch, [entry]))
        except Exception as error:
            if is_away(error):
                raise
            return False
        return True

    def _is(self, id: str) -> ColumnElement[bool]:
        return self._ours & (set_aside.c.id == id)


def _says(error: Exception) -> str:
    """Return the error on one line, without the values of the statement."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return f"{type(cause).__name__}: {first_line(error)}".replace("\0", "")[:500]
