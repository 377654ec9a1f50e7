"""uvicorn's HTTP protocol with limits on what a client sends and how long it takes.

A proxy that buffers requests would prevent all of this, but not every installation has one.
"""

import asyncio
import logging
from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from console.limits.connections import Connections

MOST_HEAD = 32 * 1024  # bytes of a request's line and headers
MOST_HEADERS = 100
HEAD_WITHIN = 10.0  # seconds for all of them
MOST_BODY = 1024 * 1024  # bytes as received
MOST_UPLOAD = 110_000_000  # of a file; a site's limit is lower, and checked before the upload
UPLOADS = (b"/widget/files?", b"/console/files/", b"/settings/imports/upload?")  # what their addresses begin with
BODY_WITHIN, BODY_RATE = 10.0, 1_000  # seconds for a body, plus one second per this many bytes
READ_WITHIN = 30.0  # seconds in which a client must read some of a pending response
IDLE = 5  # seconds a connection without a request stays open
MOST_PIPELINED = 8  # requests behind an unanswered one
LINGER = 1.0  # seconds that a refused client has to read why
MOST_LINGER = 256 * 1024  # bytes from it that are discarded during that time; after that it can send no more
VISITORS = b"/ws/visitor"  # their sockets are upgraded in turn; staff's are not
PIECE = 4 * 1024  # bytes passed to the parser at once: a head may exceed its limit by this much before it is noticed

# uvicorn warns of every invalid request, however many there are. `http.refused` logs them with the address.
logger = logging.getLogger("sestetto.http")  # uvicorn would reset the level of its own logger
logger.setLevel(logging.ERROR)


