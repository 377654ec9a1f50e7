"""Frames are detected, read and written according to RFC 6455, checked against wsproto."""

import pytest
from wsproto.connection import Connection, ConnectionType
from wsproto.events import Ping, TextMessage

from console.ws.rfc6455 import BROKEN, INCOMPLETE, PONG, TOO_LARGE, frame_end, frames_of, payload_of, pong_of

MOST = 65_536
SIZES = [0, 1, 125, 126, 127, 4_000, 65_535, 65_536]


def sent(text: str) -> bytes:
    """As a client's wsproto frames it, masked."""
    return Connection(ConnectionType.CLIENT).send(TextMessage(text))


@pytest.mark.parametrize("size", SIZES)
def test_a_clients_text_is_read_as_it_was_written(size: int) -> None:
    frame = sent("è" * (size // 2) + "x" * (size % 2))
    assert frame_end(frame, 0, MOST) == len(frame)
    assert payload_of(frame).decode() == "è" * (size // 2) + "x" * (size % 2)


def test_consecutive_frames_are_found() -> None:
    buffer = sent("one") + Connection(ConnectionType.CLIENT).send(Ping(b"?")) + sent("x" * 300)
    first = frame_end(buffer, 0, MOST)
    second = frame_end(buffer, first, MOST)
    assert payload_of(buffer[:first]) == b"one"
    assert buffer[first] == 0x89
    assert frame_end(buffer, second, MOST) == len(buffer)


@pytest.mark.parametrize("size", SIZES)
def test_an_incomplete_frame_is_awaited(size: int) -> None:
    frame = sent("x" * size)
    for have in {0, 1, 2, 3, 5, 7, len(frame) - 1}:
        assert frame_end(frame[: min(have, len(frame) - 1)], 0, MOST) == INCOMPLETE


@pytest.mark.parametrize(
    "frame",
    [
        b"\x01\x81\0\0\0\0x",  # a fragment's beginning
        b"\x00\x81\0\0\0\0x",  # one of its middle
        b"\x80\x81\0\0\0\0x",  # its end
        b"\x80\x80\0\0\0\0",  # an empty one
        b"\x82\x81\0\0\0\0x",  # binary
        b"\x8a\x80\0\0\0\0",  # a pong
        b"\x88\x82\0\0\0\0\x03\xe8",  # a close frame
    ],
)
def test_every_kind_of_frame_is_found(frame: bytes) -> None:
    assert frame_end(b"xx" + frame + b"more", 2, MOST) == 2 + len(frame)


@pytest.mark.parametrize(
    "frame",
    [
        b"\xc1\x81\0\0\0\0x",  # a reserved bit
        b"\x83\x81\0\0\0\0x",  # an opcode that does not exist
        b"\x81\x01x",  # not masked
        b"\x81\x7e",  # not masked, and long
        b"\x81\xfe\0\x05\0\0\0\0hello",  # a length longer than it need be
        b"\x81\xff\0\0\0\0\0\0\xff\xff",  # another one
        b"\x89\xfe\0\x7e" + bytes(130),  # a ping too long
        b"\x09\x80\0\0\0\0",  # a ping in fragments
    ],
)
def test_a_frame_against_the_rules_is_broken_as_soon_as_it_can_be_told(frame: bytes) -> None:
    assert frame_end(frame, 0, MOST) == BROKEN


def test_a_frame_is_too_large_before_its_payload_comes() -> None:
    assert frame_end(b"\x81\xff" + (MOST + 1).to_bytes(8, "big"), 0, MOST) == TOO_LARGE
    assert frame_end(b"\x02\xff" + b"\xff" * 8, 0, MOST) == TOO_LARGE


def test_a_ping_is_answered_with_its_own_payload() -> None:
    assert pong_of(b"\x89\x82\x01\x02\x03\x04\x69\x6b") == bytes((PONG, 2)) + b"hi"


@pytest.mark.parametrize("size", [*SIZES, 100_000])
def test_what_the_server_writes_is_read_by_a_client(size: int) -> None:
    client = Connection(ConnectionType.CLIENT)
    client.receive_data(frames_of(["x" * size, "è", ""]))
    texts = [event.data for event in client.events() if isinstance(event, TextMessage)]
    assert "".join(texts) == "x" * size + "è"
