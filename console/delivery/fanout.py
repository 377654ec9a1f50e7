"""From the feed to the screens: the picture advances, and whoever is concerned is shown the fact.

Each rendering is made once per audience, when the first listener asks for it. One listener that
fails never stops the tail.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

import msgspec
import structlog
from redis.exceptions import RedisError

from console.delivery.hub import Hub
from console.events import (
    AgentChanged,
    AnyFact,
    ChatFact,
    Configured,
    Ended,
    Entry,
    Invited,
    Revoked,
    Unreadable,
)
from console.projection.picture import ChatState, Picture
from console.queue.feed import FeedGap, Tail
from console.queue.store import open_client
from console.queue.workspace import Workspace
from console.views.html import HtmlViews
from console.views.json import agent_frame, visitor_frame

IN_LINE = ("waiting", "offered")
REMEMBERED = 20_000  # ended chats whose visitors may still rate or reopen them

log = structlog.get_logger()


class RenderedFact:
    """A fact on its way to screens. `line`: its chat after it (at the end, before it); `slot_before`: its old slot."""

    def __init__(self, entry: Entry, line: ChatState | None, views: HtmlViews, slot_before: int = 0) -> None:
        self.n = entry.n
        self.fact = entry.fact
        self.line = line
        self.slot_before = slot_before
        self._entry = entry
        self._views = views
        self._visitor: str | None = None
        self._agent: str | None = None
        self._html: dict[str, str] = {}

    def for_visitor(self) -> str | None:
        """The frame, or None for what a visitor is not told."""
        if self._visitor is None and isinstance(self.fact, ChatFact):
            self._visitor = visitor_frame(self.fact) or ""
        return self._visitor or None

    def for_agent(self) -> str:
        if self._agent is None:
            self._agent = agent_frame(self._entry)
        return self._agent

    def for_console(self, locale: str) -> str:
        """Fragments; only facts of a chat have them."""
        if locale not in self._html:
            assert isinstance(self.fact, ChatFact)
            assert self.line is not None
            self._html[locale] = self._views.fact(self.fact, self.line, locale=locale)
        return self._html[locale]


class Signal(msgspec.Struct, tag_field="t", omit_defaults=True):
    """A word between processes that may be lost."""

    chat: str
    by: str  # visitor | agent


class TypingSignal(Signal, tag="typing"):
    who: str
    after: int
    text: str = ""


class SeenSignal(Signal, tag="seen"):
    seq: int


signal_decoder = msgspec.json.Decoder(TypingSignal | SeenSignal)
HubEvent = RenderedFact | TypingSignal | SeenSignal


class Fanout:
    """Keeps the picture, and shows each fact to the audiences `visitor:<id>`, `agent:<id>` and `chat:<id>`.

    Whoever looks on at a chat is in `chat:<id>`. `on_fact` is told every fact, and the agents whose slots it may have
    changed, once the picture has it.
    """

    def __init__(self, workspace: Workspace, hub: Hub[HubEvent], views: HtmlViews) -> None:
        self.picture = Picture()
        self.ready = asyncio.Event()
        self.on_picture: Callable[[Picture], None] = lambda picture: None
        self.on_configured: Callable[[], None] = lambda: None
        self.on_revoked: Callable[[str], None] = lambda agent: None
        self.on_fact: Callable[[AnyFact | Unreadable, set[str]], None] = lambda fact, agents: None
        self._workspace = workspace
        self._hub = hub
        self._views = views
        self._visitors: OrderedDict[str, str] = OrderedDict()  # of chats that have ended
        self._places: dict[str, int] = {}
        self._counted: tuple[Picture, int] | None = None  # what they were counted in
        self._epoch = ""
        workspace.on_epoch.append(self._turn)

    def _turn(self) -> None:
        """Another epoch: everybody says hello again."""
        log.warning("epoch.turned", epoch=self._workspace.epoch)
        self._cut_everyone()

    def _cut_everyone(self) -> None:
        for listener in self._hub.everyone():
            listener.cut(1012)

    async def run(self) -> None:
        """Snapshot, then the tail; from the start again when facts are missing."""
        while True:
            try:
                await self._follow()
            except FeedGap as gap:
                log.warning("feed.gap", gap=str(gap))
            except Exception as problem:
                log.error("fanout.restarts", error=repr(problem))
                await asyncio.sleep(0.5)

    async def _follow(self) -> None:
        snapshot = await self._workspace.snapshot()
        picture = Picture.from_snapshot(snapshot)
        if self._epoch not in ("", snapshot.epoch):
            self._visitors.clear()
        self._epoch = snapshot.epoch
        self.picture = picture
        self.on_picture(picture)
        if self.ready.is_set():  # whoever said hello before this has missed what lies between the two pictures
            self._cut_everyone()
        if snapshot.n:
            self._workspace.last_entry = (snapshot.last, b"")
        self.ready.set()
        tail = Tail(self._workspace.store.url, self._workspace.keys.feed, snapshot.last, snapshot.n)
        try:
            async for batch in tail.batches():
                if self._workspace.epoch != self._epoch:
                    return
                for entry in batch:
                    self._show(entry)
                self._workspace.last_entry = (batch[-1].id, batch[-1].raw)
        finally:
            await tail.close()

    def _show(self, entry: Entry) -> None:
        fact = entry.fact
        before = self.picture.chats.get(fact.chat) if isinstance(fact, ChatFact) else None
        holder, slot = (before.agent, before.slot) if before is not None else ("", 0)
        if isinstance(fact, Ended) and before is not None:
            self._remember(fact.chat, before.visitor)
        self.picture.advance(entry.n, fact)
        if isinstance(fact, ChatFact):
            line = self.picture.chats.get(fact.chat) or before
            self._show_chat_fact(RenderedFact(entry, line, self._views, slot), fact, holder)
            self._tell(fact, {holder, line.agent if line is not None else ""})
        elif isinstance(fact, AgentChanged | Revoked):
            if isinstance(fact, Revoked):
                self.on_revoked(fact.agent)
            self._deliver(f"agent:{fact.agent}", RenderedFact(entry, None, self._views))
            self._tell(fact, {fact.agent})
        elif isinstance(fact, Configured):
            self.on_configured()
            self._tell(fact, set())
        else:
            chat = self.picture.chats.get(getattr(fact, "chat", ""))
            if chat is not None:
                self._deliver(f"chat:{chat.id}", RenderedFact(entry, chat, self._views))
            if chat is not None and chat.agent:
                self._deliver(f"agent:{chat.agent}", RenderedFact(entry, chat, self._views))
            self._tell(fact, {chat.agent if chat is not None else ""})

    def _tell(self, fact: AnyFact | Unreadable, agents: set[str]) -> None:
        try:
            self.on_fact(fact, agents - {""})
        except Exception as problem:
            log.error("watcher.failed", error=repr(problem))

    def _show_chat_fact(self, shown: RenderedFact, fact: ChatFact, holder: str) -> None:
        line = shown.line
        visitor = line.visitor if line is not None else self._visitors.get(fact.chat, "")
        if visitor:
            self._deliver(f"visitor:{visitor}", shown)
        guest = fact.agent if isinstance(fact, Invited) else ""
        agents = {holder, line.agent if line is not None else "", guest} - {""}
        for agent in agents:
            self._deliver(f"agent:{agent}", shown)
        self._deliver(f"chat:{fact.chat}", shown)

    def _deliver(self, audience: str, heard: HubEvent) -> None:
        for listener in self._hub.listeners(audience):
            try:
                listener.deliver(heard)
            except Exception as problem:
                log.error("listener.failed", audience=audience, error=repr(problem))
                listener.cut(1011)

    def _remember(self, chat: str, visitor: str) -> None:
        self._visitors[chat] = visitor
        if len(self._visitors) > REMEMBERED:
            self._visitors.popitem(last=False)

    # --- what the line looks like --------------------------------------------------------------

    def place_of(self, chat: str) -> tuple[int, int] | None:
        """(position from 1, expected wait in s or -1 when nothing is known) of a chat in line.

        Who is offered to an agent stands in line for the visitors: nobody has said yes yet.
        """
        line = self.picture.chats.get(chat)
        if line is None or line.place not in IN_LINE:
            return None
        position = self._positions()[chat]
        queue = self.picture.queues.get(line.queue)
        return position, round(position * queue.pace / 1000) if queue is not None and queue.pace else -1

    def _positions(self) -> dict[str, int]:
        """Places in line from 1, by chat. Counted once a fact, for every visitor in line asks every second."""
        picture = self.picture
        if self._counted != (picture, picture.n):
            lines: dict[str, int] = {}
            self._places = {}
            for chat in sorted(picture.chats.values(), key=lambda chat: (chat.rank, chat.id)):
                if chat.place in IN_LINE:
                    self._places[chat.id] = lines[chat.queue] = lines.get(chat.queue, 0) + 1
            self._counted = (picture, picture.n)
        return self._places

    # --- signals -------------------------------------------------------------------------------

    async def hear(self) -> None:
        """Signals from every process to the sockets of this one; what is lost is lost."""
        client = open_client(self._workspace.store.url)
        while True:
            try:
                async with client.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(self._workspace.keys.signals)
                    async for message in channel.listen():
                        self._signal(message["data"])
            except (RedisError, OSError, AttributeError):
                await asyncio.sleep(0.5)

    def _signal(self, raw: bytes) -> None:
        try:
            signal = signal_decoder.decode(raw)
        except msgspec.MsgspecError:
            log.error("signal.unreadable")
            return
        line = self.picture.chats.get(signal.chat)
        if line is None or line.place == "wrapup":  # over for the visitor
            return
        self._deliver(f"chat:{line.id}", signal)
        if signal.by == "agent":
            self._deliver(f"visitor:{line.visitor}", signal)
        elif line.place == "active":
            self._deliver(f"agent:{line.agent}", signal)
