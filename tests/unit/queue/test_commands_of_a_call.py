"""How many commands of the store a call makes, because most of its time is spent in them."""

from collections.abc import Awaitable
from typing import Any

from tests.support.queue_shift import Shift

SAY, ANSWER, OPEN, END = 17, 18, 34, 37  # no more than these


async def calls_so_far(busy: Shift) -> int:
    """Return how many commands Functions have run."""
    return sum(times for name, times in (await busy.commands()).items() if name != "fcall")


async def commands_of(busy: Shift, call: Awaitable[Any]) -> int:
    before = await calls_so_far(busy)
    await call
    return await calls_so_far(busy) - before


async def first_chat(busy: Shift) -> str:
    return (await busy.held("ana"))[1]


async def test_a_message_of_vera_takes_few_commands(busy: Shift) -> None:
    chat = await first_chat(busy)
    assert await commands_of(busy, busy.writes("v0", chat)) <= SAY


async def test_an_answer_of_ana_takes_few_commands(busy: Shift) -> None:
    chat = await first_chat(busy)
    await busy.writes("v0", chat)
    assert await commands_of(busy, busy.answers("ana", chat)) <= ANSWER


async def test_a_chat_that_goes_to_ben_at_once_takes_few_commands(busy: Shift) -> None:
    await busy.online("ben")
    assert await commands_of(busy, busy.opens("vera")) <= OPEN


async def test_a_chat_whose_end_gives_ana_the_next_one_takes_few_commands(busy: Shift) -> None:
    chat = await first_chat(busy)
    waiting = await busy.opens("vera")
    assert await commands_of(busy, busy.ends("ana", chat)) <= END
    assert waiting in (await busy.held("ana")).values()
