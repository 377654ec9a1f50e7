"""The shift that most tests of the queue begin with."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.queue_shift import Shift, opened


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    """Ana, online, with six free slots."""
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=6)
        await shift.online("ana")
        yield shift
