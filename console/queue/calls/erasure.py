"""Chats that leave the store before their time, as typed calls."""

from collections.abc import Collection, Iterator
from contextlib import suppress

from redis.exceptions import ResponseError

from console.queue.calls.caller import Caller

PAGE = 1_000  # entries of the feed read at once


class ErasureCalls(Caller):
    async def erase(self, chat: str) -> tuple[str, int]:
        """`erased` and the number of the fact that says so; `running`, `behind` (the archive is), or `gone`."""
        _, _, _, state, n = await self._call("erase", chat)
        return state.decode(), int(n)

    async def is_running(self, chat: str) -> bool:
        place = await self.store.command("HGET", self.keys.of("chat", chat), "place")
        return place is not None and place != b"ended"

    async def left_messages(self) -> set[str]:
        """The chats of left messages nobody has handled."""
        return {chat.decode() for chat in await self.store.command("SMEMBERS", self.keys.left)}

    async def erase_from_feed(self, chats: Collection[str]) -> None:
        """Their entries. Whoever has not read them yet finds a gap, and starts again from a snapshot."""
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
        """The store's append-only file still has what was deleted, until it is written anew."""
        with suppress(ResponseError):  # one is under way: the next takes place by itself; or it is not ours to ask for
            await self.store.command("BGREWRITEAOF")


def _bearing(rows: list[tuple[bytes, list[bytes]]], marks: Collection[bytes]) -> Iterator[bytes]:
    """Ids of the entries with one of the marks; the fact that says `erased` has ids alone and stays."""
    for id, values in rows:
        if not values[1].startswith(b'{"kind":"erased"') and any(mark in values[1] for mark in marks):
            yield id
