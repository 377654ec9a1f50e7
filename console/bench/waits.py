"""How accurate expected waits are: seeded visitors and agents on the real Functions, with simulated time.

Visitors come at random, in waves. Conversations differ in length, and visitors who have waited too long leave.
"""

import asyncio
import heapq
import math
import random
from collections.abc import Iterator
from typing import NamedTuple

from console.domain.directory import Directory, Member, Queue
from console.domain.ids import new_cid, new_id
from console.events import Assigned, Author, Visitor, decode_fact
from console.queue.payloads import VisitorProfile
from console.queue.workspace import Workspace

CHAT = 180.0  # mean seconds of a conversation
SPREAD = 0.8  # of its logarithm
WAVE = 5_400.0  # s from one rush to the next
SWING = 0.4  # of the arrivals, up and down
PATIENCE = 600.0  # mean seconds that visitors wait
STEP = 2_000  # ms between two ticks: below STALL (3 s), after which time-outs start afresh
WITHIN, SHARE = 5_000, 0.2  # a wait counts as expected within this many ms, or this share of the estimate


class Wait(NamedTuple):
    """A visitor's wait in ms, or how long it lasted until they `left`; `expected` is 0 if there was no estimate."""

    queue: str
    expected: int
    waited: int
    left: bool

    @property
    def counts(self) -> bool:
        """Whether the estimate can be judged. It cannot for a visitor who left before its time."""
        return bool(self.expected) and (not self.left or self.waited > self.expected + self._margin)

    @property
    def right(self) -> bool:
        return not self.left and abs(self.waited - self.expected) <= self._margin

    @property
    def _margin(self) -> float:
        return max(WITHIN, self.expected * SHARE)


class Scene(NamedTuple):
    """Who serves what: agents by the queues they serve, and each queue's share of the visitors."""

    name: str
    queues: tuple[Queue, ...]
    agents: tuple[tuple[str, ...], ...]
    parts: tuple[float, ...]


SALES, PREMIUM = Queue("sales", "Sales"), Queue("premium", "Premium", head_start=50_000)
SUPPORT, BILLING = Queue("support", "Support"), Queue("billing", "Billing")
SCENES = (
    Scene("one queue", (SALES,), (("sales",),) * 6, (1.0,)),
    Scene("premium first, all agents shared", (SALES, PREMIUM), (("sales", "premium"),) * 6, (0.75, 0.25)),
    Scene(
        "two queues, two of nine agents shared",
        (SALES, SUPPORT),
        (("sales",),) * 4 + (("support",),) * 3 + (("sales", "support"),) * 2,
        (0.55, 0.45),
    ),
    Scene(
        "three queues, one of ten agents in all",
        (SALES, SUPPORT, BILLING),
        (("sales",),) * 4 + (("support",),) * 3 + (("billing",),) * 2 + (("sales", "support", "billing"),),
        (0.43, 0.33, 0.24),
    ),
)


