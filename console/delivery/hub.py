"""Audiences of listeners, and the bounded outbox of a socket. The hub knows audience names, not the domain."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

T_contra = TypeVar("T_contra", contravariant=True)

MOST_FRAMES = 2_000  # frames that may queue for one socket
MOST_BYTES = 2 * 1024 * 1024

TURNS = 3  # of the event loop until frames leave: an ack and its fact arrive by two connections, a turn or two apart

Write = Callable[[list[str]], bool]  # sends frames together; False if the client has to read first


class Listener(Protocol[T_contra]):
    def deliver(self, event: T_contra) -> None:
        """Take an event. Must not wait or raise."""

    def cut(self, code: int) -> None:
        """Close the socket; 1012 asks the client to reconnect at once."""

    def refresh(self) -> None:
        """Called once a second; resend anything that changed."""

    def agent_lease(self) -> tuple[str, int] | None:
        """Return (agent, fence) that this open socket keeps alive, or None."""

    def tab_lease(self) -> tuple[str, str] | None:
        """Return (chat, connection) that this open socket keeps alive, or None."""

    def session(self) -> str:
        """Return the credential that opened this socket: a session's id, `token:<id>`, or empty."""


class Hub(Generic[T_contra]):
    """Listeners by audience name. A listener that has left gets nothing more. `somebody` is set while there are any."""

    def __init__(self) -> None:
        self.somebody = asyncio.Event()
        self._audiences: dict[str, dict[Listener[T_contra], None]] = {}
        self._joined: dict[Listener[T_contra], set[str]] = {}

    def join(self, audience: str, listener: Listener[T_contra]) -> None:
        self._audiences.setdefault(audience, {})[listener] = None
        self._joined.setdefault(listener, set()).add(audience)
        self.somebody.set()

    def part(self, audience: str, listener: Listener[T_contra]) -> None:
        """Leave this audience only."""
        if audience in self._joined.get(listener, ()):
            self._joined[listener].discard(audience)
            self._drop(audience, listener)

    def leave(self, listener: Listener[T_contra]) -> None:
        """Leave every audience."""
        for audience in self._joined.pop(listener, set()):
            self._drop(audience, listener)
        if not self._joined:
            self.somebody.clear()

    def _drop(self, audience: str, listener: Listener[T_contra]) -> None:
        listeners = self._audiences[audience]
        del listeners[listener]
        if not listeners:
            del self._audiences[audience]

    def listeners(self, audience: str) -> tuple[Listener[T_contra], ...]:
        return tuple(self._audiences.get(audience, ()))

    def everyone(self) -> tuple[Listener[T_contra], ...]:
        return tuple(self._joined)

    def audiences(self, prefix: str) -> Iterable[str]:
        return [audience for audience in self._audiences if audience.startswith(prefix)]


class Outbox:
    """Frames queued for one socket. A socket that exceeds its limits is cut; its client reconnects and resumes.

    The frames of a few turns of the event loop leave in one write, often an ack and the fact it acknowledges. The first
    frame, the welcome, does not count, since six long chats may exceed the limits.
    """

    def __init__(self, cut: Callable[[], None]) -> None:
        self._cut: Callable[[], None] | None = cut  # None once it is closed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._write: Write | None = None
        self._frames: list[str] = []
        self._bytes = 0
        self._welcomed = False
        self._due = False

    def open(self, write: Write) -> None:
        """Send frames through `write` from now on. Call `flush` when it accepts frames again after a refusal."""
        self._write = write

    def put(self, frame: str) -> None:
        if self._cut is None:
            return
        self._frames.append(frame)
        self._bytes += len(frame) if self._welcomed else 0
        self._welcomed = True
        if not self._due:
            self._due = True
            if self._loop is None:  # looked up once: a system call before Python 3.12
                self._loop = asyncio.get_running_loop()
            # A callback instead of a task for each socket: waking a task costs more than the write.
            self._loop.call_soon(self._turn, self._loop)
        if len(self._frames) > MOST_FRAMES or self._bytes > MOST_BYTES:
            self._cut()

    def flush(self) -> None:
        """Send what is queued, if the socket accepts it."""
        if self._frames and self._write is not None and self._write(self._frames):
            self._frames, self._bytes = [], 0

    def close(self) -> None:
        """Send what is queued, and nothing after that."""
        self.flush()
        self._write = self._cut = None

    def _turn(self, loop: asyncio.AbstractEventLoop, left: int = TURNS - 1) -> None:
        if left:
            loop.call_soon(self._turn, loop, left - 1)
            return
        self._due = False
        self.flush()
