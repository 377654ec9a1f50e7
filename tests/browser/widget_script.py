"""Plays the widget's server: page and files are real, the test decides what the socket sends."""

import asyncio
import json
import time
from typing import Any

from playwright.async_api import Browser, WebSocketRoute

from tests.browser.widget_people import Vera
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

CHAT = "c1"


def now() -> int:
    return int(time.time() * 1000)


class Scripted:
    """Vera's page, and the part of the server: `heard` is all that the widget has sent."""

    def __init__(self, **welcome: Any) -> None:
        self.welcome = {"features": [], "recovered": True, "team": {"online": True}, **welcome}
        self.heard: list[dict[str, Any]] = []
        self.refusals: dict[str, str] = {}  # kind of a command -> the code it is refused with
        self.silent: set[str] = set()  # kinds of commands that get no answer
        self.seq = 0
        self._socket: WebSocketRoute | None = None

    async def start(
        self, server: RunningServer, browser: Browser, path: str = "/", *, script: str = "", **look: Any
    ) -> Vera:
        """In a browser of her own; `script` runs before the page's."""
        context = await browser.new_context(**{"locale": "en-GB", **look})
        if script:
            await context.add_init_script(script)
        vera = Vera(context, await context.new_page())
        await vera.page.route_web_socket("**/ws/visitor*", self._serve)
        await vera.goes_to(server, path)
        return vera

    def said(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.heard if frame["t"] == kind]

    def send(self, kind: str, /, **fields: Any) -> None:
        assert self._socket is not None
        self._socket.send(json.dumps({"t": kind, **fields}))

    def fact(self, kind: str, /, **fields: Any) -> None:
        self.seq += 1
        self.send("fact", chat=CHAT, seq=self.seq, prev=self.seq - 1, at=now(), kind=kind, **fields)

    def ana_says(self, text: str, **fields: Any) -> None:
        self.fact("message", by="agent", name="Ana", text=text, **fields)

    async def ana_comes(self) -> None:
        await eventually(lambda: self.said("open"), "Vera to open a chat")
        self.fact("assigned", name="Ana")

    def _serve(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        socket.on_message(self._hear)

    def _hear(self, message: str | bytes) -> None:
        frame = json.loads(message)
        self.heard.append(frame)
        match frame["t"]:
            case "hello":
                self.send("welcome", token="t", epoch="e", now=now(), build="b", **self.welcome)
            case "ping":
                self.send("pong", at=frame["at"], now=now())
            case kind if kind in self.silent:
                return
            case kind if kind in self.refusals:
                code = self.refusals[kind]
                self.send("nack", cid=frame["cid"], code=code, message=f"Refused: {code}.", final=True)
            case "open":
                self.fact("opened")
                self.fact("message", by="visitor", cid=frame["cid"], text=frame["text"])
            case "say":
                self.fact("message", by="visitor", cid=frame["cid"], text=frame["text"])


async def pause() -> None:
    """One turn of the page's loop, for what must not happen."""
    await asyncio.sleep(0.2)
