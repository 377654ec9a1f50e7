"""A simulated agent: a JSON client with a bearer token that accepts, greets, answers, ends and wraps up.

This is all that such a client has to do: `hello`, `status`, `accept` offers, `shown` for each new chat, `say` with the
last seq on screen, and `label` while a slot is reserved for the reason.
"""

import asyncio
import secrets
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from console.demo.pace import Pace
from console.demo.scripts import ANSWERS, HOLDING
from console.demo.socket_client import SocketClient, SocketClosed
from console.domain.ids import new_cid
from console.protocol import (
    Accept,
    AgentEnd,
    AgentHello,
    AgentSay,
    AgentTyping,
    Decline,
    Inbound,
    Label,
    SetStatus,
    Shown,
)

SUBPROTOCOL = "sestetto.v1"
LEFT_ALONE = 45.0  # s of silence after the last answer until the agent ends the chat
NO_REASONS: Mapping[str, Sequence[str]] = {}
BACK_IN = 1.0  # s until the next attempt to connect
DECLINES, HOLDS = 12, 6  # one in so many offers, and answers
PROMISE: Final = 30_000  # ms that a holding reply promises
LOOKS_UP = (8.0, 31.0)  # s that the agent then takes; occasionally they break the promise


class Colleague:
    """One simulated agent."""

    def __init__(
        self,
        url: str,
        bearer: str,
        pace: Pace,
        *,
        patience: float = LEFT_ALONE,
        reasons: Mapping[str, Sequence[str]] = NO_REASONS,
    ) -> None:
        """`reasons` are contact reasons by queue; one is chosen at the end."""
        self._url = f"{url.replace('http', 'ws', 1)}/ws/agent"
        self._bearer = bearer
        self._pace = pace
        self._patience = patience
        self._reasons = reasons
        self._soon: set[asyncio.Task[None]] = set()
        self._tab = secrets.token_urlsafe(8)
        self._socket: SocketClient | None = None
        self._chats: dict[str, _Held] = {}

    async def run(self) -> None:
        """Run until cancelled; reconnect when the connection is lost."""
        try:
            while True:
                try:
                    await self._shift()
                except (SocketClosed, OSError):
                    await asyncio.sleep(BACK_IN)
        finally:
            self._forget(*self._chats)
            for task in self._soon:
                task.cancel()

    async def _shift(self) -> None:
        self._socket = await SocketClient.open(self._url, subprotocol=SUBPROTOCOL, bearer=self._bearer)
        try:
            await self._socket.send(AgentHello(tab=self._tab, take=True))
            while True:
                await self._take(msgspec.json.decode(await self._socket.receive()))
        finally:
            await self._socket.close()

    async def _take(self, frame: dict[str, Any]) -> None:
        match frame.get("t"):
            case "welcome":
                self._forget(*self._chats)
                await self._send(SetStatus(cid=new_cid(), status="online"))
                for chat in frame.get("chats", ()):
                    await self._find(chat)
            case "offered":
                self._later(self._decide(frame["chat"]["id"]))
            case "assigned":
                await self._receive(frame["chat"])
            case "released":
                self._forget(frame["chat"])
            case "fact":
                self._fact(frame["fact"])

    async def _find(self, chat: dict[str, Any]) -> None:
        """Handle a chat that was already in a slot."""
        match chat.get("place", "active"):
            case "wrapup":
                self._later(self._label(chat["id"], chat["queue"]))
            case "offered":
                self._later(self._decide(chat["id"]))
            case _:
                await self._receive(chat)

    async def _receive(self, chat: dict[str, Any]) -> None:
        await self._send(Shown(chat=chat["id"], seq=chat["last"]))
        language = chat.get("locale", "en").partition("-")[0]
        held = self._chats[chat["id"]] = _Held(chat["id"], chat["queue"], language if language in ANSWERS else "en")
        for fact in chat.get("facts", ()):
            held.take(fact)
        held.task = asyncio.create_task(self._serve(held))

    def _fact(self, fact: dict[str, Any]) -> None:
        held = self._chats.get(fact.get("chat", ""))
        if held is None:
            return
        held.take(fact)
        if fact["kind"] == "ended":
            self._forget(held.id)
            if fact.get("wrapup"):
                self._later(self._label(held.id, held.queue))

    def _later(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(what)
        self._soon.add(task)
        task.add_done_callback(self._soon.discard)

    async def _decide(self, chat: str) -> None:
        await self._pace.pause(0.6, 3.0)
        declines = self._pace.one_in(DECLINES)
        await self._send(Decline(cid=new_cid(), chat=chat) if declines else Accept(cid=new_cid(), chat=chat))

    async def _label(self, chat: str, queue: str) -> None:
        await self._pace.pause(1.0, 6.0)
        choices = self._reasons.get(queue)
        reason = self._pace.random.choice(choices) if choices else ""
        await self._send(Label(cid=new_cid(), chat=chat, reason=reason, done=True))

    def _forget(self, *chats: str) -> None:
        for chat in chats:
            held = self._chats.pop(chat, None)
            if held and held.task:
                held.task.cancel()

    async def _serve(self, held: "_Held") -> None:
        """Answer every open turn until the visitor stays silent after an answer."""
        while True:
            try:
                async with asyncio.timeout(self._pace.seconds(self._patience)):
                    await held.asked.wait()
            except TimeoutError:
                await self._send(AgentEnd(cid=new_cid(), chat=held.id))
                return
            await self._answer(held)

    async def _answer(self, held: "_Held") -> None:
        await self._pace.pause(0.8, 2.5)
        await self._send(AgentTyping(chat=held.id))
        await self._pace.pause(0.8, 3.5)
        if self._pace.one_in(HOLDS):
            await self._say(held, HOLDING[held.language], promise=PROMISE)
            await self._pace.pause(*LOOKS_UP)
        await self._say(held, held.next_line())

    async def _say(self, held: "_Held", text: str, promise: Literal[0, 30_000] = 0) -> None:
        held.asked.clear()
        await self._send(AgentSay(cid=new_cid(), chat=held.id, text=text, read=held.read, promise=promise))

    async def _send(self, frame: Inbound) -> None:
        if self._socket:
            try:
                await self._socket.send(frame)
            except SocketClosed:
                self._socket = None


class _Held:
    """A held chat: `read` is the last visitor seq seen, `asked` is set while a message needs an answer."""

    def __init__(self, chat: str, queue: str, language: str) -> None:
        self.id = chat
        self.queue = queue
        self.language = language
        self.read = 0
        self.asked = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self._lines = list(ANSWERS[language])

    def take(self, fact: dict[str, Any]) -> None:
        if fact["kind"] != "message":
            return
        if fact["by"] == "visitor":
            self.read = fact["seq"]
            self.asked.set()
        else:
            self.asked.clear()

    def next_line(self) -> str:
        return self._lines.pop(0) if len(self._lines) > 1 else self._lines[0]
