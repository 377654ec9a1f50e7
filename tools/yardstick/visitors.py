"""Six visitors at once, as clients of docs/protocol.md, and everything they saw."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec

from console.demo.socket_client import SocketClient, SocketClosed
from console.domain.ids import new_cid
from console.protocol import Open, Page, VisitorEnd, VisitorHello, VisitorSay, VisitorTyping
from tools.yardstick.conversations import Line, chat_of

SIX = 6
APART = 9.0  # s between the first six
AGAIN = 3.0  # s, mean, from a free pane to the next visitor
WRITES = 1.6  # s a word: 40 words a minute
PREVIEW = 1.0  # s between two previews, as the widget sends them
PATIENCE = 25.0  # s after the answer to the goodbye until the visitor ends the chat
ANSWERED = 10.0  # s until a command counts as lost


@dataclass
class Turn:
    """A visitor's message and its result. Times are the server's, ms."""

    chat: str
    name: str
    text: str
    title: str
    answer: str
    at: int = 0
    first_word: int = 0
    answered: int = 0


@dataclass
class Heard:
    """An agent's message that a visitor received."""

    chat: str
    name: str
    text: str
    promise: bool


@dataclass
class Crowd:
    """All visitors of a run."""

    url: str
    seed: int
    pause: float  # s, mean, from an answer to the visitor's next message
    turns: list[Turn] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    _coming: int = 0  # visitors whose chat the agent's screen does not show yet
    _came: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def fill(self, taken: Callable[[], Awaitable[int]]) -> None:
        """Let six visitors come one by one, then one for each pane that becomes free. `taken()` returns the number of
        panes in use.
        """
        dice = random.Random(f"{self.seed}:arrivals")
        for _ in range(SIX):
            self._come(0)
            await asyncio.sleep(APART)
        while True:
            if await taken() + self._coming < SIX:
                self._come(dice.expovariate(1 / AGAIN))
            await asyncio.sleep(0.5)

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _come(self, after: float) -> None:
        self._coming += 1
        task = asyncio.create_task(self._visit(self._came, after))
        self._came += 1
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _visit(self, number: int, after: float) -> None:
        visitor = Visitor(self, number)
        try:
            await asyncio.sleep(after)
            await visitor.visit()
        except (OSError, TimeoutError, SocketClosed) as problem:
            self.troubles.append(f"{visitor.name}: {problem!r}")
        finally:
            self.arrived(visitor)

    def arrived(self, visitor: "Visitor") -> None:
        if not visitor.arrived:
            visitor.arrived = True
            self._coming -= 1


class Visitor:
    def __init__(self, crowd: Crowd, number: int) -> None:
        self.crowd = crowd
        self.name, self.lines = chat_of(crowd.seed, number)
        self.arrived = False
        self._chat = ""
        self._turn: Turn | None = None
        self._asked: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._settled = asyncio.Event()  # the question is answered, or the chat has ended
        self._ended = asyncio.Event()

    async def visit(self) -> None:
        url = self.crowd.url.replace("http", "ws", 1) + "/ws/visitor?site=demo"
        self._socket = await SocketClient.open(url, subprotocol="sestetto.v1", origin=self.crowd.url)
        reader = asyncio.create_task(self._read())
        try:
            await self._socket.send(VisitorHello(locale="en"))
            await self._talk()
        finally:
            reader.cancel()
            await self._socket.close()

    async def _talk(self) -> None:
        for number, line in enumerate(self.lines):
            if number:
                await self._write(line)
            if self._ended.is_set():
                return
            await self._ask(line)
            await self._settled.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._ended.wait()
        if not self._ended.is_set():
            await self._command(VisitorEnd(cid=new_cid()))

    async def _write(self, line: Line) -> None:
        """Think, then type during the last part of the pause."""
        pause = line.pause * self.crowd.pause
        words = line.question.text.split()
        writing = min(pause, len(words) * WRITES)
        await asyncio.sleep(pause - writing)
        start = time.monotonic()
        while (gone := time.monotonic() - start) < writing:
            if shown := " ".join(words[: int(len(words) * gone / writing)]):
                await self._socket.send(VisitorTyping(text=shown))
            await asyncio.sleep(min(PREVIEW, writing - gone))

    async def _ask(self, line: Line) -> None:
        question = line.question
        self._settled.clear()
        self._turn = Turn(self._chat, self.name, question.text, question.title, question.answer)
        self.crowd.turns.append(self._turn)
        if self._chat:
            reply = await self._command(VisitorSay(cid=new_cid(), text=question.text))
        else:
            page = Page(f"{self.crowd.url}/", "Shop")
            reply = await self._command(Open(cid=new_cid(), text=question.text, name=self.name, page=page))
            self._chat = self._turn.chat = reply["chat"]
            asyncio.get_running_loop().call_later(1.5, self.crowd.arrived, self)
        self._turn.at = reply["at"]

    async def _command(self, frame: Open | VisitorSay | VisitorEnd) -> dict[str, Any]:
        waiting = self._asked[frame.cid] = asyncio.get_running_loop().create_future()
        await self._socket.send(frame)
        async with asyncio.timeout(ANSWERED):
            reply: dict[str, Any] = await waiting
        if reply["t"] == "nack":
            raise OSError(f"{type(frame).__name__} was refused: {reply['code']}")
        return reply

    async def _read(self) -> None:
        while True:
            frame: dict[str, Any] = msgspec.json.decode(await self._socket.receive())
            if frame["t"] in {"ack", "nack"} and (waiting := self._asked.pop(frame["cid"], None)):
                waiting.set_result(frame)
            elif frame["t"] == "fact":
                self._take(frame)

    def _take(self, fact: dict[str, Any]) -> None:
        if fact["kind"] == "ended":
            self._ended.set()
            self._settled.set()
        elif fact["kind"] == "message" and fact["by"] == "agent":
            self._hear(fact)

    def _hear(self, fact: dict[str, Any]) -> None:
        promise = fact.get("promise", 0) > 0
        self.crowd.heard.append(Heard(fact["chat"], self.name, fact["text"], promise))
        turn = self._turn
        if turn is None or turn.answered:
            return
        turn.first_word = turn.first_word or fact["at"]
        if not promise:
            turn.answered = fact["at"]
            self._settled.set()
