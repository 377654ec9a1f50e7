"""Vera and other visitors, Ana and other agents: clients that follow the protocol and remember everything.

Commands wait in the outbox until they are answered. After each hello they are sent again, in order. A client reconnects
after every close except those that forbid it.
"""

import asyncio
import contextlib
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec

from console.bench.checker import Claim
from console.demo.socket_client import SocketClient, SocketClosed
from console.domain.ids import new_cid
from console.protocol import (
    AddNote,
    AgentEnd,
    AgentHello,
    AgentSay,
    Inbound,
    Open,
    Ping,
    SetStatus,
    Shown,
    VisitorEnd,
    VisitorHello,
    VisitorSay,
)
from console.proving.eventually import eventually
from console.proving.journal import Journal
from console.proving.stage import Stage

SUBPROTOCOL = "sestetto.v1"
STAY_AWAY = {403, 404, 1008, 4401, 4409}
QUIET = 1.0  # s, see RecordingClient
BACK_IN = 0.1  # s
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 8.0  # s, as in docs/protocol.md
LET_IN, LET_IN_POLITELY = 5.0, 20.0  # s until a connection that is not admitted is given up


class RecordingClient:
    """`async with person:` connects; `frames` are all frames received, as dictionaries, newest last."""

    def __init__(
        self, stage: Stage, journal: Journal, name: str, *, quiet: float = QUIET, polite: bool = False
    ) -> None:
        """`quiet`: seconds without a frame until it checks whether the server responds, and again until it gives up.

        `polite`: reconnects as late as the protocol asks, instead of immediately.
        """
        self.stage, self.journal, self.name = stage, journal, name
        self.patience = 20.0 if not polite else 120.0  # s, for its own waits
        self.quiet_for, self._polite, self._tries = quiet, polite, 0
        self.attempt = len(journal.people)  # which of several addresses is tried next; each client begins at another
        journal.people.append(name)
        self.epoch = ""
        self.frames: list[dict[str, Any]] = []
        self.closes: list[int] = []
        self.welcomes: list[dict[str, Any]] = []
        self.outbox: dict[str, Inbound] = {}
        self.here = asyncio.Event()  # cleared: does not reconnect after the next drop
        self.here.set()
        self._claims: dict[str, Claim] = {}
        self._socket: SocketClient | None = None
        self._later: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "RecordingClient":
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    async def connect(self) -> None:
        """Connect and wait for the welcome."""
        seen = len(self.welcomes)
        self._task = asyncio.create_task(self._live())
        await eventually(
            lambda: len(self.welcomes) > seen or self.ended, f"{self.name} to be welcomed", within=self.patience
        )
        assert len(self.welcomes) > seen, f"{self.name} was turned away with {self.closes}"

    async def leave(self) -> None:
        """Close the tab."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        if self._later:
            self._later.cancel()

    def drop(self) -> None:
        """Break the network under the socket, without a close frame."""
        if self._socket:
            self._socket._writer.transport.abort()

    async def back(self, count: int = 2) -> None:
        """Wait until that many welcomes have been received."""
        await eventually(lambda: len(self.welcomes) >= count, f"{self.name}'s return", within=20)

    @property
    def connected(self) -> bool:
        """Whether the last socket was welcomed and, as far as known, is open."""
        return self._socket is not None

    @property
    def ended(self) -> bool:
        """Whether it was refused permanently, or has never connected."""
        return self._task is None or self._task.done()

    # --- commands -----------------------------------------------------------------------------------

    async def give(self, frame: Any) -> str:
        """Put a command into the outbox and send it if possible; return its cid."""
        self._claims[frame.cid] = self.journal.claim(self.name, frame.cid)
        self.outbox[frame.cid] = frame
        await self.send(frame)
        return str(frame.cid)

    async def send(self, frame: Inbound) -> None:
        """Send once; ignore failures."""
        if self._socket:
            with contextlib.suppress(SocketClosed):
                await self._socket.send(frame)

    async def send_text(self, text: str) -> None:
        assert self._socket is not None
        await self._socket.send_text(text)

    async def answered(self, cid: str, *, within: float = 20) -> Claim:
        """Wait for the command's answer, whatever it is."""
        claim = self._claims[cid]
        await eventually(lambda: claim.outcome != "unknown", f"an answer to {self.name}'s {cid}", within=within)
        return claim

    async def settled(self) -> None:
        """Wait until everything sent has been handled: the server takes a socket's frames in order."""
        pongs = len(self.of("pong"))
        await self.send(Ping(0))
        await eventually(lambda: len(self.of("pong")) > pongs, f"{self.name}'s pong")

    async def quiet(self) -> None:
        """Wait until all commands are answered."""
        await eventually(lambda: not self.outbox, f"{self.name}'s outbox to empty", within=20)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the frames of that kind so far."""
        return [frame for frame in self.frames if frame["t"] == kind]

    # --- life -----------------------------------------------------------------------------------------

    async def _live(self) -> None:
        while True:
            try:
                await self._session()
            except SocketClosed as closed:
                self.closes.append(closed.code)
                if closed.code in STAY_AWAY:
                    return
            except OSError:
                pass
            finally:
                self._socket = None
            self.attempt += 1
            await asyncio.sleep(self._pause())
            await self.here.wait()

    def _pause(self) -> float:
        if not self._polite:
            return BACK_IN
        self._tries += 1
        return min(FIRST_PAUSE * 2.0 ** (self._tries - 1), LONGEST_PAUSE) * random.uniform(0.5, 1)

    async def _session(self) -> None:
        async with asyncio.timeout(LET_IN_POLITELY if self._polite else LET_IN):
            socket = await self._connect()
        try:
            await socket.send(self._hello())
            while True:
                frame = msgspec.json.decode(await self._next(socket))
                self.frames.append(frame)
                if frame["t"] == "welcome":
                    self._welcome(frame)
                    self.epoch = frame["epoch"]
                    self._tries = 0
                    self._socket = socket
                    await self._resend(socket)
                    self.welcomes.append(frame)
                await self._take(frame)
        finally:
            socket._writer.transport.abort()

    async def _next(self, socket: SocketClient) -> str:
        """Return the next frame. Raises SocketClosed if the other side is gone."""
        for _ in range(2):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.quiet_for):
                    return await socket.receive()
            await socket.send(Ping(0))
        raise SocketClosed(1006, "half-open")

    async def _resend(self, socket: SocketClient) -> None:
        for cid, frame in list(self.outbox.items()):
            self._claims[cid].resent = True
            await socket.send(frame)

    async def _take(self, frame: dict[str, Any]) -> None:
        match frame["t"]:
            case "ack":
                self._answer(frame["cid"], frame.get("chat", ""), frame["seq"])
            case "nack":
                self._nack(frame)
            case _:
                await self._heard(frame)

    def _answer(self, cid: str, chat: str, seq: int) -> None:
        self.outbox.pop(cid, None)
        if cid in self._claims:
            self.journal.acked(self._claims[cid], chat, seq)

    def _nack(self, frame: dict[str, Any]) -> None:
        if frame["final"] and (claim := self._claims.get(frame["cid"])):
            self.journal.refused(claim, frame["code"])
            self.outbox.pop(frame["cid"], None)
        elif not frame["final"] and self._later is None:
            self._later = asyncio.create_task(self._again(frame["retry_after"]))

    async def _again(self, wait: float) -> None:
        """Send what was temporarily refused again, with everything behind it."""
        await asyncio.sleep(wait)
        self._later = None
        if self._socket:
            with contextlib.suppress(SocketClosed):
                await self._resend(self._socket)

    def problem(self, text: str) -> None:
        self.journal.problems.append(f"{self.name}: {text}")

    async def _connect(self) -> SocketClient:
        raise NotImplementedError

    def _hello(self) -> Inbound:
        raise NotImplementedError

    def _welcome(self, frame: dict[str, Any]) -> None:
        raise NotImplementedError

    async def _heard(self, frame: dict[str, Any]) -> None:
        """A frame that answers no command."""


class RecordingVisitor(RecordingClient):
    def __init__(
        self, stage: Stage, journal: Journal, name: str = "vera", *, site: str = "demo", token: str = "", **more: Any
    ) -> None:
        super().__init__(stage, journal, name, **more)
        self.site, self.token = site, token
        self.chat = ""
        self.facts: list[dict[str, Any]] = []  # the screen
        self.lost_told = 0  # how often the server reported a gap

    @property
    def texts(self) -> list[str]:
        return [fact["text"] for fact in self.facts if fact["kind"] == "message"]

    @property
    def held(self) -> bool:
        places = [fact["kind"] for fact in self.facts if fact["kind"] in ("assigned", "released", "ended", "reopened")]
        return bool(places) and places[-1] == "assigned"

    async def open(self, text: str, **more: Any) -> str:
        return await self.give(Open(cid=new_cid(), text=text, **more))

    async def say(self, text: str) -> str:
        return await self.give(VisitorSay(cid=new_cid(), text=text))

    async def end(self) -> str:
        return await self.give(VisitorEnd(cid=new_cid()))

    async def opened(self, text: str = "Hello") -> str:
        """Open a chat and wait for the answer; return the chat's id."""
        claim = await self.answered(await self.open(text))
        assert claim.outcome == "acked"
        self.chat = claim.chat
        return claim.chat

    async def with_agent(self) -> None:
        await eventually(lambda: self.held, f"an agent for {self.name}", within=20)

    async def _connect(self) -> SocketClient:
        url = f"{self.stage.door(self.attempt)}/ws/visitor?site={self.site}"
        return await SocketClient.open(url, subprotocol=SUBPROTOCOL, origin=self.stage.origin)

    def _hello(self) -> VisitorHello:
        after = self.facts[-1]["seq"] if self.facts else 0
        return VisitorHello(self.token, self.chat, self.epoch, after)

    def _welcome(self, frame: dict[str, Any]) -> None:
        self.token = frame["token"]
        now = frame.get("chat", {}).get("id", "")
        if not frame["recovered"]:
            self.lost_told += 1
        if now and self.chat and now != self.chat:
            self._left(self.chat)
        if now and (now != self.chat or not frame["recovered"]):
            self.facts = []
            self.journal.view(self.name, now).seqs = []
        self.chat = now or self.chat
        for fact in frame.get("facts", ()):
            self._fact(fact)

    def _left(self, chat: str) -> None:
        """That chat has ended and another was opened: facts still on their way to its screen are no longer sent."""
        self.journal.view(self.name, chat).whole = False

    async def _heard(self, frame: dict[str, Any]) -> None:
        if frame["t"] == "fact":
            self._fact(frame)

    def _fact(self, fact: dict[str, Any]) -> None:
        if self.facts and fact["chat"] != self.facts[-1]["chat"]:
            self._left(self.facts[-1]["chat"])
            self.facts = []
        last = self.facts[-1]["seq"] if self.facts else 0
        if fact["prev"] != last:
            self.problem(f"{fact['chat']}:{fact['seq']} names {fact['prev']} before it; the screen ends with {last}")
        self.chat = fact["chat"]
        self.facts.append(fact)
        self.journal.view(self.name, self.chat).seqs.append(fact["seq"])
        if cid := fact.get("cid"):
            self._answer(cid, fact["chat"], fact["seq"])


