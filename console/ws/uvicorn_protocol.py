"""uvicorn's WebSocket protocol with our limits and with a ping interval per kind of client.

It pings silent agents sooner than silent visitors. Browsers answer pings without page timers, so a hidden tab stays
connected, and a dead one is noticed: an agent's within 8 s, a visitor's within 40 s.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from wsproto import WSConnection, events
from wsproto.connection import Connection, ConnectionState, ConnectionType

from console.limits.connections import Connections
from console.protocol import MAX_FRAME
from console.ws.heartbeats import CHECK_EVERY, Heartbeats
from console.ws.inbox import FRAMES_A_TURN, Flood, Inbox
from console.ws.messages import Messages
from console.ws.rfc6455 import (
    BEGINNINGS,
    BROKEN,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    TOO_LARGE,
    frames_of,
    payload_of,
    ping,
    pong_of,
)

AGENT_PING, AGENT_PONG = 4.0, 4.0  # seconds
VISITOR_PING, VISITOR_PONG = 20.0, 20.0
MOST_UNREAD = 32  # frames that may queue for the application before reading from the client pauses
LINGER = 1.0  # seconds a client has to read why its socket ends ...
MOST_LINGER = 256 * 1024  # ... and bytes it may still send, which are discarded

WRITABLE = asyncio.Event()  # shared by all clients that read as fast as we write
WRITABLE.set()


def nothing() -> None:
    """Stand in for the writer's callback before there is a writer, and after the socket's end."""


class Protocol(WSProtocol):
    """uvicorn's protocol with a ping interval per path, limits on what a client sends, and shortcuts for the
    application.

    `sestetto.abort` ends a socket at once; `sestetto.writer` returns a function that writes a list of texts together.
    This class finds and counts frames, a bounded number in each turn of the event loop; wsproto handles only fragments,
    binary and close frames.

    There are thousands of sockets, and most are silent, so anything that only few of them need is created on demand.
    """

    # Our attributes and a few of uvicorn's: objects share the keys of their dictionaries only up to 30 keys.
    __slots__ = (
        *("open_connections", "inbox", "_conn", "_in_fragments", "_turn_waits", "_again", "_heartbeats", "_heard"),
        *("_asked", "_thrown_away"),
        *("queue", "writable", "buffer", "ping_interval", "ping_timeout", "ping_timer", "pong_timer"),
    )

    _conn: WSConnection | Connection | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.writable = WRITABLE
        self.open_connections = cast(Connections, self.config.connections)  # type: ignore[attr-defined]
        self.inbox = Inbox(MAX_FRAME)
        self.close_timeout = LINGER
        self.queue = cast(Any, Messages(self.loop))
        self._in_fragments = False
        self._turn_waits = False
        self._again: Callable[[], None] = nothing
        self._heartbeats = cast(Heartbeats, self.config.heartbeats)  # type: ignore[attr-defined]
        self._heard = self.loop.time()  # when data last came
        self._asked = False  # pinged, and no data has come since
        self._thrown_away = -1  # bytes discarded, once the client is no longer listened to; -1 before

    @property
    def conn(self) -> Any:
        """Parses the handshake; after it, wsproto's share of the frames, created when first needed."""
        if self._conn is None:
            self._conn = Connection(ConnectionType.SERVER)
        return self._conn

    @conn.setter
    def conn(self, conn: WSConnection) -> None:
        self._conn = conn

    def handle_connect(self, event: events.Request) -> None:
        visitor = event.target.startswith("/ws/visitor")
        self.ping_interval = VISITOR_PING if visitor else AGENT_PING
        self.ping_timeout = VISITOR_PONG if visitor else AGENT_PONG
        super().handle_connect(event)
        extensions = cast(dict[str, Any], self.scope["extensions"])
        extensions["sestetto.abort"] = self.transport.abort
        extensions["sestetto.writer"] = self.writer
        if visitor:
            self.open_connections.visit(self.transport)
        self._pause()  # receive nothing before the handshake is answered

    # --- what comes in ---------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self._heard, self._asked = self.loop.time(), False
        if not hasattr(self, "scope"):
            super().data_received(data)  # still the HTTP request
        elif self._thrown_away >= 0:
            self._throw_away(len(data))
        else:
            self.inbox.put(data)
            self._turn()

    def _turn(self) -> None:
        """Handle as many frames as one socket may send per turn of the loop; the rest follow in the next turn, or when
        there is room.
        """
        # After our close frame the queue does not matter: texts are dropped, but the client's close must be read.
        room = MOST_UNREAD - self.queue.qsize()
        if self._turn_waits or not self.handshake_complete or (room <= 0 and not self.close_sent):
            self._pause()
            return
        most = FRAMES_A_TURN if self.close_sent else min(FRAMES_A_TURN, room)
        try:
            frames, end = self.inbox.turn(most)
            for frame in frames:
                self._take(frame)
        except Flood:
            self._abort()
        else:
            self._after(end)

    def _after(self, end: int) -> None:
        if self.transport.is_closing() or self._thrown_away >= 0:
            self.inbox.clear()
        elif end > 0:
            self._pause()
            self._next_turn()
        elif end == BROKEN:
            self._refuse(1002)
        elif end == TOO_LARGE:
            self._refuse(1009)
        elif self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    def _take(self, frame: bytearray) -> None:
        kind = frame[0]
        if self.transport.is_closing() or self._thrown_away >= 0:
            return
        if kind == TEXT and not self._in_fragments:
            self._take_text(frame)
        elif kind == PING:
            self._answer(frame)
        elif kind != PONG:  # a pong carries no information but its arrival
            # A continuation ends the message; control frames may come in between without effect.
            self._in_fragments = kind in BEGINNINGS or (self._in_fragments and kind != CONTINUATION)
            super().data_received(bytes(frame))

    def _take_text(self, frame: bytearray) -> None:
        if self.close_sent:
            return
        try:
            text = payload_of(frame).decode()
        except UnicodeDecodeError:
            self._refuse(1007)
        else:
            self.queue.put_nowait({"type": "websocket.receive", "text": text})

    def _answer(self, ping: bytearray) -> None:
        # A client that floods pings without reading the pongs gets none, so that the write buffer does not grow.
        if self.writable.is_set() and not self.close_sent:
            self.transport.write(pong_of(ping))

    # --- pausing and going on --------------------------------------------------------------------------

    def _pause(self) -> None:
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def _next_turn(self) -> None:
        if not self._turn_waits:
            self._turn_waits = True
            self.loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        self._turn_waits = False
        if not self.transport.is_closing():
            self._turn()

    async def receive(self) -> Any:
        message = await self.queue.get()
        # The application has caught up: read on.
        if self.read_paused and self.queue.empty():
            self._next_turn()
        return message

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            self._conn = None  # the handshake is over, so drop its state
        if message["type"] in ("websocket.accept", "websocket.close"):
            self.inbox.closing = self.close_sent
            self._next_turn()

    # --- what goes out ---------------------------------------------------------------------------------

    def writer(self, again: Callable[[], None]) -> Callable[[list[str]], bool]:
        """Return a function that writes texts, or returns False if the client reads too slowly; `again` follows."""
        self._again = again
        return self._write_texts

    def _write_texts(self, texts: list[str]) -> bool:
        if not self.writable.is_set():
            return False
        # The end of a socket is noticed by reading; nobody receives what is written after it.
        if not (self.disconnected or self.close_sent or self.transport.is_closing()):
            self.transport.write(frames_of(texts))
        return True

    def pause_writing(self) -> None:
        self.writable = asyncio.Event()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.writable = WRITABLE
        self._again()

    # --- the end ---------------------------------------------------------------------------------------

    def handle_close(self, event: events.CloseConnection) -> None:
        """Handle the client's close frame, or a protocol error that wsproto has found."""
        if self.conn.state == ConnectionState.OPEN:
            self._refuse(event.code)
        else:
            super().handle_close(event)

    def _refuse(self, code: int) -> None:
        """End the socket because of what its client sent. The client may read why; its further data is ignored."""
        self._thrown_away = 0
        self.inbox.clear()
        # Keep reading, so that the client can finish sending and see the close frame: closing with unread data would
        # reset the connection and lose that frame.
        if not self.close_sent:
            self.close_sent = True
            self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
            self.transport.write(self.conn.send(events.CloseConnection(code=code)))
            self.close_timer = self.loop.call_later(LINGER, self.transport.close)
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    def _throw_away(self, size: int) -> None:
        self._thrown_away += size
        if self._thrown_away > MOST_LINGER:
            self.transport.abort()

    def _abort(self) -> None:
        """Drop a flooding client without a close frame, which would wait because the client is not reading."""
        self.inbox.clear()
        address = self.scope["client"][0] if self.scope["client"] else ""  # as reported by a trusted proxy
        self.open_connections.note_flood(address)
        self.open_connections.log.info("socket.flood", address=address, path=self.scope["path"])
        self.transport.abort()

    async def run_asgi(self) -> None:
        try:
            await super().run_asgi()
        finally:
            # Break the reference cycles: a closed socket is then freed at once, not by a garbage collection much later.
            self._again = nothing
            cast(dict[str, Any], self.scope["extensions"]).clear()

    def connection_lost(self, exc: Exception | None) -> None:
        self.open_connections.remove(self.transport)
        super().connection_lost(exc)

    # --- whether the client is still there -------------------------------------------------------------

    def start_keepalive(self) -> None:
        self._heartbeats.watch(self, self._heard + cast(float, self.ping_interval))

    def stop_keepalive(self) -> None:
        self._heartbeats.leave(self)

    def check(self, now: float) -> float:
        """Ping a silent client, and abort one that has not answered, as it would not read a close frame either."""
        if self.close_sent or self.transport.is_closing():
            return 0
        if self._asked:
            self.transport.abort()
            return 0
        silent_at = self._heard + cast(float, self.ping_interval)
        if silent_at >= now + CHECK_EVERY:
            return silent_at
        self._asked = True
        self.transport.write(ping())
        return now + cast(float, self.ping_timeout)
