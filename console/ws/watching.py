"""Watching chats, on a board or in a console: each chat is read once as a whole, then its facts follow."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from msgspec.structs import replace

from console.delivery.catch_up import CatchUp
from console.delivery.hub import Listener
from console.delivery.outbox import Outbox
from console.delivery.rendered_fact import HubEvent, RenderedFact
from console.delivery.signals import TypingSignal
from console.domain.ids import new_id
from console.errors import ChatEnded, NotYours, SestettoError
from console.events import Author, ChatFact, Ended, Presence, Watched, Wrapped, read_log
from console.projection.picture import ChatState, chat_state
from console.protocol import Outbound, Typing, Unwatched, WatchDrawn, WatchStarted
from console.queue.results import Gone
from console.services import Services
from console.views.watch import TRACED, WatchViews, traced
from console.ws.agent_json import agent_chat

MOST = 6  # chats watched at once
RENEW = 20.0  # seconds; the store drops a watcher after 60 if their process has died


class WatchingSocket(Listener[HubEvent], Protocol):
    outbox: Outbox

    def send(self, frame: Outbound) -> None: ...
    def now(self) -> int: ...


class WatchedChat:
    """One watched chat: the feed number it was rendered at, its routing history, and its further facts."""

    def __init__(self) -> None:
        self.n = 0
        self.trace: list[ChatFact] = []
        self.facts = CatchUp[RenderedFact]()


class Watching:
    """The chats watched on one socket.

    `may` says whether the member may watch a chat, `sees` whether they see other watchers, and `knows` whether they
    knew of a chat that is gone. To all others, it looks like a chat that they may not watch.
    """

    def __init__(
        self,
        on: WatchingSocket,
        services: Services,
        author: Author,
        locale: str,
        may: Callable[[ChatState], bool],
        sees: Callable[[], bool] = lambda: True,
        *,
        json: bool = False,
        knows: Callable[[str], bool] = lambda chat: True,
    ) -> None:
        self._on = on
        self._sees = sees
        self._json = json  # facts as they are, instead of fragments
        self._services = services
        self._author = author
        self._locale = locale
        self._may = may
        self._knows = knows
        self._views = WatchViews(services.views, sees)
        self._connection = new_id()
        self._watched: dict[str, WatchedChat] = {}
        self._renewing: asyncio.Task[None] | None = None

    async def begin(self, chat: str) -> None:
        """Send the chat as it is now, then what happens in it. Raises NotYours if the member may not watch it."""
        line = self._services.picture.chats.get(chat)
        if line is None and self._knows(chat):
            self._send(Unwatched(chat, "ended"))
            return
        if line is None or not self._may(line) or (chat not in self._watched and len(self._watched) >= MOST):
            raise NotYours
        watched = self._watched[chat] = WatchedChat()
        # Join before reading, so that no fact is lost between the two.
        self._services.hub.join(f"chat:{chat}", self._on)
        try:
            await self._services.workspace.watch(self._author, chat, self._connection, on=True)
            live, watched.n = await self._services.workspace.read_chat(chat)
        except (Gone, ChatEnded):
            self._forget(chat, "ended")
            return
        facts = read_log(live.log)
        watched.trace = traced(facts)
        line = chat_state(chat, live.fields)
        if self._json:
            self._send(WatchStarted(watched.n, agent_chat(live, 0)))
        else:
            whole = self._views.whole(line, facts, locale=self._locale, now=self._on.now())
            self._send(WatchDrawn(chat, watched.n, whole, whole=True))
        if line.place == "ended":  # it ended between the two calls, and that fact has already passed
            self._forget(chat, "ended")
            return
        for rendered in watched.facts.release():
            self._on_fact(watched, rendered)
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew())

    async def end(self, chat: str) -> None:
        if chat in self._watched:
            self._forget(chat, "off")
            await self._unwatch(chat)

    async def close(self) -> None:
        """Stop watching all chats; the socket has closed."""
        if self._renewing is not None:
            self._renewing.cancel()
        for chat in [*self._watched]:
            self._forget(chat, "off")
            await self._unwatch(chat)

    def on_event(self, event: HubEvent) -> bool:
        """Show an event of a watched chat. Return whether it was one."""
        if isinstance(event, TypingSignal):
            if event.chat in self._watched:
                self._send(Typing(event.who, event.after, event.chat, event.text))
            return event.chat in self._watched
        fact = event.fact if isinstance(event, RenderedFact) else None
        if not isinstance(event, RenderedFact) or not isinstance(fact, ChatFact | Presence | Watched):
            return False
        watched = self._watched.get(fact.chat)
        if watched is not None and not watched.facts.hold(event):
            self._on_fact(watched, event)
        return watched is not None

    def _on_fact(self, watched: WatchedChat, rendered: RenderedFact) -> None:
        # watching may have ended while the chat was being read
        current = self._watched.get(getattr(rendered.fact, "chat", "")) is watched
        if current and rendered.n > watched.n and rendered.chat is not None:
            watched.n = rendered.n
            self._show(watched, rendered, rendered.chat)

    def _show(self, watched: WatchedChat, rendered: RenderedFact, line: ChatState) -> None:
        fact = rendered.fact
        if self._json:
            self._send_raw(rendered)
            return
        if not isinstance(fact, ChatFact):
            content = self._views.head(line, locale=self._locale, now=self._on.now())
            self._send(WatchDrawn(line.id, rendered.n, content))
            return
        over = _is_over(fact)
        if isinstance(fact, TRACED):
            watched.trace.append(fact)
        stands = replace(line, place="ended") if over else line
        content = self._views.fact(fact, stands, watched.trace, locale=self._locale)
        self._send(WatchDrawn(line.id, rendered.n, content))
        if over:
            self._forget(line.id, "ended")

    def _send_raw(self, rendered: RenderedFact) -> None:
        """Send the fact as it is, except who else watches, where that is not shown."""
        fact = rendered.fact
        if not isinstance(fact, Watched) or self._sees():
            self._on.outbox.put(rendered.for_agent())
        if _is_over(fact):
            self._forget(getattr(fact, "chat", ""), "ended")

    def _forget(self, chat: str, why: str) -> None:
        del self._watched[chat]
        self._services.hub.part(f"chat:{chat}", self._on)
        self._send(Unwatched(chat, "ended" if why == "ended" else "off"))

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW)
            for chat in [*self._watched]:
                try:
                    await self._services.workspace.watch(self._author, chat, self._connection, on=True)
                except SestettoError:  # it ended, or the store is down: the next round shows which
                    continue

    async def _unwatch(self, chat: str) -> None:
        try:
            await self._services.workspace.watch(self._author, chat, self._connection, on=False)
        except SestettoError:
            return

    def _send(self, frame: Outbound) -> None:
        self._on.send(frame)


def _is_over(fact: object) -> bool:
    """Return whether this fact takes the chat out of its slot, which ends watching it."""
    return isinstance(fact, Wrapped) or (isinstance(fact, Ended) and not fact.wrapup)
