"""A socket that ignores the rules: sends any bytes as frames, and reports exactly what came back."""

import asyncio
import base64
import contextlib
import secrets
from types import TracebackType
from typing import Any, NamedTuple, Self

import msgspec

TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 1, 2, 8, 9, 10, 0
ABNORMAL = 1006


class Frame(NamedTuple):
    opcode: int
    payload: bytes


class RawSocket:
    """A socket opened by `await RawSocket.open(url, …)`; `status` is the HTTP status of the upgrade."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.status = 0
        self.headers = ""
        self.frames: list[Frame] = []
        self.code = 0  # the close code

    @classmethod
    async def open(
        cls, url: str, headers: dict[str, str], *, subprotocol: str = "sestetto.v1", behind: bytes = b""
    ) -> Self:
        """Connect to `http://host:port/path`. The upgrade's own headers are added; `behind` is sent right after the
        request.
        """
        host, _, path = url.removeprefix("http://").partition("/")
        name, _, port = host.partition(":")
        streams = await asyncio.open_connection(name, int(port))
        return await cls.over(*streams, host, path, headers, subprotocol=subprotocol, behind=behind)

    @classmethod
    async def over(
        cls,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        host: str,
        path: str,
        headers: dict[str, str],
        *,
        subprotocol: str = "sestetto.v1",
        behind: bytes = b"",
    ) -> Self:
        """Upgrade an existing connection."""
        given = {
            "Host": host,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": subprotocol,
            **headers,
        }
        lines = [f"GET /{path} HTTP/1.1", *(f"{key}: {value}" for key, value in given.items() if value), "", ""]
        writer.write("\r\n".join(lines).encode())
        writer.write(behind)
        socket = cls(reader, writer)
        socket.headers = (await reader.readuntil(b"\r\n\r\n")).decode()
        socket.status = int(socket.headers.split()[1])
        return socket

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.transport.abort()

    def send(self, opcode: int, payload: bytes, *, final: bool = True) -> None:
        """Send one frame, masked with zeros."""
        size = len(payload)
        head = bytes([opcode | (0x80 if final else 0)])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += bytes([0x80 | 126]) + size.to_bytes(2, "big")
        else:
            head += bytes([0x80 | 127]) + size.to_bytes(8, "big")
        self.write(head + bytes(4) + payload)

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._writer.write(data)

    def say(self, text: str) -> None:
        self.send(TEXT, text.encode())

    async def receive(self, *, within: float = 10) -> Frame:
        """Return the next frame. Raises ConnectionError if there are no more; `code` is then the close code."""
        async with asyncio.timeout(within):
            try:
                first, second = await self._reader.readexactly(2)
                size = second & 127
                if size > 125:
                    size = int.from_bytes(await self._reader.readexactly(2 if size == 126 else 8), "big")
                frame = Frame(first & 15, await self._reader.readexactly(size))
            except (asyncio.IncompleteReadError, OSError):
                self.code = self.code or ABNORMAL
                raise ConnectionError(self.code) from None
        if frame.opcode == CLOSE:
            self.code = int.from_bytes(frame.payload[:2], "big") or 1005
            raise ConnectionError(self.code)
        self.frames.append(frame)
        return frame

    async def until(self, *kinds: str) -> dict[str, Any]:
        """Return the next protocol frame of one of these kinds."""
        while True:
            frame = await self.receive()
            if frame.opcode == TEXT:
                said: dict[str, Any] = msgspec.json.decode(frame.payload)
                if said["t"] in kinds:
                    return said

    async def closed(self, *, within: float = 10) -> int:
        """Read to the end; return the close code."""
        with contextlib.suppress(ConnectionError):
            while True:
                await self.receive(within=within)
        return self.code
