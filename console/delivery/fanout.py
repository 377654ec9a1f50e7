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
from console.delivery.rendered_fact import HubEvent, RenderedFact
from console.delivery.signals import signal_decoder
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
from console.projection.current import Current
from console.projection.picture import Picture
from console.queue.feed import FeedGap, Tail
from console.queue.store import open_client
from console.queue.workspace import Workspace
from console.views.html import HtmlViews

REMEMBERED = 20_000  # ended chats whose visitors may still rate or reopen them

log = structlog.get_logger()


Observer = Callable[[AnyFact | Unreadable, set[str]], None]  # a fact, and the agents whose slots it may have changed


class Fanout:
    """Keeps the picture, and shows each fact to the audiences `visitor:<id>`, `agent:<id>` and `chat:<id>`.

    Whoever watches a chat is in `chat:<id>`. `observers` are told every fact once the picture has it.
    """

    def __init__(self, workspace: Workspace, hub: Hub[HubEvent], views: HtmlViews, current: Current) -> None:
        self.ready = asyncio.Event()
        self.observers: list[Observer] = []
        self._current = current
        self._workspace = workspace
        self._hub = hub
        self._views = views
        self._visitors: OrderedDict[str, str] = OrderedDict()  # of chats that have ended
        self._epoch = ""
        workspace.on_epoch.append(self._turn)

    @property
    def picture(self) -> Picture:
        return self._current.picture

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
        if self._epoch not in ("", snapshot.epoch):
            self._visitors.clear()
        self._epoch = snapshot.epoch
        self._current.picture = Picture.from_snapshot(snapshot)
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
            self._deliver(f"agent:{fact.agent}", RenderedFact(entry, None, self._views))
            self._tell(fact, {fact.agent})
        elif isinstance(fact, Configured):
            self._tell(fact, set())
        else:
            chat = self.picture.chats.get(getattr(fact, "chat", ""))
            if chat is not None:
                self._deliver(f"chat:{chat.id}", RenderedFact(entry, chat, self._views))
            if chat is not None and chat.agent:
                self._deliver(f"agent:{chat.agent}", RenderedFact(entry, chat, self._views))
            self._tell(fact, {chat.agent if chat is not None else ""})

    def _tell(self, fact: AnyFact | Unreadable, agents: set[str]) -> None:
        for observer in self.observers:
            try:
                observer(fact, agents - {""})
            except Exception as problem:
                log.error("observer.failed", error=repr(problem))

    def _show_chat_fact(self, rendered: RenderedFact, fact: ChatFact, holder: str) -> None:
        line = rendered.chat
        visitor = line.visitor if line is not None else self._visitors.get(fact.chat, "")
        if visitor:
            self._deliver(f"visitor:{visitor}", rendered)
        guest = fact.agent if isinstance(fact, Invited) else ""
        agents = {holder, line.agent if line is not None else "", guest} - {""}
        for agent in agents:
            self._deliver(f"agent:{agent}", rendered)
        self._deliver(f"chat:{fact.chat}", rendered)

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
