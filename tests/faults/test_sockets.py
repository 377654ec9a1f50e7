"""Networks and sockets that break: cut, one-way, half-open, slow, many at once."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from console.delivery import outbox
from console.proving.clients import Cast, RecordingVisitor
from console.proving.network import BadNetwork
from tests.faults.installation import Inside
from tests.faults.journal import promises_kept
from tests.faults.traffic import a_while, busy, talking
from tests.support.eventually import eventually


@asynccontextmanager
async def behind_a_network(inside: Inside) -> AsyncIterator[tuple[BadNetwork, Cast]]:
    """Yield clients that reach the installation through a network that can break."""
    network = BadNetwork(int(inside.url.rpartition(":")[2]))
    async with network, Cast(replace(inside, url=network.url)) as cast:
        yield network, cast


@pytest.mark.parametrize("ways", [("up",), ("down",), ("up", "down")])
async def test_a_one_way_or_black_hole_network_loses_nothing(inside: Inside, ways: tuple[str, ...]) -> None:
    async with behind_a_network(inside) as (network, cast):
        agents, visitors = await busy(cast, 4)
        async with talking(visitors):
            await a_while(visitors, 2)
            network.swallow(*ways)  # type: ignore[arg-type]
            await asyncio.sleep(0.5)  # what is sent now disappears
            network.heal()
            await a_while(visitors, 2)
        for agent in agents:
            await agent.quiet()
        await promises_kept(inside, cast.journal)
        assert not cast.journal.unanswered


async def test_a_repeatedly_cut_network_loses_nothing(inside: Inside) -> None:
    async with behind_a_network(inside) as (network, cast):
        agents, visitors = await busy(cast, 4)
        async with talking(visitors):
            for _ in range(3):
                await a_while(visitors, 1)
                network.cut()
                await asyncio.sleep(0.2)
                network.heal()
        for agent in agents:
            await agent.quiet()
        await promises_kept(inside, cast.journal)
        assert not cast.journal.unanswered


async def test_a_slow_network_delays_and_does_nothing_else(inside: Inside) -> None:
    async with behind_a_network(inside) as (network, cast):
        agents, visitors = await busy(cast, 3)
        network.delay = 0.3
        async with talking(visitors):
            await a_while(visitors, 2)
        for agent in agents:
            await agent.quiet()
        await promises_kept(inside, cast.journal)
        assert all(not visitor.closes for visitor in visitors)


async def test_a_server_notices_a_half_open_agent_and_gives_the_chats_to_another(inside: Inside) -> None:
    """The server's pings get no answer; after two of them the agent counts as gone."""
    async with behind_a_network(inside) as (network, cast):
        ana = await cast.agent("ana")
        async with Cast(inside) as near:
            near.journal = cast.journal
            vera = await near.visitor()
            chat = await vera.opened("Is anybody there?")
            await ana.holds(chat)
            ben = await near.agent("ben")
            ana.here.clear()
            network.swallow()
            await eventually(lambda: chat in ben.held, "ben to take over", within=20)
            network.heal()
            ana.here.set()
            await ana.back()
            assert chat not in ana.held
            await vera.answered(await vera.end())
            await promises_kept(inside, cast.journal)


async def test_two_hundred_sockets_dropped_at_once_come_back_to_what_they_had(inside: Inside) -> None:
    async with behind_a_network(inside) as (network, cast):
        _, visitors = await busy(cast, 6)
        onlookers = [*await asyncio.gather(*(cast.visitor(f"onlooker {number}") for number in range(192)))]
        async with talking(visitors):
            await a_while(visitors, 1)
            network.drop()
            await asyncio.gather(*(person.back() for person in [*visitors, *onlookers]))
            await a_while(visitors, 1)
        await promises_kept(inside, cast.journal)
        assert not any(visitor.lost_told for visitor in visitors)


async def test_the_same_cid_over_two_sockets_is_done_once(inside: Inside, cast: Cast) -> None:
    await cast.agent("ana")
    vera = await cast.visitor()
    chat = await vera.opened("Hello")
    again = await cast.visitor("vera's other tab", token=vera.token)
    assert again.chat == chat
    cid = secrets.token_urlsafe(16)
    frame = f'{{"t":"say","cid":"{cid}","text":"Once"}}'
    await asyncio.gather(*(tab.send_text(frame) for tab in (vera, again, vera, again, vera)))
    acks = await eventually(
        lambda: (
            len(found := [ack for tab in (vera, again) for ack in tab.of("ack") if ack["cid"] == cid]) == 5 and found
        ),
        "five answers",
    )
    assert len({(ack["chat"], ack["seq"], ack["at"]) for ack in acks}) == 1
    await eventually(lambda: vera.texts == again.texts == ["Hello", "Once"], "both tabs to show it once")
    await promises_kept(inside, cast.journal)


