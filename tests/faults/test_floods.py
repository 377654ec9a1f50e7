"""A flooding socket is aborted after a bounded number of frames, and never takes a whole turn of the event loop."""

import contextlib
import itertools
from collections.abc import AsyncIterator, Callable

import msgspec
import pytest

from console.proving.clients import Cast
from console.ws import connection, uvicorn_protocol
from console.ws.inbox import FRAMES_A_TURN, SILENT, Inbox
from tests.faults.installation import Inside
from tests.faults.raw_socket import ABNORMAL, BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, RawSocket
from tests.faults.traffic import undisturbed

MALLORY = {"X-Forwarded-For": "198.51.100.7"}
MANY = 20_000
SAID_AT_ONCE = 30 + connection.PATIENCE[1]  # by a visitor, before the socket is refused
SPARE = 40  # that a bucket may gain meanwhile on a slow machine


class Turns:
    """Counts the frames that the server reads from all sockets in each turn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: list[int] = []
        turn = Inbox.turn

        def watched(inbox: Inbox, most: int) -> tuple[list[bytearray], int]:
            frames, end = turn(inbox, most)
            self.sizes.append(len(frames))
            return frames, end

        monkeypatch.setattr(Inbox, "turn", watched)

    @property
    def frames(self) -> int:
        return sum(self.sizes)


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    return Turns(monkeypatch)


@pytest.fixture
async def stranger(inside: Inside) -> AsyncIterator[RawSocket]:
    async with await RawSocket.open(f"{inside.url}/ws/visitor?site=demo", {"Origin": inside.url}) as socket:
        socket.say('{"t":"hello"}')
        await socket.until("welcome")
        yield socket


def fragments(size: int) -> Callable[[RawSocket], None]:
    def send(socket: RawSocket) -> None:
        socket.send(TEXT, b"x", final=False)
        for _ in range(MANY):
            socket.send(CONTINUATION, b"x" * size, final=False)

    return send


def frames(opcode: int, payload: bytes = b"") -> Callable[[RawSocket], None]:
    def send(socket: RawSocket) -> None:
        for _ in range(MANY):
            socket.send(opcode, payload)

    return send


FLOODS = {
    "pings": frames(PING),
    "pings with a payload": frames(PING, b"x" * 125),
    "pongs": frames(PONG),
    "empty texts": frames(TEXT),
    "empty fragments": fragments(0),
    "tiny fragments": fragments(1),
}


@pytest.mark.parametrize("kind", FLOODS)
async def test_a_flood_is_aborted_after_few_frames(
    inside: Inside, cast: Cast, stranger: RawSocket, turns: Turns, kind: str
) -> None:
    FLOODS[kind](stranger)
    assert await stranger.closed() == ABNORMAL
    assert turns.frames <= SILENT[1] + SPARE
    assert max(turns.sizes) <= FRAMES_A_TURN
    await undisturbed(inside, cast)


async def test_more_than_one_pong_per_ping_counts_as_a_flood(
    inside: Inside, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pong with a ping's payload counts too if it is repeated."""
    monkeypatch.setattr(uvicorn_protocol, "VISITOR_PING", 0.05)
    async with await RawSocket.open(f"{inside.url}/ws/visitor?site=demo", {"Origin": inside.url}) as socket:
        asked = await socket.receive()
        assert asked.opcode == PING
        for _ in range(MANY):
            socket.send(PONG, asked.payload)
        assert await socket.closed() == ABNORMAL
    assert turns.frames <= SILENT[1] + SPARE


async def test_binary_ends_the_socket_at_its_first_frame(stranger: RawSocket, turns: Turns) -> None:
    frames(BINARY, b"x" * 100)(stranger)
    assert await stranger.closed() in (1003, ABNORMAL)
    assert turns.frames <= SILENT[1] + SPARE


