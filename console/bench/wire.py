"""A WebSocket client that costs almost nothing: frames by hand, one callback per frame, no task per socket.

Client and server share the machine under load, so the client's CPU time is missing for the server. Frames are masked
with zeros, which the protocol allows.
"""

import asyncio
import base64
import secrets
from collections.abc import Callable, Coroutine
from typing import Any, Self, cast
from urllib.parse import urlsplit

SUBPROTOCOL = "sestetto.v1"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
FINAL, MASKED = 0x80, 0x80


class Wire(asyncio.Protocol):
    """`heard` receives the bytes of each text frame; `lost` the close code, once."""

    def __init__(self, heard: Callable[[bytes], None], lost: Callable[[int], None]) -> None:
        self.upgraded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._heard, self._lost = heard, lost
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._open = False

    @classmethod
    async def open(
        cls,
        url: str,
        heard: Callable[[bytes], None],
        lost: Callable[[int], None],
        *,
        subprotocol: str = SUBPROTOCOL,
        **headers: str,
    ) -> Self:
        """Connect to `ws://host:port/path`. Raises ConnectionError if the upgrade is refused."""
        parts = urlsplit(url)
        loop = asyncio.get_running_loop()
        connect: Coroutine[Any, Any, tuple[asyncio.Transport, Self]] = loop.create_connection(
            lambda: cls(heard, lost), parts.hostname or "", parts.port or 80
        )
        transport, wire = await connect
        given = {
            "Host": parts.netloc,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": subprotocol,
            **headers,
        }
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items()), "", ""]
        transport.write("\r\n".join(lines).encode())
        await wire.upgraded
        return wire

    def send(self, text: bytes, kind: int = TEXT) -> None:
        size = len(text)
        if size < 126:
            head = bytes((FINAL | kind, MASKED | size, 0, 0, 0, 0))
        else:
            head = bytes((FINAL | kind, MASKED | 126, size >> 8, size & 255, 0, 0, 0, 0))
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(head + text)

    def close(self) -> None:
        """Send a close frame and close the connection."""
        self.send((1000).to_bytes(2, "big"), CLOSE)
        if self._transport is not None:
            self._transport.close()

    # --- asyncio's side -------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's class is not a subclass

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._open and not self._upgrade():
            return
        self._buffer = self._buffer[self._frames() :]

    def connection_lost(self, problem: Exception | None) -> None:
        if not self.upgraded.done():
            self.upgraded.set_exception(ConnectionError("the server refused the upgrade"))
        self._end(1006)

    def _upgrade(self) -> bool:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        self._buffer = rest
        self._open = True
        if b" 101 " not in head.split(b"\r\n")[0]:
            self.upgraded.set_exception(ConnectionError(head.split(b"\r\n")[0].decode()))
        else:
            self.upgraded.set_result(None)
        return True

    def _frames(self) -> int:
        """Pass on the complete frames in the buffer; return how many bytes they took."""
        buffer, at = self._buffer, 0
        while len(buffer) >= at + 2:
            size, start = buffer[at + 1], at + 2
            if size > 125:
                start += 2 if size == 126 else 8
                size = int.from_bytes(buffer[at + 2 : start], "big")
            if len(buffer) < start + size:
                break
            self._frame(buffer[at] & 15, buffer[start : start + size])
            at = start + size
        return at

    def _frame(self, kind: int, payload: bytes) -> None:
        if kind == TEXT:
            self._heard(payload)
        elif kind == PING:
            self.send(payload, PONG)
        elif kind == CLOSE:
            self._end(int.from_bytes(payload[:2], "big"))

    def _end(self, code: int) -> None:
        lost, self._lost = self._lost, lambda code: None
        lost(code)
