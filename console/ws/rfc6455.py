"""WebSocket frames as bytes: finds their ends, decodes texts, encodes the server's frames.

wsproto handles fragments, binary and close frames. Measured: a message through wsproto costs four times as much as
through these functions, and one write per frame costs more than all other work on output.
"""

from collections.abc import Iterable

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x80, 0x81, 0x82, 0x88, 0x89, 0x8A  # all final
CONTROLS = frozenset((CLOSE, PING, PONG))
BEGINNINGS = frozenset((0x01, 0x02))  # of a fragmented message
KINDS = frozenset((CONTINUATION, TEXT, BINARY, 0x00)) | CONTROLS | BEGINNINGS
MASKED = 0x80
MOST_CONTROL = 125  # bytes of a control frame's payload
INCOMPLETE, BROKEN, TOO_LARGE = 0, -1, -2


def frame_end(buffer: bytes | bytearray, at: int, most: int) -> int:
    """Return where the frame at `at` ends; INCOMPLETE, BROKEN, or TOO_LARGE for a payload over `most` bytes."""
    have = len(buffer) - at
    if have < 2:
        return INCOMPLETE
    kind, size, start = buffer[at], buffer[at + 1] - MASKED, 6
    # A client must mask every frame: without the mask bit `size` is negative.
    if size < 0 or kind not in KINDS or (kind in CONTROLS and size > MOST_CONTROL):
        return BROKEN
    if size > 125:
        wide = 2 if size == 126 else 8
        if have < 2 + wide:
            return INCOMPLETE
        size, least, start = int.from_bytes(buffer[at + 2 : at + 2 + wide], "big"), size, 6 + wide
        # A length must use the shortest form that fits (RFC 6455, 5.2).
        if size < (126 if least == 126 else 65_536):
            return BROKEN
    if size > most:
        return TOO_LARGE
    return at + start + size if have >= start + size else INCOMPLETE


def payload_of(frame: bytes | bytearray) -> bytes:
    """Return the unmasked payload of a client's frame."""
    short = frame[1] & 127
    start = 6 if short < 126 else 8 if short == 126 else 14
    mask, payload = frame[start - 4 : start], frame[start:]
    if mask == b"\0\0\0\0":
        return bytes(payload)
    size = len(payload)
    # One XOR of two big integers is far faster than a loop over the bytes.
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")


def frames_of(texts: Iterable[str]) -> bytes:
    """Encode texts as server frames, one after another."""
    parts: list[bytes] = []
    for text in texts:
        payload = text.encode()
        parts += (_head(len(payload)), payload)
    return b"".join(parts)


def ping() -> bytes:
    """Return a ping without content."""
    return bytes((PING, 0))


def pong_of(ping: bytes | bytearray) -> bytes:
    """Return the server's answer to a client's ping."""
    payload = payload_of(ping)
    return bytes((PONG, len(payload))) + payload


def _head(size: int) -> bytes:
    if size < 126:
        return bytes((TEXT, size))
    if size < 65_536:
        return bytes((TEXT, 126, size >> 8, size & 255))
    return bytes((TEXT, 127)) + size.to_bytes(8, "big")
