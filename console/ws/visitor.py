"""The visitor's socket: `/ws/visitor?site=KEY[&queue=ID]`. No cookies; the Origin must be on the site's list."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import msgspec
from starlette.websockets import WebSocket

from console.actions.idempotency import after_the_end, first_result
from console.actions.visitor_profile import CHANNEL, ProfileBuilder, clean_message, valid_email
from console.authentication import own_origin, services_of
from console.delivery.catch_up import CatchUp
from console.delivery.rendered_fact import HubEvent, RenderedFact
from console.delivery.signals import SeenSignal, TypingSignal
from console.domain.directory import Site
from console.domain.ids import new_id
from console.domain.sanitize import clean, mask_cards
from console.errors import ChatEnded, NoQueue, NotOpen, NotYours, Unknown
from console.events import ChatFact, Ended, Opened, Reopened
from console.protocol import (
    MAX_FACTS,
    MAX_TEXT,
    Error,
    HistoryPage,
    Identify,
    Inbound,
    LeaveMessage,
    Open,
    Rate,
    Seen,
    SetProfile,
    Typing,
    VisitorEnd,
    VisitorFrame,
    VisitorHello,
    VisitorHistory,
    VisitorSay,
    VisitorSeen,
    VisitorTyping,
    VisitorWelcome,
)
from console.queue.results import Arrived, Gone, Said
from console.security import origin_allowed
from console.views.json import raw, visitor_facts
from console.ws.connection import Connection, Handler, Hangup
from console.ws.told import visitor_chat
from console.ws.wait_status import WaitStatus

SUBPROTOCOL = "sestetto.v1"
FEATURES: list[str] = []


class VisitorConnection(Connection):
    frames = msgspec.json.Decoder(VisitorFrame)
    rate = (5, 30)

    def __init__(self, socket: WebSocket) -> None:
        super().__init__(socket)
        self.services = services_of(socket)
        self._came_to = self.services.directory.sites[socket.query_params["site"]]
        self._asked_for = socket.query_params.get("queue", "")
        self.id = new_id()  # of this connection
        self.guest = ProfileBuilder("", lambda: self.site, "")
        self.chat = ""
        self.last = 0  # seq of the last public fact sent
        self.returning = False  # known by token, with nothing live: the archive may know the cid
        self._facts = CatchUp(self._show)
        self.outlook = WaitStatus(self.services)
        self._welcomed = False

    @property
    def site(self) -> Site:
        """As it is set now; as it was when it has been removed, for chats that run go on."""
        return self.services.directory.sites.get(self._came_to.key, self._came_to)

    @property
    def queue(self) -> str:
        """Whose line a new chat comes into, if its opening names none."""
        return self._asked_for if self._asked_for in self.services.directory.queues else self.site.queue

    def verbs(self) -> Mapping[type[Inbound], Handler]:
        return {
            Open: self.open,
            VisitorSay: self.say,
            VisitorTyping: self.typing,
            VisitorSeen: self.seen,
            SetProfile: self.set_profile,
            VisitorEnd: self.end,
            Rate: self.rate_chat,
            LeaveMessage: self.leave_message,
            VisitorHistory: self.history,
            Identify: self.identify,
        }

    # --- coming, and coming back: the same path ------------------------------------------------------

    async def hello(self, frame: VisitorHello) -> bool:
        if not isinstance(frame, VisitorHello):
            return False
        known = self.services.visitor_tokens.read(frame.token) if frame.token else None
        self.guest = ProfileBuilder(known or new_id(), lambda: self.site, self.socket.headers.get("user-agent", ""))
        self.guest.is_on(frame.page, frame.locale)
        self.services.hub.join(f"visitor:{self.guest.visitor.id}", self)
        self.services.hub.join(f"site:{self.site.key}", self)
        arrived = await self._arrive(known, frame)
        self._welcome(frame, arrived)
        self._welcomed = True
        self._facts.go_on()
        self.look_again()
        return True

    async def _arrive(self, known: str | None, frame: VisitorHello) -> Arrived:
        if not known:
            return Arrived(None, 0, self.now())
        after = frame.after if frame.epoch == self.services.workspace.epoch else 0
        arrived = await self.services.workspace.arrive(known, frame.chat, self.id, after)
        self.returning = arrived.chat is None
        return arrived

    def _welcome(self, hello: VisitorHello, arrived: Arrived) -> None:
        chat, facts, recovered = arrived.chat, [], not hello.chat
        if chat is not None:
            self.chat = chat.id
            self.guest.adopt(chat.fields["profile"])
            facts = visitor_facts(chat.log)
            same = chat.id == hello.chat and hello.epoch == self.services.workspace.epoch
            recovered = same and arrived.start <= hello.after <= chat.number("last") and len(facts) <= MAX_FACTS
            facts = facts[-MAX_FACTS:]
            self.last = chat.number("last")
        self.send(
            VisitorWelcome(
                token=self.services.visitor_tokens.sign(self.guest.visitor.id),
                epoch=self.services.workspace.epoch,
                now=arrived.now,
                build=self.services.build,
                features=FEATURES,
                recovered=recovered,
                team=self.outlook.team(self.chat, self.queue),
                typing_preview=self.site.typing_preview,
                privacy_url=self.site.privacy_url,
                chat=visitor_chat(chat, self.services.directory.members) if chat is not None else None,
                facts=[raw(fact) for fact in facts],
            )
        )

    # --- commands -----------------------------------------------------------------------------------

    async def open(self, frame: Open) -> None:
        text = clean_message(frame.text)
        self.guest.is_called(frame.name, frame.email, frame.fields)
        self.guest.is_on(frame.page)
        known = await self._archived(frame.cid, text)
        if known is not None:
            return self._said(frame.cid, known)
        try:
            said = await self.services.workspace.open(
                new_id(),
                connection=self.id,
                queue=frame.queue or self.queue,
                site=self.site.key,
                channel=CHANNEL,
                cid=frame.cid,
                profile=self.guest.profile,
                text=text,
            )
        except NotYours:
            raise NoQueue from None
        self.returning = False
        self._be_in(said.chat)
        return self._said(frame.cid, said)

    async def leave_message(self, frame: LeaveMessage) -> None:
        text = clean_message(frame.text)
        self.guest.is_called(frame.name, valid_email(frame.email), {})
        self.guest.is_on(frame.page)
        known = await self._archived(frame.cid, text)
        said = known or await self.services.workspace.leave_message(
            new_id(),
            queue=self.queue,
            site=self.site.key,
            channel=CHANNEL,
            cid=frame.cid,
            profile=self.guest.profile,
            text=text,
        )
        self.returning = False
        self._said(frame.cid, said)

    async def say(self, frame: VisitorSay) -> None:
        text = clean_message(frame.text)
        if not self.chat:
            raise NotOpen
        try:
            said = await self.services.workspace.visitor_say(self.chat, self.guest.visitor, self.id, frame.cid, text)
        except Gone:
            said = await self._late(frame.cid, "message", text)
        self._said(frame.cid, said)

    async def end(self, frame: VisitorEnd) -> None:
        if not self.chat:
            raise NotOpen
        try:
            said = await self.services.workspace.visitor_end(self.chat, self.guest.visitor, frame.cid)
        except Gone:
            said = await self._late(frame.cid, "ended")
        self._said(frame.cid, said)

    async def rate_chat(self, frame: Rate) -> None:
        if not self.chat:
            raise NotOpen
        comment = mask_cards(clean(frame.comment, limit=MAX_TEXT, optional=True))
        try:
            said = await self.services.workspace.rate(self.chat, self.guest.visitor.id, frame.cid, frame.score, comment)
        except Gone:
            said = await self._late(frame.cid, "rated")
        self._said(frame.cid, said)

    async def set_profile(self, frame: SetProfile) -> None:
        """In a chat the agent sees it at once; before one it is kept for the opening."""
        before = self.guest.profile
        self.guest.is_called(frame.name, frame.email, frame.fields)
        self.guest.is_on(frame.page, frame.locale)
        said = await self._set(frame, new=self.guest.profile != before) if self.chat else None
        self._said(frame.cid, said or Said("", 0, self.now()))

    async def _set(self, frame: SetProfile, *, new: bool) -> Said | None:
        """None when it came after the end, or told nothing that the chat does not tell: pages say it at every turn."""
        workspace, body = self.services.workspace, msgspec.json.encode(frame).decode()
        line = self.outlook.running(self.chat)
        try:
            if not new and line is not None and self.guest.is_known_as(line):
                return await workspace.profile_set(self.chat, self.guest.visitor.id, frame.cid, body)
            return await workspace.set_profile(self.chat, frame.cid, self.guest.profile, body)
        except (ChatEnded, Gone):
            return None

    async def typing(self, frame: VisitorTyping) -> None:
        if self.chat:
            preview = frame.text if self.site.typing_preview else ""
            text = mask_cards(clean(preview, limit=MAX_TEXT, optional=True))
            signal = TypingSignal(self.chat, "visitor", self.guest.profile.visitor.name, self.last, text)
            await self.services.workspace.signal(msgspec.json.encode(signal))

    async def seen(self, frame: VisitorSeen) -> None:
        if self.chat:
            await self.services.workspace.visitor_seen(self.chat, self.guest.visitor.id, frame.seq)

    async def history(self, frame: VisitorHistory) -> None:
        if not self.chat:
            raise NotOpen
        owner, _, log, more = await self.services.workspace.history(self.chat, frame.before, MAX_FACTS)
        if owner != self.guest.visitor.id:
            raise NotOpen
        self.send(HistoryPage([raw(fact) for fact in visitor_facts(log)], self.chat, more))

    async def identify(self, frame: Identify) -> None:
        """Signed identities are not checked yet, so nothing is believed."""
        self.send(Error("unsupported", "Signed identity is not available on this server."))

    # --- resends after the live keys are gone ------------------------------------------------------------

    async def _archived(self, cid: str, text: str) -> Said | None:
        """The first result of an `open` whose live keys are gone; asked only for a visitor with nothing live."""
        if not self.returning:
            return None
        with suppress(Unknown):  # SQL is away: at worst a resend of more than a day ago opens a second chat
            return await first_result(self.services, self.guest.visitor.id, cid, "message", text=text)
        return None

    async def _late(self, cid: str, kind: str, text: str = "") -> Said:
        return await after_the_end(self.services, self.guest.visitor.id, cid, kind, chat=self.chat, text=text)

    def _said(self, cid: str, said: Said) -> None:
        self.ack(cid, said)

    # --- what is heard ----------------------------------------------------------------------------------

    def deliver(self, heard: HubEvent) -> None:
        match heard:
            case TypingSignal():
                if heard.chat == self.chat:
                    self.send(Typing(heard.who, heard.after))
            case SeenSignal():
                if heard.chat == self.chat:
                    self.send(Seen(heard.seq))
            case RenderedFact():
                self._facts.hear(heard)

    def _be_in(self, chat: str) -> None:
        """The ack of an opening and its first fact race: whichever is first begins another log."""
        if chat != self.chat:
            self.chat, self.last = chat, 0

    def _show(self, shown: RenderedFact) -> None:
        fact = shown.fact
        if not isinstance(fact, ChatFact):
            return
        if isinstance(fact, Opened) and self.outlook.running(self.chat) is None:
            self._be_in(fact.chat)  # a message left while a chat runs is a chat of its own, and takes no one out of it
        if fact.chat != self.chat or fact.seq <= self.last:
            return
        frame = shown.for_visitor()
        if frame is not None:
            self.last = fact.seq
            self.outbox.put(frame)
        if isinstance(fact, Reopened | Opened | Ended):
            asyncio.get_running_loop().call_soon(self.look_again)  # an assignment may be in the same batch

    def look_again(self) -> None:
        """Place in line and whether anybody is there, whenever either has changed."""
        for news in self.outlook.news(self.chat, self.queue) if self._welcomed else ():
            self.send(news)

    def tab_lease(self) -> tuple[str, str] | None:
        return (self.chat, self.id) if self.chat else None

    async def gone(self) -> None:
        self.services.hub.leave(self)
        if self.chat:
            await self.services.workspace.depart(self.chat, self.id)


async def visitor_socket(socket: WebSocket) -> None:
    """A foreign or missing Origin and an unknown site get the same 403 before the upgrade."""
    services = services_of(socket)
    site = services.directory.sites.get(socket.query_params.get("site", ""))
    origin = socket.headers.get("origin")
    if site is None or not (origin_allowed(origin, site.origins) or own_origin(socket)):
        await socket.close()
        return
    if SUBPROTOCOL not in socket.scope["subprotocols"]:
        await socket.close()
        return
    await socket.accept(SUBPROTOCOL)
    try:
        await VisitorConnection(socket).run()
    except Hangup:
        return
