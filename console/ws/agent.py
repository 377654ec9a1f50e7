"""The agent's socket, `/ws/agent`.

Both subprotocols share the commands. The renderers differ: JSON for bots, HTML for the console.
"""

import asyncio

import msgspec
import structlog
from starlette.websockets import WebSocket

from console.actions.agent import AgentActions
from console.archive.credentials import SignedIn
from console.authentication import authenticate, is_foreign
from console.delivery.catch_up import CatchUp
from console.delivery.rendered_fact import HubEvent, RenderedFact
from console.delivery.signals import SeenSignal, TypingSignal
from console.domain.permissions import may as allowed
from console.errors import Fenced, NotYours, Unknown
from console.events import AgentChanged, Assigned, Author, ChatFact, Invited, Offered, Presence, Revoked, Watched
from console.projection.handover_targets import colleagues, invited_to, to_wrap_up
from console.protocol import (
    Accept,
    AddNote,
    AgentEnd,
    AgentFrame,
    AgentHello,
    AgentHistory,
    AgentSay,
    AgentTyping,
    AskForDrafts,
    Breathe,
    Colleagues,
    Decline,
    FollowColleagues,
    Invite,
    InvitedTo,
    Label,
    Rename,
    SaveDraft,
    Seen,
    SetLanguage,
    SetOwnLimit,
    SetStatus,
    SkipReply,
    Take,
    ToWrapUp,
    Transfer,
    Typing,
    Watch,
    Went,
    Whisper,
)
from console.protocol import Shown as ShownFrame
from console.queue.results import ChatSnapshot
from console.views.templating import locale_of
from console.ws.agent_html import HtmlRenderer
from console.ws.agent_json import JsonRenderer
from console.ws.agent_renderer import AgentRenderer, leaves
from console.ws.arriving import ArrivingChats
from console.ws.connection import Connection, Hangup, acked, done
from console.ws.drafting import Drafting
from console.ws.reconnect import where_chats_went
from console.ws.upgrade import FOREIGN, offer, refuse_upgrade
from console.ws.watching import Watching

JSON, HTML = "sestetto.v1", "sestetto.v1.html"
CHECK_EVERY = 0.5  # seconds between two checks of the team

log = structlog.get_logger()


