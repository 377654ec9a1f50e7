"""Runs one socket of any kind: handles frames in order, with a bounded outbox, limits, and a clean end."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import msgspec
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from console.authentication import client_address, services_of
from console.delivery.outbox import Outbox
from console.errors import (
    Blocked,
    NotAllowed,
    ProofNeeded,
    Refused,
    SestettoError,
    SlowDown,
    TooManyConnections,
    Unknown,
)
from console.limits.bucket import Bucket
from console.logs import command_under_way
from console.protocol import MAX_FRAME, Ack, Cid, Error, Inbound, Nack, Outbound, Ping, Pong, encode
from console.queue.results import Said
from console.security import log as security_log
from console.security.requests import about_the_request
from console.ws.foreign_commands import foreign_command, kinds_of

HELLO_WITHIN = 10.0  # seconds a socket may stay silent at first
SIGNALS = ('{"t":"typing"', '{"t":"seen"', '{"t":"stream"')  # as our clients write them
PATIENCE = (5, 100)  # invalid frames and frames over the rate: per second, and at once, before the socket is closed
NEVER = 0x7FFF_FFFF

log = structlog.get_logger()

BAD_FRAME = Error("bad_frame", "This frame is not part of the protocol.")
TOO_FAST = Error("slow_down", "Too many frames: wait a moment.")

Verb = Callable[[Any, Any], Awaitable[Any]]  # handles a frame; called with the connection and the frame
Action = Callable[[Any, Any], Awaitable[Said]]  # a method of the connection's actions; called with these and the frame


class CommandName(msgspec.Struct):
    """The part of a rejected frame that its answer needs."""

    cid: Cid


def cid_of(text: str) -> str:
    """Return the cid of a frame; empty if it has no readable one."""
    try:
        return names.decode(text).cid
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ""


names = msgspec.json.Decoder(CommandName)


class Hangup(Exception):
    """Raised to end the socket with a close code and a short reason."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason


def done(action: Callable[[Any, Any], Awaitable[None]]) -> Verb:
    """Let an action handle a frame, without an answer."""

    async def handle(connection: Any, frame: Any) -> None:
        await action(connection.actions, frame)

    return handle


def acked(action: Action) -> Verb:
    """Let an action handle a frame, and send its result as an ack."""

    async def handle(connection: Any, frame: Any) -> None:
        connection.ack(frame.cid, await action(connection.actions, frame))

    return handle


