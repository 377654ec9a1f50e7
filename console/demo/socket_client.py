"""A small WebSocket client for simulated people: JSON text frames over asyncio streams."""

import asyncio
import ssl
from collections import deque
from typing import Self
from urllib.parse import urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Ping,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from console.protocol import Inbound, encoder

READ = 64 * 1024  # bytes at once
BROKEN = (OSError, LocalProtocolError, RuntimeError)  # uvloop raises the latter when the transport is closed
ABNORMAL = 1006  # closed without a close frame


class SocketClosed(ConnectionError):
    """The socket is closed. `code` is the close code, or the HTTP status of a refused upgrade."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"closed with {code} {reason}".strip())
        self.code = code
        self.reason = reason


class SocketClient:
    """An open socket. It answers pings only while a caller is receiving."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._received: deque[str] = deque()
        self._partial: list[str] = []
        self._closed: SocketClosed | None = None
        self._accepted = False

    @classmethod
    async def open(cls, url: str, *, subprotocol: str, origin: str = "", bearer: str = "") -> Self:
        """Connect to `url` (ws:// or wss://). Raises SocketClosed if refused, OSError if nobody is listening."""
        parts = urlsplit(url)
        secure = ssl.create_default_context() if parts.scheme == "wss" else None
        port = parts.port or (443 if secure else 80)
        reader, writer = await asyncio.open_connection(_resolved(parts.hostname or ""), port, ssl=secure)
        headers = [(b"Origin", origin.encode())] if origin else []
        headers += [(b"Authorization", f"Bearer {bearer}".encode())] if bearer else []
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        socket = cls(reader, writer)
        socket._write(Request(host=parts.netloc, target=target, subprotocols=[subprotocol], extra_headers=headers))
        try:
            while not socket._accepted:
                await socket._read()
        except BaseException:
            writer.close()
            raise
        return socket

    async def send(self, frame: Inbound) -> None:
        """Send a frame. Raises SocketClosed if that is no longer possible."""
        await self.send_text(encoder.encode(frame).decode())

    async def send_text(self, text: str) -> None:
        if self._closed:
            raise self._closed
        try:
            self._write(TextMessage(data=text))
            await self._writer.drain()
        except BROKEN as problem:
            raise self._lost(ABNORMAL, str(problem)) from problem

    async def receive(self) -> str:
        """Return the next text frame. Raises SocketClosed if there will be no more."""
        while not self._received:
            await self._read()
        return self._received.popleft()

    async def close(self, code: int = 1000) -> None:
        """Send a close frame and close the connection, without waiting for an answer."""
        if self._closed is None:
            self._lost(code)
            try:
                self._write(CloseConnection(code=code))
                await self._writer.drain()
            except BROKEN:
                pass
        self._writer.close()

    def _write(self, event: Request | TextMessage | CloseConnection) -> None:
        self._writer.write(self._protocol.send(event))

    async def _read(self) -> None:
        if self._closed:
            raise self._closed
        try:
            data = await self._reader.read(READ)
            self._protocol.receive_data(data or None)
            for event in self._protocol.events():
                self._take(event)
        except (OSError, RemoteProtocolError) as problem:
            raise self._lost(ABNORMAL, str(problem)) from problem
        if not data and not self._closed:
            self._lost(ABNORMAL)
        if self._closed and not self._received:
            raise self._closed

    def _take(self, event: object) -> None:
        match event:
            case TextMessage(data=data, message_finished=finished):
                self._partial.append(data)
                if finished:
                    self._received.append("".join(self._partial))
                    self._partial.clear()
            case Ping():
                self._writer.write(self._protocol.send(event.response()))
            case AcceptConnection():
                self._accepted = True
            case RejectConnection(status_code=status):
                self._lost(status)
            case CloseConnection(code=code, reason=reason):
                self._lost(code, reason or "")
            case RejectData() | _:
                pass

    def _lost(self, code: int, reason: str = "") -> SocketClosed:
        self._closed = self._closed or SocketClosed(code, reason)
        return self._closed


def _resolved(host: str) -> str:
    """Resolve names below localhost to this machine (RFC 6761): browsers do so, resolvers often do not."""
    return "localhost" if host.endswith(".localhost") else host
