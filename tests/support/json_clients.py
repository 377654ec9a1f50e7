"""Vera, Ana and the others as JSON clients on real sockets, written from docs/protocol.md."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Self

from console.demo.socket_client import SocketClient, SocketClosed
from console.domain.ids import new_cid
from tests.support.credentials import bearer_of
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

Frame = dict[str, Any]


class Talker:
    """One client: `heard` is everything received, `said` everything sent, in order."""

    def __init__(self, socket: SocketClient) -> None:
        self.heard: list[Frame] = []
        self.said: list[Frame] = []
        self.closed: int | None = None
        self._socket = socket
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            while True:
                self.heard.append(json.loads(await self._socket.receive()))
        except SocketClosed as end:
            self.closed = end.code

    async def say_frame(self, kind: str, **fields: Any) -> None:
        frame = {"t": kind, **fields}
        self.said.append(frame)
        await self._socket.send_text(json.dumps(frame))

    async def say_raw(self, text: str) -> None:
        await self._socket.send_text(text)

    async def command(self, kind: str, *, cid: str = "", **fields: Any) -> Frame:
        """Send a command and wait for its ack or nack."""
        cid = cid or new_cid()
        before = len(self.heard)
        await self.say_frame(kind, cid=cid, **fields)
        return await self.hears(lambda f: f["t"] in ("ack", "nack") and f["cid"] == cid, f"an answer to {kind}", before)

    async def hears(self, what: str | Callable[[Frame], bool], why: str = "", start: int = 0) -> Frame:
        """Return the first frame that matches a kind or a condition."""
        fits = (lambda frame: frame["t"] == what) if isinstance(what, str) else what
        return await eventually(
            lambda: next((frame for frame in self.heard[start:] if fits(frame)), None), why or str(what)
        )

    async def hears_close(self) -> int:
        return await eventually(lambda: self.closed, "the socket to close")

    def texts(self) -> list[str]:
        """Return the chat's messages as this client would show them, each once and in order."""
        return [fact["text"] for fact in self.facts() if fact["kind"] == "message"]

    def facts(self) -> list[Frame]:
        raise NotImplementedError

    async def leave(self) -> None:
        self._reader.cancel()
        await self._socket.close()


class Visitor(Talker):
    token = ""
    epoch = ""
    chat = ""

    @classmethod
    async def comes(
        cls, server: RunningServer, *, knows: "Visitor | None" = None, after: int | None = None, queue: str = "",
        site: str = "demo", identity: Frame | None = None, let_in: bool = True,
    ) -> Self:  # fmt: skip
        """Open a tab that says hello; `knows` is the same visitor's earlier tab, which this one continues.

        With an `identity` the page identifies the visitor. Waits for the welcome, unless `let_in` is false.
        """
        address = f"{server.socket_url}/ws/visitor?site={site}" + (f"&queue={queue}" if queue else "")
        socket = await SocketClient.open(address, subprotocol="sestetto.v1", origin=server.url)
        vera = cls(socket)
        hello: Frame = {}
        if knows is not None:
            hello = {"token": knows.token, "epoch": knows.epoch, "chat": knows.chat, "after": knows.last}
        if after is not None:
            hello["after"] = after
        if identity is not None:
            hello["identity"] = identity
        await vera.say_frame("hello", **hello)
        if not let_in:
            return vera
        welcome = await vera.hears("welcome")
        vera.token, vera.epoch = welcome["token"], welcome["epoch"]
        vera.chat = welcome.get("chat", {}).get("id", "")
        return vera

    async def opens(self, text: str, **fields: Any) -> Frame:
        answer = await self.command("open", text=text, **fields)
        self.chat = answer.get("chat", self.chat)
        return answer

    async def says(self, text: str) -> Frame:
        return await self.command("say", text=text)

    def facts(self) -> list[Frame]:
        """Return the facts of the welcome and all later ones."""
        welcome = next(frame for frame in self.heard if frame["t"] == "welcome")
        return [*welcome.get("facts", []), *(frame for frame in self.heard if frame["t"] == "fact")]

    @property
    def last(self) -> int:
        return max((fact["seq"] for fact in self.facts() if fact["chat"] == self.chat), default=0)

    async def reads(self, text: str) -> Frame:
        return await self.hears(lambda f: f["t"] == "fact" and f.get("text") == text, f"to read {text!r}")

    async def is_told(self, kind: str) -> Frame:
        return await self.hears(lambda f: f["t"] == "fact" and f["kind"] == kind, f"to be told {kind}")