class Connection:
    """A socket after its upgrade.

    Subclasses define the frames, the handling of the first one, and the table of verbs, which all their sockets share.
    """

    frames: msgspec.json.Decoder[Any]
    verbs: Mapping[type[Inbound], Verb]
    rate: tuple[float, int] = (10, 40)  # frames per second, and at once; the same again for signals

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.services = services_of(socket)
        self.outbox = Outbox(self._overflow)
        rate, burst = self.rate
        settings = self.services.settings
        pace, self._debug = settings.pace, settings.log == "debug"
        self._bucket = Bucket(rate * pace, burst * pace)
        self._signals = Bucket(rate * pace, burst * pace)
        self._patience = Bucket(*PATIENCE)
        self._stopped_at = ""  # cid of a command that was refused for now
        self._cut_code = 0
        self._reader: asyncio.Task[None] | None = None

    # --- for subclasses --------------------------------------------------------------------------

    async def hello(self, frame: Any) -> bool:
        """Handle the first frame. False if it may not come first."""
        raise NotImplementedError

    async def gone(self) -> None:
        """Clean up after the socket has closed."""

    def refusal_of(self, text: str, problem: Exception) -> Outbound:
        """Name the field of a frame that cannot be decoded. A command gets a final nack, or an outbox would resend it
        forever.
        """
        reason, _, field = str(problem).partition(" - at `$.")
        where = f"{field.rstrip('`')}: " if field else ""
        message = f"{BAD_FRAME.message} {where}{reason}"[:300]
        cid = cid_of(text)
        return Nack(cid, BAD_FRAME.code, message, True) if cid else Error(BAD_FRAME.code, message)

    def refresh(self) -> None:
        """Called once a second; by default there is nothing to refresh."""

    def agent_lease(self) -> tuple[str, int] | None:
        return None

    def tab_lease(self) -> tuple[str, str] | None:
        return None

    def session(self) -> str:
        return ""

    def now(self) -> int:
        """Return the store's clock in ms."""
        return self.services.workspace.now()

    # --- life --------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run until either side ends the connection."""
        self.outbox.open(self.socket.scope["extensions"]["sestetto.writer"](self.outbox.flush))
        reader = self._reader = asyncio.create_task(self._read())
        try:
            await asyncio.wait([reader])
            await self._close(self._end_of(reader))
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            self._reader = None  # its exception refers to this connection
            self.outbox.close()
            # Shielded: shutting down cancels this task, but the store must still learn that the socket is gone.
            await asyncio.shield(self._farewell())

    def cut(self, code: int) -> None:
        """End the socket with `code`. Never waits; can be called from anywhere."""
        if not self._cut_code:
            self._cut_code = code
            if self._reader is not None:
                self._reader.cancel()

    def send(self, frame: Outbound) -> None:
        self.outbox.put(encode(frame).decode())

    def _overflow(self) -> None:
        """The client reads too slowly: drop it, so that nobody waits for it."""
        # Abort: a close frame would wait behind everything that the client has not read.
        self.socket.scope["extensions"]["sestetto.abort"]()
        self.cut(1013)

    def _end_of(self, reader: asyncio.Task[None]) -> Hangup:
        """Return the code and reason with which the socket closes; code 0 if it is closed already."""
        if self._cut_code:
            return Hangup(self._cut_code)
        problem = None if reader.cancelled() else reader.exception()
        if isinstance(problem, Hangup):
            return problem
        if problem is not None and not isinstance(problem, WebSocketDisconnect | OSError | RuntimeError):
            log.error("socket.failed", error=repr(problem), exc_info=problem)
            return Hangup(1011)
        return Hangup(0)

    async def _close(self, end: Hangup) -> None:
        self.outbox.close()  # a close frame is the last
        if end.code:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(1):
                    await self.socket.close(end.code, end.reason)

    async def _farewell(self) -> None:
        try:
            await self.gone()
        except SestettoError as problem:
            log.info("socket.farewell", error=problem.code)

    # --- frames --------------------------------------------------------------------------------------

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(HELLO_WITHIN):
                first = self._decoded(await self._receive())
        except TimeoutError:
            raise Hangup(1008, "no hello within 10 s") from None
        if first is None or not await self._guarded(type(self).hello, first):
            raise Hangup(1008, "the first frame is not a hello of this socket")
        while True:
            text = await self._receive()
            # Signals have their own budget, so that fast typing does not delay messages.
            if not (self._signals if text.startswith(SIGNALS) else self._bucket).take():
                self._slow_down(text)
            elif (frame := self._decoded(text)) is not None:
                await self._do(frame)

    async def _do(self, frame: Any) -> None:
        # A ping is answered even while commands are held back: it measures the connection.
        if isinstance(frame, Ping):
            self.send(Pong(frame.at, self.now()))
        elif self._overtakes(frame):
            self.nack(frame.cid, SlowDown())
        elif verb := self.verbs.get(type(frame)):
            await self._guarded(verb, frame)
        else:
            self.send(BAD_FRAME)

    async def _receive(self) -> str:
        """Return the text of the next frame."""
        message = await self.socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text = message.get("text")
        if text is None:
            raise Hangup(1003, "text frames only")
        if len(text) > MAX_FRAME:
            raise Hangup(1009, "a frame has 64 KiB at most")
        return str(text)

    def _decoded(self, text: str) -> Any:
        """Decode a frame. Answers a frame that is not in the protocol, and returns None."""
        try:
            return self.frames.decode(text)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as problem:
            self._count_bad()
            self._note_foreign(text)
            self.send(self.refusal_of(text, problem))
            return None

    def _note_foreign(self, text: str) -> None:
        """Report a command of another role to the security log."""
        if what := foreign_command(text, kinds_of(self.frames.type)):
            self.socket.app.state.connections.log.info("security.refused", **about_the_request(), what=what)

    def _count_bad(self) -> None:
        if not self._patience.take():
            self.socket.app.state.connections.note_flood(client_address(self.socket))
            raise Hangup(1008, "too many frames, or too many that are none of the protocol")

    def _overtakes(self, frame: Any) -> bool:
        """Whether the command must wait for an earlier one.

        After a temporary refusal, no later command is handled before the refused one is resent, so that messages stay
        in order.
        """
        cid = getattr(frame, "cid", "")
        if cid == self._stopped_at:
            self._stopped_at = ""
        return bool(cid and self._stopped_at)

    def _slow_down(self, text: str) -> None:
        """Answer a frame over the rate. Reads only its cid: a flood must cost us less than its sender."""
        self._count_bad()
        cid = cid_of(text)
        if cid:
            self.nack(cid, SlowDown())
        else:
            self.send(TOO_FAST)

    async def _guarded(self, verb: Verb, frame: Any) -> Any:
        """Run a verb.

        A refusal becomes a nack; an unknown result closes the socket, so that the client resends everything.
        """
        token = command_under_way.set(partial(self._about, frame))
        try:
            if self._debug:
                log.debug("socket.command")
            return await self._handled(verb, frame)
        finally:
            command_under_way.reset(token)

    async def _handled(self, verb: Verb, frame: Any) -> Any:
        cid = getattr(frame, "cid", "")
        try:
            return await verb(self, frame)
        except Refused as problem:
            if isinstance(problem, NotAllowed):
                security_log.refused(str(type(frame).__struct_config__.tag))
            if not cid:
                self.send(Error(problem.code, str(problem), round(problem.retry_after, 1)))
            else:
                self.nack(cid, problem)
            # Signed out, open in another tab, or not admitted: this socket can do nothing more.
            if problem.close in (4401, 4409) or isinstance(problem, TooManyConnections | Blocked):
                raise Hangup(problem.close) from None
        except SestettoError as problem:
            if cid:
                self.nack(cid, problem)
            if not isinstance(problem, Unknown):
                log.info("socket.error", error=problem.code)
            raise Hangup(problem.close) from None
        return None

    def _about(self, frame: Any) -> dict[str, str]:
        """Return what log lines say about the current command."""
        about = {"chat": getattr(frame, "chat", "") or self.chat_of_all(), "cid": getattr(frame, "cid", "")}
        return {"command": str(type(frame).__struct_config__.tag)} | {name: it for name, it in about.items() if it}

    def chat_of_all(self) -> str:
        """The one chat that this socket is about; empty if its frames name their chats."""
        return ""

    def ack(self, cid: str, said: Said) -> None:
        self.send(Ack(cid, said.seq, said.at, said.chat))

    def nack(self, cid: str, problem: SestettoError) -> None:
        if not problem.final:
            # Keep the first refused cid: that command must come before all later ones.
            self._stopped_at = self._stopped_at or cid
        puzzle = problem.puzzle if isinstance(problem, ProofNeeded) else ""
        self.send(Nack(cid, problem.code, str(problem), problem.final, round(problem.retry_after, 1), puzzle))
