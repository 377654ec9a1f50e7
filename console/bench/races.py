"""Races: twenty agents for one chat, and one agent with five chats for ten more, from three processes.

Each round is set up here, raced by the processes, checked against the feed, and cleaned up. Races mix taking,
accepting, declining, transferring, supervisors' actions, visitors who leave, changing limits, and the ticker.
"""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import msgspec

from console.bench.race_worker import Order, RaceMove
from console.bench.state_checker import StateChecker
from console.domain.directory import SLOTS, Directory, Member, Queue
from console.domain.ids import new_cid, new_id
from console.errors import Refused
from console.events import Assigned, Author, Fact, Visitor, decode_fact
from console.queue.payloads import VisitorProfile
from console.queue.workspace import Workspace

PROCESSES = 3
AGENTS = [f"a{number}" for number in range(20)]
LINE = 1 << 20  # maximum bytes of an order
WON = {"taken", "accepted"}


class Racer:
    """A racing process and its connection."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def start(cls, url: str, name: str) -> AsyncIterator["Racer"]:
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "console.bench.race_worker", url, name)
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=LINE)
        try:
            yield cls(process)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def ready(self) -> None:
        await self._line()

    async def race(self, moves: Sequence[RaceMove], seed: int) -> list[str]:
        """Return the result of each move: `ok` and a chat, or a code."""
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(Order(list(moves), seed)) + b"\n")
        return msgspec.json.decode(await self._line(), type=list[str])

    async def _line(self) -> bytes:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("a racing process has ended")
        return line


class Outcome(msgspec.Struct):
    """`wrong` are sentences; results are counted by move and code."""

    rounds: int = 0
    moves: int = 0
    answers: dict[str, int] = {}
    wrong: list[str] = []


class Course:
    """The workspace to race in: a queue of each mode, twenty agents, Ana, Ben and a supervisor."""

    def __init__(self, workspace: Workspace, racers: Sequence[Racer], seed: int) -> None:
        self.workspace = workspace
        self.racers = racers
        self.dice = random.Random(seed)
        self.outcome = Outcome()
        self.fences: dict[str, int] = {}
        self.places = StateChecker()
        self._last = "-"
        self._version = 0
        self._counted: Counter[str] = Counter()

    @property
    def members(self) -> list[str]:
        return [*AGENTS, "ana", "ben", "sam", "door"]

    async def prepare(self) -> None:
        await self.workspace.configure(self.directory())
        for member in self.members:
            self.fences[member] = (await self.workspace.connect(member, "tab", take=True)).fence
        # the greeter has no free slot and only keeps the queue staffed while all others are away
        await self.open("push")
        await self.settle([])

    def directory(self, **limits: int) -> Directory:
        self._version += 1
        queues = {
            "push": Queue("push", "Push"),
            "offer": Queue("offer", "Offer", mode="offer"),
            "pull": Queue("pull", "Pull", mode="pull"),
            "hers": Queue("hers", "Hers"),
        }
        served = {"ana": ("pull", "hers"), "ben": ("pull",), "sam": ("pull",), "door": ("push", "offer", "pull")}
        members = {
            name: Member(
                name, name, "", queues=served.get(name, ("push", "offer", "pull")),
                limit=limits.get(name, 1 if name == "door" else SLOTS),
            )
            for name in self.members
        }  # fmt: skip
        return Directory(self._version, queues=queues, members=members)

    # --- twenty for one chat ---------------------------------------------------------------------

    async def twenty_for_one(self) -> None:
        mode = self.dice.choice(["pull", "pull", "offer", "push"])
        if mode == "push":
            await asyncio.gather(*(self.workspace.set_status(a, self.fences[a], "away") for a in AGENTS))
        chat = await self.open(mode)
        moves = [self._grab(agent, mode, chat) for agent in AGENTS] + self._meddling(chat)
        await self.race(moves)
        await self.end(chat)
        if mode == "push":
            await asyncio.gather(*(self.workspace.set_status(a, self.fences[a], "online") for a in AGENTS))

    def _grab(self, agent: str, mode: str, chat: str) -> RaceMove:
        """Return how one of the twenty tries to get the chat."""
        if mode == "push":
            return self.move("online", agent)
        if mode == "offer":
            return self.move(self.dice.choice(["accept", "accept", "take", "decline"]), agent, chat)
        kind = self.dice.random()
        if kind < 0.2:
            return self.move("take", agent)
        if kind < 0.3:
            return self.move("pass_on", agent, chat, **self._somewhere())
        return self.move("take", agent, chat)

    def _somewhere(self) -> dict[str, str]:
        return {"to": self.dice.choice(AGENTS)} if self.dice.random() < 0.7 else {"queue": "push"}

    def _meddling(self, chat: str) -> list[RaceMove]:
        """Return what happens at the same time as a race for a chat."""
        moves = [RaceMove("tick", who=f"p{number}") for number in range(PROCESSES)]
        if self.dice.random() < 0.3:
            moves.append(self.move("take_over", "sam", chat))
        if self.dice.random() < 0.3:
            moves.append(self.move("move", "sam", chat, **self._somewhere()))
        if self.dice.random() < 0.3:
            limits = {self.dice.choice(AGENTS): self.dice.randint(1, SLOTS) for _ in range(5)}
            moves.append(RaceMove("limit", directory=self.directory(**limits)))
        if self.dice.random() < 0.1:
            moves.append(RaceMove("end", who=f"v-{chat}", chat=chat))
        return moves

    # --- one agent with five chats, for ten more --------------------------------------------------

    async def five_for_ten(self) -> None:
        """Ana has five chats; seven more wait to be taken, and three come to a queue that only she serves."""
        await self._ana_has_five()
        others, waiting = await self._open("pull", 2), await self._open("pull", 7)
        ben = Author("ben", "ben")
        await asyncio.gather(*(self.workspace.take(ben, self.fences["ben"], chat, new_cid()) for chat in others))
        coming = [new_id() for _ in range(3)]
        moves = [self.move("take", "ana", chat) for chat in waiting] + [self.move("take", "ana") for _ in range(3)]
        moves += [RaceMove("open", who=f"v-{chat}", chat=chat, queue="hers") for chat in coming]
        moves += [self.move("transfer", "ben", chat, to="ana") for chat in others]
        moves += [self.move("move", "sam", self.dice.choice(waiting), to="ana")]
        moves += [RaceMove("tick", who=f"p{number}") for number in range(PROCESSES)]
        quiet = self.dice.random() < 0.4
        if not quiet:
            own = list(self.places.held["ana"].values())
            moves.append(self.move("transfer", "ana", self.dice.choice(own), to="ben"))
            moves.append(RaceMove("limit", directory=self.directory(ana=self.dice.randint(4, 5))))
            moves.append(RaceMove("limit", directory=self.directory()))
        await self.race(moves)
        if quiet and len(self.places.held["ana"]) != SLOTS:
            self.outcome.wrong.append(f"Ana has {len(self.places.held['ana'])} chats, with nine more to be had")
        await self.workspace.configure(self.directory())
        over = {*others, *waiting, *coming, *self.places.held["ben"].values()}
        await asyncio.gather(*(self.end(chat) for chat in over))

    async def _ana_has_five(self) -> None:
        await self._read()
        held = self.places.held["ana"]
        await asyncio.gather(*(self.end(chat) for chat in list(held.values())[SLOTS - 1 :]))
        new = await self._open("hers", SLOTS - 1 - len(held))
        await asyncio.gather(*(self.workspace.shown("ana", self.fences["ana"], chat, 9, hidden=False) for chat in new))
        await self._read()

    # --- a round ---------------------------------------------------------------------------------

    def move(self, verb: str, who: str, chat: str = "", *, to: str = "", queue: str = "") -> RaceMove:
        return RaceMove(verb, who, self.fences[who], chat, to, queue)

    async def open(self, queue: str) -> str:
        """Create a visitor for that chat; return its id."""
        chat = new_id()
        await self.workspace.open(
            chat, connection=chat, queue=queue, language="", site="load", channel="web", cid=new_cid(),
            profile=VisitorProfile(Visitor(f"v-{chat}")), text="Hello?",
        )  # fmt: skip
        return chat

    async def _open(self, queue: str, count: int) -> list[str]:
        return await asyncio.gather(*(self.open(queue) for _ in range(count)))

    async def end(self, chat: str) -> None:
        with suppress(Refused):  # it has ended
            await self.workspace.visitor_end(chat, Visitor(f"v-{chat}"), new_cid())

    async def race(self, moves: list[RaceMove]) -> None:
        await self._read()
        self.dice.shuffle(moves)
        parts = [moves[number::PROCESSES] for number in range(PROCESSES)]
        races = (racer.race(part, self.dice.getrandbits(32)) for racer, part in zip(self.racers, parts, strict=True))
        answers = await asyncio.gather(*races)
        self.outcome.rounds += 1
        self.outcome.moves += len(moves)
        pairs = [pair for part, some in zip(parts, answers, strict=True) for pair in zip(part, some, strict=True)]
        self._counted.update(f"{move.verb} {answer.partition(' ')[0]}" for move, answer in pairs)
        self.outcome.answers = dict(self._counted)
        await self.settle(pairs)

    async def settle(self, pairs: Sequence[tuple[RaceMove, str]]) -> None:
        """Check the feed since the last check: every promise, the results, and the store's slots."""
        facts = await self._read()
        won = [answer for move, answer in pairs if move.verb in ("take", "accept") and answer.startswith("ok")]
        passed = [answer for move, answer in pairs if move.verb == "pass_on" and answer.startswith("ok")]
        taken = [fact for fact in facts if isinstance(fact, Assigned) and fact.why in WON]
        if not len(won) + len(passed) <= len(taken):
            self.outcome.wrong.append(f"{len(won)} were told that they have it, {len(taken)} got it")
        found = await asyncio.gather(*(self._slots(member) for member in self.members))
        for member, slots in zip(self.members, found, strict=True):
            if slots != self.places.held[member]:
                self.outcome.wrong.append(f"{member} has {slots} in the store, {self.places.held[member]} by the feed")
        await self.workspace.renew(list(self.fences.items()))

    async def _slots(self, member: str) -> dict[int, str]:
        flat = await self.workspace.store.command("HGETALL", self.workspace.keys.of("held", member))
        return {int(flat[i]): flat[i + 1].decode() for i in range(0, len(flat), 2)}

    async def _read(self) -> list[Fact]:
        """Check what the feed has since it was last read."""
        rows = await self.workspace.store.command("XRANGE", self.workspace.keys.feed, self._last, "+")
        facts: list[Fact] = []
        for entry, values in rows:
            self._last = f"({entry.decode()}"
            facts.append(decode_fact(values[1]))
            self.outcome.wrong += self.places.take(facts[-1])
        return facts


@asynccontextmanager
async def course(url: str, workspace: Workspace, seed: int) -> AsyncIterator[Course]:
    """Start three racing processes."""
    async with AsyncExitStack() as stack:
        racers = [await stack.enter_async_context(Racer.start(url, workspace.name)) for _ in range(PROCESSES)]
        await asyncio.gather(*(racer.ready() for racer in racers))
        laid = Course(workspace, racers, seed)
        await laid.prepare()
        yield laid
