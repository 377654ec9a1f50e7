"""A shift on the live state: Ana, Ben and visitors, and a clock that tests move."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from console.domain.directory import Directory, Member, Queue, Site
from console.domain.ids import new_cid, new_id
from console.domain.languages import language_of
from console.errors import Unknown
from console.events import AnyFact, Author, Entry, Visitor, decode_fact
from console.projection.picture import Picture
from console.queue.payloads import VisitorProfile
from console.queue.records import packed, unpacked
from console.queue.results import Said
from console.queue.store import Store
from console.queue.workspace import Workspace
from tests.support.store_clock import until_noon

SALES = Queue("sales", "Sales")
STEP = 2.0  # seconds between two ticks: below STALL (3 s), after which time-outs start afresh


def member(name: str, *queues: str, languages: tuple[str, ...] = (), limit: int = 6) -> Member:
    return Member(name, name.title(), f"{name}@shop.example", queues=queues, limit=limit, languages=languages)


class Clock:
    """The workspace's time, ahead of the store's own; every step is ticked."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.process = "test"

    async def reach_noon(self) -> None:
        await self.workspace.ensure_epoch()
        await self.jump(until_noon(self.workspace.now()) / 1000)

    async def steps(self, seconds: float) -> AsyncIterator[None]:
        """Move the time step by step. The machine's own time is part of a step, so a busy machine adds nothing."""
        end, left = self.workspace.now() + round(seconds * 1000), seconds
        while left > STEP:
            await self.jump(STEP)
            yield
            left = max(end - self.workspace.now(), 0) / 1000
        await self.jump(left)
        yield

    async def move(self, seconds: float) -> None:
        async for _ in self.steps(seconds):
            pass

    async def jump(self, seconds: float) -> None:
        """Move the time in one step, as when everything was frozen."""
        key = self.workspace.keys.head
        await self.workspace.store.command("HINCRBY", key, "ahead", round(seconds * 1000))
        await self.workspace.tick(self.process)


