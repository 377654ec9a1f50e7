"""Sam at his board: a plain socket with his browser's cookie."""

import re
from contextlib import suppress
from typing import Any, Self

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from console.demo.socket_client import SocketClosed
from tests.support.credentials import stores_of
from tests.support.eventually import eventually
from tests.support.json_clients import Frame, Talker
from tests.support.server_process import RunningServer

PART = re.compile(r' id="([^"]+)"')


class Browser:
    """A socket of the `websockets` library with the interface that `Talker` needs."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket

    async def receive(self) -> str:
        try:
            return str(await self._socket.recv())
        except ConnectionClosed as end:
            raise SocketClosed(end.rcvd.code if end.rcvd else 1006) from end

    async def send_text(self, text: str) -> None:
        with suppress(ConnectionClosed):  # frames to a closed socket are lost; its reader notices
            await self._socket.send(text)

    async def close(self) -> None:
        await self._socket.close()


async def cookie_of(server: RunningServer, member: str) -> str:
    """Return the cookie of a fresh session, as a one-click sign-in creates it."""
    async with stores_of(server) as stores:
        return str(await stores.one_clicks.use(await stores.one_clicks.add(member)))


class Board(Talker):
    """`parts` are what the page would show, by id."""

    @classmethod
    async def comes(
        cls, server: RunningServer, member: str = "sam", *, cookie: str = "", origin: str = "", wall: bool = False
    ) -> Self:
        session = cookie or await cookie_of(server, member)
        socket = await connect(
            f"{server.socket_url}/ws/board",
            subprotocols=["sestetto.v1.html"],  # type: ignore[list-item]
            additional_headers={"Cookie": f"sestetto_session={session}"},
            origin=origin or server.url,  # type: ignore[arg-type]
            ping_interval=None,
        )
        board = cls(Browser(socket))  # type: ignore[arg-type]
        await board.say_frame("hello", wall=wall)
        return board

    async def is_welcome(self) -> Frame:
        return await self.hears("welcome")

    @property
    def parts(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for frame in self.heard:
            if frame["t"] in ("welcome", "html"):
                found |= {_id(part): part for part in frame.get("parts", [])}
                found = {id: part for id, part in found.items() if id not in frame.get("gone", [])}
        return found

    async def shows(self, id: str, *words: str) -> str:
        """Wait until the part contains all of these."""
        return await eventually(
            lambda: part if all(one in (part := self.parts.get(id, "")) for one in words) else None,
            f"{id} to show {words}: {self.parts.get(id)}",
        )

    async def looks_on(self, chat: str) -> Frame:
        await self.say_frame("watch", chat=chat)
        return await self.hears(lambda f: f["t"] == "watched" and f["chat"] == chat and f.get("whole"), "the chat")

    async def sees(self, words: str) -> Frame:
        """Send a frame about a watched chat."""
        return await self.hears(lambda f: f["t"] == "watched" and words in f["content"], f"to see {words!r}")


def _id(part: str) -> str:
    found = PART.search(part)
    assert found is not None, part
    return found[1]