class RecordingAgent(RecordingClient):
    """`answers` replies to every visitor's message with "re: …"; in a chat that was somebody else's, to those since."""

    def __init__(
        self,
        stage: Stage,
        journal: Journal,
        name: str,
        bearer: str,
        *,
        answers: bool = False,
        tab: str = "",
        **more: Any,
    ) -> None:
        super().__init__(stage, journal, name, **more)
        self.bearer, self.answers = bearer, answers
        self.tab = tab or secrets.token_urlsafe(8)
        self.take = False
        self.held: dict[str, int] = {}  # chat -> last seq on screen
        self.fence = 0

    async def say(self, chat: str, text: str, read: int | None = None) -> str:
        seen = self.held.get(chat, 0) if read is None else read
        return await self.give(AgentSay(cid=new_cid(), chat=chat, text=text, read=seen))

    async def note(self, chat: str, text: str) -> str:
        return await self.give(AddNote(cid=new_cid(), chat=chat, text=text))

    async def end(self, chat: str) -> str:
        return await self.give(AgentEnd(cid=new_cid(), chat=chat))

    async def status(self, status: Any) -> None:
        """Set the status; it belongs to no chat and is not recorded."""
        await self.send(SetStatus(cid=new_cid(), status=status))

    async def holds(self, chat: str) -> None:
        await eventually(lambda: chat in self.held, f"{self.name} to hold {chat}", within=20)

    async def _connect(self) -> SocketClient:
        url = f"{self.stage.door(self.attempt)}/ws/agent"
        return await SocketClient.open(url, subprotocol=SUBPROTOCOL, bearer=self.bearer)

    def _hello(self) -> AgentHello:
        return AgentHello(self.tab, self.epoch, self.take, dict(self.held))

    def _welcome(self, frame: dict[str, Any]) -> None:
        self.fence, self.take = frame["fence"], False
        same = frame["epoch"] == self.epoch
        was, self.held = self.held, {}
        for chat in was:
            self.journal.view(self.name, chat, staff=True).whole = False
        for chat in frame.get("chats", ()):
            self._hold(chat, was.get(chat["id"], 0) if same else 0)

    def _hold(self, chat: dict[str, Any], after: int) -> None:
        view = self.journal.view(self.name, chat["id"], staff=True)
        view.whole = True
        if not after:
            view.seqs = []
        self.held[chat["id"]] = after
        for fact in chat.get("facts", ()):
            self._fact(fact)
        if self.held[chat["id"]] != chat["last"]:
            self.problem(f"{chat['id']} ends with {self.held[chat['id']]} on the screen, {chat['last']} it says")

    def _fact(self, fact: dict[str, Any]) -> None:
        if "seq" not in fact or fact["chat"] not in self.held:
            return
        chat, seq = fact["chat"], fact["seq"]
        if seq != self.held[chat] + 1:
            self.problem(f"{chat}:{seq} follows {self.held[chat]}")
        self.held[chat] = seq
        self.journal.view(self.name, chat, staff=True).seqs.append(seq)
        if fact.get("author", {}).get("id") == self.name and (cid := fact.get("cid")):
            self._answer(cid, chat, seq)

    async def _resend(self, socket: SocketClient) -> None:
        for chat, seq in self.held.items():
            await socket.send(Shown(chat, seq))
        await super()._resend(socket)

    async def _heard(self, frame: dict[str, Any]) -> None:
        match frame["t"]:
            case "assigned":
                self._hold(frame["chat"], 0)
                await self.send(Shown(frame["chat"]["id"], frame["chat"]["last"]))
                if self.answers:
                    await self._answer_all(frame["chat"])
            case "released":
                self.held.pop(frame["chat"], None)
                self.journal.view(self.name, frame["chat"], staff=True).whole = False
            case "fact":
                self._fact(frame["fact"])
                await self._maybe_answer(frame["fact"])

    async def _answer_all(self, chat: dict[str, Any]) -> None:
        facts = chat.get("facts", ())
        others = [number for number, fact in enumerate(facts) if fact["kind"] == "message" and fact["by"] == "agent"]
        for fact in facts[others[-1] + 1 if others else 0 :]:
            await self._maybe_answer(fact)

    async def _maybe_answer(self, fact: dict[str, Any]) -> None:
        if self.answers and fact["kind"] == "message" and fact["by"] == "visitor":
            await self.say(fact["chat"], f"re: {fact['text']}", read=fact["seq"])