async def test_two_tabs_that_open_at_once_share_one_chat(inside: Inside, cast: Cast) -> None:
    await cast.agent("ana")
    vera = await cast.visitor()
    other = await cast.visitor("vera's other tab", token=vera.token)
    first, second = await asyncio.gather(vera.open("From here"), other.open("And from there"))
    one, two = await vera.answered(first), await other.answered(second)
    assert one.chat == two.chat
    await eventually(lambda: len(vera.texts) == len(other.texts) == 2, "both to see both")
    await promises_kept(inside, cast.journal)


async def test_an_agents_second_tab_waits_and_a_click_moves_the_console(inside: Inside, cast: Cast) -> None:
    vera = await cast.visitor()
    ana = await cast.agent("ana")
    chat = await vera.opened("Hello")
    await ana.holds(chat)
    second = await cast.nobody_yet("ana")
    with pytest.raises(AssertionError, match="turned away with \\[4409\\]"):
        await second.connect()
    second.take = True
    second.closes.clear()
    async with second:
        await eventually(lambda: ana.closes == [4409], "the first tab to be told")
        assert chat in second.held
        await second.answered(await second.say(chat, "From my other screen"))
        await eventually(lambda: vera.texts[-1] == "From my other screen", "vera to read it")
    cast.journal.view("ana", chat, staff=True).whole = False
    await vera.answered(await vera.end())
    await promises_kept(inside, cast.journal)


async def test_a_reader_of_one_byte_a_second_is_cut_and_nobody_else_notices(
    inside: Inside, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outbox is bounded, here more tightly so that it fills sooner. The slow one overflows while the others chat
    on.
    """
    monkeypatch.setattr(outbox, "MOST_BYTES", 64 * 1024)
    agents, visitors = await busy(cast, 3)
    slow = await cast.visitor("slow")
    chat = await slow.opened("I read slowly")
    agent = await eventually(lambda: next((one for one in agents if chat in one.held), None), "her agent")
    await slow.leave()
    reader = await one_byte_reader(inside, slow.token)
    async with talking(visitors):
        said = [await agent.say(chat, "€" * 3_900) for _ in range(90)]
        await eventually(lambda: not listening(inside, slow), "her socket to be cut")
        await asyncio.gather(*(agent.answered(cid) for cid in said))
        await a_while(visitors, 1)
    reader.cancel()
    assert not any(visitor.closes for visitor in visitors)
    async with slow:
        await promises_kept(inside, cast.journal)


def listening(inside: Inside, visitor: RecordingVisitor) -> bool:
    """Whether the server has a socket of the visitor."""
    known = inside.services.visitor_tokens.read(visitor.token)
    return bool(inside.services.hub.listeners(f"visitor:{known}"))


async def one_byte_reader(inside: Inside, token: str) -> asyncio.Task[None]:
    """Open a socket of the token's visitor that says hello and then reads one byte per second."""
    host, _, port = inside.url.removeprefix("http://").partition(":")
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.connect((host, int(port)))
    reader, writer = await asyncio.open_connection(sock=plain, limit=256)
    writer.write(
        f"GET /ws/visitor?site=demo HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: {inside.url}\r\n"
        "Sec-WebSocket-Protocol: sestetto.v1\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    hello = f'{{"t":"hello","token":"{token}","locale":"{"x" * 20}"}}'.encode().ljust(126)
    writer.write(bytes([0x81, 0x80 | 126]) + len(hello).to_bytes(2, "big") + bytes(4) + hello)

    async def read() -> None:
        for _ in range(600):
            await reader.read(1)
            await asyncio.sleep(1)

    visitor = inside.services.visitor_tokens.read(token)
    await eventually(lambda: inside.services.hub.listeners(f"visitor:{visitor}"), "the slow reader's hello")
    return asyncio.create_task(read())


async def test_commands_of_closing_sockets_never_answer_others(inside: Inside, cast: Cast) -> None:
    """Sockets close at random after a command. Each answer reaches its own client, and each message exists once."""
    await cast.agent("ana", answers=True)
    visitors = await cast.visitors(12)
    for visitor in visitors:
        await visitor.open("Hello")
    for round in range(8):
        for visitor in visitors:
            await visitor.say(f"{round} from {visitor.name}")
            if secrets.randbelow(2):
                visitor.drop()
        await asyncio.sleep(secrets.randbelow(30) / 100)
    for visitor in visitors:
        await visitor.quiet()
    await promises_kept(inside, cast.journal)
    assert not cast.journal.unanswered
    for visitor in visitors:
        own = [text for text in visitor.texts if not text.startswith("re: ")]
        assert own == ["Hello", *(f"{round} from {visitor.name}" for round in range(8))]
