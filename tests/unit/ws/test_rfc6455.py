"""Plain frames, in and out; whatever is not plain is left to wsproto."""

import pytest
from wsproto.connection import Connection, ConnectionType
from wsproto.events import Ping, TextMessage

from console.ws.rfc6455 import INCOMPLETE, ODD, frame_end, frames_of, text_of

SIZES = [0, 1, 125, 126, 127, 4_000, 65_535]


def sent(text: str) -> bytes:
    """As a client's wsproto frames it, masked."""
    return Connection(ConnectionType.CLIENT).send(TextMessage(text))


@pytest.mark.parametrize("size", SIZES)
def test_a_clients_text_is_read_as_it_was_written(size: int) -> None:
    frame = sent("è" * (size // 2) + "x" * (size % 2))
    assert frame_end(frame, 0) == len(frame)
    assert text_of(frame) == "è" * (size // 2) + "x" * (size % 2)


def test_frames_are_found_one_behind_the_other() -> None:
    buffer = sent("one") + Connection(ConnectionType.CLIENT).send(Ping(b"?")) + sent("x" * 300)
    first = frame_end(buffer, 0)
    second = frame_end(buffer, first)
    assert text_of(buffer[:first]) == "one"
    assert buffer[first] == 0x89
    assert frame_end(buffer, second) == len(buffer)


@pytest.mark.parametrize("size", SIZES)
def test_a_frame_that_has_not_all_come_is_waited_for(size: int) -> None:
    frame = sent("x" * size)
    for have in {0, 1, 2, 3, 5, 7, len(frame) - 1}:
        assert frame_end(frame[: min(have, len(frame) - 1)], 0) == INCOMPLETE


@pytest.mark.parametrize(
    "frame",
    [
        b"\x01\x81\0\0\0\0x",  # a fragment's beginning
        b"\x80\x81\0\0\0\0x",  # a continuation
        b"\x82\x81\0\0\0\0x",  # binary
        b"\xc1\x81\0\0\0\0x",  # a reserved bit
        b"\x83\x81\0\0\0\0x",  # an opcode that does not exist
        b"\x81\x01x",  # not masked
        b"\x81\xfe\0\x05\0\0\0\0hello",  # a length longer than it need be
        b"\x81\xff\0\0\0\0\0\x01\0\0\0\0\0\0",  # 64 KiB and more
        b"\x89\xfe\0\x7e" + bytes(130),  # a ping too long
    ],
)
def test_what_is_not_plain_is_odd(frame: bytes) -> None:
    assert frame_end(frame, 0) == ODD


@pytest.mark.parametrize("size", [*SIZES, 65_536, 100_000])
def test_what_the_server_writes_is_read_by_a_client(size: int) -> None:
    client = Connection(ConnectionType.CLIENT)
    client.receive_data(frames_of(["x" * size, "è", ""]))
    texts = [event.data for event in client.events() if isinstance(event, TextMessage)]
    assert "".join(texts) == "x" * size + "è"


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UnicodeDecodeError):
        text_of(b"\x81\x82\0\0\0\0\xff\xfe")
