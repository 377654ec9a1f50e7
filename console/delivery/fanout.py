"""Follows the feed for the sockets: advances the picture and delivers each fact to the audiences it concerns.

A fact is rendered once per audience, when its first listener asks. A listener that fails never stops the feed.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

import msgspec
import structlog
from redis.exceptions import NoPermissionError

from console.delivery.hub import Hub
from console.delivery.rendered_fact import HubEvent, RenderedFact
from console.delivery.signals import signal_decoder
from console.errors import SestettoError
from console.events import (
    AgentChanged,
    AnyFact,
    BotChanged,
    ChatFact,
    Configured,
    Ended,
    Entry,
    Invited,
    Labelled,
    Profile,
    Revoked,
    Unreadable,
)
from console.logs import Outage
from console.projection.current import Current
from console.projection.picture import Picture
from console.queue.feed import FeedGap
from console.queue.primary import AWAY, why
from console.queue.pushed_tail import SILENT, UNPUSHED, PushedTail
from console.queue.pushes import Pushes
from console.queue.workspace import Workspace
from console.views.html import HtmlViews

ALONE = 0.5  # seconds between two reads of the feed while nobody listens
BARRED = 10.0  # seconds until the store is asked again whether it lets us subscribe
REMEMBERED = 20_000  # ended chats whose visitors may still rate or reopen them

log = structlog.get_logger()


# is called with a fact and the agents whose slots it may have changed
Observer = Callable[[AnyFact | Unreadable, set[str]], None]


class Fanout:
    """Keeps the picture and delivers each fact to the audiences `visitor:<id>`, `agent:<id>`, `bot:<id>`, `chat:<id>`.

    Watchers of a chat are in `chat:<id>`. `observers` get every fact after the picture has it.
    """

    def __init__(self, workspace: Workspace, hub: Hub[HubEvent], views: HtmlViews, current: Current) -> None:
        self.ready = asyncio.Event()
        self.tail: PushedTail | None = None
        self.observers: list[Observer] = []
        self._current = current
        self._workspace = workspace
        self._hub = hub
        self._views = views
        self._visitors: OrderedDict[str, str] = OrderedDict()  # chat -> visitor, of ended chats
        self._epoch = ""
        keys = workspace.keys
        self._unpushed = Outage("pushes", store=workspace.store.primary.shown)
        self._pushes = Pushes(workspace.store.primary, {keys.facts: self._receive_facts, keys.signals: self._signal})
        workspace.on_epoch.append(self._turn)
        workspace.on_seen = self._seen

    @property
    def picture(self) -> Picture:
        return self._current.picture

    def _turn(self) -> None:
        """A new epoch has begun: disconnect all listeners, so that they say hello again."""
        log.warning("epoch.turned", epoch=self._workspace.epoch)
        self._cut_everyone()

    def _cut_everyone(self) -> None:
        for listener in self._hub.everyone():
            listener.cut(1012)

    async def run(self) -> None:
        """Take a snapshot and follow the feed; start over when facts are missing."""
        while True:
            try:
                await self._follow()
            except FeedGap as gap:
                log.warning("feed.gap", gap=str(gap))
            except SestettoError as problem:  # the store is away, which it logs itself
                log.debug("fanout.waits", error=problem.code)
                await asyncio.sleep(0.5)
            except Exception as problem:
                log.error("fanout.restarts", error=repr(problem), exc_info=problem)
                await asyncio.sleep(0.5)

    async def _follow(self) -> None:
        snapshot = await self._workspace.snapshot()
        # Another epoch is another history: its chats are not the ones we remember.
        if self._epoch not in ("", snapshot.epoch):
            self._visitors.clear()
        self._epoch = snapshot.epoch
        self._current.picture = Picture.from_snapshot(snapshot)
        # Sockets that joined before the new snapshot have missed the facts between the old picture and the new one.
        if self.ready.is_set():
            self._cut_everyone()
        # The raw entry is not known yet. After a reconnect the id alone shows whether the store is still the same.
        if snapshot.n:
            self._workspace.last_entry = (snapshot.last, b"")
        self.ready.set()
        workspace = self._workspace
        self.tail = PushedTail(workspace.store, workspace.keys.feed, snapshot.last, snapshot.n, every=self._every)
        async for batch in self.tail.batches():
            if workspace.epoch != self._epoch:
                return
            for entry in batch:
                self._show(entry)
            if batch:
                workspace.last_entry = (batch[-1].id, batch[-1].raw)

    def _every(self) -> float:
        """Return the interval between reads. Without listeners, nothing is pushed, and facts are read in batches."""
        if not self._hub.somebody.is_set():
            return ALONE
        return SILENT if self._pushes.open else UNPUSHED

    def _show(self, entry: Entry) -> None:
        # The previous holder must get the fact too: after `advance` the chat may be in another slot or gone.
        fact, picture = entry.fact, self._current.picture
        before = picture.chats.get(fact.chat) if isinstance(fact, ChatFact) else None
        holder, slot, bot = (before.agent, before.slot, before.bot) if before is not None else ("", 0, "")
        if isinstance(fact, Ended) and before is not None:
            self._remember(fact.chat, before.visitor)
        picture.advance(entry.n, fact)
        if isinstance(fact, Profile) and fact.chat in self._visitors:
            self._visitors[fact.chat] = fact.visitor.id  # the chat became theirs by a signed identity
        if isinstance(fact, ChatFact):
            chat_state = picture.chats.get(fact.chat) or before
            if self._hub.somebody.is_set():
                self._show_chat_fact(RenderedFact(entry, chat_state, self._views, slot), fact, holder, bot)
            author = fact.author.id if isinstance(fact, Labelled) else ""
            self._notify(fact, {holder, chat_state.agent if chat_state is not None else "", author})
        elif isinstance(fact, AgentChanged | Revoked):
            self._deliver(f"agent:{fact.agent}", RenderedFact(entry, None, self._views))
            self._notify(fact, {fact.agent})
        elif isinstance(fact, BotChanged):
            self._deliver(f"bot:{fact.bot}", RenderedFact(entry, None, self._views))
            self._notify(fact, set())
        elif isinstance(fact, Configured):
            self._notify(fact, set())
        else:
            # Facts outside a chat's log, such as presence or watching, go to those who see the chat now.
            chat = picture.chats.get(getattr(fact, "chat", ""))
            if chat is not None:
                self._deliver(f"chat:{chat.id}", RenderedFact(entry, chat, self._views))
            if chat is not None and chat.agent:
                self._deliver(f"agent:{chat.agent}", RenderedFact(entry, chat, self._views))
            self._notify(fact, {chat.agent if chat is not None else ""})

    def _notify(self, fact: AnyFact | Unreadable, agents: set[str]) -> None:
        agents.discard("")
        for observer in self.observers:
            try:
                observer(fact, agents)
            except Exception as problem:
                log.error("observer.failed", error=repr(problem))

    def _show_chat_fact(self, rendered: RenderedFact, fact: ChatFact, holder: str, bot: str) -> None:
        chat_state = rendered.chat
        # A rating or a reopening comes after the end, when the picture no longer knows the chat's visitor.
        visitor = chat_state.visitor if chat_state is not None else self._visitors.get(fact.chat, "")
        if visitor:
            self._deliver(f"visitor:{visitor}", rendered)
        guest = fact.agent if isinstance(fact, Invited) else ""
        agents = {holder, chat_state.agent if chat_state is not None else "", guest} - {""}
        for agent in agents:
            self._deliver(f"agent:{agent}", rendered)
        for one in {bot, chat_state.bot if chat_state is not None else ""} - {""}:
            self._deliver(f"bot:{one}", rendered)
        self._deliver(f"chat:{fact.chat}", rendered)

    def _deliver(self, audience: str, event: HubEvent) -> None:
        for listener in self._hub.listeners(audience):
            try:
                listener.deliver(event)
            except Exception as problem:
                log.error("listener.failed", audience=audience, error=repr(problem))
                listener.cut(1011)

    def _remember(self, chat: str, visitor: str) -> None:
        self._visitors[chat] = visitor
        if len(self._visitors) > REMEMBERED:
            self._visitors.popitem(last=False)

    # --- pushes --------------------------------------------------------------------------------

    async def receive_pushes(self) -> None:
        """While there are listeners, receive the store's pushes: facts, and signals, which may be lost for good."""
        somebody = self._hub.somebody
        while True:
            await somebody.wait()
            self._read_now()
            try:
                await self._pushes.follow(self._begin, somebody.is_set)
            except NoPermissionError as problem:  # everything works without pushes, but slower
                self._unpushed.begins(f"{why(problem)} (allow it: ACL SETUSER … &{self._workspace.keys.prefix}*)")
                await asyncio.sleep(BARRED)
            except AWAY:
                self._read_now()
                await asyncio.sleep(0.5)

    def _begin(self) -> None:
        self._unpushed.ends()
        self._read_now()

    def _read_now(self) -> None:
        if self.tail is not None:
            self.tail.read_now()

    def _seen(self, n: int) -> None:
        """While nothing is pushed, read at once what this process has just written."""
        if not self._pushes.open and self.tail is not None and n > self.tail.n:
            self.tail.read_now()

    def _receive_facts(self, message: bytes) -> None:
        if self.tail is not None:
            self.tail.receive(message)

    def _signal(self, raw: bytes) -> None:
        try:
            signal = signal_decoder.decode(raw)
        except msgspec.MsgspecError:
            log.error("signal.unreadable")
            return
        chat_state = self.picture.chats.get(signal.chat)
        if chat_state is None or chat_state.place == "wrapup":  # for the visitor the chat has ended
            return
        self._deliver(f"chat:{chat_state.id}", signal)
        if signal.by in ("agent", "bot"):
            self._deliver(f"visitor:{chat_state.visitor}", signal)
        elif chat_state.place == "active":
            self._deliver(f"agent:{chat_state.agent}", signal)
