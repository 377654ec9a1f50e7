"""The supervisor's socket, `/ws/board`. All boards show the same; each has its own commands and watched chats."""

from typing import Any, cast

import msgspec
import structlog
from starlette.websockets import WebSocket

from console.actions.supervisor import SupervisorActions
from console.archive.credentials import SignedIn
from console.authentication import authenticate, is_foreign, services_of, session_cookie
from console.board.publisher import Boards, BoardVariant
from console.delivery.rendered_fact import HubEvent, RenderedFact
from console.domain.directory import Member
from console.domain.permissions import may, require
from console.errors import NotAllowed, Unknown
from console.events import AgentChanged, Revoked
from console.protocol import Watch, Whisper
from console.protocol.supervisor import (
    BoardFrame,
    BoardHello,
    BoardWelcome,
    Move,
    SetAgentStatus,
    SetLimit,
    TakeOver,
)
from console.security import log as security_log
from console.views.templating import locale_of
from console.ws.connection import Action, Connection, Hangup, Verb, acked
from console.ws.upgrade import FOREIGN, offer, refuse_upgrade
from console.ws.watching import Watching

HTML = "sestetto.v1.html"

log = structlog.get_logger()


def supervised(action: Action) -> Verb:
    """Like `acked`, but closes the socket if the member may no longer supervise."""
    handle = acked(action)

    async def supervise(connection: Any, frame: Any) -> None:
        connection.member()
        await handle(connection, frame)

    return supervise


class BoardConnection(Connection):
    """One supervisor's connection."""

    frames = msgspec.json.Decoder(BoardFrame)

    def __init__(self, socket: WebSocket, me: SignedIn) -> None:
        super().__init__(socket)
        self.boards = cast(Boards, socket.app.state.boards)
        self.me = me
        self.actions = SupervisorActions(self.services, me.member)
        self.author = self.actions.author
        self.locale = locale_of(socket, me.member.locale)
        self.watching = Watching(self, self.services, self.author, self.locale, lambda chat: True)

    async def hello(self, frame: BoardHello) -> bool:
        if not isinstance(frame, BoardHello):
            return False
        self.services.hub.join(f"agent:{self.author.id}", self)
        # may have ended since the upgrade, before this socket could be notified
        if await authenticate(self.socket) is None:
            raise Hangup(4401)
        self.member()
        n, fresh, parts = await self.boards.join(self, BoardVariant(self.locale, frame.wall))
        workspace = self.services.workspace
        welcome = BoardWelcome(self.author.id, workspace.epoch, self.now(), self.services.build, n, fresh, parts)
        self.send(welcome)
        return True

    async def watch(self, frame: Watch) -> None:
        self.member()
        if frame.on:
            await self.watching.begin(frame.chat)
        else:
            await self.watching.end(frame.chat)

    def member(self) -> Member:
        """Return the member as of now. Ends the socket if they may no longer supervise."""
        try:
            return self.actions.member()
        except NotAllowed:
            raise Hangup(4401) from None

    # --- events ---------------------------------------------------------------------------------------

    def push(self, frame: str) -> None:
        self.outbox.put(frame)

    def deliver(self, event: HubEvent) -> None:
        if isinstance(event, RenderedFact) and self._is_end(event.fact):
            self.cut(4401)
            return
        self.watching.on_event(event)

    def _is_end(self, fact: object) -> bool:
        """Whether the fact ends this person's credentials."""
        if isinstance(fact, Revoked):
            return fact.agent == self.author.id and fact.session in ("", self.me.session)
        return isinstance(fact, AgentChanged) and fact.agent == self.author.id and fact.removed

    def refresh(self) -> None:
        member = self.services.directory.members.get(self.author.id)
        if member is None or not may(member, "supervise"):
            self.cut(4401)

    def session(self) -> str:
        return self.me.session

    async def gone(self) -> None:
        self.boards.leave(self)
        self.services.hub.leave(self)
        await self.watching.close()

    verbs = {
        Watch: watch,
        Whisper: supervised(SupervisorActions.whisper),
        TakeOver: supervised(SupervisorActions.take_over),
        Move: supervised(SupervisorActions.move),
        SetAgentStatus: supervised(SupervisorActions.set_status),
        SetLimit: supervised(SupervisorActions.set_limit),
    }


async def board_socket(socket: WebSocket) -> None:
    """Accept a cookie from our own pages.

    Close with 4401 if the member may not supervise; reply 403 to a foreign page.
    """
    if await is_foreign(socket):
        await refuse_upgrade(socket, FOREIGN)
        return
    if HTML not in socket.scope["subprotocols"]:
        await refuse_upgrade(socket, offer(HTML))
        return
    await socket.accept(HTML)
    try:
        me = await authenticate(socket) if session_cookie(socket) else None  # boards are for people: no bearer tokens
        member = services_of(socket).directory.members.get(me.member.id) if me is not None else None
        if me is None or member is None:
            raise Hangup(4401)
        require(member, "supervise")
    except Unknown as problem:  # SQL is down
        await socket.close(problem.close)
    except NotAllowed:
        security_log.refused("board")
        await socket.close(4401)
    except Hangup:
        await socket.close(4401)
    else:
        await BoardConnection(socket, me).run()