class Shop:
    """One scene for so many hours. `waits` are the finished ones."""

    def __init__(self, workspace: Workspace, scene: Scene, seed: int, *, limit: int = 3) -> None:
        self.workspace, self.scene, self.limit = workspace, scene, limit
        self.waits: list[Wait] = []
        self._dice = random.Random(seed)
        self._agents = {f"agent-{number}": queues for number, queues in enumerate(scene.agents)}
        self._fences: dict[str, int] = {}
        self._events: list[tuple[float, int, str, str]] = []  # s, number, what, queue or chat
        self._lengths: dict[str, float] = {}
        self._waiting: dict[str, tuple[str, str, int, int]] = {}  # chat -> visitor, queue, since, expected
        self._held: dict[str, str] = {}
        self._read = "-"

    async def run(self, hours: float) -> list[Wait]:
        await self._open_up()
        for at, queue in self._arrivals(hours * 3_600):
            self._plan(at, "come", queue)
        begin = self.workspace.now()
        while self._events:
            at, _, what, of = heapq.heappop(self._events)
            await self._move_to(begin + round(at * 1_000))
            await {"come": self._come, "end": self._end, "leave": self._leave}[what](at, of)
            await self._follow(at)
        return self.waits

    async def _open_up(self) -> None:
        members = {id: Member(id, id, "", queues=queues, limit=self.limit) for id, queues in self._agents.items()}
        await self.workspace.configure(Directory(1, queues={q.id: q for q in self.scene.queues}, members=members))
        for agent in self._agents:
            self._fences[agent] = (await self.workspace.connect(agent, "tab", take=True)).fence

    def _arrivals(self, end: float) -> Iterator[tuple[float, str]]:
        """On average, as many as all agents together can serve."""
        rate, at = len(self._agents) * self.limit / CHAT, 0.0
        names = [queue.id for queue in self.scene.queues]
        while (at := at + self._dice.expovariate(rate * (1 + SWING))) < end:
            if self._dice.random() * (1 + SWING) < 1 + SWING * math.sin(2 * math.pi * at / WAVE):
                yield at, self._dice.choices(names, self.scene.parts)[0]

    def _plan(self, at: float, what: str, of: str) -> None:
        heapq.heappush(self._events, (at, len(self._lengths), what, of))

    async def _move_to(self, at: int) -> None:
        while (ahead := min(at - self.workspace.now(), STEP)) > 0:
            await asyncio.gather(
                self.workspace.store.command("HINCRBY", self.workspace.keys.head, "ahead", ahead),
                self.workspace.tick("load"),
                self.workspace.renew(list(self._fences.items())),
                self.workspace.renew_tabs([(chat, chat) for chat in (*self._waiting, *self._held)]),
            )

    async def _come(self, at: float, queue: str) -> None:
        chat, patience = new_id(), self._dice.expovariate(1 / PATIENCE)
        mean = math.log(CHAT) - SPREAD**2 / 2
        self._lengths[chat] = self._dice.lognormvariate(mean, SPREAD)
        visitor = Visitor(new_id(), "Vera")
        said = await self.workspace.open(
            chat, connection=chat, queue=queue, language="", site="shop", channel="web", cid=new_cid(),
            profile=VisitorProfile(visitor), text="Hello",
        )  # fmt: skip
        live, _ = await self.workspace.read_chat(chat)
        self._waiting[chat] = visitor.id, queue, said.at, live.number("expected")
        self._plan(at + patience, "leave", chat)

    async def _follow(self, at: float) -> None:
        """Read who got a chat. Their consoles show it, and the conversation takes its time."""
        rows = await self.workspace.store.command("XRANGE", self.workspace.keys.feed, self._read, "+")
        for entry, values in rows:
            self._read = f"({entry.decode()}"
            fact = decode_fact(values[1])
            if isinstance(fact, Assigned):
                self._over(fact.chat, fact.at, left=False)
                self._held[fact.chat] = fact.agent
                self._plan(at + self._lengths[fact.chat], "end", fact.chat)
                await self.workspace.shown(fact.agent, self._fences[fact.agent], fact.chat, fact.seq, hidden=False)

    def _over(self, chat: str, at: int, *, left: bool) -> None:
        if chat in self._waiting:
            _, queue, since, expected = self._waiting.pop(chat)
            if at > since:
                self.waits.append(Wait(queue, expected, at - since, left))

    async def _end(self, _: float, chat: str) -> None:
        agent = self._held.pop(chat)
        await self.workspace.agent_end(Author(agent, agent), self._fences[agent], chat, new_cid())

    async def _leave(self, _: float, chat: str) -> None:
        if chat in self._waiting:
            visitor = Visitor(self._waiting[chat][0], "Vera")
            said = await self.workspace.visitor_end(chat, visitor, new_cid())
            self._over(chat, said.at, left=True)


def share_right(waits: list[Wait]) -> tuple[int, float]:
    """Return the number of waits that can be judged, and the share that was as expected."""
    known = [wait for wait in waits if wait.counts]
    return len(known), sum(wait.right for wait in known) / len(known) if known else 0.0
