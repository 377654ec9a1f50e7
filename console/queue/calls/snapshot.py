"""Reads a whole workspace in pages, as it is at one number of the feed."""

from typing import Any

from console.errors import WrongEpoch
from console.queue.calls.caller import Caller
from console.queue.results import AgentSnapshot, QueueSnapshot, Snapshot, named, put_off, table

PAGE = 200  # chats read in one call: about 3 ms in which the store serves nobody else
FACTS = 500  # one call reads the chats of this many facts again


class SnapshotReader:
    """Call `step` until it returns the snapshot; each step is one short call, and others have their turn between them.

    Each page shows its chats as they are at its own number of the feed. Every change of a chat has a fact that names
    it, so the last step reads the chats named since the first page again, together with everything else. The snapshot
    is exact at the number of the last step.
    """

    def __init__(self, calls: "SnapshotCalls", page: int = PAGE, facts: int = FACTS) -> None:
        self._calls = calls
        self._page = page
        self._facts = facts
        self._begin()

    def _begin(self) -> None:
        self._epoch = ""
        self._cursor = ""  # where the next page starts; "" before the first page, "0" after the last
        self._entry, self._n = "0-0", 0  # chats named by later facts may have changed
        self._chats: dict[str, dict[str, str]] = {}

    async def step(self) -> Snapshot | None:
        if self._cursor == "0":
            return await self._rest()
        first = self._cursor == ""
        reply = await self._calls.snapshot_page(self._cursor or "0", self._page)
        cursor, last, n, names, chats = reply[3:]
        if first:
            self._epoch, self._entry, self._n = self._calls.epoch, last.decode(), int(n)
        elif self._epoch != self._calls.epoch:
            raise WrongEpoch
        self._keep(names, chats)
        self._cursor = cursor.decode()
        return None

    async def _rest(self) -> Snapshot | None:
        _, now, _, last, *rest = await self._calls.snapshot_rest(self._entry, self._n, self._facts)
        if self._epoch != self._calls.epoch:
            raise WrongEpoch
        if not rest:  # facts were erased meanwhile, or this took longer than the feed is kept
            self._begin()
            return None
        n, names, chats, *others = rest
        self._entry, self._n = last.decode(), int(n)
        self._keep(names, chats)
        return self._whole(int(now), *others) if others else None

    def _keep(self, names: list[bytes], chats: list[list[Any]]) -> None:
        for chat, *values in chats:
            self._chats.pop(chat.decode(), None)
            if values:
                self._chats[chat.decode()] = named(names, values[0])

    def _whole(
        self, now: int, left: int, agents: list[list[Any]], queues: list[list[Any]], lates: list[bytes]
    ) -> Snapshot:
        return Snapshot(
            self._epoch,
            now,
            self._n,
            self._entry,
            left,
            [
                AgentSnapshot(
                    a.decode(), table(fields), table(held), table(times), table(levels), [put_off(row) for row in later]
                )
                for a, fields, held, times, levels, later in agents
            ],
            list(self._chats.items()),
            [
                QueueSnapshot(q.decode(), int(pace), [(name.decode(), table(counted)) for name, counted in spans])
                for q, pace, spans in queues
            ],
            lates,
        )


class SnapshotCalls(Caller):
    async def snapshot(self) -> Snapshot:
        reader = SnapshotReader(self)
        while (found := await reader.step()) is None:
            pass
        return found

    async def snapshot_page(self, cursor: str, count: int) -> list[Any]:
        return await self._call("snapshot_page", cursor, count)

    async def snapshot_rest(self, entry: str, n: int, most: int) -> list[Any]:
        return await self._call("snapshot_rest", entry, n, most)
