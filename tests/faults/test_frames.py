"""Invalid frames: a constant error or the right close code, and nobody else notices."""

from collections.abc import AsyncIterator

import pytest

from console.protocol import MAX_FRAME
from console.proving.clients import Cast
from console.ws.connection import BAD_FRAME
from tests.faults.installation import Inside
from tests.faults.journal import promises_kept
from tests.faults.raw_socket import BINARY, CONTINUATION, PING, PONG, TEXT, RawSocket
from tests.faults.traffic import undisturbed
from tests.support.eventually import eventually

CID = "abcdefghijklmnopqrstuv"
NONSENSE = {
    "not JSON": "hello there",
    "half of it": '{"t":"say"',
    "a list": "[]",
    "a number": "7",
    "nothing": "null",
    "no kind": "{}",
    "an unknown kind": '{"t":"__class__"}',
    "a kind of another type": '{"t":["say"]}',
    "text of another type": f'{{"t":"say","cid":"{CID}","text":["Hello"]}}',
    "no cid": '{"t":"say","text":"Hello"}',
    "a cid that is none": '{"t":"say","cid":"x","text":"Hello"}',
    "no text": f'{{"t":"say","cid":"{CID}","text":""}}',
    "too long a text": f'{{"t":"say","cid":"{CID}","text":"{"x" * 4001}"}}',
    "deep nesting": '{"t":"say","text":' + "[" * 20_000 + "]" * 20_000 + "}",
    "a field too many": f'{{"t":"say","cid":"{CID}","text":"Hello","colour":"red"}}',
    "its own seq": f'{{"t":"say","cid":"{CID}","text":"Hello","seq":1}}',
    "its own time": f'{{"t":"say","cid":"{CID}","text":"Hello","at":1}}',
    "its own author": f'{{"t":"say","cid":"{CID}","text":"Hello","author":{{"id":"ana"}}}}',
    "its own role": f'{{"t":"say","cid":"{CID}","text":"Hello","role":"agent"}}',
    "staff only": f'{{"t":"say","cid":"{CID}","text":"Hello","internal":true}}',
    "an agent's note": f'{{"t":"note","cid":"{CID}","chat":"c","text":"Hello"}}',
    "an agent's status": f'{{"t":"status","cid":"{CID}","status":"online"}}',
    "a second hello": '{"t":"hello"}',
    "a number too large": '{"t":"seen","seq":1e400}',
    "a negative seq": '{"t":"seen","seq":-1}',
    "a lone surrogate": f'{{"t":"say","cid":"{CID}","text":"\\ud800"}}',
}


@pytest.fixture
async def stranger(inside: Inside) -> AsyncIterator[RawSocket]:
    """Yield a visitor's raw socket after its hello."""
    async with await RawSocket.open(f"{inside.url}/ws/visitor?site=demo", {"Origin": inside.url}) as socket:
        assert socket.status == 101
        socket.say('{"t":"hello"}')
        await socket.until("welcome")
        yield socket


async def test_nonsense_gets_a_constant_answer_and_the_socket_stays_open(inside: Inside) -> None:
    for name, text in NONSENSE.items():
        async with await RawSocket.open(f"{inside.url}/ws/visitor?site=demo", {"Origin": inside.url}) as socket:
            socket.say('{"t":"hello"}')
            await socket.until("welcome")
            socket.say(text)
            refusal = await socket.until("error", "nack")  # a command that names itself has its own
            assert refusal["code"] == BAD_FRAME.code, name
            assert refusal["message"].startswith(BAD_FRAME.message), name
            socket.say('{"t":"ping","at":7}')
            assert (await socket.until("pong"))["at"] == 7, name


async def test_the_last_of_two_equal_keys_counts_and_nothing_breaks(stranger: RawSocket) -> None:
    stranger.say('{"t":"ping","at":1,"at":2}')
    assert (await stranger.until("pong"))["at"] == 2


