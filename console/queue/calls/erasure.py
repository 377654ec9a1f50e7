"""Typed calls that remove text from the store early: chats are deleted, facts are redacted."""

import asyncio
from collections.abc import Collection, Iterator
from typing import NamedTuple

from redis.exceptions import ResponseError

from console.queue.calls.caller import Caller

PAGE = 1_000  # entries of the feed read at once
TRIES, AGAIN = 20, 0.5  # attempts to have the file rewritten, and s between them


class Redaction(NamedTuple):
    """A fact as it is in the log, its replacement, and the kind of fact that records the change. `author` and `cid` are
    the fact's own. `by` wrote the message that made it necessary, if that was not the author.
    """

    chat: str
    seq: int
    was: bytes
    now: bytes
    kind: str
    author: str
    cid: str
    by: str = ""


class ErasureCalls(Caller):
    async def erase(self, chat: str) -> tuple[str, int]:
        """Return `erased` and the number of its fact; or `running`, `behind` (the archive is), or `gone`."""
        _, _, _, state, n = await self._call("erase", chat)
        return state.decode(), int(n)

    async def is_running(self, chat: str) -> bool:
        *_, place = await self._call("place", chat)
        return place not in (b"", b"ended")

    async def left_messages(self) -> set[str]:
        """Return the chats of left messages that nobody has handled."""
        return {chat.decode() for chat in await self.store.command("SMEMBERS", self.keys.left)}

    async def erase_from_feed(self, chats: Collection[str]) -> None:
        """Delete the chats' entries from the feed. Readers that have not read them find a gap and take a snapshot."""
        marks = [f'"chat":"{chat}"'.encode() for chat in chats]
        start = "-"
        while marks:
            rows = await self.store.command("XRANGE", self.keys.feed, start, "+", "COUNT", PAGE)
            doomed = list(_bearing(rows, marks))
            if doomed:
                await self.store.command("XDEL", self.keys.feed, *doomed)
            if len(rows) < PAGE:
                await self.rewrite_feed(0)
                return
            start = f"({rows[-1][0].decode()}"

    async def rewrite_feed(self, upto: int) -> int:
        """Rewrite the feed without deleted entries, and with the redactions up to this number.

        Returns how many redacted facts the feed may still hold in their original form.
        """
        return int((await self._call("rewrite_feed", upto))[3])

    async def redacted(self) -> int:
        """Return how many redacted facts the feed may still hold in their original form."""
        return int(await self.store.command("HLEN", self.keys.prefix + "redacted"))

    async def redact(self, redaction: Redaction) -> None:
        """Replace a fact in its chat's log, and record that. Raises Gone, and NothingToDo if it has changed since."""
        await self._call("redact", *redaction)

    async def rewrite_file(self) -> None:
        """Rewrite the store's append-only file, which still contains what was deleted."""
        for _ in range(TRIES):
            try:
                await self.store.command("BGREWRITEAOF")
                return
            except ResponseError as problem:
                if "in progress" not in str(problem):  # not permitted
                    return
            await asyncio.sleep(AGAIN)  # a rewrite is running that may have started before the deletion


def _bearing(rows: list[tuple[bytes, list[bytes]]], marks: Collection[bytes]) -> Iterator[bytes]:
    """Return the ids of entries with one of the marks. The `erased` fact holds only ids, so it stays."""
    for id, values in rows:
        if not values[1].startswith(b'{"kind":"erased"') and any(mark in values[1] for mark in marks):
            yield id
