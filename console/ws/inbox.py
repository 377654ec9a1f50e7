"""Bytes received on one socket and not yet handled. Yields whole frames, a bounded number per turn, and counts them.

Text frames are counted where they are answered. Other frames mean nothing to the application, so a client may send only
a few of them; a browser sends a pong every few seconds.
"""

from console.limits.bucket import Bucket
from console.ws.rfc6455 import MASKED, TEXT, frame_end

FRAMES_A_TURN = 64  # from one socket, before the other sockets get their turn
SILENT = (20, 100)  # pings, pongs, fragments and empty frames: per second, and at once, before the socket is aborted


class Flood(Exception):
    """The client sent more meaningless frames than allowed."""


class Inbox:
    def __init__(self, most: int) -> None:
        """Splits received bytes into frames. `most` is the maximum payload in bytes."""
        self._most = most  # maximum payload of a frame, in bytes
        self._bytes = bytearray()
        self._silent = Bucket(*SILENT)
        self.closing = False  # a close frame was sent: texts are ignored from now on, too

    def put(self, data: bytes) -> None:
        self._bytes += data

    def clear(self) -> None:
        self._bytes.clear()

    def turn(self, most: int) -> tuple[list[bytearray], int]:
        """Return up to `most` whole frames, and the state after them: another frame (> 0), INCOMPLETE, or an error."""
        frames: list[bytearray] = []
        at, end = 0, frame_end(self._bytes, 0, self._most)
        while end > 0 and len(frames) < most:
            self._count(at)
            frames.append(self._bytes[at:end])
            at, end = end, frame_end(self._bytes, end, self._most)
        del self._bytes[:at]
        return frames, end

    def _count(self, at: int) -> None:
        says_something = self._bytes[at] == TEXT and self._bytes[at + 1] != MASKED and not self.closing
        if not says_something and not self._silent.take():
            raise Flood