async def test_nonsense_without_end_closes_the_socket(inside: Inside, cast: Cast, stranger: RawSocket) -> None:
    for _ in range(300):
        stranger.say("nonsense")
    assert await stranger.closed() == 1008
    await undisturbed(inside, cast)


async def test_a_socket_that_does_not_begin_with_hello_is_closed(inside: Inside) -> None:
    async with await RawSocket.open(f"{inside.url}/ws/visitor?site=demo", {"Origin": inside.url}) as socket:
        socket.say(f'{{"t":"say","cid":"{CID}","text":"Hello"}}')
        assert await socket.closed() == 1008


async def test_forbidden_frames_close_with_their_own_code(inside: Inside, cast: Cast) -> None:
    expected = {
        1003: [(BINARY, b"\x00\x01")],
        1007: [(TEXT, b'{"t":"ping","at":\xff\xfe}')],
        1009: [(TEXT, b"x" * (MAX_FRAME + 1))],
        1002: [(3, b"no such opcode")],
    }
    for code, frames in expected.items():
        async with await RawSocket.open(f"{inside.url}/ws/visitor?site=demo", {"Origin": inside.url}) as socket:
            socket.say('{"t":"hello"}')
            await socket.until("welcome")
            for opcode, payload in frames:
                socket.send(opcode, payload)
            assert await socket.closed() == code
    await undisturbed(inside, cast)


async def test_a_message_in_endless_fragments_is_cut_at_the_limit(stranger: RawSocket) -> None:
    stranger.send(TEXT, b"x" * 1000, final=False)
    for _ in range(100):
        stranger.send(CONTINUATION, b"x" * 1000, final=False)
    assert await stranger.closed() in (1009, 1006)


async def test_a_message_in_valid_fragments_is_accepted(stranger: RawSocket) -> None:
    stranger.send(TEXT, b'{"t":"pi', final=False)
    stranger.send(PING, b"between them")
    stranger.send(CONTINUATION, b'ng","at":7}')
    assert (await stranger.until("pong"))["at"] == 7
    assert PONG in {frame.opcode for frame in stranger.frames}


async def test_a_flood_of_pings_closes_the_socket(inside: Inside, cast: Cast, stranger: RawSocket) -> None:
    for _ in range(1000):
        stranger.send(PING, b"")
    assert await stranger.closed() in (1008, 1006)
    await undisturbed(inside, cast)


async def test_two_hundred_messages_a_second_are_slowed_then_refused(
    inside: Inside, cast: Cast, stranger: RawSocket
) -> None:
    for number in range(300):
        stranger.say(f'{{"t":"say","cid":"{str(number).rjust(22, "x")}","text":"Hello"}}')
    nack = await stranger.until("nack")
    while nack["code"] != "slow_down":
        nack = await stranger.until("nack")
    assert (nack["final"], nack["retry_after"] > 0) == (False, True)
    assert await stranger.closed() == 1008
    await undisturbed(inside, cast)


async def test_commands_behind_a_slowed_one_wait_for_it(inside: Inside, cast: Cast) -> None:
    """A burst over the rate arrives completely and in order once its client has resent it."""
    await cast.agent("ana")
    vera = await cast.visitor()
    await vera.opened("Hello")
    # A burst over 30, whose resends (5 more get through a second) stay below the 100 that close the socket.
    for number in range(45):
        await vera.say(f"line {number}")
    await vera.quiet()
    assert vera.of("nack")
    lines = ["Hello", *(f"line {number}" for number in range(45))]
    await eventually(lambda: len(vera.texts) >= len(lines), "the last line, whose fact may follow its ack")
    assert vera.texts == lines
    await promises_kept(inside, cast.journal)


async def test_compression_is_not_negotiated(inside: Inside) -> None:
    headers = {"Origin": inside.url, "Sec-WebSocket-Extensions": "permessage-deflate"}
    async with await RawSocket.open(f"{inside.url}/ws/visitor?site=demo", headers) as socket:
        assert socket.status == 101
        assert "permessage-deflate" not in socket.headers.lower()
