"""Ana has no time for reasons: she leaves them for later, and gives them in a quiet moment. Sam sees how many wait."""

from collections.abc import AsyncIterator

import pytest

from console.archive.database import Database
from console.archive.history import History
from console.domain.directory import Queue
from tests.support.board_client import Board
from tests.support.credentials import lead_to, stores_of
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Frame, Visitor
from tests.support.server_process import RunningServer

CALLS = Queue("calls", "Calls", wrapup=120_000, reasons=("Invoice", "Account"))


@pytest.fixture
async def sam(server: RunningServer) -> AsyncIterator[Board]:
    async with stores_of(server) as stores:
        await stores.queues.put(CALLS, members=["ana"])
        await lead_to(stores, CALLS.id)
    board = await Board.comes(server)
    await board.shows("queue-calls", "Calls")
    yield board
    await board.leave()


async def has_a_chat(server: RunningServer, ana: Agent) -> Visitor:
    vera = await Visitor.comes(server)

    async def opened() -> bool:
        return (await vera.opens("I was charged twice", queue="calls"))["t"] == "ack"

    await eventually(opened, "the server to know that her site leads to the queue")
    await ana.gets(vera.chat)
    await ana.answers(vera.chat, "I have sent the money back")
    return vera


async def leaves_for_later(ana: Agent, chat: str) -> None:
    await ana.command("end", chat=chat)
    assert (await ana.command("label", chat=chat, later=True))["t"] == "ack"
    gone = await ana.hears(lambda frame: frame["t"] == "released" and frame["chat"] == chat)
    assert gone["why"] == "later"


async def comes_again(server: RunningServer) -> tuple[Agent, list[Frame]]:
    ana = await Agent.comes(server, "ana", tab="two", take=True)
    return ana, (await ana.is_welcome()).get("to_wrap_up", [])


async def test_ana_gives_a_reason_when_it_is_quiet_and_sam_sees_it(server: RunningServer, sam: Board) -> None:
    ana = await Agent.comes(server, "ana")
    vera = await has_a_chat(server, ana)
    await leaves_for_later(ana, vera.chat)
    await sam.shows("agent-ana", "1 to wrap up")
    await sam.shows("queue-calls", "with a reason</dt><dd>0%", "never given a reason</dt><dd>0<")
    ana, listed = await comes_again(server)
    assert [(one["chat"], one["queue"]) for one in listed] == [(vera.chat, "calls")]
    assert len(listed[0]["visitor"]) == 16, "she has no name, so her id tells her from others"
    refused = await ana.command("label", chat=vera.chat, reason="Weather")
    assert refused["t"] == "nack", "the list of the chat's queue holds after the end too"
    given = await ana.command("label", chat=vera.chat, reason="Invoice", tags=["refund"], done=True)
    assert given["t"] == "ack"
    await sam.shows("queue-calls", "with a reason</dt><dd>100%")
    await eventually(lambda: "to wrap up" not in sam.parts["agent-ana"], "nothing to be left")
    ana, listed = await comes_again(server)
    assert listed == []


async def test_the_archive_has_the_reason_and_the_visitor_hears_nothing_of_it(
    server: RunningServer, sam: Board
) -> None:
    ana = await Agent.comes(server, "ana")
    vera = await has_a_chat(server, ana)
    await leaves_for_later(ana, vera.chat)
    await ana.command("label", chat=vera.chat, reason="Account", tags=["vip"], done=True)
    database = Database(server.database_url)

    async def archived() -> bool:
        found = await History(database).read_chat(vera.chat)
        return found is not None and (found.chat.reason, found.chat.tags) == ("Account", ["vip"])

    await eventually(archived, "the archive to have the reason")
    await database.close()
    await vera.is_told("ended")
    assert [fact["kind"] for fact in vera.facts()][-1] == "ended"