class Shift:
    """`begin` publishes queues and members; then people come and go."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.clock = Clock(workspace)
        self.fences: dict[str, int] = {}
        self.version = 0

    async def begin(self, *queues: Queue, **limits: int) -> None:
        """Publish members by name with their limits, who all serve all queues."""
        used = {queue.id: queue for queue in queues or (SALES,)}
        members = {
            name: Member(name, name.title(), f"{name}@shop.example", queues=tuple(used), limit=limit)
            for name, limit in limits.items()
        }
        await self.configures(used.values(), members.values())
        await self.workspace.tick(self.clock.process)

    async def configures(self, queues: Iterable[Queue], members: Iterable[Member], sites: Iterable[Site] = ()) -> None:
        """Publish the settings as SQL has them; the first time, it is noon."""
        if not self.version:
            await self.clock.reach_noon()
        self.version += 1
        await self.workspace.configure(
            Directory(
                self.version,
                sites={site.key: site for site in sites},
                queues={q.id: q for q in queues},
                members={m.id: m for m in members},
            )
        )

    async def online(self, *agents: str) -> None:
        for agent in agents:
            connected = await self.workspace.connect(agent, "tab", take=True)
            self.fences[agent] = connected.fence

    async def renew(self) -> None:
        await self.workspace.renew(list(self.fences.items()))

    async def passes(self, seconds: float) -> None:
        """Let time pass while consoles answer their pings and show what they get."""
        async for _ in self.clock.steps(seconds):
            await self.renew()
            for agent in self.fences:
                for chat in (await self.held(agent)).values():
                    await self.draws(agent, chat, seq=0, hidden=True)

    async def opens(
        self, visitor: str, text: str = "Hello", *, queue: str = "sales", cid: str = "", locale: str = "",
        ahead: int = 0,
    ) -> str:  # fmt: skip
        said = await self.workspace.open(
            new_id(), connection=f"{visitor}-1", queue=queue, language=language_of(locale), site="shop",
            channel="web", cid=cid or new_cid(),
            profile=VisitorProfile(Visitor(visitor, visitor.title()), locale=locale), text=text, ahead=ahead,
        )  # fmt: skip
        return said.chat

    async def writes(self, visitor: str, chat: str, text: str = "And?", *, cid: str = "") -> Said:
        who = Visitor(visitor, visitor.title())
        return await self.workspace.visitor_say(chat, who, f"{visitor}-1", cid or new_cid(), text)

    async def answers(self, agent: str, chat: str, text: str = "Yes.", *, read: int = 10_000, cid: str = "") -> Said:
        who = Author(agent, agent.title())
        return await self.workspace.agent_say(who, self.fences[agent], chat, cid or new_cid(), text, read)

    async def draws(self, agent: str, chat: str, *, seq: int = 1, hidden: bool = False) -> None:
        await self.workspace.shown(agent, self.fences[agent], chat, seq, hidden=hidden)

    async def ends(self, agent: str, chat: str) -> Said:
        return await self.workspace.agent_end(Author(agent, agent.title()), self.fences[agent], chat, new_cid())

    async def takes(self, agent: str, chat: str = "", *, cid: str = "") -> Said:
        return await self.workspace.take(self.author(agent), self.fences[agent], chat, cid or new_cid())

    async def accepts(self, agent: str, chat: str) -> Said:
        return await self.workspace.accept(self.author(agent), self.fences[agent], chat, new_cid())

    async def declines(self, agent: str, chat: str) -> Said:
        return await self.workspace.decline(self.author(agent), self.fences[agent], chat, new_cid())

    async def hands_over(self, agent: str, chat: str, *, queue: str = "", to: str = "", note: str = "") -> Said:
        transfer = self.workspace.transfer
        return await transfer(self.author(agent), self.fences[agent], chat, new_cid(), queue=queue, to=to, note=note)

    async def labels(self, agent: str, chat: str, reason: str = "", *tags: str, done: bool = False) -> Said:
        label = self.workspace.label
        return await label(self.author(agent), self.fences[agent], chat, new_cid(), reason, tags, done=done)

    async def promises(self, agent: str, chat: str, seconds: int) -> Said:
        """Send a holding reply."""
        say = self.workspace.agent_say
        author, fence = self.author(agent), self.fences[agent]
        return await say(author, fence, chat, new_cid(), "One moment.", 10_000, promise=seconds * 1000)

    def author(self, agent: str) -> Author:
        return Author(agent, agent.title())

    async def leaves(self, agent: str) -> None:
        await self.workspace.leave(agent, self.fences[agent])

    # --- results -------------------------------------------------------------------------------

    async def facts(self, kind: str = "") -> list[Any]:
        """Return the feed in order; only facts of one kind, if named."""
        rows = await self.workspace.store.command("XRANGE", self.workspace.keys.feed, "-", "+")
        found: list[AnyFact] = [decode_fact(values[1]) for _, values in rows]
        return [fact for fact in found if not kind or type(fact).__struct_config__.tag == kind]

    async def entries(self) -> list[Entry]:
        rows = await self.workspace.store.command("XRANGE", self.workspace.keys.feed, "-", "+")
        return [Entry(e.decode(), int(e.split(b"-")[1]), decode_fact(v[1]), v[1]) for e, v in rows]

    async def field(self, chat: str, name: str) -> str:
        live, _ = await self.workspace.read_chat(chat)
        return live.fields.get(name, "")

    async def puts(self, kind: str, identifier: str, **fields: object) -> None:
        """Change fields of a chat or agent without the Functions; None removes one."""
        key = self.workspace.keys.of(kind, identifier)
        known = unpacked(await self.workspace.store.command("GET", key)) | {k: str(v) for k, v in fields.items()}
        kept = {name: value for name, value in known.items() if fields.get(name, "") is not None}
        await self.workspace.store.command("SET", key, packed(kept))

    async def holder(self, chat: str) -> str:
        return await self.field(chat, "agent")

    async def picture(self) -> Picture:
        """Return the picture built from the facts alone; it equals a fresh snapshot."""
        picture = Picture(self.workspace.epoch)
        for entry in await self.entries():
            picture.advance(entry.n, entry.fact)
        snapshot = await self.workspace.snapshot()
        fresh = Picture.from_snapshot(snapshot)
        for one in (picture, fresh):
            one.prune(snapshot.now)
        assert vars(picture) == vars(fresh)
        return fresh

    async def kinds(self, chat: str) -> list[str]:
        return [type(f).__struct_config__.tag for f in await self.facts() if getattr(f, "chat", "") == chat]

    async def commands(self) -> dict[str, int]:
        """Return how often each command ran in the store so far, those of Functions included, but not INFO itself."""
        info = (await self.workspace.store.command("INFO", "commandstats")).decode()
        lines = (line.removeprefix("cmdstat_").split(":calls=") for line in info.splitlines() if ":calls=" in line)
        return {name: int(rest.partition(",")[0]) for name, rest in lines if name != "info"}

    async def held(self, agent: str) -> dict[int, str]:
        snapshot = await self.workspace.snapshot()
        return next({int(k): v for k, v in a.held.items()} for a in snapshot.agents if a.id == agent)


@dataclass
class Team:
    """Level 1 overflows to level 2 after 30 s; both serve French and English."""

    shift: Shift
    first: Queue
    second: Queue

    @classmethod
    async def begins(cls, shift: Shift) -> "Team":
        first = Queue("l1", "Level 1", languages=("en", "fr"), overflow_to="l2", overflow_after=30_000)
        second = Queue("l2", "Level 2")
        people = [
            member("ana", "l1", languages=("en",), limit=1),
            member("ben", "l1", "l2", languages=("fr",), limit=1),
            member("kim", "l2", limit=1),
        ]
        await shift.configures([first, second], people)
        await shift.workspace.tick("test")
        return cls(shift, first, second)


@asynccontextmanager
async def opened(url: str, name: str, *, durability: str = "disk", deadline: float = 5.0) -> AsyncIterator[Workspace]:
    """A workspace on its own connection."""
    store = Store(url, durability=durability, deadline=deadline)
    try:
        yield Workspace(store, name)
    finally:
        await store.close()


@asynccontextmanager
async def at_work(url: str, *, deadline: float = 5.0) -> AsyncIterator[Shift]:
    """Ana, online, with six free slots, in a store that a test may break."""
    async with opened(url, "main", deadline=deadline) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=6)
        await shift.online("ana")
        yield shift


async def answered(workspace: Workspace) -> bool:
    """Whether the store responds now."""
    try:
        await workspace.store.command("PING")
    except Unknown:
        return False
    return True
