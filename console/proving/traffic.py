"""People at work while something breaks: visitors who write, end and return, and agents who answer."""

import asyncio
import itertools
import random
from collections.abc import Sequence
from typing import Self

from console.bench.checker import Claim
from console.bench.processes import NAME
from console.domain.directory import SLOTS
from console.proving.clients import RecordingAgent, RecordingClient, RecordingVisitor
from console.proving.eventually import eventually
from console.proving.ground import Ground
from console.proving.journal import Journal

RATE = 320  # messages a second that they reach when nothing breaks, both sides together
ANSWERED = 0.5  # s that a visitor waits for an answer before writing on
CHECK_EVERY = 0.02  # s
WAITING = 2  # visitors beyond the slots
LINES = (8, 40)  # of a chat
UNANSWERED = 6  # messages that a visitor sends without an answer before waiting
STALLED = 120.0  # s without an answer to anybody after which a run counts as stuck
TOGETHER = 100  # who connect at the same time
CROWD_QUIET = 30.0  # s


class Traffic:
    """`async with` connects everybody; they talk until `finish`."""

    def __init__(self, ground: Ground, dice: random.Random, rate: int = RATE, *, site: str = NAME) -> None:
        self.journal = Journal()
        self.ended = 0  # commands that are not messages
        self._ground = ground
        stage, count = ground.stage, len(ground.bearers) * SLOTS + WAITING
        quiet = ground.layout.quiet
        self.agents = [
            RecordingAgent(stage, self.journal, name, bearer, answers=True, quiet=quiet, polite=True)
            for name, bearer in ground.bearers.items()
        ]
        self.visitors = [
            RecordingVisitor(stage, self.journal, f"visitor {number}", site=site, quiet=quiet, polite=True)
            for number in range(1, count + 1)
        ]
        self.crowd = [
            RecordingVisitor(stage, self.journal, f"onlooker {number}", site=site, quiet=CROWD_QUIET, polite=True)
            for number in range(1, ground.layout.crowd + 1)
        ]
        self._dice = [random.Random(dice.random()) for _ in self.visitors]
        self._pause = 2 * count / rate
        self._talking: list[asyncio.Task[None]] = []
        self._over = False

    @property
    def everybody(self) -> Sequence[RecordingClient]:
        return [*self.agents, *self.visitors, *self.crowd]

    @property
    def messages(self) -> int:
        """Return how many were sent, answers included."""
        return len(self.journal.claims) - self.ended

    async def __aenter__(self) -> Self:
        for start in range(0, len(everybody := self.everybody), TOGETHER):
            await asyncio.gather(*(person.connect() for person in everybody[start : start + TOGETHER]))
        for agent in self.agents:
            await agent.status("online")
        self._talking = [
            asyncio.create_task(self._talk(visitor, dice))
            for visitor, dice in zip(self.visitors, self._dice, strict=True)
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._talking:
            task.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)
        await asyncio.gather(*(person.leave() for person in self.everybody))

    # --- what a run waits for ---------------------------------------------------------------------------

    async def reach(self, messages: int) -> None:
        """Wait until that many were sent. Raises AssertionError if there is no progress."""
        while self.messages < messages:
            before = self._answered()
            await eventually(
                lambda: self.messages >= messages or self._answered() > before + 50,  # noqa: B023
                f"anybody to be answered after {self.messages} messages",
                within=STALLED,
            )
            self._raise_if_broken()

    async def recovered(self) -> float:
        """Wait until everybody is connected and all open commands are answered; return the seconds that it took."""
        began, open_ends = asyncio.get_running_loop().time(), self.journal.unanswered
        await eventually(
            lambda: (
                all(person.connected for person in self.everybody)
                and all(claim.outcome != "unknown" for claim in open_ends)
            ),
            "everybody to be back, and answered",
            within=STALLED,
        )
        return asyncio.get_running_loop().time() - began

    async def finish(self) -> None:
        """Let everybody finish, with every command answered."""
        self._over = True
        async with asyncio.timeout(STALLED):
            await asyncio.gather(*self._talking)
        await eventually(lambda: all(not person.outbox for person in self.everybody), "every answer", within=STALLED)

    def _answered(self) -> int:
        return len(self.journal.claims) - len(self.journal.unanswered)

    def _raise_if_broken(self) -> None:
        for task in self._talking:
            if task.done() and not self._over:
                task.result()
        for person in self.everybody:
            assert not person.ended, f"{person.name} was turned away with {person.closes}"

    # --- a visitor's day ---------------------------------------------------------------------------------

    async def _talk(self, visitor: RecordingVisitor, dice: random.Random) -> None:
        await asyncio.sleep(dice.random() * self._pause)
        for number in itertools.count(1):
            if self._over:
                return
            claim = await self._settled(visitor, await visitor.open(f"chat {number} of {visitor.name}"))
            if claim.outcome == "refused":  # nobody is available at the moment
                await asyncio.sleep(ANSWERED)
                continue
            for line in range(dice.randint(*LINES)):
                if self._over:
                    return
                await visitor.say(f"line {line} of chat {number}, {visitor.name}")
                await self._breath(visitor)
                await self._heard(visitor)
            self.ended += 1
            await self._settled(visitor, await visitor.end())

    async def _breath(self, visitor: RecordingVisitor) -> None:
        """Wait for the answer, for a limited time; then as long as the rate requires."""
        until = asyncio.get_running_loop().time() + self._pause
        patience = asyncio.get_running_loop().time() + ANSWERED
        while asyncio.get_running_loop().time() < patience:
            await asyncio.sleep(CHECK_EVERY)
            if visitor.facts and visitor.facts[-1].get("by") == "agent":
                break
        await asyncio.sleep(max(until - asyncio.get_running_loop().time(), 0))

    async def _heard(self, visitor: RecordingVisitor) -> None:
        """Stop visitors from writing more while nothing is answered."""
        await eventually(lambda: len(visitor.outbox) < UNANSWERED, f"an answer to {visitor.name}", within=STALLED)

    async def _settled(self, visitor: RecordingVisitor, cid: str) -> Claim:
        return await visitor.answered(cid, within=STALLED)
