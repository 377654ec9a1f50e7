"""WebSockets according to RFC 6455: the cases of the Autobahn suite's groups 1 to 7 and 10, on an echo.

The suite itself needs a Python that no longer exists. Its message sizes beyond our limit, and its timings, are left
out.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from console.config import read_settings
from console.protocol import MAX_FRAME
from console.server import listen, serving, url_of
from tests.faults.raw_socket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Frame, RawSocket

FINAL = 0x80
EVERYTHING = "Hello-µ@ßöäüàá-UTF-8!!"
Sent = tuple[int, bytes]  # first byte of a frame, and its payload


def text(payload: bytes, *, final: bool = True) -> Sent:
    return (FINAL if final else 0) | TEXT, payload


def more(payload: bytes, *, final: bool = False) -> Sent:
    return (FINAL if final else 0) | CONTINUATION, payload


def end(payload: bytes = b"") -> Sent:
    return more(payload, final=True)


def ping(payload: bytes = b"") -> Sent:
    return FINAL | PING, payload


def close(code: int, reason: bytes = b"") -> Sent:
    return FINAL | CLOSE, code.to_bytes(2, "big") + reason


def in_pieces(payload: bytes, size: int) -> list[Sent]:
    """A message in fragments of that size."""
    parts = [payload[at : at + size] for at in range(0, len(payload), size)]
    return [text(parts[0], final=False), *(more(part) for part in parts[1:-1]), end(parts[-1])]


class Client:
    def __init__(self, socket: RawSocket) -> None:
        self._socket = socket

    async def send(self, frames: Sequence[Sent], chop: int = 0) -> None:
        """Send them, masked; `chop` sends so many bytes at a time."""
        whole = b"".join(framed(*frame) for frame in frames)
        for at in range(0, len(whole), chop or len(whole)):
            self._socket.write(whole[at : at + (chop or len(whole))])
            await asyncio.sleep(0)

    async def receives(self, count: int) -> list[Frame]:
        return [await self._socket.receive() for _ in range(count)]

    async def closed(self) -> int:
        """Read to the end of the connection; return the close code that the server sent."""
        return await self._socket.closed()

    @property
    def got(self) -> list[Frame]:
        return self._socket.frames


def framed(first: int, payload: bytes) -> bytes:
    mask, size = secrets.token_bytes(4), len(payload)
    if size < 126:
        head = bytes((first, FINAL | size))
    elif size < 65_536:
        head = bytes((first, FINAL | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, FINAL | 127)) + size.to_bytes(8, "big")
    return head + mask + bytes(one ^ mask[at % 4] for at, one in enumerate(payload))


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    with suppress(WebSocketDisconnect, OSError):
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            await socket.send({**message, "type": "websocket.send"})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url() -> AsyncIterator[str]:
    settings = read_settings({}, port=0, address_requests=1_000)
    with listen(settings) as listening:
        async with serving(Starlette(routes=[WebSocketRoute("/echo", echo)]), listening, settings):
            yield url_of(listening)


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def on_a_socket(url: str, what: Callable[[Client], Awaitable[None]]) -> None:
    async with await RawSocket.open(f"{url}/echo", {}) as socket:
        assert socket.status == 101
        await what(Client(socket))


async def echoes(url: str, frames: Sequence[Sent], wanted: Sequence[Frame], *, chop: int = 0) -> None:
    """What was sent is answered with just that, and then the socket closes as it should."""

    async def talk(client: Client) -> None:
        await client.send(frames, chop)
        assert await client.receives(len(wanted)) == list(wanted)
        await client.send([close(1000)])
        assert await client.closed() == 1000
        assert client.got == list(wanted), "and with nothing else"

    await on_a_socket(url, talk)


async def fails(url: str, frames: Sequence[Sent], code: int, *, chop: int = 0) -> None:
    async def talk(client: Client) -> None:
        await client.send(frames, chop)
        assert await client.closed() == code

    await on_a_socket(url, talk)


# --- 1: sizes; 2: pings and pongs -------------------------------------------------------------------------


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("size", [0, 125, 126, 127, 128, 65_535, MAX_FRAME])
async def test_a_message_of_any_size_comes_back(url: str, opcode: int, size: int) -> None:
    payload = b"*" * size if opcode == TEXT else b"\xfe" * size
    await echoes(url, [(FINAL | opcode, payload)], [Frame(opcode, payload)])


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
async def test_a_message_may_come_in_small_bits(url: str, opcode: int) -> None:
    await echoes(url, [(FINAL | opcode, b"*" * 65_535)], [Frame(opcode, b"*" * 65_535)], chop=997)


@pytest.mark.parametrize("chop", [0, 1])
@pytest.mark.parametrize("payload", [b"", b"Hello, world!", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", b"\xfe" * 125])
async def test_a_ping_is_answered_with_its_payload(url: str, payload: bytes, chop: int) -> None:
    await echoes(url, [ping(payload)], [Frame(PONG, payload)], chop=chop)


async def test_a_ping_too_long_ends_the_socket(url: str) -> None:
    await fails(url, [ping(b"\xfe" * 126)], 1002)


async def test_a_pong_that_nobody_asked_for_means_nothing(url: str) -> None:
    pongs = [(FINAL | PONG, b""), (FINAL | PONG, b"unsolicited")]
    await echoes(url, [*pongs, ping(b"payload")], [Frame(PONG, b"payload")])


@pytest.mark.parametrize("chop", [0, 1])
async def test_ten_pings_get_ten_pongs_in_order(url: str, chop: int) -> None:
    payloads = [f"payload-{number}".encode() for number in range(10)]
    await echoes(url, [ping(one) for one in payloads], [Frame(PONG, one) for one in payloads], chop=chop)


# --- 3: reserved bits; 4: reserved opcodes -----------------------------------------------------------------


@pytest.mark.parametrize("chop", [0, 1])
@pytest.mark.parametrize("bits", range(1, 8))
@pytest.mark.parametrize("opcode", [TEXT, BINARY, PING, CLOSE])
async def test_a_reserved_bit_ends_the_socket(url: str, opcode: int, bits: int, chop: int) -> None:
    await fails(url, [text(b"before"), (FINAL | bits << 4 | opcode, b"x"), ping()], 1002, chop=chop)


@pytest.mark.parametrize("payload", [b"", b"reserved opcode payload"])
@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
async def test_a_reserved_opcode_ends_the_socket(url: str, opcode: int, payload: bytes) -> None:
    await fails(url, [text(b"before"), (FINAL | opcode, payload), ping()], 1002)


# --- 5: fragments ------------------------------------------------------------------------------------------


BETWEEN = {
    "two fragments": ([text(b"one ", final=False), end(b"two")], []),
    "an empty end": ([text(b"one two", final=False), end()], []),
    "nothing but empty fragments before the text": ([text(b"", final=False), more(b""), end(b"one two")], []),
    "a ping between them": ([text(b"one ", final=False), ping(b"?"), end(b"two")], [b"?"]),
    "pings between many": (
        [text(b"on", final=False), more(b"e"), ping(b"1"), more(b" t"), more(b"w"), ping(b"2"), end(b"o")],
        [b"1", b"2"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("chop", [0, 1])
@pytest.mark.parametrize("name", BETWEEN)
async def test_fragments_are_one_message_and_pings_between_them_are_answered(url: str, name: str, chop: int) -> None:
    frames, pings = BETWEEN[name]
    await echoes(url, frames, [*(Frame(PONG, one) for one in pings), Frame(TEXT, b"one two")], chop=chop)


OUT_OF_PLACE = {
    "a ping in fragments": [(PING, b"frag"), end(b"ment")],
    "a pong in fragments": [(PONG, b"frag"), end(b"ment")],
    "an end without a beginning": [end(b"non-continuation payload"), text(b"Hello")],
    "a middle without a beginning": [more(b"non-continuation payload"), text(b"Hello")],
    "a middle after the end": [text(b"one", final=False), end(b"two"), more(b"three"), text(b"Hello")],
    "an end after the end": [text(b"one", final=False), end(b"two"), end(b"three")],
    "a text in a message": [text(b"one", final=False), text(b"two")],
    "a beginning in a message": [text(b"one", final=False), text(b"two", final=False), end(b"three")],
    "binary in a message": [text(b"one", final=False), (FINAL | BINARY, b"two")],
}


@pytest.mark.parametrize("chop", [0, 1])
@pytest.mark.parametrize("name", OUT_OF_PLACE)
async def test_a_fragment_out_of_place_ends_the_socket(url: str, name: str, chop: int) -> None:
    await fails(url, OUT_OF_PLACE[name], 1002, chop=chop)


# --- 6: UTF-8 ----------------------------------------------------------------------------------------------


GOOD = [
    EVERYTHING.encode(),
    "κόσμε".encode(),
    b"\x00", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80",  # the first of each length ...
    b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf",  # ... and the last
    b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd",  # beside the surrogates, and the replacement character
    b"\xef\xbf\xbe", b"\xf0\x9f\xbf\xbe", b"\xf4\x8f\xbf\xbe",  # what is no character may be sent all the same
]  # fmt: skip

BAD = [
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",  # half a pair of surrogates
    b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80",  # five and six bytes
    b"\xf7\xbf\xbf\xbf", b"\xf4\x90\x80\x80",  # beyond the last character
    b"\x80", b"\xbf", b"\x80\xbf\x80\xbf",  # the middle of something
    b"\xc0 \xc1 \xc2 ", b"\xe0 \xe1 ", b"\xf0 \xf1 ",  # its beginning alone
    b"\xc3", b"\xe0\x80", b"\xf0\x80\x80", b"\xdf", b"\xef\xbf",  # cut off
    b"\xfe", b"\xff", b"\xfe\xfe\xff\xff",  # no part of anything
    b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf",  # too long
    b"\xc0\x80", b"\xe0\x80\x80",  # NUL written so
    b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xae\x80", b"\xed\xbf\xbf", b"\xed\xa0\x80\xed\xb0\x80",  # surrogates
]  # fmt: skip


@pytest.mark.parametrize("payload", GOOD, ids=repr)
async def test_every_character_comes_back(url: str, payload: bytes) -> None:
    await echoes(url, [text(payload)], [Frame(TEXT, payload)])


@pytest.mark.parametrize("payload", GOOD, ids=repr)
async def test_a_character_may_be_cut_between_fragments(url: str, payload: bytes) -> None:
    frames = [text(b"", final=False), *(more(bytes([one])) for one in payload), end()]
    await echoes(url, frames, [Frame(TEXT, payload)])


@pytest.mark.parametrize("payload", BAD, ids=repr)
async def test_what_is_not_utf_8_ends_the_socket(url: str, payload: bytes) -> None:
    await fails(url, [text(payload)], 1007)


@pytest.mark.parametrize("payload", BAD, ids=repr)
async def test_so_it_does_in_fragments(url: str, payload: bytes) -> None:
    await fails(url, [text(b"", final=False), *(more(bytes([one])) for one in payload), end()], 1007)


async def test_it_ends_before_the_message_does(url: str) -> None:
    """The rest never comes."""
    await fails(url, [text("κόσμε".encode(), final=False), more(b"\xf4\x90\x80\x80")], 1007)


# --- 7: close frames ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])
@pytest.mark.parametrize("reason", [b"", b"Hello World!", b"*" * 123], ids=len)
async def test_a_close_frame_is_answered_with_its_code(url: str, code: int, reason: bytes) -> None:
    await fails(url, [close(code, reason)], code)


async def test_a_close_frame_without_a_code_is_answered(url: str) -> None:
    await fails(url, [(FINAL | CLOSE, b"")], 1005)


WRONG_CLOSES = {
    "half a code": ((FINAL | CLOSE, b"\x03"), 1002),
    "a payload too long": (close(1000, b"*" * 124), 1002),
    "a reason that is not UTF-8": (close(1000, b"\xce\xba\xed\xa0\x80"), 1007),
    **{
        f"the code {code}": (close(code), 1002)
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)
    },
}


@pytest.mark.parametrize("name", WRONG_CLOSES)
async def test_a_wrong_close_frame_is_a_mistake(url: str, name: str) -> None:
    frame, code = WRONG_CLOSES[name]
    await fails(url, [frame], code)


@pytest.mark.parametrize(
    "after", [[close(1000)], [ping()], [text(b"Hello")], [end(b"rest")]], ids=["close", "ping", "text", "fragment"]
)
async def test_after_a_close_frame_nothing_is_answered(url: str, after: list[Sent]) -> None:
    async def talk(client: Client) -> None:
        await client.send([text(b"begun", final=False), close(1000), *after])
        assert await client.closed() == 1000
        assert client.got == []

    await on_a_socket(url, talk)


# --- 10: large messages in fragments -----------------------------------------------------------------------


async def test_a_large_message_in_many_fragments_comes_back(url: str) -> None:
    payload = b"*" * MAX_FRAME
    await echoes(url, in_pieces(payload, 1_300), [Frame(TEXT, payload)])