async def test_frames_after_a_close_frame_are_not_read(stranger: RawSocket, turns: Turns) -> None:
    frames(CLOSE, b"\x03\xe8")(stranger)
    assert await stranger.closed() in (1000, ABNORMAL)
    assert turns.frames <= FRAMES_A_TURN


async def test_texts_over_the_rate_are_refused_unread(
    stranger: RawSocket, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = itertools.count()
    decode = connection.Connection._decoded

    def counted(self: connection.Connection, text: str) -> object:
        next(parsed)
        return decode(self, text)

    monkeypatch.setattr(connection.Connection, "_decoded", counted)
    large = msgspec.json.encode({"t": "say", "text": "x" * 60_000, "cid": "abcdefghijklmnopqrstuv"})
    for _ in range(2_000):
        stranger.send(TEXT, large)
    assert await stranger.closed() in (1008, ABNORMAL)
    assert next(parsed) <= 30 + SPARE
    assert turns.frames <= SAID_AT_ONCE + SILENT[1] + SPARE
    assert max(turns.sizes) <= FRAMES_A_TURN


async def test_who_types_fast_is_not_held_back(stranger: RawSocket) -> None:
    """Signals may use up their own budget, but not that of Vera's messages."""
    for _ in range(40):
        stranger.say('{"t":"typing","text":"so"}')
        stranger.say('{"t":"seen","seq":1}')
    stranger.say(msgspec.json.encode({"t": "open", "text": "Hello", "cid": "abcdefghijklmnopqrstuv"}).decode())
    # Nobody is online: that is the answer to what she said, and not that she is too fast.
    assert (await stranger.until("ack", "nack"))["code"] == "closed"


async def test_a_flood_of_signals_is_cut_too(stranger: RawSocket, turns: Turns) -> None:
    for _ in range(2_000):
        stranger.say('{"t":"seen","seq":1}')
    assert await stranger.closed() in (1008, ABNORMAL)
    assert turns.frames <= SAID_AT_ONCE + SILENT[1] + SPARE


async def test_frames_before_the_handshake_do_not_pile_up(inside: Inside, cast: Cast, turns: Turns) -> None:
    """If a client sends frames before its upgrade is answered, the server reads no further until then."""
    socket = await RawSocket.open(
        f"{inside.url}/ws/visitor?site=demo", {"Origin": inside.url}, behind=b"\x8a\x80\0\0\0\0" * MANY
    )
    async with socket:
        assert socket.status == 101
        assert await socket.closed(within=20) in (ABNORMAL, 1002, 1008)
    assert turns.frames <= SILENT[1] + SPARE
    await undisturbed(inside, cast)


async def test_another_socket_is_answered_between_the_frames_of_a_flood(
    inside: Inside, cast: Cast, stranger: RawSocket, turns: Turns
) -> None:
    """During five floods at once, Vera's ping is answered before any of them has used up its share."""
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(4):
            other = await RawSocket.open(f"{inside.url}/ws/visitor?site=demo", {"Origin": inside.url})
            await stack.enter_async_context(other)
            FLOODS["pongs"](other)
        FLOODS["pongs"](stranger)
        await undisturbed(inside, cast)
    assert turns.frames <= 5 * (SILENT[1] + SPARE) + 1_000


async def test_an_address_whose_sockets_flood_again_and_again_is_held_off_and_told_for_how_long(
    inside: Inside, cast: Cast, turns: Turns
) -> None:
    for _ in range(5):
        async with await RawSocket.open(
            f"{inside.url}/ws/visitor?site=demo", MALLORY | {"Origin": inside.url}
        ) as socket:
            FLOODS["pongs"](socket)
            assert await socket.closed() == ABNORMAL
    async with await RawSocket.open(f"{inside.url}/ws/visitor?site=demo", MALLORY | {"Origin": inside.url}) as socket:
        error = await socket.until("error")
        assert (error["code"], error["retry_after"]) == ("too_many_connections", 20)
        assert await socket.closed() == 1013
    await undisturbed(inside, cast)
