"""The server: uvicorn with one web socket protocol of ours, which knows whose pings to hurry.

Browsers answer pings without page timers, so a hidden tab lives and a dead one is known: an agent's within
8 s, a visitor's within 40 s.
"""

import time
from typing import Any, cast

import uvicorn
import wsproto
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from wsproto import events
from wsproto.connection import ConnectionState

from console.config import Settings
from console.protocol import MAX_FRAME
from console.ws.rfc6455 import ODD, TEXT, frame_end, frames_of, text_of

AGENT_PING, AGENT_PONG = 4.0, 4.0  # seconds
VISITOR_PING, VISITOR_PONG = 20.0, 20.0
MOST_PINGS = 20  # of a client a second
MOST_HEADER = 16 * 1024
MOST_UNREAD = 32  # frames that may wait for the application before the client is read no further


class Protocol(WSProtocol):
    """uvicorn's, with a pace of pings per path, a bound on the client's, and short ways for the application.

    `sestetto.abort` ends a socket at once, `sestetto.write` takes a list of texts in one write. Plain frames
    are read here; the first odd one, and all behind it, are wsproto's.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plain = True
        self._rest = b""
        self._pings = 0
        self._pings_since = 0.0

    def handle_connect(self, event: events.Request) -> None:
        visitor = event.target.startswith("/ws/visitor")
        self.ping_interval = VISITOR_PING if visitor else AGENT_PING
        self.ping_timeout = VISITOR_PONG if visitor else AGENT_PONG
        super().handle_connect(event)
        extensions = cast(dict[str, Any], self.scope["extensions"])
        extensions["sestetto.abort"] = self.transport.abort
        extensions["sestetto.write"] = self.write_texts

    def data_received(self, data: bytes) -> None:
        if not self.handshake_complete:
            self._plain = not hasattr(self, "scope")  # the request itself, and nothing before its answer
            super().data_received(data)
        elif self._plain:
            self._read_plain(self._rest + data)
        else:
            super().data_received(data)

    def _read_plain(self, buffer: bytes) -> None:
        """Every plain frame; a control frame alone goes to wsproto, and so does all from the first odd one on."""
        at = 0
        while (end := frame_end(buffer, at)) > 0:
            frame = buffer[at:end]
            if frame[0] != TEXT or not self._take(frame):
                super().data_received(frame)
            at = end
        self._rest = buffer[at:]
        if end == ODD:
            self._plain, odd, self._rest = False, self._rest, b""
            super().data_received(odd)

    def _take(self, frame: bytes) -> bool:
        """Hands a text on; False when it is none, so that wsproto says so."""
        try:
            text = text_of(frame)
        except UnicodeDecodeError:
            return False
        if not self.close_sent:
            self.queue.put_nowait({"type": "websocket.receive", "text": text})
            if not self.read_paused and self.queue.qsize() >= MOST_UNREAD:
                self.read_paused = True
                self.transport.pause_reading()
        return True

    async def write_texts(self, texts: list[str]) -> None:
        """All of them, in one write, once the client has read enough. OSError when it never will."""
        await self.writable.wait()
        if self.disconnected or self.close_sent or self.transport.is_closing():
            raise ClientDisconnected
        self.transport.write(frames_of(texts))

    def handle_close(self, event: events.CloseConnection) -> None:
        """The client's goodbye, or what it broke: wsproto names that code, and nobody sends it."""
        if self.conn.state == ConnectionState.OPEN:
            self.transport.write(self.conn.send(events.CloseConnection(code=event.code)))
        super().handle_close(event)

    def handle_ping(self, event: events.Ping) -> None:
        now = time.monotonic()
        if now - self._pings_since > 1:
            self._pings, self._pings_since = 0, now
        self._pings += 1
        if self._pings > MOST_PINGS:
            self.close_sent = True
            self.transport.write(self.conn.send(wsproto.events.CloseConnection(code=1008)))
            self.transport.close()
            return
        super().handle_ping(event)

    def keepalive_timeout(self) -> None:
        """Nobody answers: whoever is gone reads no close frame either."""
        self.pong_timer = None
        self.pending_ping_payload = None
        self.transport.abort()


def server_config(app: Any, settings: Settings) -> uvicorn.Config:
    """How uvicorn is run here; `server.py` runs the application's start and stop around it."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws=Protocol,
        ws_max_size=MAX_FRAME,
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_level="debug" if settings.log == "debug" else "warning",
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=MOST_HEADER,
        backlog=2048,
    )
