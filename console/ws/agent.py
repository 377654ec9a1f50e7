"""The agent's socket: `/ws/agent`. What is said is the same in both tongues; `console.ws.faces` shows it."""

import asyncio
from collections.abc import Awaitable, Mapping

import msgspec
import structlog
from starlette.websockets import WebSocket

from console.archive.credentials import SignedIn
from console.errors import ChatEnded, Fenced, NotYours, SestettoError, Unknown
from console.events import AgentChanged, Assigned, Author, ChatFact, Ended, Presence, Released, Revoked
from console.fanout import Heard, SeenSignal, Shown, TypingSignal
from console.protocol import (
    MAX_FACTS,
    AddNote,
    AgentEnd,
    AgentFrame,
    AgentHello,
    AgentHistory,
    AgentSay,
    AgentTyping,
    HistoryPage,
    Inbound,
    SaveDraft,
    Seen,
    SetStatus,
    SkipReply,
    Typing,
)
from console.protocol import Shown as ShownFrame
from console.queue.results import Gone, LiveChat, Said
from console.text import clean, mask_cards
from console.who import COOKIE, own_origin, services_of, who
from console.ws.connection import Connection, Handler, Hangup
from console.ws.faces import Face, HtmlFace, JsonFace
from console.ws.guest import written
from console.ws.resends import after_the_end

JSON, HTML = "sestetto.v1", "sestetto.v1.html"

log = structlog.get_logger()

Command = AgentSay | AddNote | AgentEnd | SkipReply


