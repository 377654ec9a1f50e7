"""Ana gives first words immediately and answers late: the board and her console show both, separately."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from console.domain.directory import Queue
from tests.support.board_client import Board
from tests.support.credentials import lead_to, stores_of
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.server_process import RunningServer
from tests.support.store_clock import noon_comes, time_passes

CALLS = Queue("calls", "Calls", target=60_000)
PROMISE = 30_000  # ms


@asynccontextmanager
async def a_board_with_calls(server: RunningServer) -> AsyncIterator[Board]:
    await noon_comes(server)
    async with stores_of(server) as stores:
        await stores.queues.put(CALLS, members=["ana"])
        await lead_to(stores, CALLS.id)
    sam = await Board.comes(server)
    await sam.shows("queue-calls", "Calls")
    yield sam
    await sam.leave()


async def asks_and_has_a_first_word(server: RunningServer, ana: Agent) -> Visitor:
    vera = await Visitor.comes(server)

    async def opened() -> bool:
        return (await vera.opens("Is it in stock?", queue="calls"))["t"] == "ack"

    await eventually(opened, "the server to know that her site leads to the queue")
    held = await ana.gets(vera.chat)
    await ana.command("say", chat=vera.chat, text="One moment", read=held["last"], promise=PROMISE)
    await vera.reads("One moment")
    return vera


async def shows_today(sam: Board, first_word: str, answered: str) -> None:
    """Both shares of the day on the queue's card, and both in Ana's row."""
    card = "first word in time today</dt><dd>" + first_word, "answered in time today</dt><dd>" + answered
    await sam.shows("queue-calls", *card)
    figure = r'<div role="cell" class="num figure">([^<]*)</div>'

    def shares() -> list[str]:
        return re.findall(figure, sam.parts["agent-ana"])[1:3]

    await eventually(lambda: shares() == [first_word, answered], f"her row to say {first_word}, {answered}")


async def test_a_first_word_is_not_counted_as_an_answer(server: RunningServer) -> None:
    async with a_board_with_calls(server) as sam:
        ana = await Agent.comes(server, "ana")
        vera = await asks_and_has_a_first_word(server, ana)
        await shows_today(sam, "100%", "–")
        await time_passes(server, PROMISE + 1_000)
        await ana.is_told("promise_broken")
        await ana.answers(vera.chat, "Yes, three of them")
        await vera.reads("Yes, three of them")
        await shows_today(sam, "100%", "0%")


async def test_who_ends_a_chat_after_a_first_word_has_answered_nothing(server: RunningServer) -> None:
    async with a_board_with_calls(server) as sam:
        ana = await Agent.comes(server, "ana")
        vera = await asks_and_has_a_first_word(server, ana)
        await ana.command("end", chat=vera.chat)
        await shows_today(sam, "100%", "0%")


async def test_an_answer_within_the_promise_is_in_time(server: RunningServer) -> None:
    async with a_board_with_calls(server) as sam:
        ana = await Agent.comes(server, "ana")
        vera = await asks_and_has_a_first_word(server, ana)
        await ana.answers(vera.chat, "Yes, three of them")
        await shows_today(sam, "100%", "100%")
