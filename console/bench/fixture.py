"""A workspace with very many agents and waiting chats, for measuring single calls to the store.

Half of the agents are *busy*: they hold six chats each. The waiting chats are in their ten queues, and each agent
serves three of them. These queues have head starts and overflow to the next; five have two languages and wrap-up. The
other half is *calm*: free slots in two queues.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from console.bench.clones import Loader, Mould, Names, differences, really_open
from console.bench.recorded_calls import Command, RawCaller, RecordedCalls
from console.domain.directory import SLOTS, Directory, Member, Queue
from console.domain.ids import new_cid
from console.events import Assigned, Author, decode_fact
from console.queue.embedded import EmbeddedStore
from console.queue.records import unpacked
from console.queue.workspace import Workspace

Sync = Literal["no", "always"]

BUSY, CALM = 10, 2  # number of queues
TONGUES = ("en", "it")
TARGET = 3_600_000  # ms; so long that nothing becomes late during a measurement
AGE = 1_800_000  # ms since the first waiting chat was opened
WRAPUP = 20_000  # ms
TOGETHER = 200  # agents who connect at the same time
AT_ONCE = 5_000  # reads at the same time


class CallBlock(NamedTuple):
    """The cost of each call in a block: by the store's own measure, in CPU time, and as a rate."""

    server_us: float
    cpu_us: float
    per_second: float


