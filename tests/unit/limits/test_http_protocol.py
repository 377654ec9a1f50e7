"""Limits on HTTP requests, their duration and the number of connections: raw sockets on a real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from console.config import read_settings
from console.limits import connections, http_protocol, seldom
from console.limits.bucket import Bucket
from console.limits.connections import Connections
from console.limits.http_protocol import MOST_BODY, MOST_HEAD, MOST_HEADERS, MOST_PIPELINED, HttpProtocol
from console.server import listen, serving
from tests.support.eventually import eventually

SOON = 0.1
LARGE = 4_000_000
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
UPGRADE = (
    b"GET /none HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Desk:
    """The server, and what reached its application."""

    def __init__(self, port: int, open_now: Connections) -> None:
        self.port = port
        self.connections = open_now


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time limits of a tenth of a second."""
    for name in ("HEAD_WITHIN", "BODY_WITHIN", "READ_WITHIN", "LINGER"):
        monkeypatch.setattr(http_protocol, name, SOON)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bytes of each piece that the parser was given."""
    pieces: list[int] = []
    feed = HttpProtocol._feed

    def counted(self: HttpProtocol, piece: bytes) -> None:
        pieces.append(len(piece))
        feed(self, piece)

    monkeypatch.setattr(HttpProtocol, "_feed", counted)
    return pieces


async def page(request: Request) -> PlainTextResponse:
    try:
        return PlainTextResponse(f"{len(await request.body())} bytes")
    except ClientDisconnect:
        return PlainTextResponse("gone")


async def large(request: Request) -> PlainTextResponse:
    return PlainTextResponse("x" * LARGE)


@asynccontextmanager
async def running(**given: object) -> AsyncIterator[Desk]:
    settings = read_settings({}, port=0, **given)
    app = Starlette(routes=[Route("/", page, methods=["GET", "POST"]), Route("/large", large)])
    with listen(settings) as listening:
        async with serving(app, listening, settings):
            yield Desk(listening.getsockname()[1], app.state.connections)


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    async with running() as started:
        yield started


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def at(cls, desk: Desk, text: bytes = b"", *, host: str = "127.0.0.1") -> "Client":
        reader, writer = await asyncio.open_connection("127.0.0.1", desk.port, local_addr=(host, 0))
        writer.write(text)
        return cls(reader, writer)

    async def status(self) -> int:
        """Of the next answer; 0 when the connection ends without one."""
        try:
            async with asyncio.timeout(10):
                head = await self.reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return 0
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
        )
        await self.reader.readexactly(length)
        return int(head.split()[1])

    async def ended(self) -> bool:
        """Waits until the server has let go."""
        async with asyncio.timeout(10):
            try:
                while await self.reader.read(65_536):
                    pass
            except ConnectionError:
                pass
        return True


async def test_an_honest_request_is_answered_and_the_connection_serves_the_next(desk: Desk) -> None:
    body = b"x" * (MOST_BODY - 1_000)
    client = await Client.at(desk, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert await client.status() == 200
    client.writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert await client.status() == 200


async def test_a_header_of_many_megabytes_is_refused_after_a_few_kilobytes(desk: Desk, parsed: list[int]) -> None:
    client = await Client.at(desk, b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ")
    client.writer.write(b"x" * 6_000_000)
    assert await client.status() in (431, 0)
    assert await client.ended()
    assert sum(parsed) <= MOST_HEAD + http_protocol.PIECE


async def test_a_long_address_counts_as_header(desk: Desk, parsed: list[int]) -> None:
    client = await Client.at(desk, b"GET /" + b"x" * (MOST_HEAD + http_protocol.PIECE) + b" HTTP/1.1\r\n\r\n")
    assert await client.status() == 431
    assert sum(parsed) <= MOST_HEAD + http_protocol.PIECE


@pytest.mark.parametrize(("number", "status"), [(MOST_HEADERS, 200), (MOST_HEADERS + 1, 431)])
async def test_headers_are_counted(desk: Desk, number: int, status: int) -> None:
    client = await Client.at(desk, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * number + b"\r\n")
    assert await client.status() == status


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(desk: Desk) -> None:
    client = await Client.at(desk, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (MOST_BODY + 1))
    assert await client.status() == 413
    assert await client.ended()


async def test_a_body_in_chunks_is_counted_as_it_comes(desk: Desk, parsed: list[int]) -> None:
    client = await Client.at(desk, b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    client.writer.write(b"1\r\nx\r\n" * 1_000_000)
    assert await client.status() in (413, 0)
    assert await client.ended()
    assert sum(parsed) <= MOST_BODY + 2 * http_protocol.PIECE


async def test_whoever_still_sends_a_refused_body_can_read_why(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy whose write fails says 502 and takes the server for dead: the connection stays until LINGER is over."""
    refused: list[HttpProtocol] = []
    refuse = HttpProtocol._refuse
    monkeypatch.setattr(HttpProtocol, "_refuse", lambda self, why: (refused.append(self), refuse(self, why))[1])
    client = await Client.at(
        desk, b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99000000\r\n\r\n" + b"a" * 20_000_000
    )
    await eventually(lambda: refused and refused[0].flow.read_paused, "the server to read no more")
    assert not refused[0].transport.is_closing()
    assert refused[0]._thrown_away < 1_000_000
    assert await client.status() == 413
    refused[0].transport.abort()


