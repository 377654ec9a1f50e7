"""The store counts how long Ana had how many chats; so does every projection."""

from collections.abc import AsyncIterator

import pytest_asyncio

from console.projection.load import load_of
from tests.support.queue_shift import Shift, opened


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=6)
        await shift.online("ana")
        yield shift


async def test_minutes_with_five_and_with_six_chats(shift: Shift) -> None:
    chats = [await shift.opens(f"v{number}") for number in range(5)]
    for chat in chats:
        await shift.answers("ana", chat)
    await shift.passes(62)
    await shift.answers("ana", await shift.opens("vera"))
    await shift.passes(122)
    await shift.ends("ana", chats[0])
    await shift.ends("ana", chats[1])
    await shift.passes(40)
    now = shift.workspace.now()
    ana = (await shift.picture()).agents["ana"]  # the facts' and the store's own are the same
    assert load_of(ana, now, "UTC").today == (1, 2)
    load = ana.figures.today(now).load
    assert (62_000 <= load[5] < 66_000, 122_000 <= load[6] < 126_000) == (True, True)