class Fixture:
    """Call `fill`, then `line_up`, then measure blocks of calls."""

    def __init__(self, store: EmbeddedStore, workspace: Workspace, agents: int) -> None:
        self.store = store
        self.workspace = workspace
        self.loader = Loader(workspace)
        self.plain = [f"plain-{number}" for number in range(BUSY // 2)]
        self.rich = [f"rich-{number}" for number in range(BUSY - BUSY // 2)]
        self.busy = self.plain + self.rich
        self.calm = [f"calm-{number}" for number in range(CALM)]
        self.agents = [f"agent-{number}" for number in range(agents)]
        self.fences: dict[str, int] = {}
        self.lies: list[str] = []
        self._moulds: dict[str, list[Mould]] = {}
        self._hands: dict[str, list[tuple[str, str]]] = {"plain": [], "rich": []}  # (agent, chat) of busy agents
        self._wire = RawCaller(store.url)

    async def fill(self) -> None:
        """Connect everybody; busy agents get six chats each."""
        await self._says("auto-aof-rewrite-percentage", "0")
        await self.sync("no")
        await self.workspace.configure(self._directory(1, []))
        self._dictated = RecordedCalls(self.workspace)
        await self._connect(["door"])
        await really_open(self.workspace, self.plain[0], Names.fresh())  # the door has no free slot, so the rest waits
        await self._mould()
        await self.workspace.configure(self._directory(2, self.agents))
        busy = self.agents[: len(self.agents) // 2]
        await self.line_up(SLOTS * len(busy))
        await self._connect(self.agents)
        while short := [agent for agent, chats in (await self._held(busy)).items() if len(chats) < SLOTS]:
            await self.line_up(SLOTS * BUSY)
            await self._connect(short)

    async def _mould(self) -> None:
        """Learn what an open writes, and whether a clone is equal, while the workspace is small enough to read."""
        for queue in self.busy:
            self._moulds[queue] = []
            for tongue in TONGUES if queue in self.rich else ("",):
                mould = await Mould.of(self.workspace, queue, tongue)
                self._moulds[queue].append(mould)
                await self.loader.load(mould, 1, self.workspace.now() - AGE)
                clone = self.loader.names(self.loader.made - 1)
                self.lies += await differences(self.workspace, queue, clone, tongue)

    def _directory(self, version: int, agents: Sequence[str]) -> Directory:
        queues = {name: Queue(name, name, target=TARGET) for name in self.calm}
        for number, (name, after) in enumerate(zip(self.busy, [*self.busy[1:], ""], strict=True)):
            rich = name in self.rich
            queues[name] = Queue(
                name, name, target=TARGET, head_start=500 * number, overflow_to=after, overflow_after=TARGET,
                languages=TONGUES if rich else (), wrapup=WRAPUP if rich else 0,
            )  # fmt: skip
        members = [Member("door", "Door", "", queues=tuple(self.busy), limit=1)]
        for number, name in enumerate(agents):
            busy = number < len(agents) // 2
            served = [self.busy[(number + step) % BUSY] for step in (0, 1, 3)] if busy else self.calm
            members.append(Member(name, name, "", queues=tuple(served)))
        return Directory(version, queues=queues, members={member.id: member for member in members})

    async def _connect(self, agents: Sequence[str]) -> None:
        for start in range(0, len(agents), TOGETHER):
            some = agents[start : start + TOGETHER]
            came = await asyncio.gather(*(self.workspace.connect(agent, "tab", take=True) for agent in some))
            self.fences.update((name, connected.fence) for name, connected in zip(some, came, strict=True))

    async def line_up(self, size: int) -> None:
        """Make at least `size` chats wait, spread evenly over all queues."""
        for queue in self.busy:
            missing = size // BUSY - await self.waiting(queue)
            moulds = self._moulds[queue]
            for number, mould in enumerate(moulds):
                part = missing // len(moulds) + (number < missing % len(moulds))
                if missing > 0 and part > 0:
                    await self.loader.load(mould, part, self.workspace.now() - AGE, AGE / 2 / part)

    async def waiting(self, queue: str) -> int:
        return int(await self.workspace.store.command("ZCARD", self.workspace.keys.of("line", queue)))

    async def sync(self, sync: Sync) -> None:
        await self._says("appendfsync", sync)

    async def _says(self, name: str, value: str) -> None:
        await self.workspace.store.command("CONFIG", "SET", name, value)

    # --- what is measured ------------------------------------------------------------------------

    async def ends(self, count: int) -> CallBlock:
        """Busy agents end a chat each; the same call assigns the next one."""
        return await self._block([self._end(agent, chat) for agent, chat in await self._some("plain", count)])

    async def labels(self, count: int) -> CallBlock:
        """Busy agents label a chat that has ended; the same call assigns the next one."""
        some = await self._some("rich", count)
        self._wire.send([self._end(agent, chat) for agent, chat in some])
        return await self._block([self._label(agent, chat) for agent, chat in some])

    async def opens(self, count: int) -> CallBlock:
        """Visitors open chats in the calm queues and get the least pressed agents; afterwards they leave again."""
        names = [Names.fresh() for _ in range(count)]
        to = self._dictated
        opening = [to(really_open(to.workspace, self.calm[i % CALM], name)) for i, name in enumerate(names)]
        block = await self._block(opening)
        held = await self._of_chats("agent", [name.chat for name in names])
        self._wire.send([self._end(agent, name.chat) for agent, name in zip(held, names, strict=True)])
        return block

    def _end(self, agent: str, chat: str) -> Command:
        to = self._dictated
        return to(to.workspace.agent_end(Author(agent, agent), self.fences[agent], chat, new_cid()))

    def _label(self, agent: str, chat: str) -> Command:
        to = self._dictated
        return to(to.workspace.label(Author(agent, agent), self.fences[agent], chat, new_cid(), "Delivery", ["late"]))

    async def _some(self, kind: str, count: int) -> list[tuple[str, str]]:
        if len(self._hands[kind]) < count:
            await self._find_hands()
        some, self._hands[kind] = self._hands[kind][:count], self._hands[kind][count:]
        return some

    async def _find_hands(self) -> None:
        """Find out which chats busy agents hold: one chat of each, then the second of each, and so on."""
        held = await self._held(self.agents[: len(self.agents) // 2])
        hands = [(agent, chats[slot]) for slot in range(SLOTS) for agent, chats in held.items()]
        queues = await self._of_chats("queue", [chat for _, chat in hands])
        self._hands = {"plain": [], "rich": []}
        for hand, queue in zip(hands, queues, strict=True):
            self._hands["rich" if queue in self.rich else "plain"].append(hand)

    async def _held(self, agents: Sequence[str]) -> dict[str, list[str]]:
        held = await self._all("HVALS", "held", agents)
        return {agent: [chat.decode() for chat in chats] for agent, chats in zip(agents, held, strict=True)}

    async def _of_chats(self, field: str, chats: Sequence[str]) -> list[str]:
        return [unpacked(chat)[field] for chat in await self._all("GET", "chat", chats)]

    async def _all(self, command: str, kind: str, ids: Sequence[str], *words: str) -> list[Any]:
        """Read one key for each id."""
        ask, of = self.workspace.store.command, self.workspace.keys.of
        found: list[Any] = []
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            found += await asyncio.gather(*(ask(command, of(kind, one), *words) for one in some))
        return found

    async def _block(self, calls: Sequence[Command]) -> CallBlock:
        last, before, spent = await self._last(), await self._fcalls(), on_cpu(self.store.pid)
        seconds = self._wire.send(calls)
        after, cpu = await self._fcalls(), on_cpu(self.store.pid) - spent
        if after.calls - before.calls != len(calls) or await self._assigned_since(last) != len(calls):
            raise RuntimeError("not every call was an assignment")
        return CallBlock((after.usec - before.usec) / len(calls), cpu / len(calls) * 1e6, len(calls) / seconds)

    async def _last(self) -> str:
        entries = await self.workspace.store.command("XREVRANGE", self.workspace.keys.feed, "+", "-", "COUNT", 1)
        return str(entries[0][0].decode())

    async def _assigned_since(self, last: str) -> int:
        entries = await self.workspace.store.command("XRANGE", self.workspace.keys.feed, f"({last}", "+")
        return sum(isinstance(decode_fact(values[1]), Assigned) for _, values in entries)

    async def _fcalls(self) -> "CallCost":
        text = (await self.workspace.store.command("INFO", "commandstats")).decode()
        line = next(line for line in text.splitlines() if line.startswith("cmdstat_fcall:"))
        values = dict(part.split("=") for part in line.partition(":")[2].split(","))
        return CallCost(int(values["calls"]), int(values["usec"]))


class CallCost(NamedTuple):
    """What Functions cost by the store's own measure."""

    calls: int
    usec: int


def on_cpu(pid: int) -> float:
    """Return the seconds that a process's main thread has run, to the nanosecond."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
