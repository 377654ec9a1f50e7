"""A racing process: reads one order per line, makes all its moves at once, and writes their results.

`python -m console.bench.race_worker URL WORKSPACE` has its own connection, like every server process.
"""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable

import msgspec
import uvloop

from console.bench.temp_store import opened
from console.domain.directory import Directory
from console.domain.ids import new_cid
from console.errors import SestettoError
from console.events import Author, Visitor
from console.queue.payloads import VisitorProfile
from console.queue.workspace import Workspace

JITTER = 0.0015  # s: a move waits up to this long, so that no two rounds are the same


class RaceMove(msgspec.Struct, omit_defaults=True):
    """One person's move: `who` is an agent with their fence, a supervisor or a visitor."""

    verb: str
    who: str = ""
    fence: int = 0
    chat: str = ""
    to: str = ""
    queue: str = ""
    directory: Directory | None = None


class Order(msgspec.Struct):
    moves: list[RaceMove]
    seed: int


decode = msgspec.json.Decoder(Order).decode
encode = msgspec.json.encode


async def _take(w: Workspace, m: RaceMove) -> str:
    return (await w.take(Author(m.who, m.who), m.fence, m.chat, new_cid())).chat


async def _accept(w: Workspace, m: RaceMove) -> str:
    return (await w.accept(Author(m.who, m.who), m.fence, m.chat, new_cid())).chat


async def _decline(w: Workspace, m: RaceMove) -> str:
    return (await w.decline(Author(m.who, m.who), m.fence, m.chat, new_cid())).chat


async def _transfer(w: Workspace, m: RaceMove) -> str:
    return (await w.transfer(Author(m.who, m.who), m.fence, m.chat, new_cid(), queue=m.queue, to=m.to)).chat


async def _pass_on(w: Workspace, m: RaceMove) -> str:
    """Take a chat and transfer it immediately."""
    await _take(w, m)
    return await _transfer(w, m)


async def _move(w: Workspace, m: RaceMove) -> str:
    return (await w.move(Author(m.who, m.who), m.chat, new_cid(), queue=m.queue, to=m.to)).chat


async def _take_over(w: Workspace, m: RaceMove) -> str:
    return (await w.take_over(Author(m.who, m.who), m.chat, new_cid())).chat


async def _online(w: Workspace, m: RaceMove) -> str:
    await w.set_status(m.who, m.fence, "online")
    return ""


async def _away(w: Workspace, m: RaceMove) -> str:
    await w.set_status(m.who, m.fence, "away")
    return ""


async def _limit(w: Workspace, m: RaceMove) -> str:
    assert m.directory is not None
    return "" if await w.configure(m.directory) else "older"


async def _open(w: Workspace, m: RaceMove) -> str:
    said = await w.open(
        m.chat, connection=m.chat, queue=m.queue, language="", site="load", channel="web", cid=new_cid(),
        profile=VisitorProfile(Visitor(m.who)), text="Hello?",
    )  # fmt: skip
    return said.chat


async def _end(w: Workspace, m: RaceMove) -> str:
    return (await w.visitor_end(m.chat, Visitor(m.who), new_cid())).chat


async def _tick(w: Workspace, m: RaceMove) -> str:
    await w.tick(m.who)
    return ""


VERBS: dict[str, Callable[[Workspace, RaceMove], Awaitable[str]]] = {
    "take": _take,
    "accept": _accept,
    "decline": _decline,
    "transfer": _transfer,
    "pass_on": _pass_on,
    "move": _move,
    "take_over": _take_over,
    "online": _online,
    "away": _away,
    "limit": _limit,
    "open": _open,
    "end": _end,
    "tick": _tick,
}


async def _do(workspace: Workspace, move: RaceMove, wait: float) -> str:
    """Return `ok` and the chat, or the code of the refusal."""
    await asyncio.sleep(wait)
    try:
        return f"ok {await VERBS[move.verb](workspace, move)}"
    except SestettoError as problem:
        return problem.code


async def run(url: str, name: str) -> None:
    loop = asyncio.get_running_loop()
    async with opened(url, name) as workspace:
        print("ready", flush=True)
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            order = decode(line)
            dice = random.Random(order.seed)
            answers = await asyncio.gather(*(_do(workspace, m, dice.random() * JITTER) for m in order.moves))
            print(encode(answers).decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(run(*sys.argv[1:3]))
