"""Reads a whole workspace in pages, exact at one number of the feed."""

from typing import Any

from console.errors import WrongEpoch
from console.queue.calls.caller import Caller
from console.queue.results import AgentSnapshot, BotSnapshot, QueueSnapshot, Snapshot, named, put_off, table

PAGE = 200  # chats read in one call: about 3 ms in which the store serves nobody else
AGENTS = 10  # agents read in one call, with their figures of a day
FACTS = 500  # one call reads the chats and agents of this many facts again


class SnapshotReader:
    """Call `step` until it returns the snapshot. Each step is one short call, so the store serves others in between.

    Each page shows its chats or agents as they are at its own number of the feed. Every change has a fact that names
    the chat or agent, so the last step rereads those named since the first page, and the figures of each queue's
    current spans. The snapshot is exact at the number of the last step.
    """

    def __init__(self, calls: "SnapshotCalls", page: int = PAGE, facts: int = FACTS, agents: int = AGENTS) -> None:
        self._calls = calls
        self._page = page
        self._facts = facts
        self._agents_at_once = agents
        self._begin()

    def _begin(self) -> None:
        self._epoch = ""
        self._cursor = ""  # where the next page starts; "" before the first page, "0" after the last
        self._first, self._since = 0, 0  # number and time of the first page
        self._entry, self._n = "0-0", 0  # chats named by later facts may have changed
        self._chats: dict[str, dict[str, str]] = {}
        self._agents: dict[str, AgentSnapshot] = {}
        self._spans: dict[str, dict[str, dict[str, str]]] = {}
        # Agents who held one of the chats read last: their times have changed, though no fact names them.
        self._let_go: set[str] = set()
        self._to_read: tuple[list[bytes], list[bytes]] | None = None  # agents and queues

    @property
    def at_end(self) -> bool:
        """Whether only the changes since the first page are left to read."""
        return self._to_read == ([], [])

    async def step(self) -> Snapshot | None:
        if self._cursor != "0":
            await self._read_chats()
        elif self._to_read is None:
            self._to_read = await self._calls.snapshot_scopes()
        elif self._to_read[0]:
            ids = [self._to_read[0].pop().decode() for _ in range(min(self._agents_at_once, len(self._to_read[0])))]
            self._keep_agents(await self._calls.snapshot_agents(ids))
        elif self._to_read[1]:
            queue = self._to_read[1].pop().decode()
            self._spans[queue] = tables(await self._calls.snapshot_spans(queue))
        else:
            return await self._rest()
        if self._epoch != self._calls.epoch:
            raise WrongEpoch
        return None

    async def _read_chats(self) -> None:
        first = self._cursor == ""
        _, now, _, cursor, last, n, names, chats = await self._calls.snapshot_page(self._cursor or "0", self._page)
        if first:
            self._epoch, self._entry, self._n = self._calls.epoch, last.decode(), int(n)
            self._first, self._since = int(n), int(now)
        self._keep_chats(names, chats)
        self._cursor = cursor.decode()

    async def _rest(self) -> Snapshot | None:
        asked = self._entry, self._n, self._facts, self._first, self._since
        _, now, _, last, *rest = await self._calls.snapshot_rest(*asked, *self._let_go)
        if self._epoch != self._calls.epoch:
            raise WrongEpoch
        if not rest:  # facts were erased, or this took longer than the feed is kept
            self._begin()
            return None
        n, names, chats, agents, *others = rest
        self._entry, self._n = last.decode(), int(n)
        self._keep_chats(names, chats)
        self._let_go = self._take_back({row[0].decode() for row in chats}) - {row[0].decode() for row in agents}
        self._keep_agents(agents)
        return self._whole(int(now), *others) if others and not self._let_go else None

    def _keep_chats(self, names: list[bytes], chats: list[list[Any]]) -> None:
        for chat, *values in chats:
            self._chats.pop(chat.decode(), None)
            if values:
                self._chats[chat.decode()] = named(names, values[0])

    def _take_back(self, chats: set[str]) -> set[str]:
        """Take these chats from all agents, since the current holders are read again. Return the agents who had one."""
        had = set()
        for id, agent in self._agents.items():
            held = {slot: chat for slot, chat in agent.held.items() if chat not in chats}
            put_off = [later for later in agent.put_off if later.chat not in chats]
            if (held, put_off) != (agent.held, agent.put_off):
                had.add(id)
                self._agents[id] = agent._replace(held=held, put_off=put_off)
        return had

    def _keep_agents(self, agents: list[list[Any]]) -> None:
        for raw, fields, held, times, levels, later in agents:
            id, off = raw.decode(), [put_off(row) for row in later]
            self._agents.pop(id, None)
            if fields:  # else a member who was removed
                self._agents[id] = AgentSnapshot(id, table(fields), table(held), table(times), table(levels), off)

    def _whole(
        self, now: int, left: int, queues: list[list[Any]], lates: list[bytes], bots: list[list[Any]]
    ) -> Snapshot | None:
        if any(queue.decode() not in self._spans for queue, _, _ in queues):  # a queue was added
            self._begin()
            return None
        found = []
        for queue, pace, spans in queues:
            counted = self._spans[queue.decode()] | tables(spans)
            found.append(QueueSnapshot(queue.decode(), int(pace), list(counted.items())))
        chats, agents = list(self._chats.items()), list(self._agents.values())
        known = [BotSnapshot(id.decode(), table(fields)) for id, fields in bots]
        return Snapshot(self._epoch, now, self._n, self._entry, left, agents, chats, found, lates, known)


class SnapshotCalls(Caller):
    async def snapshot(self) -> Snapshot:
        reader = SnapshotReader(self)
        while (found := await reader.step()) is None:
            pass
        return found

    async def snapshot_page(self, cursor: str, count: int) -> list[Any]:
        return await self._call("snapshot_page", cursor, count)

    async def snapshot_scopes(self) -> tuple[list[bytes], list[bytes]]:
        _, _, _, agents, queues = await self._call("snapshot_scopes")
        return agents, queues

    async def snapshot_agents(self, ids: list[str]) -> list[list[Any]]:
        found: list[list[Any]] = (await self._call("snapshot_agents", *ids))[3]
        return found

    async def snapshot_spans(self, queue: str) -> list[list[Any]]:
        found: list[list[Any]] = (await self._call("snapshot_spans", queue))[3]
        return found

    async def snapshot_rest(self, entry: str, n: int, most: int, first: int, since: int, *agents: str) -> list[Any]:
        return await self._call("snapshot_rest", entry, n, most, first, since, *agents)


def tables(spans: list[list[Any]]) -> dict[str, dict[str, str]]:
    return {name.decode(): table(counted) for name, counted in spans}