class Cast:
    """The people of one run on one stage, sharing one journal."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.journal = Journal()
        self._bearers: dict[str, str] = {}
        self._exits = AsyncExitStack()

    async def __aenter__(self) -> "Cast":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exits.aclose()

    async def agent(self, name: str = "ana", **more: Any) -> RecordingAgent:
        """Add an agent, connected and online."""
        agent = await self.nobody_yet(name, **more)
        await self._exits.enter_async_context(agent)
        await agent.status("online")
        return agent

    async def nobody_yet(self, name: str, **more: Any) -> RecordingAgent:
        """Add an agent who has not connected yet."""
        if name not in self._bearers:
            self._bearers[name] = await self.stage.bearer(name)
        return RecordingAgent(self.stage, self.journal, name, self._bearers[name], **more)

    async def visitor(self, name: str = "vera", **more: Any) -> RecordingVisitor:
        visitor = RecordingVisitor(self.stage, self.journal, name, **more)
        await self._exits.enter_async_context(visitor)
        return visitor

    async def visitors(self, count: int) -> list[RecordingVisitor]:
        return list(await asyncio.gather(*(self.visitor(f"visitor {number}") for number in range(1, count + 1))))


@asynccontextmanager
async def cast_on(stage: Stage) -> AsyncIterator[Cast]:
    async with Cast(stage) as cast:
        yield cast
