"""A simulated visitor's tab: what the widget sends and receives, in short.

Commands wait in an outbox until they are acknowledged. After a lost connection they are sent again, in order.
"""

import asyncio
from contextlib import suppress
from typing import Any

import msgspec
import structlog

from console.demo.pace import Pace
from console.demo.socket_client import SocketClient, SocketClosed
from console.domain.ids import new_cid
from console.protocol import (
    Inbound,
    LeaveMessage,
    Open,
    Page,
    VisitorEnd,
    VisitorHello,
    VisitorSay,
    VisitorSeen,
    VisitorTyping,
)

log = structlog.get_logger(__name__)

SUBPROTOCOL = "sestetto.v1"
FINAL_CODES = {403, 404, 1008, 4401, 4409}  # reconnecting would not help
SHORTEST_WAIT, LONGEST_WAIT = 0.25, 8.0  # s until the next attempt to connect


class VisitorTab:
    """`run()` keeps the tab connected; the other methods are what a person does and sees there."""

    def __init__(self, url: str, site: str, locale: str, page: Page, pace: Pace) -> None:
        self.url, self.site, self.locale, self.page, self.pace = url, site, locale, page, pace
        self.ready = asyncio.Event()
        self.news = asyncio.Condition()
        self.online = False
        self.held = False  # an agent has the chat
        self.ended = False
        self.refused = ""  # error code, if the team could not take the chat
        self.promised = False  # the agent promised to be back by a certain time
        self.heard = ""  # the agent's last message
        self.heard_seq = 0
        self.texts: list[str] = []  # every message of the log, in order
        self._token = self._epoch = self._chat = ""
        self._after = 0
        self._outbox: dict[str, Inbound] = {}
        self._socket: SocketClient | None = None

    async def run(self) -> None:
        """Run until cancelled or permanently refused."""
        wait = SHORTEST_WAIT
        while True:
            try:
                await self._stay()
            except SocketClosed as closed:
                wait = SHORTEST_WAIT if self._socket else min(wait * 2, LONGEST_WAIT)
                self._socket = None
                if closed.code in FINAL_CODES:
                    log.warning("simulated_visitor_turned_away", code=closed.code)
                    self.ended = True
                    self.ready.set()
                    return
            except OSError:
                wait = min(wait * 2, LONGEST_WAIT)
            await asyncio.sleep(wait)

    async def close(self) -> None:
        """Close the tab."""
        if self._socket:
            await self._socket.close(1001)

    async def leave_message(self, text: str, *, name: str) -> None:
        command = LeaveMessage(cid=new_cid(), email="visitor@example.com", text=text, name=name, page=self.page)
        await self._command(command)
        await self.settled(command.cid)

    async def open(self, text: str, *, name: str, queue: str) -> None:
        await self._command(Open(cid=new_cid(), text=text, name=name, queue=queue, page=self.page))

    async def say(self, text: str) -> None:
        await self._command(VisitorSay(cid=new_cid(), text=text))

    async def end(self) -> None:
        await self._command(VisitorEnd(cid=new_cid()))

    async def typing(self, seconds: float) -> None:
        """Type for `seconds` of human time, and send typing signals as the widget does."""
        while seconds > 0:
            await self._signal(VisitorTyping())
            await self.pace.pause(min(2.5, seconds), min(2.5, seconds))
            seconds -= 2.5

    async def wait_for_agent(self, after: int, patience: float) -> bool:
        """Whether the agent wrote beyond seq `after`, or the chat ended, within `patience` human seconds."""
        try:
            async with asyncio.timeout(self.pace.seconds(patience)), self.news:
                await self.news.wait_for(lambda: self.heard_seq > after or self.ended)
        except TimeoutError:
            return False
        return True

    async def _stay(self) -> None:
        socket = await SocketClient.open(
            f"{self.url.replace('http', 'ws', 1)}/ws/visitor?site={self.site}",
            subprotocol=SUBPROTOCOL,
            origin=self.url,
        )
        try:
            await socket.send(
                VisitorHello(self._token, self._chat, self._epoch, self._after, page=self.page, locale=self.locale)
            )
            while True:
                await self._take(socket, msgspec.json.decode(await socket.receive()))
        finally:
            await socket.close()

    async def _take(self, socket: SocketClient, frame: dict[str, Any]) -> None:
        match frame.get("t"):
            case "welcome":
                await self._welcome(socket, frame)
            case "ack":
                self._outbox.pop(frame["cid"], None)
                self._chat = frame.get("chat") or self._chat
            case "nack" if frame["final"]:
                command = self._outbox.pop(frame["cid"], None)
                if isinstance(command, Open):
                    self.refused, self.ended = frame["code"], True
            case "nack":
                await asyncio.sleep(frame.get("retry_after") or 1)
                if pending := self._outbox.get(frame["cid"]):
                    await socket.send(pending)
            case "fact":
                self._fact(frame)
            case "team":
                self.online = frame["online"]
        async with self.news:
            self.news.notify_all()

    async def _welcome(self, socket: SocketClient, frame: dict[str, Any]) -> None:
        self._token, self._epoch, self.online = frame["token"], frame["epoch"], frame["team"]["online"]
        self._chat = (frame.get("chat") or {}).get("id", self._chat)
        for fact in frame.get("facts", ()):
            self._fact(fact)
        self._socket = socket
        for pending in list(self._outbox.values()):
            await socket.send(pending)
        self.ready.set()

    def _fact(self, fact: dict[str, Any]) -> None:
        if fact["chat"] == self._chat and fact["seq"] <= self._after:
            return
        self._chat, self._after = fact["chat"], fact["seq"]
        self._outbox.pop(fact.get("cid", ""), None)
        if fact["kind"] == "message":
            self.texts.append(fact["text"])
        match fact["kind"]:
            case "assigned":
                self.held = True
            case "released" | "transferred":
                self.held = False
            case "message" if fact.get("by") == "agent":
                self.heard, self.heard_seq = fact["text"], fact["seq"]
                self.promised = fact.get("promise", 0) > 0
            case "ended":
                self.ended = True

    async def settled(self, cid: str, patience: float = 10) -> None:
        """Wait until the command is answered, at most `patience` human seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.pace.seconds(patience)), self.news:
                await self.news.wait_for(lambda: cid not in self._outbox)

    async def seen(self) -> None:
        await self._signal(VisitorSeen(seq=self._after))

    async def _command(self, frame: Open | VisitorSay | VisitorEnd | LeaveMessage) -> None:
        self._outbox[frame.cid] = frame
        await self._signal(frame)

    async def _signal(self, frame: Inbound) -> None:
        if self._socket:
            try:
                await self._socket.send(frame)
            except SocketClosed:
                self._socket = None
