"""A stage for the console: the real page, scripts and fragments; the test plays the server.

The test decides what the server sends and when, to the frame, so that the rarest moment can be replayed. Conversations
through a real server have their own tests.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from playwright.async_api import BrowserContext, ConsoleMessage, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from console.archive.credentials import SignedIn
from console.domain.directory import Directory, Member, Queue
from console.domain.first_words import Phrases
from console.events import (
    ChatFact,
    Status,
)
from console.pages.console import console_page
from console.pages.static import routes as static_routes
from console.projection.current import Current
from console.projection.load import Load
from console.projection.picture import AgentState
from console.projection.right_limit import RightLimit
from console.projection.statistics import DayFigures, bucket_of
from console.protocol import (
    Ack,
    Colleagues,
    Html,
    HtmlWelcome,
    InvitedTo,
    Moved,
    Nack,
    Outbound,
    Pong,
    ToWrapUp,
    Went,
    encode,
)
from console.views.html import WINDOW, HtmlViews, Strip
from console.views.watch import WatchViews
from tests.browser.console_chats import Play, now
from tests.browser.page_server import DARK, House
from tests.browser.side_panels import SideTable, side_routes
from tests.support.eventually import eventually

ANA = SignedIn(member=Member(id="ana", name="Ana", email="ana@example.com"), session="s1", csrf="c1")
SAM = SignedIn(member=Member(id="ana", name="Ana", email="ana@example.com", role="supervisor"), session="s1", csrf="c1")
BUILD = "stage"
KNOWS_THE_KEYS = "localStorage.setItem('sestetto.coach.ana', JSON.stringify(['urgent', 'hold_all', 'suggest1']))"
CSP = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
SINCE = 1_800_000_000_000  # ms: Ana's status
REASONS = ("Playback", "Invoice", "Account", "Something else")
QUEUES = {
    "support": Queue("support", "Support", wrapup=20_000, reasons=REASONS),
    "billing": Queue("billing", "Billing", target=12_000, wrapup=20_000),
}
WORDS = Phrases("en", ("Hi {first_name}, “{question}”: I'm on it.", "{agent} here, one second.", "Let me look."))
QUEUES["sales"] = Queue("sales", "Sales", phrases=(WORDS,))
TEAM = {name.lower(): Member(name.lower(), name, f"{name.lower()}@example.com") for name in ("Ana", "Ben", "Sam")}


class Stage:
    """`url` serves the console; `plays` is what Ana holds; `heard` is everything the console has sent."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.url = house.url
        current = Current(directory=Directory(0, queues=QUEUES, members=TEAM))
        current.picture.agents |= {id: AgentState(id, member.name) for id, member in TEAM.items()}
        self.views = HtmlViews(current)
        self.watch = WatchViews(self.views)
        self.plays: dict[str, Play] = {}
        self.status: Status = "online"
        self.waiting = 0
        self.next_due = 0  # ms of the server's clock
        self.limit = 6
        self.invited: list[InvitedTo] = []
        self.to_wrap_up: list[ToWrapUp] = []
        self.went: list[Went] = []
        self.colleagues = Colleagues([], [])
        self.refusals: dict[str, str] = {}  # kind of a command -> the code of its refusal
        self.left_messages = 0
        self.locale = "en"
        self.member = ANA
        self.demo = False
        self.model = False  # that drafts answers
        self.heard: list[dict[str, Any]] = []
        self.complaints: list[str] = []  # errors of the page's scripts, CSP violations
        self.sockets: list[WebSocket] = []
        self.drafts: dict[str, str] = {}
        self.side = SideTable()
        self.reason = ""
        self.promises: list[int] = []
        self.breather = 0  # when it ends, 0: none
        self.breathers_left = 3
        self.load = Load()
        self.most = 0  # the supervisors' limit, 0: hers is not lower
        self.right = RightLimit()
        self.answering = True  # send acks automatically
        self.refusing = False  # new sockets
        self.epoch = "e1"
        self.build = BUILD
        self.n = 0

    # --- the server's part ---

    async def play(self, *plays: Play) -> None:
        """Add these chats, one frame each."""
        for one in plays:
            self.plays[one.line.id] = one
            await self.push(self.pane(one.line.slot), due={one.line.id: one.due})

    async def play_at_once(self, *plays: Play) -> None:
        """Add these chats, all in one frame."""
        self.plays |= {one.line.id: one for one in plays}
        content = "".join(self.pane(one.line.slot) for one in plays)
        await self.push(content, due={one.line.id: one.due for one in plays})

    async def show(self, play: Play, *facts: ChatFact) -> None:
        """Send new facts of a held chat, in one frame."""
        content = "".join(self.views.fact(fact, play.line, locale=self.locale) for fact in facts)
        await self.push(content, due={play.line.id: play.due})

    async def tell_history(self, frame: dict[str, Any]) -> None:
        """Send the requested lines before the window."""
        play, before = self.plays[frame["chat"]], frame["before"]
        facts = [fact for fact in play.facts if fact.seq < before][-WINDOW:]
        await self.push(self.views.older(facts, play.line, before=before, locale=self.locale))

    async def leave(self, slot: int, then: Play | None = None, *, moved: Moved | None = None) -> None:
        """Remove the pane's chat, which goes where `moved` says; `then` takes its place in the same frame."""
        self.plays = {chat: play for chat, play in self.plays.items() if play.line.slot != slot}
        if then is not None:
            self.plays[then.line.id] = then
        await self.push(self.pane(slot), due={then.line.id: then.due} if then else {}, moved=[moved] if moved else [])

    async def lists(self, *plays: Play) -> None:
        """List the wrap-ups of these chats as left for later."""
        for one in plays:
            self.to_wrap_up.append(ToWrapUp(one.line.id, one.line.name, one.line.queue, now(), one.line.tags))
        await self.push(self.strip())

    def pane(self, slot: int) -> str:
        play = next((one for one in self.plays.values() if one.line.slot == slot), None)
        facts: Sequence[ChatFact] = play.facts if play else ()
        return self.views.pane(slot, play.line if play else None, facts, locale=self.locale, now=now())

    def strip(self) -> str:
        agent = AgentState(
            "ana",
            "Ana",
            status=self.status,
            limit=self.limit,
            most=self.most or self.limit,
            reason=self.reason,
            since=SINCE,
            breather=self.breather,
            held={play.line.slot: c for c, play in self.plays.items()},
        )
        oldest = now() - 14_000 if self.waiting else 0
        figures = Strip(
            agent,
            self.waiting,
            oldest,
            self.left_messages,
            4_100,
            0.96,
            now(),
            day=DayFigures(
                n=50,
                within=48,
                broke=2,
                buckets={bucket_of(4_100): 46, bucket_of(7_900): 4},
                answers=40,
                answered_in_time=36,
            ),
            promises=len(self.promises),
            promise=max(self.promises, default=0),
            away_reasons=self.side.away_reasons,
            next_due=self.next_due,
            invited=self.invited,
            load=self.load,
            right=self.right,
            breathers=3,
            breathers_left=self.breathers_left,
            to_wrap_up=self.to_wrap_up,
        )
        return self.views.strip(figures, locale=self.locale)

    async def push(
        self,
        content: str,
        due: dict[str, int] | None = None,
        drafts: dict[str, str] | None = None,
        moved: Sequence[Moved] = (),
    ) -> None:
        self.n += 1
        await self.send(Html(n=self.n, content=content, due=due or {}, drafts=drafts or {}, moved=[*moved]))

    async def send(self, frame: Outbound) -> None:
        for one in list(self.sockets):
            await one.send_text(encode(frame).decode())

    async def close(self, code: int = 1012) -> None:
        for one in list(self.sockets):
            self.sockets.remove(one)
            await one.close(code)

    def welcome(self) -> HtmlWelcome:
        panes = {play.line.slot: self.pane(play.line.slot) for play in self.plays.values()}
        return HtmlWelcome(
            agent="ana",
            epoch=self.epoch,
            now=now(),
            build=self.build,
            status=self.status,
            limit=self.limit,
            recovered=True,
            n=self.n,
            content=self.views.welcome(panes, self.strip(), locale=self.locale, now=now()),
            held={chat: play.line.slot for chat, play in self.plays.items()},
            due={chat: play.due for chat, play in self.plays.items() if play.due},
            drafts=self.drafts,
            went=self.went,
        )

    # --- what the console sent ---

    def said(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.heard if frame["t"] == kind]

    async def hears(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        return await eventually(lambda: len(self.said(kind)) >= count and self.said(kind), f"{count} x {kind}")

    # --- the machinery ---

    def run(self) -> None:
        pages = [
            Route("/console", self._page),
            Route("/sign-in", self._signed_out),
            Route("/sign-out", self._signed_out, methods=["POST"]),
        ]
        socket = WebSocketRoute("/ws/agent", self._socket)
        self.house.on = Starlette(routes=[*pages, *static_routes, *side_routes(self), socket])

    async def stop(self) -> None:
        self.house.on = DARK

    async def _page(self, request: Request) -> Response:
        sites = {"demo": "Lana"}
        response = console_page(request, self.member, build=BUILD, sites=sites, demo=self.demo, drafts=self.model)
        response.headers["content-security-policy"] = CSP
        return response

    async def _signed_out(self, request: Request) -> Response:
        return HTMLResponse('<!doctype html><title>Signed out</title><link rel="icon" href="data:,">')

    async def _socket(self, connection: WebSocket) -> None:
        if self.refusing:
            return
        await connection.accept(subprotocol="sestetto.v1.html")
        try:
            while True:
                await self._hear(connection, msgspec.json.decode(await connection.receive_text()))
        except (WebSocketDisconnect, RuntimeError):
            if connection in self.sockets:
                self.sockets.remove(connection)

    async def _hear(self, connection: WebSocket, frame: dict[str, Any]) -> None:
        self.heard.append(frame)
        if frame["t"] == "hello":
            if connection not in self.sockets:
                self.sockets.append(connection)
            await connection.send_text(encode(self.welcome()).decode())
        elif frame["t"] == "colleagues" and frame.get("on", True):
            await self.send(self.colleagues)
        elif frame["t"] == "history" and self.answering:
            await self.tell_history(frame)
        elif frame["t"] == "ping" and self.answering:
            await self.send(Pong(at=frame["at"], now=now()))
        elif "cid" in frame and self.answering:
            await self._answer(frame)

    async def _answer(self, frame: dict[str, Any]) -> None:
        kind, cid = frame["t"], frame["cid"]
        play = self.plays.get(frame.get("chat", ""))
        if kind in self.refusals:
            await self.send(Nack(cid, self.refusals[kind], "No.", final=True))
            return
        if kind == "status":
            self.status, self.reason = frame["status"], frame.get("reason", "")
        if kind == "breather":
            self.breather = now() + frame["ms"] if frame["ms"] else 0
            self.breathers_left -= frame["ms"] > 0
        if kind == "limit":
            self.most, self.limit = self.most or self.limit, frame["limit"]
            self.right = RightLimit()
        await self.send(Ack(cid=cid, seq=play.line.seq + 1 if play else 0, at=now()))
        if kind in ("status", "breather", "limit"):
            await self.push(self.strip())
        elif play is not None:
            await self._do(play, frame)
        elif kind == "label":
            self.to_wrap_up = [one for one in self.to_wrap_up if one.chat != frame["chat"]]
            await self.push(self.strip())

    async def _do(self, play: Play, frame: dict[str, Any]) -> None:
        """Send what the server would show afterwards."""
        cid, slot = frame["cid"], play.line.slot
        match frame["t"]:
            case "say" if frame.get("promise"):
                await self.show(play, play.ana_promises(frame["text"], frame["promise"], cid))
            case "say":
                await self.show(play, play.ana_says(frame["text"], cid))
            case "accept":
                play.is_assigned("accepted")
                await self.push(self.pane(slot), due={play.line.id: play.due})
            case "label":
                await self.show(play, play.ana_labels(frame.get("reason", ""), frame.get("tags", ()), cid))
                if frame.get("later"):
                    await self.lists(play)
                if frame.get("done") or frame.get("later"):
                    await self.leave(slot)
            case "decline":
                await self.leave(slot)
            case "transfer":
                await self.leave(slot, moved=self._moved(frame))

    def _moved(self, frame: dict[str, Any]) -> Moved:
        there = self.colleagues
        names = {one.id: one.name for one in (*there.agents, *there.queues)}
        kind = "agent" if frame.get("agent") else "queue"
        return Moved(frame["chat"], **{kind: names[frame[kind]]})


async def open_console(
    stage: Stage, context: BrowserContext, *, width: int = 1366, height: int = 768, new: bool = False, **media: Any
) -> Page:
    """Open the console in its own tab, once the stage has welcomed it. `media`: `color_scheme="dark"` and the like.

    Ana knows the keys, unless she is `new` to the console.
    """
    page = await context.new_page()
    if not new:
        await page.add_init_script(KNOWS_THE_KEYS)
    await page.set_viewport_size({"width": width, "height": height})
    await page.emulate_media(**media)
    page.on("pageerror", lambda error: stage.complaints.append(str(error)))
    page.on("console", lambda line: stage.complaints.append(line.text) if _is_breach(line) else None)
    await page.goto(f"{stage.url}/console")
    await page.wait_for_selector('body[data-link="ready"]')
    return page


def _is_breach(line: ConsoleMessage) -> bool:
    return line.type == "error" and "WebSocket" not in line.text
