"""A stage for the board: real page, scripts and fragments with invented data; the test plays the server."""

import asyncio
import time
from typing import Any

import msgspec
from playwright.async_api import BrowserContext, ConsoleMessage, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from console.archive.credentials import SignedIn
from console.archive.left_messages import OpenMessage
from console.board.publisher import Boards, BoardVariant
from console.board.views import BoardViews
from console.domain.directory import Directory, Member, Queue
from console.events import ChatFact, Stalled
from console.pages.board import board_page
from console.pages.static import routes as static_routes
from console.protocol import Ack, Outbound, Pong, encode
from console.protocol.supervisor import BoardWelcome, Unwatched, WatchDrawn
from console.views.html import HtmlViews
from console.views.watch import WatchViews
from tests.browser.page_server import DARK, House
from tests.support.board_state import Floor
from tests.support.eventually import eventually

SAM = SignedIn(member=Member("sam", "Sam", "sam@example.com", "supervisor"), session="s1", csrf="c1")
BUILD = "stage"
CSP = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"


class Store:
    """As much of a workspace as boards need; while `away` it reports nothing more from the feed."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self.away = False
        self.epoch = "e1"

    def now(self) -> int:
        return int(time.time() * 1000)

    async def newest(self) -> int:
        if self.away:
            await asyncio.sleep(60)
        return self._floor.picture.n


class BoardStage:
    """`floor` is what the board shows, as it was at the last `change`; `heard` is everything the page has sent."""

    def __init__(self, house: House, *queues: Queue) -> None:
        self.house = house
        self.url = house.url
        self.floor = Floor(*queues, now=int(time.time() * 1000))
        self.store = Store(self.floor)
        self.boards = Boards(
            self.store,  # type: ignore[arg-type]
            BoardViews(self.floor),
            self.floor,
            left=self.read_left,
        )
        self.left: list[OpenMessage] = []  # as SQL has them
        self.watch = WatchViews(HtmlViews(self.floor))
        self.facts: dict[str, list[ChatFact]] = {}
        self.heard: list[dict[str, Any]] = []
        self.complaints: list[str] = []  # errors of the page's scripts, CSP violations
        self.sockets: list[WebSocket] = []
        self.refusing = False  # new sockets
        self.nacks: dict[str, Outbound] = {}  # by kind of command

    async def read_left(self) -> list[OpenMessage]:
        return self.left

    def change(self, directory: Directory | None = None) -> None:
        """Make the test's changes to the floor visible."""
        self.floor.picture.n += 1
        if directory is not None:
            self.floor.directory = directory
        self.boards.on_fact(Stalled(at=1, ms=1), set(self.floor.picture.agents))

    async def send(self, frame: Outbound) -> None:
        for one in list(self.sockets):
            await one.send_text(encode(frame).decode())

    async def close(self, code: int = 1012) -> None:
        for one in list(self.sockets):
            self.sockets.remove(one)
            await one.close(code)

    def said(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.heard if frame["t"] == kind]

    async def hears(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        return await eventually(lambda: len(self.said(kind)) >= count and self.said(kind), f"{count} x {kind}")

    # --- the machinery ---

    def run(self) -> None:
        routes = [Route("/board", self._page), *static_routes, WebSocketRoute("/ws/board", self._socket)]
        self.house.on = Starlette(routes=routes)
        self.task = asyncio.create_task(self.boards.run())

    async def stop(self) -> None:
        self.house.on = DARK
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def _page(self, request: Request) -> Response:
        response = board_page(request, SAM, build=BUILD, reasons=("Lunch", "Training"))
        response.headers["content-security-policy"] = CSP
        return response

    async def _socket(self, connection: WebSocket) -> None:
        if self.refusing:
            return
        await connection.accept(subprotocol="sestetto.v1.html")
        listener = Listener(connection)
        try:
            while True:
                await self._hear(listener, msgspec.json.decode(await connection.receive_text()))
        except (WebSocketDisconnect, RuntimeError):
            self.boards.leave(listener)
            if connection in self.sockets:
                self.sockets.remove(connection)

    async def _hear(self, listener: "Listener", frame: dict[str, Any]) -> None:
        self.heard.append(frame)
        if frame["t"] == "hello":
            n, fresh, parts = await self.boards.join(
                listener, BoardVariant(frame.get("locale", "en"), frame.get("wall", False))
            )
            self.sockets.append(listener.connection)
            await self.send(BoardWelcome("sam", "e1", self.store.now(), BUILD, n, fresh, parts))
        elif frame["t"] == "ping":
            await self.send(Pong(at=frame["at"], now=self.store.now()))
        elif frame["t"] == "watch":
            await self._watch(frame["chat"], on=frame.get("on", True))
        elif "cid" in frame:
            await self.send(self._answer(frame))

    def _answer(self, frame: dict[str, Any]) -> Outbound:
        nack = self.nacks.get(frame["t"])
        if nack is not None:
            return msgspec.structs.replace(nack, cid=frame["cid"])
        return Ack(frame["cid"], 1, self.store.now())

    async def _watch(self, chat: str, *, on: bool) -> None:
        line = self.floor.picture.chats.get(chat)
        if not on or line is None:
            await self.send(Unwatched(chat, "off" if line else "ended"))
            return
        whole = self.watch.whole(line, self.facts.get(chat, []), locale="en", now=self.store.now())
        await self.send(WatchDrawn(chat, self.floor.picture.n, whole, whole=True))

    async def tells(self, chat: str, fact: ChatFact) -> None:
        """Something happens in a chat that is being watched."""
        facts = self.facts.setdefault(chat, [])
        facts.append(fact)
        line = self.floor.picture.chats[chat]
        await self.send(WatchDrawn(chat, fact.seq + 100, self.watch.fact(fact, line, facts, locale="en")))


class Listener:
    """A socket, as boards know it."""

    def __init__(self, connection: WebSocket) -> None:
        self.connection = connection
        self._under_way: set[asyncio.Task[None]] = set()

    def push(self, frame: str) -> None:
        task = asyncio.create_task(self._send(frame))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _send(self, frame: str) -> None:
        try:
            await self.connection.send_text(frame)
        except (RuntimeError, WebSocketDisconnect):
            return


async def open_board(
    stage: BoardStage,
    context: BrowserContext,
    *,
    width: int = 1366,
    height: int = 768,
    wall: bool = False,
    **media: Any,
) -> Page:
    """Open the board in its own tab; return once it shows everything. `media`: `color_scheme="dark"` and the like."""
    page = await context.new_page()
    await page.set_viewport_size({"width": width, "height": height})
    await page.emulate_media(**media)
    page.on("pageerror", lambda error: stage.complaints.append(str(error)))
    page.on("console", lambda line: stage.complaints.append(line.text) if _is_breach(line) else None)
    await page.goto(f"{stage.url}/board{'?wall=1' if wall else ''}")
    await page.wait_for_selector('body[data-link="ready"]')
    await page.locator("#overview").wait_for()
    return page


def _is_breach(line: ConsoleMessage) -> bool:
    return line.type == "error" and "WebSocket" not in line.text
