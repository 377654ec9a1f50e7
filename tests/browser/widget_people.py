"""Vera at the shop in a real browser; Ana as a JSON client, since her console has its own tests."""

import asyncio
import contextlib
import json
from typing import Any, Literal, Self

from playwright.async_api import Browser, BrowserContext, Locator, Page, WebSocket

from console.demo.socket_client import SocketClient, SocketClosed
from console.domain.ids import new_cid, new_id
from console.protocol import (
    AgentEnd,
    AgentHello,
    AgentSay,
    AgentTyping,
    Inbound,
    Label,
    Open,
    SetStatus,
    Shown,
    Transfer,
    VisitorEnd,
    VisitorHello,
)
from tests.support.credentials import bearer_of
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 760}, "has_touch": True, "is_mobile": True},
}
END = """async () => {
  const visitor = window.sestetto?.element.visitor;
  if (!visitor?.chat.open() || visitor.connection.state !== 'open') return;
  visitor.command('end');
  for (let tries = 0; tries < 100 && visitor.chat.open(); tries++) await new Promise((done) => setTimeout(done, 20));
}"""


class Ana:
    """An agent who is online, takes what comes, and remembers what she was told."""

    def __init__(self, socket: SocketClient) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []
        self.last: dict[str, int] = {}  # chat -> seq of its last fact
        self.chat = ""  # the one that came last
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def at_her_desk(cls, server: RunningServer, member: str = "ana") -> Self:
        bearer = await bearer_of(server, member)
        socket = await SocketClient.open(f"{server.socket_url}/ws/agent", subprotocol="sestetto.v1", bearer=bearer)
        ana = cls(socket)
        await ana.send(AgentHello(tab=new_id(), take=True))
        await ana.send(SetStatus(cid=new_cid(), status="online"))
        await eventually(lambda: ana.of("ack"), "Ana to be online")
        return ana

    async def send(self, frame: Inbound) -> None:
        await self.socket.send(frame)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["t"] == kind]

    def held(self) -> set[str]:
        """The chats that keep a slot of hers."""
        held: set[str] = set()
        for frame in self.frames:
            match frame["t"]:
                case "welcome":
                    held = {chat["id"] for chat in frame.get("chats", ())}
                case "assigned":
                    held.add(frame["chat"]["id"])
                case "released":
                    held.discard(frame["chat"])
        return held

    def heard(self) -> list[str]:
        """What visitors said in her chats, in order."""
        held = [chat for frame in self.of("welcome") for chat in frame.get("chats", ())]
        held += [frame["chat"] for frame in self.of("assigned")]
        facts = [fact for chat in held for fact in chat.get("facts", ())]
        facts += [frame["fact"] for frame in self.of("fact")]
        return [fact["text"] for fact in facts if fact["kind"] == "message" and fact["by"] == "visitor"]

    async def says(self, text: str) -> None:
        """Answers in the chat that came last; Vera may be told of it a moment before Ana is."""
        await self.promises(text, 0)

    async def promises(self, text: str, within: Literal[0, 30_000, 120_000, 300_000]) -> None:
        """A holding reply: she is back within so many ms."""
        await eventually(lambda: self.chat, "a chat for Ana to answer in")
        read = self.last[self.chat]
        await self.send(AgentSay(cid=new_cid(), chat=self.chat, text=text, read=read, promise=within))

    async def hands_on(self, *, queue: str = "", agent: str = "") -> None:
        await eventually(lambda: self.chat, "a chat for Ana to hand on")
        await self.send(Transfer(cid=new_cid(), chat=self.chat, queue=queue, agent=agent))

    async def starts_typing(self) -> None:
        await eventually(lambda: self.chat, "a chat for Ana to type in")
        await self.send(AgentTyping(chat=self.chat))

    async def ends(self) -> None:
        await eventually(lambda: self.chat, "a chat for Ana to end")
        await self.send(AgentEnd(cid=new_cid(), chat=self.chat))

    async def goes(self) -> None:
        with contextlib.suppress(SocketClosed):
            await self.send(SetStatus(cid=new_cid(), status="offline"))
            for chat in self.held():
                await self.send(AgentEnd(cid=new_cid(), chat=chat))
            await eventually(lambda: not self.held(), "Ana's slots to be free")
        self._reading.cancel()
        await self.socket.close()

    async def _read(self) -> None:
        with contextlib.suppress(SocketClosed):
            while True:
                frame = json.loads(await self.socket.receive())
                self.frames.append(frame)
                await self._react(frame)

    async def _react(self, frame: dict[str, Any]) -> None:
        if frame["t"] == "assigned":
            self.chat = frame["chat"]["id"]
            self.last[self.chat] = frame["chat"]["last"]
            await self.send(Shown(chat=self.chat, seq=self.last[self.chat]))
        if frame["t"] == "fact" and "seq" in frame["fact"]:
            self.last[frame["fact"]["chat"]] = frame["fact"]["seq"]
            if frame["fact"].get("wrapup"):
                await self.send(Label(cid=new_cid(), chat=frame["fact"]["chat"], done=True))


