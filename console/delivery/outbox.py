"""The bounded outbox of a socket."""

import asyncio
from collections.abc import Callable

MOST_FRAMES = 2_000  # frames that may queue for one socket
MOST_BYTES = 2 * 1024 * 1024

TURNS = 3  # of the event loop until frames leave: an ack and its fact arrive by two connections, a turn or two apart

Write = Callable[[list[str]], bool]  # sends frames together; False if the client has to read first


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
