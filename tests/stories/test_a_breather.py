"""Ana takes a breather with all slots full. Sam sees it on the board, and waiting chats come when she is ready."""

from tests.support.board_client import Board
from tests.support.credentials import stores_of
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.server_process import RunningServer


async def test_ana_takes_a_breather_and_sam_sees_it(server: RunningServer) -> None:
    sam, ana = await Board.comes(server), await Agent.comes(server, "ana")
    await ana.is_welcome()
    vera, vito = await Visitor.comes(server), await Visitor.comes(server)
    await vera.opens("Is it in stock?")
    await ana.gets(vera.chat)
    await ana.command("breather", ms=120_000)
    stands = await ana.hears("status")
    assert (stands["status"], stands["breather"] > 0) == ("online", True)
    await sam.shows("agent-ana", "Breather", f'data-until="{stands["breather"]}"')
    assert (await vito.opens("And in red?"))["t"] == "ack", "somebody is online, so he may wait"
    await vito.hears("line")
    await ana.answers(vera.chat, "Yes, three of them")
    await vera.reads("Yes, three of them")
    assert not [frame for frame in ana.heard if frame["t"] == "assigned" and frame["chat"]["id"] == vito.chat]
    await ana.command("breather", ms=0)
    await ana.gets(vito.chat)
    await eventually(lambda: "data-breather" not in sam.parts["agent-ana"], "the board to see that she is ready")
    await sam.leave()


async def test_a_reload_keeps_the_breather_and_the_team_says_how_many(server: RunningServer) -> None:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    await ana.command("breather", ms=60_000)
    ends = (await ana.hears("status"))["breather"]
    await ana.leave()
    again = await Agent.comes(server, "ana")
    assert (await again.is_welcome())["breather"] == ends
    async with stores_of(server) as stores:
        await stores.preferences.set_breathers(1)

    async def refused() -> bool:
        await again.command("breather", ms=0)
        answer = await again.command("breather", ms=60_000)
        return answer.get("code") == "no_breather"

    await eventually(refused, "the server to know that one an hour is all")
