"""Typed calls to delete chats from the store ahead of time."""

from collections.abc import Collection, Iterator
from contextlib import suppress

from redis.exceptions import ResponseError

from console.queue.calls.caller import Caller

PAGE = 1_000  # entries of the feed read at once


class ErasureCalls(Caller):
    async def erase(self, chat: str) -> tuple[str, int]:
        """Return `erased` and the number of its fact; or `running`, `behind` (the archive is), or `gone`."""
        _, _, _, state, n = await self._call("erase", chat)
        return state.decode(), int(n)

    async def is_running(self, chat: str) -> bool:
        place = await self.store.command("HGET", self.keys.of("chat", chat), "place")
        return place is not None and place != b"ended"

    async def left_messages(self) -> set[str]:
        """Return the chats of left messages that nobody has handled."""
        return {chat.decode() for chat in await self.store.command("SMEMBERS", self.keys.left)}

    async def erase_from_feed(self, chats: Collection[str]) -> None:
        """Delete their entries from the feed. A reader that has not read them yet finds a gap, and takes a snapshot."""
        marks = [f'"chat":"{chat}"'.encode() for chat in chats]
        start = "-"
        while marks:
            rows = await self.store.command("XRANGE", self.keys.feed, start, "+", "COUNT", PAGE)
            doomed = list(_bearing(rows, marks))
            if doomed:
                await self.store.command("XDEL", self.keys.feed, *doomed)
            if len(rows) < PAGE:
                await self._call("rewrite_feed")
                return
            start = f"({rows[-1][0].decode()}"

    async def rewrite_file(self) -> None:
        """Rewrite the store's append-only file, which still contains what was deleted."""
        with suppress(ResponseError):  # one is running, and the next starts by itself; or we may not ask for it
            await self.store.command("BGREWRITEAOF")


def _bearing(rows: list[tuple[bytes, list[bytes]]], marks: Collection[bytes]) -> Iterator[bytes]:
    """Return the ids of entries with one of the marks; the fact that says `erased` has only ids and stays."""
    for id, values in rows:
        if not values[1].startswith(b'{"kind":"erased"') and any(mark in values[1] for mark in marks):
            yield id
