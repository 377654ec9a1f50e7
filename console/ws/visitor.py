"""The visitor's socket, `/ws/visitor?site=KEY[&queue=ID]`. No cookies; the Origin must be on the site's list."""

import asyncio
import operator
from contextlib import suppress

import msgspec
from starlette.websockets import WebSocket

from console.actions.identification import Identification, Who
from console.actions.visitor import VisitorActions
from console.authentication import admits, client_address, services_of
from console.delivery.catch_up import CatchUp
from console.delivery.rendered_fact import HubEvent, RenderedFact
from console.delivery.signals import SeenSignal, StreamSignal, TypingSignal
from console.domain.directory import Directory
from console.domain.identity_problems import PROBLEMS
from console.domain.ids import new_id
from console.errors import BadAnswers, BadIdentity, Refused, StoreFull, TooManyConnections, Unknown, WrongEpoch
from console.events import ChatFact, Ended, Opened, Reopened
from console.limits.connections import HOLD_OFF
from console.projection.availability import MINUTE
from console.projection.picture import Picture
from console.protocol import (
    MAX_FACTS,
    AskPerson,
    Error,
    HistoryPage,
    Identified,
    Identify,
    LeaveMessage,
    MailTranscript,
    Open,
    PastPage,
    Rate,
    Seen,
    SetProfile,
    SignedIdentity,
    Streaming,
    Typing,
    VisitorEnd,
    VisitorFrame,
    VisitorHello,
    VisitorHistory,
    VisitorSay,
    VisitorSeen,
    VisitorTyping,
    VisitorWelcome,
    encode,
)
from console.queue.results import Arrived
from console.views.json import files_allowed, questions_asked, raw, visitor_chat, visitor_facts
from console.ws.connection import Connection, Hangup, acked, done
from console.ws.upgrade import offer, refuse_upgrade, why_not_admitted
from console.ws.wait_status import WaitStatus

SUBPROTOCOL = "sestetto.v1"
STALE = 0.2  # seconds until a widget with outdated questions is made to reconnect and get the current ones
COME_AGAIN = 1012
LAST_WORDS = 0.1  # seconds for the last frames to be sent
CROWDED = 30.0  # seconds until a client that found no room may retry


