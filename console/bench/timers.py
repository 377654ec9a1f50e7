"""How late timers fire while four processes tick: one promise for each of many thousand waiting chats.

The facts themselves show it: `late` has the time when it was due and when it was recorded, both by the store's clock.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import msgspec

from console.bench.clones import Loader, Mould, Names, really_open
from console.domain.directory import Directory, Member, Queue
from console.events import Late, decode_fact
from console.queue.workspace import Workspace

PROCESSES = 4
TARGET = 6_000  # ms
AHEAD = 4_000  # ms until the first is due, to have time for loading them
AFTER = 3.0  # s to wait for the last ones
PAGE = 10_000


class Lateness(msgspec.Struct):
    """How late timers fired, in ms; `twice` and `never` must be 0."""

    what: str
    timers: int
    twice: int
    never: int
    p50: int
    p99: int
    most: int
    within_250: float  # share
    kills: int


class Clockwork:
    """A workspace with a queue that nobody serves, and the processes that tick."""

    def __init__(self, url: str, workspace: Workspace) -> None:
        self.url = url
        self.workspace = workspace
        self.loader = Loader(workspace)
        self.kills = 0
        self._ticking: dict[str, asyncio.subprocess.Process] = {}
        self._started = 0

    async def prepare(self) -> None:
        queue, member = Queue("sales", "Sales", target=TARGET), Member("ana", "Ana", "", queues=("sales",), limit=1)
        directory = Directory(1, queues={queue.id: queue}, members={member.id: member})
        await self.workspace.configure(directory)
        self.fence = (await self.workspace.connect("ana", "tab", take=True)).fence
        chat = Names.fresh()
        await really_open(self.workspace, "sales", chat)  # Ana has no free slot
        await self.workspace.shown("ana", self.fence, chat.chat, 9, hidden=False)
        self._mould = await Mould.of(self.workspace, "sales")
        await asyncio.gather(*(self._start() for _ in range(PROCESSES)))

    async def _start(self) -> None:
        self._started += 1
        name = f"p{self._started}"
        command = (sys.executable, "-m", "console.bench.tick_worker", self.url, self.workspace.name, name)
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        self._ticking[name] = process
        assert process.stdout is not None
        if await process.stdout.readline() != b"ready\n":
            raise RuntimeError("a ticking process has ended")

    async def stop(self) -> None:
        for name in list(self._ticking):
            await self._kill(name)

    async def _kill(self, name: str) -> None:
        process = self._ticking.pop(name)
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def kill_the_ticker(self) -> None:
        """Kill the ticker without warning, and start another process in its place."""
        name = (await self.workspace.store.command("HGET", self.workspace.keys.head, "ticker")).decode()
        if name in self._ticking:
            await self._kill(name)
            self.kills += 1
            await self._start()

    async def fire(self, what: str, timers: int, seconds: float, kill_every: float = 0) -> Lateness:
        """Let that many promises break, spread evenly over so many seconds."""
        await self.workspace.renew([("ana", self.fence)])
        first, killed = self.loader.made, self.kills
        last = await self._last()
        start = self.workspace.now() + AHEAD
        await self.loader.load(self._mould, timers, start - TARGET, seconds * 1000 / timers)
        killing = asyncio.create_task(self._kills(kill_every, start, seconds)) if kill_every else None
        end = start + seconds * 1000
        while self.workspace.now() < end + AFTER * 1000:
            await asyncio.sleep(1)
            await self.workspace.renew([("ana", self.fence)])
        if killing is not None:
            await killing
        chats = {self.loader.names(number).chat for number in range(first, self.loader.made)}
        return lateness(what, chats, await self._late_since(last), self.kills - killed)

    async def _kills(self, every: float, start: int, seconds: float) -> None:
        await asyncio.sleep(max(start - self.workspace.now(), 0) / 1000)
        for _ in range(int(seconds // every)):
            await asyncio.sleep(every)
            await self.kill_the_ticker()

    async def _last(self) -> str:
        entries = await self.workspace.store.command("XREVRANGE", self.workspace.keys.feed, "+", "-", "COUNT", 1)
        return str(entries[0][0].decode())

    async def _late_since(self, last: str) -> list[Late]:
        found: list[Late] = []
        while True:
            rows = await self.workspace.store.command(
                "XRANGE", self.workspace.keys.feed, f"({last}", "+", "COUNT", PAGE
            )
            facts = [decode_fact(values[1]) for _, values in rows]
            found += [fact for fact in facts if isinstance(fact, Late)]
            if len(rows) < PAGE:
                return found
            last = rows[-1][0].decode()


def lateness(what: str, chats: set[str], facts: Sequence[Late], kills: int) -> Lateness:
    fired = Counter(fact.chat for fact in facts if fact.chat in chats)
    late = sorted(fact.at - fact.due for fact in facts if fact.chat in chats) or [0]
    return Lateness(
        what,
        len(chats),
        twice=sum(times > 1 for times in fired.values()),
        never=len(chats - set(fired)),
        p50=late[len(late) // 2],
        p99=late[len(late) * 99 // 100],
        most=late[-1],
        within_250=round(sum(ms <= 250 for ms in late) / len(late), 4),
        kills=kills,
    )


@asynccontextmanager
async def clockwork(url: str, workspace: Workspace) -> AsyncIterator[Clockwork]:
    """Run four processes that tick."""
    async with AsyncExitStack() as stack:
        works = Clockwork(url, workspace)
        stack.push_async_callback(works.stop)
        await works.prepare()
        yield works
