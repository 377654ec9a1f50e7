"""Ana lowers her own limit to four; no fifth chat comes, Sam sees it, and she returns to his limit."""

from tests.support.board_client import Board
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.server_process import RunningServer


async def test_ana_chooses_four_and_no_fifth_chat_comes(server: RunningServer) -> None:
    sam, ana = await Board.comes(server), await Agent.comes(server, "ana")
    assert (await ana.is_welcome())["limit"] == 6
    assert (await ana.command("limit", limit=4))["t"] == "ack"
    stands = await ana.hears("status")
    assert (stands["limit"], stands["most"]) == (4, 6)
    await sam.shows("agent-ana", "4 of 6, own limit", 'data-limit="6"', 'data-free="4"')
    for _ in range(4):
        vera = await Visitor.comes(server)
        await vera.opens("Is it in stock?")
        await ana.gets(vera.chat)
    vito = await Visitor.comes(server)
    await vito.opens("And in red?")
    await vito.hears("line")
    await ana.answers(vera.chat, "Yes, three of them")
    assert vito.chat not in [chat["id"] for chat in ana.chats()]
    await ana.command("limit", limit=6)
    await ana.gets(vito.chat)
    await eventually(lambda: "own limit" not in sam.parts["agent-ana"], "the board to see Sam's limit again")
    await sam.leave()


async def test_ana_keeps_what_she_holds_above_her_limit(server: RunningServer) -> None:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    held = []
    for _ in range(3):
        vera = await Visitor.comes(server)
        await vera.opens("Is it in stock?")
        await ana.gets(vera.chat)
        held.append(vera.chat)
    await ana.command("limit", limit=1)
    vito = await Visitor.comes(server)
    await vito.opens("And in red?")
    await vito.hears("line")
    await ana.leave()
    again = await Agent.comes(server, "ana")
    welcome = await again.is_welcome()
    assert sorted(chat["id"] for chat in welcome["chats"]) == sorted(held)
    await again.answers(held[0], "Yes, three of them")


async def test_a_reload_and_a_restart_keep_it_and_sam_s_limit_is_above_it(server: RunningServer) -> None:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    await ana.command("limit", limit=4)
    await ana.leave()
    server.kill()
    await server.start()
    again = await Agent.comes(server, "ana")
    welcome = await again.is_welcome()
    assert (welcome["limit"], welcome["most"]) == (4, 6)
    sam = await Board.comes(server)
    await sam.command("limit", agent="ana", limit=5)
    stands = await again.hears("status")
    assert (stands["limit"], stands["most"]) == (4, 5)
    await sam.command("limit", agent="ana", limit=3)
    stands = await again.hears(lambda frame: frame["t"] == "status" and frame["limit"] == 3, "Sam's limit")
    assert "most" not in stands
    await sam.command("limit", agent="ana", limit=6)
    await again.hears(lambda frame: frame["t"] == "status" and frame["limit"] == 6, "Sam's limit, not the old own one")
    await sam.leave()


async def test_a_limit_above_sam_s_is_sam_s(server: RunningServer) -> None:
    """And one that cannot be is refused."""
    ana, sam = await Agent.comes(server, "ana"), await Board.comes(server)
    await ana.is_welcome()
    await sam.command("limit", agent="ana", limit=3)
    await ana.hears(lambda frame: frame["t"] == "status" and frame["limit"] == 3, "Sam's limit")
    assert (await ana.command("limit", limit=5))["t"] == "ack"
    await ana.command("limit", limit=2)
    stands = await ana.hears(lambda frame: frame["t"] == "status" and frame["limit"] == 2, "her own limit")
    assert stands["most"] == 3
    assert not [frame for frame in ana.heard if frame.get("limit") == 5]
    await sam.leave()
