"""Ana has six chats and never a seventh; the others go elsewhere, and none is forgotten."""

from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Frame, Visitor
from tests.support.server_process import RunningServer


async def queue_up(server: RunningServer, number: int) -> list[Visitor]:
    visitors = []
    for place in range(number):
        visitor = await Visitor.comes(server)
        await visitor.opens(f"Question {place}")
        visitors.append(visitor)
    return visitors


async def shown_by_either(ana: Agent, ben: Agent, visitor: Visitor) -> None:
    name = (await visitor.is_told("assigned"))["name"]
    await (ana if name == "Ana" else ben).gets(visitor.chat)


def slots(agent: Agent) -> list[int]:
    return sorted(frame["chat"]["slot"] for frame in agent.heard if frame["t"] == "assigned")


async def test_the_seventh_waits_and_the_first_free_slot_pulls_it(server: RunningServer) -> None:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    visitors: list[Visitor] = []
    for _ in range(6):
        visitors += await queue_up(server, 1)
        await ana.gets(visitors[-1].chat)
    assert slots(ana) == [1, 2, 3, 4, 5, 6]
    (seventh,) = await queue_up(server, 1)
    assert (await seventh.hears("line"))["position"] == 1
    await ana.ends(visitors[2].chat)
    pulled = await ana.gets(seventh.chat)
    assert pulled["slot"] == 3, "it takes the place that was freed, and nobody else's moves"
    assert (await seventh.is_told("assigned"))["name"] == "Ana"


async def test_chats_go_to_whoever_has_fewest_running_clocks(server: RunningServer) -> None:
    ana, ben = await Agent.comes(server, "ana"), await Agent.comes(server, "ben")
    await ana.is_welcome()
    await ben.is_welcome()
    for _ in range(2):
        first, second = await queue_up(server, 2)
        await shown_by_either(ana, ben, first)
        await shown_by_either(ana, ben, second)
    assert slots(ana) == slots(ben) == [1, 2]


async def test_a_late_answer_is_reported_once(server: RunningServer) -> None:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens("Quick question")
    await ana.gets(vera.chat)
    late = await ana.is_told("late")
    assert late["agent"] == "ana"
    await ana.answers(vera.chat, "Sorry for the wait")
    answer = await ana.reads("Sorry for the wait")
    assert answer["turn"]["late"] is True
    assert len([fact for fact in ana.facts() if fact["kind"] == "late"]) == 1


async def test_when_ana_drops_her_running_chat_moves_to_ben_in_seconds(server: RunningServer) -> None:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens("Please help")
    await ana.gets(vera.chat)
    await ana.say_frame("draft", chat=vera.chat, text="Half an ans")
    ben = await Agent.comes(server, "ben")
    await ben.is_welcome()
    await ana.leave()
    got = await ben.gets(vera.chat)
    assert got["draft"] == "Half an ans", "her unsent words come along"
    assert (await vera.is_told("released"))["kind"] == "released"
    back = await Agent.comes(server, "ana")
    assert (await back.is_welcome()).get("chats", []) == []


async def test_a_reload_keeps_every_chat(server: RunningServer) -> None:
    ana, ben = await Agent.comes(server, "ana"), await Agent.comes(server, "ben")
    await ana.is_welcome()
    await ben.is_welcome()
    await ben.command("status", status="away")
    visitors = await queue_up(server, 3)
    for visitor in visitors:
        await ana.gets(visitor.chat)
    await ana.leave()
    again = await Agent.comes(server, "ana")
    welcome = await again.is_welcome()
    assert {chat["id"]: chat["slot"] for chat in welcome["chats"]} == {
        visitor.chat: place for place, visitor in enumerate(visitors, 1)
    }


async def test_a_console_that_shows_nothing_loses_the_chat_and_gets_no_other(server: RunningServer) -> None:
    ana = await Agent.comes(server, "ana", blind=True)
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens("Hello?")
    gone = await ana.hears("released")
    assert (gone["chat"], gone["why"]) == (vera.chat, "unseen")
    ben = await Agent.comes(server, "ben")
    await ben.is_welcome()
    await ben.gets(vera.chat)


async def test_a_console_that_shows_a_chat_too_late_gets_chats_again(server: RunningServer) -> None:
    ana = await Agent.comes(server, "ana", blind=True)
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens("Hello?")
    given = await ana.hears("assigned")
    await ana.hears("released")
    before = len(ana.heard)
    await ana.say_frame("shown", chat=vera.chat, seq=given["chat"]["last"])
    again = await ana.hears("assigned", start=before)
    assert again["chat"]["id"] == vera.chat


async def test_the_second_tab_of_ana_waits_for_a_click(server: RunningServer) -> None:
    ana = await Agent.comes(server, "ana", tab="one")
    await ana.is_welcome()
    other = await Agent.comes(server, "ana", tab="two")
    assert await other.hears_close() == 4409
    taken = await Agent.comes(server, "ana", tab="two", take=True)
    await taken.is_welcome()
    assert await ana.hears_close() == 4409


async def test_an_agent_who_is_away_gets_nothing_new(server: RunningServer) -> None:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    await ana.command("status", status="away", reason="lunch")
    vera = await Visitor.comes(server)
    assert (await vera.opens("Anybody?"))["code"] == "closed"
    await ana.command("status", status="online")
    await eventually(lambda: online(vera), "Vera to be told that somebody is there")
    await vera.opens("Anybody?")
    await ana.gets(vera.chat)


def online(visitor: Visitor) -> Frame | None:
    return next((frame for frame in visitor.heard if frame["t"] == "team" and frame["online"]), None)
