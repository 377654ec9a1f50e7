"""A visitor returns: they can write immediately while SQL is slow, and what was erased or blocked does not return."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from console.actions.erasure import erase_chat, erase_visitor
from console.archive.database import Database
from console.domain.blocks import Block
from console.domain.directory import DAY, Member
from console.proving.clients import Cast
from console.queue.embedded import EmbeddedStore
from console.services import PAST_READS
from tests.faults.installation import Inside, installed
from tests.faults.raw_socket import TEXT, RawSocket
from tests.support.eventually import eventually
from tests.support.json_clients import Visitor
from tests.support.postgresql import PostgresServer

ADA = Member("ada", "Ada", "ada@example.com", role="admin")


def heard(visitor: Visitor, kind: str) -> bool:
    return any(frame["t"] == kind for frame in visitor.heard)


async def test_vera_writes_at_once_while_postgresql_answers_nobody(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str, postgres: PostgresServer
) -> None:
    url = postgres.create_database(like="migrated")
    async with installed(tmp_path, store.url, workspace_name, database=url) as inside, Cast(inside) as cast:
        await cast.agent("ana")
        vera = await Visitor.comes(inside)  # type: ignore[arg-type]
        await vera.leave()
        other = Database(url)
        async with other.writing() as connection:
            await connection.execute(text("LOCK TABLE chats, facts IN ACCESS EXCLUSIVE MODE"))
            again = await Visitor.comes(inside, knows=vera)  # type: ignore[arg-type]
            assert (await again.opens("Is anybody there?"))["t"] == "ack"
            assert (await again.says("I ask again."))["t"] == "ack"
            assert not heard(again, "past")
        await again.leave()
        later = await Visitor.comes(inside, knows=again)  # type: ignore[arg-type]
        await later.hears("past")
        await later.leave()
        await other.close()


async def test_who_would_wait_longer_than_the_bound_starts_without_the_past(inside: Inside, cast: Cast) -> None:
    """When a crowd returns at once, a few earlier chats are read at a time, and the other visitors start without
    theirs.
    """
    await cast.agent("ana")
    vera = await Visitor.comes(inside)  # type: ignore[arg-type]
    reads = inside.services.past_reads
    for _ in range(PAST_READS):
        await reads.acquire()
    again = await Visitor.comes(inside, knows=vera)  # type: ignore[arg-type]
    assert (await again.opens("Hello"))["t"] == "ack"
    assert not heard(again, "past")
    await eventually(lambda: not reads._waiters, "the read to be given up")
    for _ in range(PAST_READS):
        reads.release()
    await again.say_frame("ping", at=1)
    await again.hears("pong")
    assert not heard(again, "past")
    await vera.leave()
    await again.leave()


def id_of(inside: Inside, visitor: Visitor) -> str:
    return inside.services.visitor_tokens.read(visitor.token, "demo") or ""


async def left_twice(inside: Inside) -> Visitor:
    """Return Vera, who left two messages after hours: two ended chats in the archive."""
    vera = await Visitor.comes(inside)  # type: ignore[arg-type]
    for number in (1, 2):
        text = f"My address is Elm Street {number}."
        answer = await vera.command("leave_message", text=text, email="vera@example.com", name="Vera")
        await eventually(partial(inside.services.history.knows_chat, answer["chat"]), "the archive to have the message")
    await vera.leave()
    return vera


async def returns(inside: Inside, vera: Visitor) -> tuple[list[str], str]:
    """Return the texts that Vera is shown when she returns, and the name she is known by."""
    again = await Visitor.comes(inside, knows=vera)  # type: ignore[arg-type]
    past = await again.hears("past")
    await again.leave()
    return [fact["text"] for fact in past["facts"] if fact["kind"] == "message"], past.get("name", "")


@pytest.mark.parametrize("whole_visitor", [True, False])
async def test_what_ada_has_erased_does_not_come_back_with_vera(inside: Inside, whole_visitor: bool) -> None:
    vera = await left_twice(inside)
    services, id = inside.services, id_of(inside, vera)
    assert await returns(inside, vera) == (["My address is Elm Street 1.", "My address is Elm Street 2."], "Vera")
    first, _ = await services.erasure.chats_of(id)
    if whole_visitor:
        assert await erase_visitor(services, ADA, id) == 2
        assert await returns(inside, vera) == ([], "")
    else:
        await erase_chat(services, ADA, first.id)
        assert await returns(inside, vera) == (["My address is Elm Street 2."], "Vera")
    again = await Visitor.comes(inside, knows=vera)  # type: ignore[arg-type]
    await again.hears("past")
    await again.say_frame("history", chat=first.id, before=1_000)
    page = await again.hears(lambda frame: frame["t"] == "past" and frame.get("chat") == first.id)
    assert page["facts"] == []
    assert "Elm Street 1" not in str(again.heard)
    await again.leave()


async def test_a_blocked_visitor_is_shown_nothing_of_their_past(inside: Inside) -> None:
    vera = await left_twice(inside)
    services = inside.services
    (first, _) = await services.erasure.chats_of(id_of(inside, vera))
    async with inside.stores() as stores:
        block = Block("visitor", id_of(inside, vera), services.workspace.now() + DAY)
        services.directory = await stores.blocks.put(block)
    headers = {"Origin": inside.url}
    async with await RawSocket.open(f"{inside.url}/ws/visitor?site=demo", headers) as socket:
        socket.say(f'{{"t":"hello","token":"{vera.token}"}}')
        assert (await socket.until("welcome", "past", "error"))["code"] == "blocked"
        socket.say(f'{{"t":"history","chat":"{first.id}","before":1000}}')
        assert await socket.closed() == 1008
        assert [b"Elm" in frame.payload for frame in socket.frames if frame.opcode == TEXT] == [False]
