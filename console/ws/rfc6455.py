"""The frames nearly all of a socket's are, read and written without ceremony; wsproto judges every other one.

A plain frame is whole, unfragmented, masked text of at most 64 KiB. Measured, a message through wsproto costs
four times as much, and one write a frame more than all else on its way out.
"""

from collections.abc import Iterable

TEXT = 0x81  # final, text
CONTROLS = (0x88, 0x89, 0x8A)  # final: close, ping, pong
MASKED = 0x80
INCOMPLETE, ODD = 0, -1


def frame_end(buffer: bytes, at: int) -> int:
    """Where the plain or control frame that begins `at` ends; INCOMPLETE, or ODD for any other."""
    if len(buffer) < at + 2:
        return INCOMPLETE
    kind, size = buffer[at], buffer[at + 1] - MASKED
    if size < 0 or size == 127 or (kind != TEXT and (kind not in CONTROLS or size > 125)):
        return ODD
    start = at + 6
    if size == 126:
        size, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 8
        if len(buffer) >= at + 4 and size < 126:
            return ODD
    return start + size if len(buffer) >= start + size else INCOMPLETE


def text_of(frame: bytes) -> str:
    """The text of a plain frame. UnicodeDecodeError when it is none."""
    start = 8 if frame[1] & 127 == 126 else 6
    mask, payload = frame[start - 4 : start], frame[start:]
    if mask != b"\0\0\0\0":
        size = len(payload)
        key = (mask * (size // 4 + 1))[:size]
        payload = (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")
    return payload.decode()


def frames_of(texts: Iterable[str]) -> bytes:
    """A server's text frames, one after the other."""
    parts: list[bytes] = []
    for text in texts:
        payload = text.encode()
        parts += (_head(len(payload)), payload)
    return b"".join(parts)


def _head(size: int) -> bytes:
    if size < 126:
        return bytes((TEXT, size))
    if size < 65_536:
        return bytes((TEXT, 126, size >> 8, size & 255))
    return bytes((TEXT, 127)) + size.to_bytes(8, "big")
