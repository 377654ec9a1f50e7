"""A busy afternoon: visitors who chat and agents who answer, while something breaks."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from console.protocol import VisitorTyping
from console.proving.clients import Cast, RecordingAgent, RecordingVisitor
from tests.faults.installation import Inside
from tests.faults.journal import promises_kept
from tests.support.eventually import eventually

PACE = 0.25  # s between two messages of one visitor: the server takes five frames a second


async def busy(cast: Cast, visitors: int = 6) -> tuple[list[RecordingAgent], list[RecordingVisitor]]:
    """Sign in Ana and Ben, and let that many visitors chat with them."""
    agents = [await cast.agent("ana", answers=True), await cast.agent("ben", answers=True)]
    people = await cast.visitors(visitors)
    for visitor in people:
        await visitor.open(f"Hello from {visitor.name}")
    for visitor in people:
        await visitor.with_agent()
    return agents, people


@asynccontextmanager
async def talking(visitors: Sequence[RecordingVisitor]) -> AsyncIterator[None]:
    """Let everybody keep chatting inside the block, whatever happens; at its end everything has been answered."""
    tasks = [asyncio.create_task(_talk(visitor)) for visitor in visitors]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for visitor in visitors:
        assert not visitor.ended, f"{visitor.name} was turned away with {visitor.closes}"
    await asyncio.gather(*(visitor.quiet() for visitor in visitors))


async def _talk(visitor: RecordingVisitor) -> None:
    for number in itertools.count(1):
        await visitor.say(f"line {number} of {visitor.name}")
        await asyncio.sleep(PACE)


async def a_while(visitors: Sequence[RecordingVisitor], lines: int = 3) -> None:
    """Wait until each visitor has that many more messages on screen."""
    wanted = {visitor.name: len(visitor.texts) + lines for visitor in visitors}
    await eventually(
        lambda: all(len(visitor.texts) >= wanted[visitor.name] for visitor in visitors), "the talk to go on", within=30
    )


async def seen_typing(visitor: RecordingVisitor, agents: Sequence[RecordingAgent]) -> None:
    """Wait until an agent sees the visitor type, which shows that signals arrive."""
    before = sum(len(agent.of("typing")) for agent in agents)

    async def typed() -> bool:
        await visitor.send(VisitorTyping())
        return sum(len(agent.of("typing")) for agent in agents) > before

    await eventually(typed, "an agent to see somebody type")


@asynccontextmanager
async def chatting_on(cast: Cast) -> AsyncIterator[None]:
    """Let three visitors, Ana and Ben chat before, inside and after the block; then an agent sees a visitor type."""
    agents, visitors = await busy(cast, 3)
    async with talking(visitors):
        await a_while(visitors, 1)
        yield
        await a_while(visitors, 3)
        await seen_typing(visitors[0], agents)
    for agent in agents:
        await agent.quiet()


async def undisturbed(inside: Inside, cast: Cast) -> None:
    """Let Vera chat, and check every promise."""
    ana = await cast.agent("ana")
    vera = await cast.visitor()
    chat = await vera.opened("Hello")
    await ana.holds(chat)
    await ana.answered(await ana.say(chat, "Hello"))
    await eventually(lambda: vera.texts == ["Hello", "Hello"], "the answer")
    await vera.answered(await vera.end())
    await promises_kept(inside, cast.journal)
