"""Ana at her console in a real browser, Vera as a plain socket, and a whole server between them."""

import asyncio
import contextlib
import json
from typing import Any, Self

from playwright.async_api import Browser, BrowserContext, Page

from console.demo.socket_client import SocketClient, SocketClosed
from console.domain.ids import new_cid
from console.protocol import Inbound, Open, VisitorEnd, VisitorHello, VisitorSay
from tests.browser.signing_in import sign_in_by_link
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

# In one step: the button goes as soon as the status is online, even between a look and a click.
CLICK_IF_VISIBLE = "(button) => { if (button.checkVisibility()) button.click(); }"


class Vera:
    """A visitor; `frames` are all that her side was told."""

    def __init__(self, socket: SocketClient) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def comes(cls, server: RunningServer, text: str, *, name: str = "Vera", queue: str = "") -> Self:
        url = f"{server.socket_url}/ws/visitor?site=demo"
        vera = cls(await SocketClient.open(url, subprotocol="sestetto.v1", origin=server.url))
        await vera.send(VisitorHello())
        await vera.send(Open(cid=new_cid(), text=text, name=name, queue=queue))
        await eventually(lambda: vera.of("ack"), f"{name}'s chat to be open")
        return vera

    async def says(self, text: str) -> None:
        await self.send(VisitorSay(cid=new_cid(), text=text))

    async def ends(self) -> None:
        await self.send(VisitorEnd(cid=new_cid()))

    async def send(self, frame: Inbound) -> None:
        await self.socket.send(frame)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["t"] == kind]

    def heard(self) -> list[str]:
        """What agents said, in order."""
        return [frame["text"] for frame in self.of("fact") if frame["kind"] == "message" and frame["by"] == "agent"]

    async def goes(self) -> None:
        self._reading.cancel()
        await self.socket.close()

    async def _read(self) -> None:
        with contextlib.suppress(SocketClosed):
            while True:
                self.frames.append(json.loads(await self.socket.receive()))


class Desk:
    """A member's console; `complaints` are errors of its scripts and breaches of its CSP."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context = context
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)

    @classmethod
    async def of(cls, server: RunningServer, browser: Browser, member: str = "ana") -> Self:
        """Signed in by one click, connected, and online."""
        context = await browser.new_context(locale="en-GB", viewport={"width": 1366, "height": 768})
        desk = cls(context, await context.new_page())
        await sign_in_by_link(desk.page, server, member)
        await desk.page.wait_for_selector('body[data-link="ready"]')
        await desk.page.locator("#go-online").evaluate(CLICK_IF_VISIBLE)
        await desk.page.wait_for_selector('body[data-status="online"]')
        return desk

    async def goes(self) -> None:
        await self.context.close()
