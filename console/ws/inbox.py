"""What has come on one socket and is not dealt with yet: whole frames, a bounded number a turn, each counted.

Texts are counted where they are answered. All else says nothing to the application, so a client may send little
of it: a browser sends a pong every few seconds.
"""

from console.ws.bucket import Bucket
from console.ws.rfc6455 import MASKED, TEXT, frame_end

FRAMES_A_TURN = 64  # of one socket, before every other socket has a turn
SILENT = (20, 100)  # pings, pongs, fragments and empty frames, a second and at once, before the socket is aborted


class Flood(Exception):
    """More frames that say nothing than a socket may send."""


class Inbox:
    def __init__(self, most: int) -> None:
        self._most = most  # bytes of a frame's payload
        self._bytes = bytearray()
        self._silent = Bucket(*SILENT)
        self.closing = False  # a close frame was sent: texts say nothing any more, either

    def put(self, data: bytes) -> None:
        self._bytes += data

    def clear(self) -> None:
        self._bytes.clear()

    def turn(self, most: int) -> tuple[list[bytearray], int]:
        """The next whole frames, `most` of them, and how it ended: with a further one (> 0), INCOMPLETE, or why not."""
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
