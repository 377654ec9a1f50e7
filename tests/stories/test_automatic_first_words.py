"""Vera asks while Ana is busy: shortly before the target she reads that Ana will answer, and Sam sees how often."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from console.domain.directory import Queue
from console.domain.first_words import Phrases
from tests.support.board_client import Board
from tests.support.credentials import lead_to, stores_of
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Frame, Visitor
from tests.support.server_process import RunningServer
from tests.support.store_clock import noon_comes, time_passes

WORDS = Phrases("en", ("{agent} has your message.", "{agent} is reading it."))
DESK = Queue("desk", "Desk", target=30_000, automatic=20_000, phrases=(WORDS,))
BEFORE, AT = 9_000, 1_500  # ms: until shortly before it is due, and then


@asynccontextmanager
async def a_desk(server: RunningServer) -> AsyncIterator[tuple[Board, Agent, Visitor]]:
    """Vera has asked, and Ana's console shows it."""
    await noon_comes(server)
    async with stores_of(server) as stores:
        await stores.queues.put(DESK, members=["ana"])
        await lead_to(stores, DESK.id)
    sam = await Board.comes(server)
    await sam.shows("queue-desk", "Desk")
    ana, vera = await Agent.comes(server, "ana"), await Visitor.comes(server)

    async def asked() -> bool:
        return (await vera.opens("Is it in stock?", queue="desk"))["t"] == "ack"

    await eventually(asked, "the server to know that her site leads to the queue")
    await ana.gets(vera.chat)
    await ana.command("note", chat=vera.chat, text="On screen")  # so is the chat, by then
    yield sam, ana, vera
    await sam.leave()


def words_of(facts: list[Frame]) -> list[Frame]:
    return [fact for fact in facts if fact["kind"] == "message" and fact.get("by") == "agent"]


async def test_vera_hears_in_time_that_ana_has_it_and_ana_sees_that_it_was_automatic(server: RunningServer) -> None:
    async with a_desk(server) as (sam, ana, vera):
        await time_passes(server, BEFORE)
        await vera.says("The blue one")
        assert words_of(vera.facts()) == []
        await time_passes(server, AT)
        (word,) = await eventually(lambda: words_of(vera.facts()), "Vera to hear that somebody has it")
        assert word["text"] in ("Ana has your message.", "Ana is reading it.")
        assert (word["name"], bool(word["promise"])) == ("Ana", True)
        assert "automatic" not in word, "to Vera it is Ana's word"
        (told,) = await eventually(lambda: words_of(ana.facts()), "Ana to see it")
        assert told["automatic"] is True
        await sam.shows("queue-desk", "automatic first words</dt><dd>100%", "first word in time today</dt><dd>100%")
        await sam.shows("queue-desk", "answered in time today</dt><dd>–")
        await ana.answers(vera.chat, "Three of them")
        await vera.reads("Three of them")
        await sam.shows("queue-desk", "answered in time today</dt><dd>100%")


async def test_ana_who_is_typing_is_left_alone(server: RunningServer) -> None:
    async with a_desk(server) as (_, ana, vera):
        await time_passes(server, BEFORE)
        await ana.say_frame("typing", chat=vera.chat)
        await vera.hears("typing")
        await time_passes(server, AT)
        await ana.answers(vera.chat, "Three of them")
        await vera.reads("Three of them")
        await time_passes(server, 30_000)
        await vera.says("Thanks")
        assert [one["text"] for one in words_of(vera.facts())] == ["Three of them"]


async def test_vera_who_writes_on_hears_it_once(server: RunningServer) -> None:
    async with a_desk(server) as (_, ana, vera):
        await time_passes(server, BEFORE + AT)
        await eventually(lambda: words_of(vera.facts()), "Vera to hear that somebody has it")
        await vera.says("Hello?")
        await time_passes(server, 40_000)
        await ana.is_told("late")
        assert len(words_of(vera.facts())) == 1