class AgentConnection(Connection):
    frames = msgspec.json.Decoder(AgentFrame)
    rate = (50, 200)

    def __init__(self, socket: WebSocket, me: SignedIn, face: Face) -> None:
        super().__init__(socket)
        self.services = services_of(socket)
        self.me = me
        self.author = Author(me.member.id, me.member.name)
        self.face = face
        self.fence = 0
        self.n = 0  # what the welcome showed
        self.drawn: dict[str, int] = {}  # held chats -> feed number of their drawing
        self._coming: dict[str, list[Shown]] = {}  # chats being read -> what happened meanwhile
        self._early: list[Heard] | None = None
        self._reading: set[asyncio.Task[None]] = set()

    def verbs(self) -> Mapping[type[Inbound], Handler]:
        return {
            SetStatus: self.set_status,
            AgentSay: self.say,
            AddNote: self.note,
            AgentEnd: self.end,
            SkipReply: self.no_reply,
            SaveDraft: self.draft,
            ShownFrame: self.shown,
            AgentTyping: self.typing,
            AgentHistory: self.history,
        }

    # --- coming, and coming back ---------------------------------------------------------------------

    async def hello(self, frame: AgentHello) -> bool:
        if not isinstance(frame, AgentHello):
            return False
        agent = self.me.member.id
        self._early = []
        self.services.hub.join(f"agent:{agent}", self)
        self.services.hub.join("staff", self)
        if await who(self.socket) is None:  # ended since the upgrade, before anybody could tell this socket
            raise Hangup(4401)
        try:
            connected = await self.services.workspace.connect(agent, frame.tab, take=frame.take)
        except NotYours:  # known to SQL, not yet to a store that has begun anew
            raise Hangup(1013) from None
        self.fence, self.n = connected.fence, connected.n
        self.drawn = {chat.id: connected.n for chat in connected.chats}
        self.face.welcome(self, frame, connected)
        early, self._early = self._early, None
        for heard in early:
            self.deliver(heard)
        self.face.begin(self)
        return True

    # --- commands ---------------------------------------------------------------------------------------

    async def say(self, frame: AgentSay) -> None:
        text = written(frame.text)
        say = self.services.workspace.agent_say
        await self._done(frame, "message", say(self.author, self.fence, frame.chat, frame.cid, text, frame.read), text)

    async def note(self, frame: AddNote) -> None:
        text = written(frame.text)
        note = self.services.workspace.note
        await self._done(frame, "note", note(self.author, self.fence, frame.chat, frame.cid, text), text)

    async def end(self, frame: AgentEnd) -> None:
        end = self.services.workspace.agent_end
        await self._done(frame, "ended", end(self.author, self.fence, frame.chat, frame.cid))

    async def no_reply(self, frame: SkipReply) -> None:
        no_reply = self.services.workspace.no_reply
        await self._done(frame, "no_reply", no_reply(self.author, self.fence, frame.chat, frame.cid))

    async def _done(self, frame: Command, kind: str, work: Awaitable[Said], text: str = "") -> None:
        """Acks; when live keys are gone a resend gets the first result from the archive."""
        try:
            said = await work
        except Gone:
            said = await self._archived(frame, kind, text)
        self.ack(frame.cid, said.chat, said.seq, said.at)

    async def _archived(self, frame: Command, kind: str, text: str) -> Said:
        try:
            return await after_the_end(self.services, self.author.id, frame.cid, kind, chat=frame.chat, text=text)
        except ChatEnded:  # not this agent's, or no chat at all: the same answer
            raise NotYours from None

    async def set_status(self, frame: SetStatus) -> None:
        reason = clean(frame.reason, limit=120, lines=False, optional=True)
        at = await self.services.workspace.set_status(self.author.id, self.fence, frame.status, reason)
        self.ack(frame.cid, "", 0, at)

    async def draft(self, frame: SaveDraft) -> None:
        text = mask_cards(clean(frame.text, limit=4_000, optional=True))
        if frame.chat in self.drawn:
            await self.services.workspace.draft(self.author.id, self.fence, frame.chat, text)

    async def shown(self, frame: ShownFrame) -> None:
        if frame.chat in self.drawn:
            await self.services.workspace.shown(self.author.id, self.fence, frame.chat, frame.seq, hidden=frame.hidden)

    async def typing(self, frame: AgentTyping) -> None:
        line = self.services.picture.chats.get(frame.chat)
        if line is not None and line.agent == self.author.id:
            signal = TypingSignal(frame.chat, "agent", self.author.name, line.last)
            await self.services.workspace.signal(msgspec.json.encode(signal))

    async def history(self, frame: AgentHistory) -> None:
        _, agent, log, more = await self.services.workspace.history(frame.chat, frame.before, MAX_FACTS)
        if agent != self.author.id:
            raise NotYours
        self.send(HistoryPage([msgspec.Raw(raw) for raw in log], frame.chat, more))

    # --- what is heard ------------------------------------------------------------------------------------

    def deliver(self, heard: Heard) -> None:
        if self._early is not None:
            self._early.append(heard)
            return
        match heard:
            case TypingSignal():
                if heard.chat in self.drawn:
                    self.send(Typing(heard.who, heard.after, heard.chat, heard.text))
            case SeenSignal():
                if heard.chat in self.drawn:
                    self.send(Seen(heard.seq, heard.chat))
            case Shown():
                if heard.n > self.n or isinstance(heard.fact, Revoked):  # that may come between session and welcome
                    self._hear(heard)

    def _hear(self, shown: Shown) -> None:
        match shown.fact:
            case AgentChanged():
                if shown.fact.removed:
                    self.cut(4401)
                elif shown.fact.fence > self.fence:
                    self.cut(4409)
                self.face.strip(self)
            case Revoked():
                if shown.fact.session in ("", self.me.session):
                    self.cut(4401)
            case Presence():
                if shown.line is not None and shown.fact.chat in self.drawn:
                    self.face.presence(self, shown)
            case ChatFact():
                self._hear_of_chat(shown, shown.fact)

    def _hear_of_chat(self, shown: Shown, fact: ChatFact) -> None:
        if fact.chat in self._coming:
            self._coming[fact.chat].append(shown)
        elif isinstance(fact, Assigned) and fact.agent == self.author.id:
            self._take_in(fact.chat)
        elif shown.n > self.drawn.get(fact.chat, shown.n):
            self._show(shown, fact)

    def _show(self, shown: Shown, fact: ChatFact) -> None:
        self.face.fact(self, shown)
        if isinstance(fact, Released | Ended):
            self.drawn.pop(fact.chat, None)
            self.face.left(self, shown, fact)

    def _take_in(self, chat: str) -> None:
        """A chat has come: it is read once, whole, and what happens meanwhile follows."""
        self._coming[chat] = []
        task = asyncio.create_task(self._read_in(chat))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _read_in(self, chat: str) -> None:
        try:
            live, n = await self.services.workspace.read_chat(chat)
        except SestettoError:
            self._coming.pop(chat, None)
            self.cut(1012)
            return
        meanwhile = self._coming.pop(chat)
        if live.fields.get("agent") == self.author.id:
            self._draw(live, n)
        for shown in meanwhile:
            if isinstance(shown.fact, ChatFact) and shown.n > n:
                self._hear_of_chat(shown, shown.fact)

    def _draw(self, live: LiveChat, n: int) -> None:
        self.drawn[live.id] = n
        self.face.assigned(self, live, n)

    def agent_lease(self) -> tuple[str, int] | None:
        return (self.author.id, self.fence) if self.fence else None

    async def gone(self) -> None:
        self.services.hub.leave(self)
        self.face.close()
        for task in self._reading:
            task.cancel()
        if self.fence:
            try:
                await self.services.workspace.leave(self.author.id, self.fence)
            except Fenced:
                return


async def agent_socket(socket: WebSocket) -> None:
    """A cookie from our own pages, or a bearer token with the JSON tongue; 4401 for anybody else.

    A cookie from a foreign page is an attack: 403 before the upgrade, and a line in the log.
    """
    if COOKIE in socket.cookies and not own_origin(socket):
        log.warning("agent.foreign_origin", origin=socket.headers.get("origin", "")[:200])
        await socket.close()
        return
    offered = socket.scope["subprotocols"]
    tongue = next((name for name in (HTML, JSON) if name in offered), None)
    if tongue is None:
        await socket.close()
        return
    try:
        me = await who(socket)
    except Unknown as problem:  # SQL is away
        await socket.accept(tongue)
        await socket.close(problem.close)
        return
    if me is None or me.member.id not in socket.app.state.services.directory.members:
        await socket.accept(tongue)
        await socket.close(4401)
        return
    await socket.accept(tongue)
    face: Face = HtmlFace(socket) if tongue == HTML else JsonFace()
    await AgentConnection(socket, me, face).run()
