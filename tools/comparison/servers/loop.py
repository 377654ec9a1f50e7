"""`python loop.py PORT STORE`: a bare loop with the guarantees of Sestetto and no product. A lower bound.

A message is deduplicated, numbered, logged and put on the feed in one script, acknowledged when that is on disk, and
delivered from the feed. WebSocket frames by hand, replies by hiredis, one write per socket and turn of the loop.
"""

import asyncio
import base64
import hashlib
import json
import sys
from collections import defaultdict, deque
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import hiredis
import uvloop

PORT, STORE = sys.argv[1:]
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
FEED = b"{bench}:feed"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Link(asyncio.Protocol):
    """One connection to the store: all commands of one turn of the loop are one write."""

    def __init__(self) -> None:
        self._reader = hiredis.Reader()
        self._waiting: deque[Callable[[object], None]] = deque()
        self._asked = b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def ask(self, then: Callable[[object], None], *words: bytes) -> None:
        if not self._asked:
            asyncio.get_running_loop().call_soon(self._flush)
        self._asked += hiredis.pack_command(words)
        self._waiting.append(then)

    def _flush(self) -> None:
        self._transport.write(self._asked)
        self._asked = b""

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not False:
            self._waiting.popleft()(reply)


class Rooms:
    """Who is in which room; delivers the entries of the feed."""

    def __init__(self, link: Link, tail: Link) -> None:
        self.members: defaultdict[bytes, set[Socket]] = defaultdict(set)
        self.link = link
        self.script = b""
        self._tail = tail
        self._last = b"$"

    async def start(self) -> None:
        loaded = asyncio.get_running_loop().create_future()
        self.link.ask(loaded.set_result, b"SCRIPT", b"LOAD", Path(__file__).with_name("say.lua").read_bytes())
        self.script = await loaded
        self._read()

    def _read(self) -> None:
        self._tail.ask(self._heard, b"XREAD", b"COUNT", b"1000", b"BLOCK", b"0", b"STREAMS", FEED, self._last)

    def _heard(self, reply: object) -> None:
        for _, entries in reply or ():
            for self._last, (_, room, _, seq, _, fact) in entries:
                frame = b'{"t":"fact","seq":%s,%s' % (seq, fact[1:])
                for socket in self.members[room]:
                    socket.send(frame)
        self._read()


class Socket(asyncio.Protocol):
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._joined: list[bytes] = []
        self._by = ""
        self._buffer = b""
        self._out = b""
        self._open = False

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def connection_lost(self, problem: Exception | None) -> None:
        for room in self._joined:
            self._rooms.members[room].discard(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._open or self._upgrade():
            self._frames()

    def _upgrade(self) -> bool:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        lines = head.split(b"\r\n")
        given = {name.lower(): value for name, _, value in (line.partition(b": ") for line in lines[1:])}
        key = given.get(b"sec-websocket-key")
        if key is None:
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            self._buffer = rest
            return False
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        self._transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Protocol: sestetto.v1\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        query = parse_qs(urlsplit(lines[0].split(b" ")[1]).query)
        self._by = query[b"by"][0].decode()
        self._joined = query[b"rooms"][0].split(b",")
        for room in self._joined:
            self._rooms.members[room].add(self)
        self._buffer, self._open = rest, True
        return True

    def _frames(self) -> None:
        buffer, at = self._buffer, 0
        while len(buffer) >= at + 6:
            size, start = buffer[at + 1] & 127, at + 2
            if size > 125:
                start += 2 if size == 126 else 8
                size = int.from_bytes(buffer[at + 2 : start], "big")
            start += 4
            if len(buffer) < start + size:
                break
            mask = int.from_bytes(buffer[start - 4 : start] * (size // 4 + 1), "big") >> (8 * (4 - size % 4))
            payload = (int.from_bytes(buffer[start : start + size], "big") ^ mask).to_bytes(size, "big")
            self._frame(buffer[at] & 15, payload)
            at = start + size
        self._buffer = buffer[at:]

    def _frame(self, kind: int, payload: bytes) -> None:
        if kind == TEXT:
            self._say(json.loads(payload))
        elif kind == PING:
            self.send(payload, PONG)
        elif kind == CLOSE:
            self._transport.close()

    def _say(self, frame: dict[str, str]) -> None:
        room, cid = frame["room"], frame["cid"]
        fact = json.dumps({"room": room, "by": self._by, "cid": cid, "text": frame["text"]}, separators=(",", ":"))
        keys = [b"{bench}:room:" + room.encode(), b"{bench}:log:" + room.encode(), FEED]
        self._rooms.link.ask(
            lambda seq: self.send(b'{"t":"ack","cid":"%s","seq":%d}' % (cid.encode(), seq)),
            b"EVALSHA", self._rooms.script, b"3", *keys, cid.encode(), room.encode(), fact.encode(),
        )  # fmt: skip

    def send(self, text: bytes, kind: int = TEXT) -> None:
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        size = len(text)
        length = bytes((size,)) if size < 126 else bytes((126, size >> 8, size & 255))
        self._out += bytes((128 | kind,)) + length + text

    def _flush(self) -> None:
        self._transport.write(self._out)
        self._out = b""


async def main() -> None:
    loop = asyncio.get_running_loop()
    _, link = await loop.create_unix_connection(Link, STORE)
    _, tail = await loop.create_unix_connection(Link, STORE)
    rooms = Rooms(link, tail)
    await rooms.start()
    server = await loop.create_server(lambda: Socket(rooms), "127.0.0.1", int(PORT))
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