class Crowd:
    """Visitors who open a chat each and say no more: they fill an agent's slots."""

    def __init__(self) -> None:
        self.sockets: list[SocketClient] = []

    async def come(self, server: RunningServer, number: int, queue: str = "") -> None:
        for _ in range(number):
            url = f"{server.socket_url}/ws/visitor?site=demo&queue={queue}"
            socket = await SocketClient.open(url, subprotocol="sestetto.v1", origin=server.url)
            self.sockets.append(socket)
            await socket.send(VisitorHello())
            await socket.send(Open(cid=new_cid(), text="I only fill a slot"))
            while '"t":"ack"' not in await socket.receive():
                pass

    async def go(self) -> None:
        for socket in self.sockets:
            await socket.send(VisitorEnd(cid=new_cid()))
            await socket.close()


class Vera:
    """A visitor with the widget; `complaints` are all that her browser grumbled about."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context = context
        self.page = page
        self.widget = page.locator("sestetto-widget")
        self.panel = self.widget.locator(".panel")
        self.launcher = self.widget.locator(".launcher")
        self.composer = self.widget.locator(".composer textarea")
        self.complaints: list[str] = []
        self.sockets: list[str] = []
        self.welcomed: set[WebSocket] = set()
        self.dialling: set[WebSocket] = set()  # neither answered nor closed
        self.sent: list[dict[str, Any]] = []  # frames
        self.requests: list[str] = []  # addresses
        page.on("request", lambda request: self.requests.append(request.url))
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("websocket", self._dials)

    def _dials(self, socket: WebSocket) -> None:
        self.sockets.append(socket.url)
        self.dialling.add(socket)
        socket.on("framereceived", lambda _: self._is_answered(socket))
        socket.on("close", lambda _: self.dialling.discard(socket))
        socket.on("framesent", lambda frame: self.sent.append(json.loads(frame)))

    def _is_answered(self, socket: WebSocket) -> None:
        self.welcomed.add(socket)
        self.dialling.discard(socket)

    async def is_connected(self) -> None:
        """No socket is being dialled: browsers grumble about one that is closed meanwhile."""
        await eventually(lambda: not self.dialling, "an answer on each socket")

    @classmethod
    async def at(
        cls, server: RunningServer, browser: Browser, path: str = "/", *, script: str = "", **look: Any
    ) -> Self:
        """In a browser of her own; `script` runs before the page's."""
        context = await browser.new_context(**{"locale": "en-GB", **look})
        if script:
            await context.add_init_script(script)
        vera = cls(context, await context.new_page())
        await vera.goes_to(server, path)
        return vera

    async def goes_to(self, server: RunningServer, path: str) -> None:
        await self.page.goto(f"{server.url}{path}")
        await self.launcher.wait_for(state="attached")

    async def another_tab(self, server: RunningServer) -> "Vera":
        other = Vera(self.context, await self.context.new_page())
        await other.goes_to(server, "/delivery")
        return other

    async def opens(self) -> None:
        await self.launcher.click()
        await self.panel.wait_for()

    async def starts_with(self, text: str, *, name: str = "") -> None:
        """Opens the widget and sends a first message."""
        await self.opens()
        await self.screen("start")
        start = self.widget.locator(".panel[data-screen=start]")  # not by its labels: the widget has many languages
        if name:
            await start.locator("[autocomplete=name]").fill(name)
        await start.locator("textarea").fill(text)
        await self.page.keyboard.press("Enter")

    async def says(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def screen(self, name: str) -> None:
        await self.widget.locator(f".panel[data-screen={name}]").wait_for(timeout=10_000)

    def bubble(self, text: str) -> Locator:
        return self.widget.locator(".bubble").filter(has_text=text)

    async def sees(self, text: str) -> None:
        await self.widget.get_by_text(text).first.wait_for(timeout=10_000)

    async def reads(self) -> list[str]:
        """All bubbles, from top to bottom."""
        return await self.widget.locator(".bubble").all_inner_texts()

    async def picks(self, entry: str) -> None:
        await self.widget.locator("summary").click()
        await self.widget.get_by_role("button", name=entry).click()

    async def stored(self) -> dict[str, str]:
        kept: dict[str, str] = await self.page.evaluate("({...localStorage, ...sessionStorage})")
        return kept

    async def leaves(self) -> None:
        """Ends what she began: an agent's slot is free for the next test."""
        await self.page.evaluate(f"({END})()")
        await self.context.close()