class AgentConnection(Connection):
    """One agent's connection, with a renderer for its subprotocol."""

    frames = msgspec.json.Decoder(AgentFrame)
    rate = (50, 200)

    def __init__(self, socket: WebSocket, me: SignedIn, renderer: AgentRenderer) -> None:
        super().__init__(socket)
        self.me = me
        self.author = Author(me.member.id, me.member.name)
        self.renderer = renderer
        self.fence = 0
        self.n = 0  # feed number of the last event since the welcome
        self.actions = AgentActions(self.services, me.member, lambda: self.fence)
        self.drawn: dict[str, int] = {}  # held and offered chats -> feed number at which they were rendered
        self.guest_of: set[str] = set()  # chats the agent was invited to watch
        locale = locale_of(socket, me.member.locale)
        may, sees = self.actions.may_watch, self.actions.sees_watchers
        self.watching = Watching(
            self,
            self.services,
            self.author,
            locale,
            may,
            sees,
            json=isinstance(renderer, JsonRenderer),
            knows=lambda chat: chat in self.guest_of or allowed(me.member, "supervise"),
        )
        self.drafting = Drafting(self.services, me.member.id, self.send)
        self._events = CatchUp[HubEvent]()
        self._arriving = ArrivingChats(self.services.workspace, self._take_in, self._replay, lambda: self.cut(1012))
        self._following: asyncio.Task[None] | None = None

    # --- connecting and reconnecting ------------------------------------------------------------------

    async def hello(self, frame: AgentHello) -> bool:
        if not isinstance(frame, AgentHello):
            return False
        agent = self.me.member.id
        # Join before reading: events that arrive during the read wait in `_events` and follow the welcome.
        self.services.hub.join(f"agent:{agent}", self)
        self.services.hub.join("staff", self)
        # may have ended since the upgrade, before this socket could be notified
        if await authenticate(self.socket) is None:
            raise Hangup(4401)
        try:
            connected = await self.services.workspace.connect(agent, frame.tab, take=frame.take, quiet=frame.quiet)
        except NotYours:  # SQL knows the member, but a store that started anew does not yet
            raise Hangup(1013) from None
        self.fence, self.n = connected.fence, connected.n
        self.drawn = {chat.id: connected.n for chat in connected.chats}
        self.guest_of = {chat.id for chat in self.services.picture.chats.values() if agent in chat.guests}
        self.renderer.welcome(self, frame, connected, await self._went(frame))
        for event in self._events.release():
            self._on_event(event)
        self.renderer.begin(self)
        return True

    async def _went(self, hello: AgentHello) -> list[Went]:
        """Return where the chats are now that the client had and the agent no longer holds."""
        gone = [chat for chat in hello.have if chat not in self.drawn]
        return await where_chats_went(self.services.workspace, self.author.id, gone, self.services.directory.members)

    def to_wrap_up(self) -> list[ToWrapUp]:
        return to_wrap_up(self.services.picture, self.author.id, self.now())

    def invitations(self) -> list[InvitedTo]:
        return invited_to(self.services.picture, self.guest_of, self.author.id)

    # --- signals and queries --------------------------------------------------------------------------

    async def draft(self, frame: SaveDraft) -> None:
        if frame.chat in self.drawn:
            await self.actions.draft(frame)

    async def shown(self, frame: ShownFrame) -> None:
        # Reported even for a chat that has moved on: the console works again and may get other chats.
        await self.actions.shown(frame)

    async def history(self, frame: AgentHistory) -> None:
        facts, more = await self.actions.history(frame.chat, frame.before)
        self.renderer.history(self, frame, facts, more)

    async def follow_colleagues(self, frame: FollowColleagues) -> None:
        if self._following is not None:
            self._following.cancel()
        self._following = asyncio.create_task(self._send_colleagues()) if frame.on else None

    async def ask_for_drafts(self, frame: AskForDrafts) -> None:
        self.drafting.switch(frame.on, self.drawn)

    async def watch(self, frame: Watch) -> None:
        if frame.on:
            await self.watching.begin(frame.chat)
        else:
            await self.watching.end(frame.chat)

    async def _send_colleagues(self) -> None:
        """Send the transfer targets at once and whenever they change."""
        last_sent: Colleagues | None = None
        while True:
            known = self.services.directory
            now = colleagues(self.services.picture, known.queues, known.members, self.author.id)
            if now != last_sent:
                self.send(now)
            last_sent = now
            await asyncio.sleep(CHECK_EVERY)

    # --- events ---------------------------------------------------------------------------------------

    def deliver(self, event: HubEvent) -> None:
        if not self._events.hold(event):
            self._on_event(event)

    def _on_event(self, event: HubEvent) -> None:
        self.watching.on_event(event)
        match event:
            case TypingSignal():
                if event.chat in self.drawn:
                    self.send(Typing(event.who, event.after, event.chat, event.text))
            case SeenSignal():
                if event.chat in self.drawn:
                    self.send(Seen(event.seq, event.chat))
            case RenderedFact():
                # A revocation may arrive between sign-in and welcome, so its number does not matter.
                if event.n > self.n or isinstance(event.fact, Revoked):
                    self.n = max(self.n, event.n)
                    self._on_fact(event)

    def _on_fact(self, rendered: RenderedFact) -> None:
        match rendered.fact:
            case AgentChanged():
                if rendered.fact.removed:
                    self.cut(4401)
                # A higher fence is a later connection of the same agent: the console is open elsewhere.
                elif rendered.fact.fence > self.fence:
                    self.cut(4409)
                self.renderer.standing(self, rendered.n, rendered.fact)
            case Revoked():
                if rendered.fact.session in ("", self.me.session):
                    self.cut(4401)
            case Watched() if not self.services.directory.watch_shown:
                return
            case Presence() | Watched():
                if rendered.chat is not None and rendered.fact.chat in self.drawn:
                    self.renderer.head(self, rendered)
            case ChatFact():
                self._on_chat_fact(rendered, rendered.fact)

    def _on_chat_fact(self, rendered: RenderedFact, fact: ChatFact) -> None:
        # While a chat is being read, its facts wait; those newer than the read follow it.
        if self._arriving.hold(fact.chat, rendered):
            return
        if isinstance(fact, Assigned | Offered) and fact.agent == self.author.id:
            self._arriving.read(fact.chat)
        elif isinstance(fact, Invited) and fact.agent == self.author.id:
            self._invite(rendered, fact)
        elif rendered.n > self.drawn.get(fact.chat, rendered.n):
            self._show(rendered, fact)

    def _invite(self, rendered: RenderedFact, fact: Invited) -> None:
        self.guest_of.add(fact.chat)
        for chat in invited_to(self.services.picture, (fact.chat,), self.author.id):
            self.renderer.invited(self, rendered.n, chat)

    def _show(self, rendered: RenderedFact, fact: ChatFact) -> None:
        self.renderer.fact(self, rendered)
        self.drafting.on_fact(fact)
        why = leaves(fact)
        if why:
            self.drafting.end(fact.chat)
            self.drawn.pop(fact.chat, None)
            self.renderer.left(self, rendered, fact.chat, why)

    def _take_in(self, live: ChatSnapshot, n: int) -> None:
        """Render an assigned or offered chat, unless it has moved on while it was being read."""
        if live.fields.get("agent") == self.author.id:
            self._draw(live, n)

    def _replay(self, rendered: RenderedFact) -> None:
        if isinstance(rendered.fact, ChatFact):
            self._on_chat_fact(rendered, rendered.fact)

    def _draw(self, live: ChatSnapshot, n: int) -> None:
        self.drawn[live.id] = n
        self.renderer.came(self, live, n)
        self.drafting.begin(live.id)

    def agent_lease(self) -> tuple[str, int] | None:
        return (self.author.id, self.fence) if self.fence else None

    def session(self) -> str:
        return self.me.session

    async def gone(self) -> None:
        self.services.hub.leave(self)
        self.renderer.close()
        self.drafting.close()
        await self.watching.close()
        self._arriving.stop()
        if self._following is not None:
            self._following.cancel()
        if self.fence:
            try:
                await self.services.workspace.leave(self.author.id, self.fence)
            # Fenced: a later connection holds the console and must not be ended by this one.
            except Fenced:
                return

    verbs = {
        SetStatus: acked(AgentActions.set_status),
        Breathe: acked(AgentActions.breathe),
        SetOwnLimit: acked(AgentActions.set_own_limit),
        AgentSay: acked(AgentActions.say),
        AddNote: acked(AgentActions.note),
        AgentEnd: acked(AgentActions.end),
        SkipReply: acked(AgentActions.no_reply),
        Take: acked(AgentActions.take),
        Accept: acked(AgentActions.accept),
        Decline: acked(AgentActions.decline),
        Transfer: acked(AgentActions.transfer),
        Invite: acked(AgentActions.invite),
        Label: acked(AgentActions.label),
        Rename: acked(AgentActions.rename),
        SetLanguage: acked(AgentActions.set_language),
        Whisper: acked(AgentActions.whisper),
        SaveDraft: draft,
        ShownFrame: shown,
        AgentTyping: done(AgentActions.typing),
        AgentHistory: history,
        FollowColleagues: follow_colleagues,
        AskForDrafts: ask_for_drafts,
        Watch: watch,
    }


async def agent_socket(socket: WebSocket) -> None:
    """Accept a cookie from our own pages, or a bearer token with the JSON subprotocol; close with 4401 otherwise.

    A cookie from a foreign page is an attack: reply 403 before the upgrade, and log it.
    """
    if await is_foreign(socket):
        await refuse_upgrade(socket, FOREIGN)
        return
    offered = socket.scope["subprotocols"]
    subprotocol = next((name for name in (HTML, JSON) if name in offered), None)
    if subprotocol is None:
        await refuse_upgrade(socket, offer(JSON, HTML))
        return
    try:
        me = await authenticate(socket)
    except Unknown as problem:  # SQL is down
        await socket.accept(subprotocol)
        await socket.close(problem.close)
        return
    if me is None or me.member.id not in socket.app.state.services.directory.members:
        await socket.accept(subprotocol)
        await socket.close(4401)
        return
    await socket.accept(subprotocol)
    renderer: AgentRenderer = HtmlRenderer(socket) if subprotocol == HTML else JsonRenderer()
    await AgentConnection(socket, me, renderer).run()
