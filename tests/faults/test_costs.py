"""What one message costs: one round trip to the store, no SQL on its way, one frame of fragments in 50 ms."""

import asyncio
import gc
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec
import pytest
import websockets
from sqlalchemy import event
from wsproto.connection import Connection
from wsproto.handshake import H11Handshake

from console.actions.visitor import VisitorActions
from console.actions.visitor_profile import ProfileBuilder
from console.delivery.outbox import Outbox
from console.limits.http_protocol import HttpProtocol
from console.protocol import AgentHello, Html, Outbound, Shown, encoder
from console.proving.clients import Cast
from console.ws.agent import AgentConnection
from console.ws.agent_html import COALESCE
from console.ws.uvicorn_protocol import Protocol
from console.ws.visitor import VisitorConnection
from tests.faults.installation import Inside
from tests.faults.journal import promises_kept
from tests.support.eventually import eventually


@pytest.fixture
def undisturbed(inside: Inside) -> Inside:
    """Return an installation without background tasks, so that only the message causes calls and statements."""
    assert inside.app is not None
    for task in inside.app.state.workers._tasks:
        if task.get_name() not in ("Fanout.run", "Fanout.receive_pushes"):
            task.cancel()
    return inside


@contextmanager
def store_calls(stage: Inside, count: int) -> Iterator[None]:
    """Check that exactly that many round trips happen inside the block."""
    before = stage.services.workspace.store.calls
    yield
    assert stage.services.workspace.store.calls - before == count


@contextmanager
def no_sql(stage: Inside) -> Iterator[None]:
    """Check that no statement reaches the database inside the block."""
    statements: list[str] = []

    def seen(*arguments: Any) -> None:
        statements.append(arguments[2])

    engines = stage.services.database.engines
    for engine in engines:
        event.listen(engine, "before_cursor_execute", seen)
    try:
        yield
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", seen)
    assert statements == []


async def test_a_message_is_one_store_call_and_no_sql(undisturbed: Inside, inside: Inside) -> None:
    async with Cast(inside) as cast:
        ana = await cast.agent("ana")
        vera = await cast.visitor()
        with no_sql(inside):
            chat = await vera.opened("Hello")
            await ana.holds(chat)
            await vera.with_agent()
            await ana.settled()
            for number in range(5):
                with store_calls(inside, 1):
                    await vera.answered(await vera.say(f"question {number}"))
                    await eventually(lambda: ana.held[chat] == vera.facts[-1]["seq"], "ana to be shown it")
                with store_calls(inside, 1):
                    await ana.answered(await ana.say(chat, f"answer {number}"))
                    await eventually(lambda number=number: vera.texts[-1] == f"answer {number}", "vera to be shown it")
        assert len(vera.texts) == 11


async def test_a_resend_in_a_live_chat_needs_no_sql(undisturbed: Inside, inside: Inside) -> None:
    async with Cast(inside) as cast:
        await cast.agent("ana")
        vera = await cast.visitor()
        await vera.opened("Hello")
        cid = await vera.say("only once")
        first = await vera.answered(cid)
        with no_sql(inside), store_calls(inside, 1):
            vera.frames.clear()
            await vera.send_text(f'{{"t":"say","cid":"{cid}","text":"only once"}}')
            again = await eventually(lambda: vera.of("ack"), "the same answer")
        assert (again[0]["chat"], again[0]["seq"]) == (first.chat, first.seq)


@asynccontextmanager
async def console_of(stage: Inside, member: str) -> AsyncIterator[list[dict[str, Any]]]:
    """Open the member's HTML console; yield the list of its frames, which grows as they arrive."""
    async with stage.stores() as stores:
        cookie = await stores.one_clicks.use(await stores.one_clicks.add(member))
    url = f"{stage.url.replace('http', 'ws', 1)}/ws/agent"
    frames: list[dict[str, Any]] = []
    async with websockets.connect(
        url,
        subprotocols=[websockets.Subprotocol("sestetto.v1.html")],
        origin=websockets.Origin(stage.url),
        additional_headers={"Cookie": f"sestetto_session={cookie}"},
    ) as socket:
        await socket.send(encoder.encode(AgentHello(tab="one")).decode())

        async def read() -> None:
            async for text in socket:
                frame = msgspec.json.decode(text)
                frames.append(frame)
                for chat in frame.get("due", {}):
                    await socket.send(encoder.encode(Shown(chat, 1)).decode())

        reader = asyncio.create_task(read())
        await eventually(lambda: frames, "the console's welcome")
        yield frames
        reader.cancel()


