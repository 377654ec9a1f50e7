"""Checks that the store and SQL have the same history, before the first call and whenever a consumer starts.

A store that was restored from an older copy assigns numbers a second time. A reader that relies on numbers would skip
those facts, so the epoch turns first. Then everything is read again and recognized by its id.
"""

from collections.abc import Sequence
from typing import NamedTuple

import structlog

from console.archive.database import Database
from console.archive.feed_cursor import ReadEntry, read_entries
from console.queue.workspace import Workspace

log = structlog.get_logger()


class Mismatch(NamedTuple):
    """Why the store does not match what SQL has read."""

    consumer: str
    why: str  # older: a previous history; set_back: an entry that was read is missing
    epoch: str  # the store's


async def settle_history(workspace: Workspace, database: Database) -> Mismatch | None:
    """Turn the epoch if the store is behind what SQL has read, or a different store. Return the mismatch, or None."""
    found = await compare(workspace, database)
    if found is not None:
        log.error("store.set_back", consumer=found.consumer, why=found.why, epoch=found.epoch)
        await workspace.turn_epoch(found.epoch)
    return found


async def compare(workspace: Workspace, database: Database) -> Mismatch | None:
    """Return the first mismatch: a consumer whose last entry the store does not have. Changes nothing."""
    known = await read_entries(database, workspace.name)
    epoch = (await workspace.feed_ends()).epoch
    for consumer in sorted({entry.consumer for entry in known}):
        if why := await _why(workspace, [entry for entry in known if entry.consumer == consumer], epoch):
            return Mismatch(consumer, why, epoch)
    return None


async def _why(workspace: Workspace, known: Sequence[ReadEntry], epoch: str) -> str:
    """Return why the store does not match, or "". `known` are one consumer's last entries, newest history last."""
    *older, newest = known
    if epoch != newest.epoch:
        return "older" if epoch in [entry.epoch for entry in older] else ""
    if newest.n == 0:
        return ""
    raw = await workspace.feed_entry(newest.id)
    if raw is not None:
        return "" if newest.is_of(raw) else "set_back"
    ends = await workspace.feed_ends()  # read last, since the feed is trimmed behind what SQL has
    # Trimmed, not lost: the entry lies before the feed's first one.
    return "" if newest.n < ends.first and newest.n <= ends.n else "set_back"