class HttpProtocol(HttpToolsProtocol):
    """One connection until it ends or becomes a WebSocket. The server's configuration sets `connections`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = logger
        self.open_connections = cast(Connections, self.config.connections)  # type: ignore[attr-defined]
        self._in_head = True
        self._most_body = MOST_BODY
        self._head = self._fields = self._body = 0
        self._began = 0.0  # when the body started
        self._deadline: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None
        self._refusal: HTTPStatus | None = None
        self._thrown_away = 0
        self._upgraded = False
        self._early = bytearray()

    # --- connections ----------------------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if self.open_connections.add(transport, self.client[0] if self.client else ""):
            self._expect(HEAD_WITHIN, self._head_is_late)
        else:
            self._refuse(HTTPStatus.TOO_MANY_REQUESTS)

    def connection_lost(self, exc: Exception | None) -> None:
        self.open_connections.remove(self.transport)
        self._expect_nothing()
        self.resume_writing()
        super().connection_lost(exc)
        self._drop_parser()

    def handle_websocket_upgrade(self) -> None:
        if self._refusal is not None:
            return
        self._upgraded = True
        self._expect_nothing()
        self.open_connections.work(self.transport)
        if self.url.startswith(VISITORS):
            self.open_connections.upgrades.enter(self._upgrade)
        else:
            self._upgrade()

    def _upgrade(self) -> bool:
        """Upgrade, and return whether it happened: a client that is gone is not upgraded."""
        if self.transport.is_closing():
            return False
        super().handle_websocket_upgrade()
        self._drop_parser()
        if self._early:
            cast(asyncio.Protocol, self.transport.get_protocol()).data_received(bytes(self._early))
        return True

    def _drop_parser(self) -> None:
        """Break the reference cycle with the parser, so that both are freed without a garbage collection."""
        self.parser = cast(Any, None)

    # --- input ----------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE):
            # In pieces: the parser does not stop at a limit by itself, so it must not get everything at once.
            if self.transport.is_closing():
                return
            if self._upgraded:
                self._keep(data[start:])
                return
            if self._refusal is not None:
                self._throw_away(len(data) - start)
                return
            self._feed(data[start : start + PIECE])

    def _keep(self, data: bytes) -> None:
        """Keep data that the client sends too early; it is read after the upgrade."""
        self._early += data
        if len(self._early) > MOST_HEAD:
            self.transport.pause_reading()

    def _feed(self, piece: bytes) -> None:
        if not self._in_head:
            self._body += len(piece)
        elif self._deadline is None:
            self._expect(HEAD_WITHIN, self._head_is_late)
        super().data_received(piece)
        if self._in_head and not self._upgraded:
            self._head += len(piece)
        if self._refusal is not None:
            self._refuse(self._refusal)
        elif self._head > MOST_HEAD or self._fields > MOST_HEADERS:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._body > self._most_body:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        elif len(self.pipeline) > MOST_PIPELINED:
            self._refuse(HTTPStatus.TOO_MANY_REQUESTS)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._head = self._fields = self._body = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields += 1
        if self._fields <= MOST_HEADERS:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._expect_nothing()
        self._most_body = MOST_UPLOAD if self.url.startswith(UPLOADS) else MOST_BODY
        length = next((value for name, value in self.headers if name == b"content-length"), b"0")
        if length.isdigit() and int(length[:20]) > self._most_body:
            self._refusal = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        elif self._fields > MOST_HEADERS:
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        elif not self.open_connections.ask(self.transport):
            self._refusal = HTTPStatus.TOO_MANY_REQUESTS
        else:
            self._began = self.loop.time()
            self._expect(BODY_WITHIN, self._body_is_late)
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._refusal is None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._expect_nothing()
        self._in_head = True
        self._head = self._fields = 0
        self.open_connections.work(self.transport)  # only now, so that an endless body can be cut off
        if self._refusal is None:
            super().on_message_complete()

    # --- time limits ----------------------------------------------------------------------------------

    def _expect(self, seconds: float, late: Any) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(seconds, late)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _head_is_late(self) -> None:
        self._deadline = None
        if self._head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.abort()  # it has sent nothing, so there is nothing to answer

    def _body_is_late(self) -> None:
        left = BODY_WITHIN + self._body / BODY_RATE - (self.loop.time() - self._began)
        if self.flow.read_paused:
            left = max(left, 1.0)  # reading is paused by us, so the client is not to blame
        if left > 0:
            self._expect(left, self._body_is_late)
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.open_connections.wait(self.transport)
        if self.transport.is_closing() and self.transport.get_write_buffer_size():
            # The response is complete, but the client may never read it, so do not keep its buffer forever.
            self.loop.call_later(READ_WITHIN, self.transport.abort)

    def timeout_keep_alive_handler(self) -> None:
        self.transport.abort() if self.transport.get_write_buffer_size() else self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._reading is None:
            self._reading = self.loop.call_later(READ_WITHIN, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    # --- the end -------------------------------------------------------------------------------------

    def _refuse(self, status: HTTPStatus) -> None:
        """Respond with the reason, unless a response has started. Further input is discarded for a short time."""
        self._refusal = status
        self._expect_nothing()
        self._say_refused(status)
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.abort()
            return
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.write(_answer(status))
        self.flow.resume_reading()
        self._expect(LINGER, self.transport.abort)

    def send_400_response(self, msg: str) -> None:
        self._say_refused(HTTPStatus.BAD_REQUEST)
        super().send_400_response(msg)

    def _say_refused(self, status: HTTPStatus) -> None:
        address = self.client[0] if self.client else ""
        self.open_connections.log.info("http.refused", status=int(status), address=address)

    def _throw_away(self, size: int) -> None:
        self._thrown_away += size
        if self._thrown_away > MOST_LINGER:
            # Do not close yet: a client that is still writing when the connection breaks may never read the answer. A
            # proxy would then report 502 and consider us down.
            self.flow.pause_reading()


def _answer(status: HTTPStatus) -> bytes:
    words = f"{status.phrase}\n".encode()
    again = b"retry-after: 60\r\n" if status == HTTPStatus.TOO_MANY_REQUESTS else b""
    return (
        f"HTTP/1.1 {int(status)} {status.phrase}\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n"
        f"content-length: {len(words)}\r\n".encode()
        + again
        + b"\r\n"
        + words
    )