@pytest.mark.usefixtures("hurry")
async def test_half_a_head_is_not_waited_for(desk: Desk) -> None:
    client = await Client.at(desk, b"GET / HTTP/1.1\r\nHost: x\r\nX-")
    assert await client.status() == 408
    assert await client.ended()


@pytest.mark.usefixtures("hurry")
async def test_a_head_byte_by_byte_gains_no_time(desk: Desk) -> None:
    client = await Client.at(desk)

    async def drip() -> None:
        for _ in range(1_000):
            client.writer.write(b"G")
            await asyncio.sleep(SOON / 20)

    dripping = asyncio.create_task(drip())
    assert await client.status() in (408, 400, 0)
    assert await client.ended()
    dripping.cancel()


@pytest.mark.usefixtures("hurry")
async def test_a_silent_client_is_disconnected(desk: Desk) -> None:
    client = await Client.at(desk)
    assert await client.ended()
    await eventually(lambda: len(desk.connections) == 0, "the server to have forgotten it")


@pytest.mark.usefixtures("hurry")
async def test_half_a_body_is_not_waited_for(desk: Desk) -> None:
    client = await Client.at(desk, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
    assert await client.status() == 408
    assert await client.ended()


@pytest.mark.usefixtures("hurry")
async def test_a_response_nobody_reads_is_given_up(desk: Desk) -> None:
    client = await Client.at(desk, b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    await eventually(lambda: len(desk.connections) == 1, "the server to answer")
    await eventually(lambda: len(desk.connections) == 0, "the server to give up")
    client.writer.transport.abort()


async def test_a_connection_without_a_request_ends_after_a_while(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_WITHIN", 60)
    client = await Client.at(desk, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert await client.status() == 200
    assert await client.ended()


async def test_requests_are_not_piled_up_behind_one(desk: Desk) -> None:
    client = await Client.at(desk, b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n" * (MOST_PIPELINED + 3))
    assert await client.ended()


async def test_one_address_has_so_many_connections_and_another_is_not_touched() -> None:
    async with running(address_connections=3, trusted_proxies="127.0.0.9") as desk:
        open_now = [await Client.at(desk, host="127.0.0.2") for _ in range(3)]
        await eventually(lambda: len(desk.connections) == 3, "all to be let in")
        assert await (await Client.at(desk, host="127.0.0.2")).status() == 429
        for host in ("127.0.0.3", "127.0.0.9"):
            client = await Client.at(desk, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", host=host)
            assert await client.status() == 200
        open_now.pop().writer.transport.abort()
        await eventually(lambda: desk.connections._of["127.0.0.2"] == 2, "one to be gone")
        client = await Client.at(desk, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", host="127.0.0.2")
        assert await client.status() == 200


async def test_an_address_that_asks_too_fast_is_refused_and_another_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "AT_ONCE", 4)
    async with running(address_requests=1, trusted_proxies="127.0.0.9") as desk:
        assert await statuses(desk, "127.0.0.2", 5) == [200] * 4 + [429]
        assert await (await Client.at(desk, GET, host="127.0.0.3")).status() == 200
        assert await statuses(desk, "127.0.0.9", 8) == [200] * 8


async def statuses(desk: Desk, host: str, number: int) -> list[int]:
    return [await (await Client.at(desk, GET, host=host)).status() for _ in range(number)]


async def test_sockets_opened_again_and_again_count_as_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "AT_ONCE", 2)
    async with running(address_requests=1, trusted_proxies="127.0.0.9") as desk:
        got = [await (await Client.at(desk, UPGRADE, host="127.0.0.2")).status() for _ in range(3)]
        assert got == [403, 403, 429]  # there is no socket at that address; it was looked for twice


async def test_what_a_flood_is_told_fills_no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "AT_ONCE", 1)
    async with running(address_requests=1, trusted_proxies="127.0.0.9") as desk:
        with capture_logs() as lines:
            texts = (GET, b"nonsense\r\n\r\n") * 30
            clients = await asyncio.gather(*(Client.at(desk, text, host="127.0.0.2") for text in texts))
            await asyncio.gather(*(client.ended() for client in clients))
            assert {line["event"] for line in lines} == {"http.refused"}
            assert len(lines) <= seldom.LINES[1] + 10
            monkeypatch.setattr(desk.connections.log, "_bucket", Bucket(1, 1))
            await (await Client.at(desk, b"nonsense\r\n\r\n")).ended()
        assert lines[-1]["left_out"] > 0


async def test_a_trusted_proxy_has_as_many_as_it_needs() -> None:
    async with running(address_connections=1, trusted_proxies="127.0.0.0/8") as desk:
        clients = [await Client.at(desk, GET) for _ in range(5)]
        assert [await client.status() for client in clients] == [200] * 5


async def test_where_there_is_no_room_who_has_asked_for_nothing_gives_way(desk: Desk) -> None:
    """Idle connections fill the server up; whoever has a request gets an answer still."""
    desk.connections.capacity = 4
    idle = [await Client.at(desk) for _ in range(4)]
    await eventually(lambda: len(desk.connections) == 4, "all to be let in")
    ana = await Client.at(desk, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert await ana.status() == 200
    assert await idle[0].ended()


async def test_where_there_is_no_room_who_never_ends_a_request_gives_way(desk: Desk) -> None:
    """Bodies that are sent byte by byte hold no place against staff."""
    desk.connections.capacity = 4
    half = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc"
    slow = [await Client.at(desk, half) for _ in range(4)]
    await eventually(lambda: len(desk.connections) == 4, "all to be let in")
    ana = await Client.at(desk, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert await ana.status() == 200
    assert await slow[0].ended()


async def test_visitors_sockets_wait_for_their_turn_and_those_of_staff_do_not(desk: Desk) -> None:
    """Who hangs up meanwhile is not upgraded; what somebody says too early is kept for later."""
    upgrades = desk.connections.upgrades
    upgrades.each = 0
    visit = UPGRADE.replace(b"/none", b"/ws/visitor")
    gone, early, third = [await Client.at(desk, visit) for _ in range(3)]
    early.writer.write(b"\x89\x80\0\0\0\0")
    await eventually(lambda: len(upgrades) == 3, "three to wait")
    staff = await Client.at(desk, UPGRADE.replace(b"/none", b"/ws/agent"))
    assert await staff.status() == 403
    assert len(upgrades) == 3
    known = len(desk.connections)
    gone.writer.close()
    await eventually(lambda: len(desk.connections) < known, "the one who hangs up to be missed")
    upgrades.each = 1
    upgrades.enter(lambda: False)
    assert [await early.status(), await third.status()] == [403, 403]