async def test_a_console_gets_one_frame_of_fragments_in_50_ms_and_all_of_them(inside: Inside, cast: Cast) -> None:
    """Six chats have fifty facts a second; the times are those of the server's own flushes."""
    async with console_of(inside, "ana") as frames:
        spoken = watch_console(inside)
        visitors = [await cast.visitor(f"visitor {number}") for number in range(6)]
        for visitor in visitors:
            await visitor.opened("Hello")
        for round in range(10):
            await asyncio.gather(*(visitor.say(f"line {round} of {visitor.name}") for visitor in visitors))
            await asyncio.sleep(0.1)
        await asyncio.gather(*(visitor.quiet() for visitor in visitors))
        content = await eventually(lambda: everything(frames, visitors), "every line to be drawn")
    gaps = [after - before for before, after in itertools.pairwise(spoken)]
    assert min(gaps) >= COALESCE - 0.002  # the event loop's timers have whole milliseconds
    for visitor in visitors:
        for text in visitor.texts:
            assert text in content
    await promises_kept(inside, cast.journal)


async def test_fragments_within_50_ms_are_one_frame(inside: Inside, cast: Cast) -> None:
    """This holds however busy the machine is, because there is no pause between these fragments."""
    async with console_of(inside, "ana") as frames:
        console = console_on(inside)
        for number in range(10):
            console.renderer._add(console, number, f"<i>{number}</i>", {})  # type: ignore[attr-defined]
        await eventually(lambda: "<i>9</i>" in frames[-1].get("content", ""), "the last of them")
    drawn = [frame["content"] for frame in frames if "<i>" in frame.get("content", "")]
    assert len(drawn) <= 2  # the first at once, unless something was sent just before
    assert [f"<i>{number}</i>" in "".join(drawn) for number in range(10)] == [True] * 10


def everything(frames: list[dict[str, Any]], visitors: list[Any]) -> str:
    """Return all fragments so far, once they contain each visitor's last message."""
    content = "".join(frame.get("content", "") for frame in frames)
    return content if all(visitor.texts[-1] in content for visitor in visitors) else ""


def console_on(stage: Inside) -> AgentConnection:
    """Return the only console on the stage."""
    (console,) = [one for one in stage.services.hub.everyone() if isinstance(one, AgentConnection)]
    return console


def watch_console(stage: Inside) -> list[float]:
    """Return a list that records when the console is sent fragments from now on."""
    console = console_on(stage)
    spoken: list[float] = []
    send = console.send

    def seen(frame: Outbound) -> None:
        if isinstance(frame, Html):
            spoken.append(console.renderer._flushed)  # type: ignore[attr-defined]
        send(frame)

    console.send = seen  # type: ignore[method-assign]
    return spoken


async def test_a_silent_socket_keeps_nothing_of_its_handshake(undisturbed: Inside, inside: Inside) -> None:
    async with Cast(inside) as cast:
        for number in range(5):
            await cast.visitor(f"silent-{number}")
        gc.collect()
        kept = gc.get_objects()
        assert sum(isinstance(thing, Protocol) for thing in kept) == 5
        # Those of the visitors' own ends are clients.
        assert not [thing for thing in kept if isinstance(thing, H11Handshake | Connection) and not thing.client]


async def test_closed_sockets_leave_nothing_for_the_garbage_collector(undisturbed: Inside, inside: Inside) -> None:
    """The collector looks at objects as old as a socket of some minutes once in millions of allocations: until then
    they would stay.
    """
    async with Cast(inside) as team:
        await team.agent("ana")
        before = alive()
        gc.disable()
        try:
            async with Cast(inside) as cast:
                for number in range(5):
                    vera = await cast.visitor(f"vera-{number}")
                await vera.opened("Hello")
                await vera.answered(await vera.say("Anybody there?"))
                assert alive()[Protocol] == before[Protocol] + 5
            await eventually(lambda: alive() <= before, "the sockets to be freed")
        finally:
            gc.enable()


def alive() -> Counter[type]:
    """Count the objects of each kind that belongs to a socket, including dead ones that were not freed."""
    kinds = (VisitorConnection, VisitorActions, ProfileBuilder, Outbox, Protocol, HttpProtocol)
    return Counter(type(thing) for thing in gc.get_objects() if type(thing) in kinds)
