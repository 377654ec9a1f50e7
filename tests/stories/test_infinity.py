"""Film streaming: one agent, six chats at once, an answer within six seconds, a reason for each contact."""

import asyncio

from console.domain.directory import Queue
from tests.stories.teams import at_work, person, set_up
from tests.support.json_clients import Agent, Frame, Visitor
from tests.support.server_process import RunningServer

FILMS = Queue("films", "Films", target=6_000, wrapup=20_000, reasons=("playback", "billing", "account"))
QUESTIONS = ["Il film non parte", "Two charges?", "Password", "Schermo nero", "Refund?", "Which devices?"]


async def asks(server: RunningServer, text: str) -> Visitor:
    visitor = await Visitor.comes(server)
    await visitor.opens(text, queue="films")
    return visitor


async def six(server: RunningServer, chiara: Agent) -> list[Visitor]:
    """Each is on her screen before the next one comes."""
    visitors = []
    for text in QUESTIONS:
        visitors.append(await asks(server, text))
        await chiara.gets(visitors[-1].chat)
    return visitors


def turns(agent: Agent) -> list[Frame]:
    return [fact["turn"] for fact in agent.facts() if fact["kind"] == "message" and "turn" in fact]


async def test_chiara_holds_six_chats_and_answers_each_within_six_seconds(server: RunningServer) -> None:
    await set_up(server, [FILMS], [person("chiara", "films")])
    (chiara,) = await at_work(server, "chiara")
    visitors = await six(server, chiara)
    await asyncio.gather(*(chiara.answers(visitor.chat, f"Ecco: {number}") for number, visitor in enumerate(visitors)))
    for number, visitor in enumerate(visitors):
        await visitor.reads(f"Ecco: {number}")
        await chiara.reads(f"Ecco: {number}")
    assert [turn.get("kept") for turn in turns(chiara)] == [True] * 6
    assert not any(turn.get("late") for turn in turns(chiara))


async def test_the_seventh_comes_when_the_reason_of_the_first_is_set(server: RunningServer) -> None:
    await set_up(server, [FILMS], [person("chiara", "films")])
    (chiara,) = await at_work(server, "chiara")
    done, *_ = await six(server, chiara)
    seventh = await asks(server, "And me?")
    await chiara.command("end", chat=done.chat)
    await done.is_told("ended")
    assert not any(chat["id"] == seventh.chat for chat in chiara.chats()), "the wrap-up keeps its slot"
    await chiara.command("label", chat=done.chat, reason="playback", tags=["tv", "samsung"], done=True)
    assert (await chiara.gets(seventh.chat))["slot"] == 1
    labelled = await chiara.is_told("labelled")
    assert (labelled["reason"], labelled["tags"]) == ("playback", ["tv", "samsung"])


async def test_a_late_answer_shows_where_the_time_went(server: RunningServer) -> None:
    await set_up(server, [Queue("films", "Films", target=1_000)], [person("chiara", "films")])
    (chiara,) = await at_work(server, "chiara")
    vera = await asks(server, "Il film non parte")
    await chiara.gets(vera.chat)
    late = await chiara.is_told("late")
    await chiara.answers(vera.chat, "Mi scusi")
    answer = await chiara.reads("Mi scusi")
    turn = answer["turn"]
    assert turn["late"]
    assert late["agent"] == "chiara"
    assert sum(turn.get(stage, 0) for stage in ("queue", "delivery", "noticing", "composing")) == turn["waited"]
