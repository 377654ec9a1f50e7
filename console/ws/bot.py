"""The bot's socket, `/ws/bot`, for an integration with a token of the scope `bot`. JSON in both directions."""

import msgspec
from starlette.websockets import WebSocket

from console.actions.bots import BotActions
from console.archive.credentials import TOKEN_SESSION
from console.authentication import principal_of
from console.delivery.catch_up import CatchUp
from console.delivery.rendered_fact import HubEvent, RenderedFact
from console.domain.scopes import Principal
from console.errors import Fenced, SlowDown, Unknown
from console.events import BotAssigned, BotChanged, ChatFact, Ended, Revoked, Transferred
from console.projection.picture import chat_state
from console.protocol import (
    BotChat,
    BotChatGone,
    BotEnd,
    BotFrame,
    BotHandOver,
    BotHello,
    BotSay,
    BotStream,
    BotWelcome,
    ChatForBot,
)
from console.queue.results import ChatSnapshot
from console.ws.arriving import ArrivingChats
from console.ws.connection import Connection, Hangup, acked, done
from console.ws.upgrade import offer, refuse_upgrade

SUBPROTOCOL = "sestetto.v1"
NO_BOT = "A bot connects with the token of an integration, with the scope bot."


class BotConnection(Connection):
    """One bot's connection."""

    frames = msgspec.json.Decoder(BotFrame)
    rate = (100, 400)

    def __init__(self, socket: WebSocket, me: Principal) -> None:
        super().__init__(socket)
        self.me = me
        self.fence = 0
        self.actions = BotActions(self.services, me.by, lambda: self.fence)
        self.has: dict[str, int] = {}  # chats -> feed number at which they were sent
        self._events = CatchUp[HubEvent]()
        self._arriving = ArrivingChats(self.services.workspace, self._take_in, self._show, lambda: self.cut(1012))

    async def hello(self, frame: BotHello) -> bool:
        if not isinstance(frame, BotHello):
            return False
        bot = self.me.by
        # Join before reading: events that arrive during the read wait in `_events` and follow the welcome.
        self.services.hub.join(f"bot:{bot.id}", self)
        self.services.hub.join(f"agent:{bot.id}", self)  # where a revoked token is announced
        if await principal_of(self.socket) is None:  # revoked since the upgrade
            raise Hangup(4401)
        connected = await self.actions.connect(frame.limit)
        self.fence = connected.fence
        self.has = {chat.id: connected.n for chat in connected.chats}
        self.send(
            BotWelcome(
                bot=bot.id,
                name=bot.name,
                epoch=self.services.workspace.epoch,
                now=connected.now,
                build=self.services.build,
                limit=frame.limit,
                n=connected.n,
                chats=[chat_for_bot(chat) for chat in connected.chats],
            )
        )
        for event in self._events.release(lambda event: not isinstance(event, RenderedFact) or event.n > connected.n):
            self._on_event(event)
        return True

    # --- events ---------------------------------------------------------------------------------------

    def deliver(self, event: HubEvent) -> None:
        if not self._events.hold(event):
            self._on_event(event)

    def _on_event(self, event: HubEvent) -> None:
        if not isinstance(event, RenderedFact):
            return
        match event.fact:
            case BotChanged():
                if event.fact.fence > self.fence:  # a later connection of the same bot
                    self.cut(4409)
            case Revoked():
                if event.fact.session in ("", self.session()):
                    self.cut(4401)
            case ChatFact():
                self._on_chat_fact(event, event.fact)

    def _on_chat_fact(self, rendered: RenderedFact, fact: ChatFact) -> None:
        # While a chat is being read, its facts wait; those newer than the read follow it.
        if self._arriving.hold(fact.chat, rendered):
            return
        if isinstance(fact, BotAssigned) and fact.bot == self.me.by.id:
            self._arriving.read(fact.chat)
        elif rendered.n > self.has.get(fact.chat, rendered.n):
            self._show(rendered)

    def _take_in(self, live: ChatSnapshot, n: int) -> None:
        if live.fields["place"] == "bot" and live.fields.get("bot") == self.me.by.id:  # else it has moved on already
            self.has[live.id] = n
            self.send(BotChat(n, chat_for_bot(live)))

    def _show(self, rendered: RenderedFact) -> None:
        fact = rendered.fact
        if not isinstance(fact, ChatFact) or fact.chat not in self.has:
            return
        self.outbox.put(rendered.for_agent())
        if isinstance(fact, Ended | Transferred):
            del self.has[fact.chat]
            why = "ended" if isinstance(fact, Ended) else fact.why or "taken"
            self.send(BotChatGone(rendered.n, fact.chat, why))

    # --- its life -------------------------------------------------------------------------------------

    def agent_lease(self) -> tuple[str, int] | None:
        return (self.me.by.id, self.fence) if self.fence else None

    def session(self) -> str:
        return TOKEN_SESSION + self.me.token

    async def gone(self) -> None:
        self.services.hub.leave(self)
        self._arriving.stop()
        if self.fence:
            try:
                await self.services.workspace.bot_leave(self.me.by.id, self.fence)
            # Fenced: a later connection has the bot's chats and must not be ended by this one.
            except Fenced:
                return

    verbs = {
        BotSay: acked(BotActions.say),
        BotStream: done(BotActions.stream),
        BotHandOver: acked(BotActions.hand_over),
        BotEnd: acked(BotActions.end),
    }


def chat_for_bot(live: ChatSnapshot) -> ChatForBot:
    state = chat_state(live.id, live.fields)
    return ChatForBot(
        id=state.id,
        queue=state.queue,
        site=state.site,
        visitor=state.visitor,
        last=state.seq,
        name=state.name,
        email=state.email,
        verified=state.verified,
        external=state.external,
        proven=state.proven,
        fields=state.fields,
        locale=state.locale,
        language=state.language,
        page=state.page,
        channel=state.channel,
        waits=live.number("bot_asked") > 0,
        facts=[msgspec.Raw(raw) for raw in live.log],
    )


async def bot_socket(socket: WebSocket) -> None:
    """Open a bot's socket. Without a suitable token it is refused before the upgrade, with the reason."""
    if SUBPROTOCOL not in socket.scope["subprotocols"]:
        await refuse_upgrade(socket, offer(SUBPROTOCOL))
        return
    try:
        me = await principal_of(socket)
    except (Unknown, SlowDown) as problem:  # SQL is down, or its address has sent too many wrong tokens
        await socket.accept(SUBPROTOCOL)
        await socket.close(problem.close)
        return
    if me is None or not me.is_integration or "bot" not in me.scopes:
        await refuse_upgrade(socket, NO_BOT)
        return
    await socket.accept(SUBPROTOCOL)
    await BotConnection(socket, me).run()