class VisitorConnection(Connection):
    """One visitor's tab."""

    frames = msgspec.json.Decoder(VisitorFrame)
    rate = (5, 30)

    def __init__(self, socket: WebSocket) -> None:
        super().__init__(socket)
        self.actions = self._actions_of("")
        self.wait_status = WaitStatus(self.services)
        self._facts = CatchUp[RenderedFact]()
        self._welcomed = False
        self._token = ""
        self._counted = ""  # the address, once this socket is counted
        self._recalling: asyncio.Task[None] | None = None
        self._seen: tuple[Picture | None, Directory | None] = None, None  # by `refresh`, and ...
        self._seen_at = (-1, 0)  # ... its `moved` and minute

    def _actions_of(self, visitor: str) -> VisitorActions:
        asked = self.socket.query_params
        browser = self.socket.headers.get("user-agent", "")
        return VisitorActions(
            self.services, asked["site"], asked.get("queue", ""), visitor, browser, client_address(self.socket)
        )

    async def opened(self, frame: Open) -> None:
        """Open a chat. A client that does not know the site's questions must reconnect: the welcome has them."""
        try:
            self.ack(frame.cid, await self.actions.open(frame))
        except BadAnswers:
            asyncio.get_running_loop().call_later(STALE, self.cut, COME_AGAIN)
            raise

    # --- coming, and coming back: the same path ------------------------------------------------------

    async def hello(self, frame: VisitorHello) -> bool:
        if not isinstance(frame, VisitorHello):
            return False
        who = await self._who(frame.token, frame.chat, frame.identity)
        known, days = who.visitor, self.actions.site.remember_days
        if who.said is not None and who.said.changed:
            frame = msgspec.structs.replace(frame, chat="", epoch="", after=0)
        self.actions = self._actions_of(known or new_id())
        if who.person is not None:
            self.actions.profile.prove(who.person)
        self.actions.profile.set_page(frame.page, frame.locale)
        self.actions.profile.set_zone(frame.zone)
        # Join before reading: facts that arrive during the read wait in `_facts` and follow the welcome.
        self.services.hub.join(f"visitor:{self.actions.visitor.id}", self)
        self.services.hub.join(f"site:{self.actions.site.key}", self)
        _, arrived = await asyncio.gather(self._let_in(), self._arrive(known, frame))
        if who.said is not None:
            self.send(who.said)
        self._welcome(frame, arrived, stranger=bool(frame.token) and not known, token=who.token)
        self._welcomed = True
        for rendered in self._facts.release():
            self._show(rendered)
        await self.actions.show_identity()
        self.refresh()
        if known and days:
            self._recall()
        elif frame.token or frame.epoch:
            self.send(PastPage([]))  # what the page may still show belongs to another visitor
        return True

    async def _who(self, token: str, chat: str, identity: SignedIdentity | None) -> Who:
        finding = Identification(self.services, self.actions.site, self.actions.connection)
        return await finding.identify(token, chat, identity)

    async def _let_in(self) -> None:
        """Raise Blocked, or TooManyConnections if the address is at its limit. Without the store, none is."""
        if problem := self.actions.blocked():
            raise problem
        sockets, address = self.services.address_sockets, self.actions.budgets.address
        count, self._counted = sockets.add(address), address
        most = self.services.settings.address_sockets * self.services.settings.pace
        with suppress(Unknown, WrongEpoch, StoreFull):
            await self.services.workspace.sockets(sockets.process, address, count, most)

    async def _arrive(self, known: str, frame: VisitorHello) -> Arrived:
        if not known:
            return Arrived(None, 0, self.now())
        # A seq of another history is meaningless here, so the chat is sent from its start.
        after = frame.after if frame.epoch == self.services.workspace.epoch else 0
        arrived = await self.services.workspace.arrive(known, frame.chat, self.actions.connection, after)
        self.actions.returning = arrived.chat is None
        return arrived

    def _welcome(self, hello: VisitorHello, arrived: Arrived, *, stranger: bool, token: str) -> None:
        actions, chat, facts, recovered = self.actions, arrived.chat, [], not hello.chat
        if chat is not None:
            actions.chat, actions.last = chat.id, chat.number("last")
            actions.profile.adopt(chat.fields["profile"])
            facts = visitor_facts(chat.log)
            same = chat.id == hello.chat and hello.epoch == self.services.workspace.epoch
            before = facts[0].prev if facts else actions.last  # the public fact before these
            recovered = same and hello.after == before and len(facts) <= MAX_FACTS
            facts = facts[-MAX_FACTS:]
        members, bots = self.services.directory.members, self.services.picture.bots
        self._token = token or self.services.visitor_tokens.sign(actions.visitor.id, actions.site.key)
        self.send(
            VisitorWelcome(
                token=self._token,
                epoch=self.services.workspace.epoch,
                now=arrived.now,
                build=self.services.build,
                features=[*actions.site.features, *(["transcript"] if self.services.post.sends else [])],
                recovered=recovered,
                team=self.wait_status.team(actions.chat, self._queue),
                typing_preview=actions.site.typing_preview,
                privacy_url=actions.site.privacy_url,
                stranger=stranger,
                files=files_allowed(actions.site) if self.services.files.on else None,
                questions=questions_asked(actions.site, actions.profile.profile.locale, actions.profile.person),
                chat=visitor_chat(chat, members, bots) if chat is not None else None,
                facts=[raw(fact) for fact in facts],
            )
        )

    def _recall(self, chat: str = "", before: int = 0) -> None:
        """Send the visitor's earlier chats when SQL has read them. Not awaited, so that the visitor can write."""
        self._recalling = asyncio.create_task(self._send_past(chat, before))

    async def _send_past(self, chat: str, before: int) -> None:
        found = await self.actions.past(chat, before)
        if found is not None:
            facts = [raw(fact) for fact in visitor_facts(found.facts)]
            last = found.name, found.email, found.agent, found.at
            self.send(PastPage(facts, found.more, chat, before, *last))
        elif chat:
            self.send(PastPage([], True, chat, before))  # they may ask again

    async def history(self, frame: VisitorHistory) -> None:
        if frame.chat not in ("", self.actions.chat):
            await self._older(frame)
            return
        facts, more = await self.actions.history(frame.before)
        self.send(HistoryPage([raw(fact) for fact in facts], self.actions.chat, more, frame.before))

    async def _older(self, frame: VisitorHistory) -> None:
        """Answer with a page of an earlier chat; one at a time, and none if the site remembers no visitors."""
        if not self.actions.site.remember_days:
            self.send(PastPage([], False, frame.chat, frame.before))
        elif self._recalling is not None and not self._recalling.done():
            self.send(PastPage([], True, frame.chat, frame.before))
        else:
            self._recall(frame.chat, frame.before)

    def chat_of_all(self) -> str:
        return self.actions.chat

    async def identify(self, frame: Identify) -> None:
        """Answer whose identity it is. On this socket they stay who they were: they reconnect with the token."""
        given = SignedIdentity(jwt=frame.jwt, cid=frame.cid, began=frame.began)
        who = await self._who(self._token, self.actions.chat, given)
        self.send(who.said or Identified(False))

    async def set_profile(self, frame: SetProfile) -> None:
        unsigned = self.actions.names_unsigned(frame)
        self._seen = None, None  # another language may lead to another queue
        self.ack(frame.cid, await self.actions.set_profile(frame))
        if unsigned:
            self.send(Error(BadIdentity.code, " ".join(PROBLEMS["unsigned"])))

    # --- events ---------------------------------------------------------------------------------------

    def deliver(self, event: HubEvent) -> None:
        match event:
            case TypingSignal():
                if event.chat == self.actions.chat:
                    self.send(Typing(event.who, event.after))
            case StreamSignal():
                if event.chat == self.actions.chat:
                    self.send(Streaming(event.who, event.after, event.text))
            case SeenSignal():
                if event.chat == self.actions.chat:
                    self.send(Seen(event.seq))
            case RenderedFact():
                if not self._facts.hold(event):
                    self._show(event)

    def _show(self, rendered: RenderedFact) -> None:
        fact = rendered.fact
        if not isinstance(fact, ChatFact):
            return
        # A message left while a chat is open is a separate chat; it must not replace the open one.
        if isinstance(fact, Opened) and self.actions.running() is None:
            self.actions.enter(fact.chat)
        if fact.chat != self.actions.chat or fact.seq <= self.actions.last:
            return
        frame = rendered.for_visitor()
        if frame is not None:
            self.actions.last = fact.seq
            self.outbox.put(frame)
        if isinstance(fact, Reopened | Opened | Ended):
            asyncio.get_running_loop().call_soon(self.refresh)  # after this batch, which may have the assignment too

    def refresh(self) -> None:
        """Send the queue position and the team's availability when either has changed.

        Most sockets have nothing new in a second: messages change neither, and the clock only opening hours, unless the
        visitor waits.
        """
        picture, directory = self.services.picture, self.services.directory
        sees, when = (picture, directory), (picture.moved, self.services.workspace.now() // MINUTE)
        # Compares identity: comparing their contents would cost more than the work it saves.
        same = all(map(operator.is_, sees, self._seen)) and when == self._seen_at
        if same and not self.wait_status.waits:
            return
        if self._welcomed:
            self._seen, self._seen_at = sees, when
        if not self.actions.vouched() or self.actions.moved_on():
            self.cut(4401)  # the client reconnects under its current identity
        if problem := self.actions.blocked():
            self.send(Error(problem.code, str(problem), round(problem.retry_after, 1)))
            asyncio.get_running_loop().call_later(LAST_WORDS, self.cut, problem.close)
        for news in self.wait_status.news(self.actions.chat, self._queue) if self._welcomed else ():
            self.send(news)

    def _queue(self) -> str:
        """Return the queue that a new chat of this visitor would enter."""
        return self.actions.route().queue

    def tab_lease(self) -> tuple[str, str] | None:
        return (self.actions.chat, self.actions.connection) if self.actions.chat else None

    async def gone(self) -> None:
        self.services.hub.leave(self)
        if self._recalling is not None:
            self._recalling.cancel()
        if self._counted:
            self.services.address_sockets.remove(self._counted)
        if self.actions.chat:
            await self.services.workspace.depart(self.actions.chat, self.actions.connection)

    verbs = {
        Open: opened,
        VisitorSay: acked(VisitorActions.say),
        VisitorTyping: done(VisitorActions.typing),
        VisitorSeen: done(VisitorActions.seen),
        SetProfile: set_profile,
        VisitorEnd: acked(VisitorActions.end),
        AskPerson: acked(VisitorActions.ask_person),
        Rate: acked(VisitorActions.rate),
        MailTranscript: acked(VisitorActions.mail_transcript),
        LeaveMessage: acked(VisitorActions.leave_message),
        VisitorHistory: history,
        Identify: identify,
    }


def turned_away(socket: WebSocket) -> Refused | None:
    """Return why this process has no room for the socket; checked before waiting for its first frame."""
    connections = socket.app.state.connections
    if connections.held_off(client_address(socket)):
        return TooManyConnections(retry_after=HOLD_OFF)
    return StoreFull(retry_after=CROWDED) if connections.crowded else None


async def visitor_socket(socket: WebSocket) -> None:
    """Open a visitor's socket. A foreign or missing Origin or an unknown site gets a 403 that says why."""
    services = services_of(socket)
    site = services.directory.sites.get(socket.query_params.get("site", ""))
    if not admits(socket, site):
        await refuse_upgrade(socket, why_not_admitted(socket, site))
        return
    if SUBPROTOCOL not in socket.scope["subprotocols"]:
        await refuse_upgrade(socket, offer(SUBPROTOCOL))
        return
    await socket.accept(SUBPROTOCOL)
    if problem := turned_away(socket):
        await socket.send_text(encode(Error(problem.code, str(problem), problem.retry_after)).decode())
        await socket.close(problem.close)
        return
    try:
        await VisitorConnection(socket).run()
    except Hangup:
        return
