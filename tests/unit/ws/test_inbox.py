"""A socket's frames arrive whole and in order, a bounded number per turn; empty frames are limited."""

import pytest

from console.ws.inbox import FRAMES_A_TURN, SILENT, Flood, Inbox
from console.ws.rfc6455 import BINARY, BROKEN, CLOSE, CONTINUATION, INCOMPLETE, PING, PONG, TEXT, TOO_LARGE, payload_of

FRAGMENT, FURTHER = 0x01, 0x00
AT_ONCE = SILENT[1]
MOST = 1_000


def frame(kind: int, payload: bytes = b"") -> bytes:
    return bytes((kind, 0x80 | len(payload), 0, 0, 0, 0)) + payload


def inbox(data: bytes) -> Inbox:
    made = Inbox(MOST)
    made.put(data)
    return made


def test_frames_come_out_in_order_and_a_turn_ends() -> None:
    box = inbox(b"".join(frame(TEXT, str(number).encode()) for number in range(3 * FRAMES_A_TURN)))
    read: list[bytes] = []
    for _ in range(3):
        frames, _ = box.turn(FRAMES_A_TURN)
        assert len(frames) == FRAMES_A_TURN
        read += [payload_of(one) for one in frames]
    assert read == [str(number).encode() for number in range(3 * FRAMES_A_TURN)]
    assert box.turn(FRAMES_A_TURN) == ([], INCOMPLETE)


def test_a_turn_says_that_there_is_more() -> None:
    _, end = inbox(frame(TEXT, b"one") + frame(TEXT, b"two")).turn(1)
    assert end > 0


def test_a_frame_that_comes_byte_by_byte_is_read_once_it_is_whole() -> None:
    box, whole = Inbox(MOST), frame(TEXT, b"slowly")
    for byte in whole[:-1]:
        box.put(bytes((byte,)))
        assert box.turn(FRAMES_A_TURN) == ([], INCOMPLETE)
    box.put(whole[-1:])
    assert [payload_of(one) for one in box.turn(FRAMES_A_TURN)[0]] == [b"slowly"]


@pytest.mark.parametrize(("bad", "end"), [(b"\x83\x80", BROKEN), (b"\x81\xfe\x04\x00", TOO_LARGE)])
def test_frames_before_a_bad_one_are_still_read(bad: bytes, end: int) -> None:
    frames, ended = inbox(frame(TEXT, b"before") + bad).turn(FRAMES_A_TURN)
    assert [payload_of(one) for one in frames] == [b"before"]
    assert ended == end


def read_until_flood(box: Inbox) -> int:
    """How many frames were read before the inbox had enough."""
    read = 0
    for _ in range(10_000):
        try:
            read += len(box.turn(FRAMES_A_TURN)[0])
        except Flood:
            return read
    raise AssertionError("it never had enough")


SILENT_KINDS = {
    "pings": frame(PING),
    "pings with a payload": frame(PING, b"x" * 125),
    "pongs": frame(PONG),
    "pongs with a payload": frame(PONG, b"mine"),
    "empty texts": frame(TEXT),
    "empty fragments": frame(FURTHER),
    "tiny fragments": frame(FURTHER, b"x"),
    "new fragments": frame(FRAGMENT, b"x"),
    "continuations": frame(CONTINUATION, b"x"),
    "binary": frame(BINARY, b"x"),
    "close frames": frame(CLOSE, b"\x03\xe8"),
}


@pytest.mark.parametrize("kind", SILENT_KINDS)
def test_frames_without_content_are_limited(kind: str) -> None:
    box = inbox(SILENT_KINDS[kind] * 100_000)
    assert AT_ONCE - FRAMES_A_TURN < read_until_flood(box) <= AT_ONCE


def test_kinds_are_counted_together() -> None:
    box = inbox(b"".join(SILENT_KINDS.values()) * AT_ONCE)
    assert read_until_flood(box) <= AT_ONCE


def test_texts_are_not_counted_here_until_the_socket_closes() -> None:
    box = inbox(frame(TEXT, b"x") * 2_000)
    assert sum(len(box.turn(FRAMES_A_TURN)[0]) for _ in range(10)) == 10 * FRAMES_A_TURN
    box.closing = True
    assert read_until_flood(box) <= AT_ONCE