class Agent(Talker):
    """An agent's JSON client; it shows every chat it gets, unless it is `blind`."""

    blind = False

    @classmethod
    async def comes(
        cls, server: RunningServer, member: str, *, tab: str = "one", take: bool = False, blind: bool = False,
        have: dict[str, int] | None = None, epoch: str = "",
    ) -> Self:  # fmt: skip
        bearer = await bearer_of(server, member)
        socket = await SocketClient.open(f"{server.socket_url}/ws/agent", subprotocol="sestetto.v1", bearer=bearer)
        agent = cls(socket)
        agent.blind = blind
        await agent.say_frame("hello", tab=tab, take=take, have=have or {}, epoch=epoch)
        return agent

    async def is_welcome(self) -> Frame:
        return await self.hears("welcome")

    async def gets(self, chat: str) -> Frame:
        """Wait for the chat, which may be in the welcome already, and show it."""
        held = await eventually(
            lambda: next((one for one in self.chats() if one["id"] == chat), None), f"to get {chat}"
        )
        if not self.blind:
            await self.say_frame("shown", chat=chat, seq=held["last"])
        return held

    def chats(self) -> list[Frame]:
        """Return every chat received, in the welcome or since."""
        welcomed = [chat for frame in self.heard if frame["t"] == "welcome" for chat in frame.get("chats", [])]
        return welcomed + [frame["chat"] for frame in self.heard if frame["t"] == "assigned"]

    async def answers(self, chat: str, text: str, *, read: int = 0) -> Frame:
        read = read or max(fact.get("seq", 0) for fact in self.facts() if fact.get("chat") == chat)
        return await self.command("say", chat=chat, text=text, read=read)

    async def ends(self, chat: str, *, reason: str = "") -> Frame:
        """End the chat and its wrap-up, so that the slot is free."""
        await self.command("end", chat=chat)
        return await self.wraps_up(chat, reason=reason)

    async def wraps_up(self, chat: str, *, reason: str = "") -> Frame:
        """Wait until the chat has ended, whoever ended it, and its slot is free."""
        await eventually(
            lambda: [fact for fact in self.facts() if fact["kind"] == "ended" and fact["chat"] == chat],
            f"{chat} to end",
        )
        return await self.command("label", chat=chat, reason=reason, done=True)

    def facts(self) -> list[Frame]:
        found: list[Frame] = []
        for frame in self.heard:
            match frame["t"]:
                case "welcome":
                    for chat in frame.get("chats", []):
                        found += chat.get("facts", [])
                case "assigned" | "offered":
                    found += frame["chat"].get("facts", [])
                case "fact":
                    found.append(frame["fact"])
        return found

    async def reads(self, text: str) -> Frame:
        return await eventually(
            lambda: next((fact for fact in self.facts() if fact.get("text") == text), None), f"to read {text!r}"
        )

    async def is_told(self, kind: str) -> Frame:
        return await eventually(
            lambda: next((fact for fact in self.facts() if fact["kind"] == kind), None), f"to be told {kind}"
        )


class Robot(Talker):
    """The JSON client of a bot that answers first."""

    @classmethod
    async def comes(cls, socket_url: str, bearer: str, *, limit: int = 5) -> Self:
        socket = await SocketClient.open(f"{socket_url}/ws/bot", subprotocol="sestetto.v1", bearer=bearer)
        robot = cls(socket)
        await robot.say_frame("hello", limit=limit)
        await robot.hears(lambda frame: frame["t"] == "welcome", "a welcome")
        return robot

    async def has(self, chat: str) -> Frame:
        """Wait for the chat, in the welcome or since."""
        return await eventually(
            lambda: next((one for one in reversed(self.chats()) if one["id"] == chat), None), f"the bot to have {chat}"
        )

    def chats(self) -> list[Frame]:
        welcomed = [chat for frame in self.heard if frame["t"] == "welcome" for chat in frame.get("chats", [])]
        return welcomed + [frame["chat"] for frame in self.heard if frame["t"] == "chat"]

    async def loses(self, chat: str) -> str:
        gone = await self.hears(lambda frame: frame["t"] == "gone" and frame["chat"] == chat, f"{chat} to be gone")
        return str(gone["why"])
