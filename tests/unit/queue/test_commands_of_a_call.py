"""How many commands of the store a call makes, because most of its time is spent in them."""

from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest_asyncio

from tests.support.queue_shift import Shift, opened

ASIDE = ("fcall", "info")  # what is no command of the Function
SAY, ANSWER, OPEN, END = 17, 18, 34, 37  # no more than these


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    """Ana and Ben are online; Ana's six slots are full. Everybody has said something already."""
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=6, ben=6)
        await shift.online("ana")
        for number in range(6):
            chat = await shift.opens(f"v{number}")
            await shift.draws("ana", chat)
            await shift.answers("ana", chat)
        yield shift


async def calls_so_far(shift: Shift) -> int:
    info = (await shift.workspace.store.command("INFO", "commandstats")).decode()
    counted = (line.removeprefix("cmdstat_").split(":calls=") for line in info.splitlines() if ":calls=" in line)
    return sum(int(rest.partition(",")[0]) for name, rest in counted if name not in ASIDE)


async def commands_of(shift: Shift, call: Awaitable[Any]) -> int:
    before = await calls_so_far(shift)
    await call
    return await calls_so_far(shift) - before


async def first_chat(shift: Shift) -> str:
    return (await shift.held("ana"))[1]


async def test_a_message_of_vera_takes_few_commands(shift: Shift) -> None:
    chat = await first_chat(shift)
    assert await commands_of(shift, shift.writes("v0", chat)) <= SAY


async def test_an_answer_of_ana_takes_few_commands(shift: Shift) -> None:
    chat = await first_chat(shift)
    await shift.writes("v0", chat)
    assert await commands_of(shift, shift.answers("ana", chat)) <= ANSWER


async def test_a_chat_that_goes_to_ben_at_once_takes_few_commands(shift: Shift) -> None:
    await shift.online("ben")
    assert await commands_of(shift, shift.opens("vera")) <= OPEN


async def test_a_chat_whose_end_gives_ana_the_next_one_takes_few_commands(shift: Shift) -> None:
    chat = await first_chat(shift)
    waiting = await shift.opens("vera")
    assert await commands_of(shift, shift.ends("ana", chat)) <= END
    assert waiting in (await shift.held("ana")).values()
