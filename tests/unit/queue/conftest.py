"""The shift that most tests of the queue begin with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from redis.asyncio import Redis

from console.queue.embedded import EmbeddedStore
from console.queue.primary import open_client
from tests.support.queue_shift import Shift, opened


@pytest_asyncio.fixture
async def own(tmp_path: Path) -> AsyncIterator[EmbeddedStore]:
    """A store that a test may hurt."""
    async with EmbeddedStore(tmp_path) as running:
        yield running


@pytest_asyncio.fixture
async def hand(own: EmbeddedStore) -> AsyncIterator[Redis]:
    """The operator's hand in it."""
    client = open_client(own.url)
    yield client
    await client.aclose()


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    """Ana, online, with six free slots."""
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=6)
        await shift.online("ana")
        yield shift


@pytest_asyncio.fixture
async def busy(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    """Ana has six chats, which she has answered, and no free slot; Ben is not online yet."""
    async with opened(store_url, workspace_name) as workspace:
        busy = Shift(workspace)
        await busy.begin(ana=6, ben=6)
        await busy.online("ana")
        for number in range(6):
            chat = await busy.opens(f"v{number}")
            await busy.draws("ana", chat)
            await busy.answers("ana", chat)
        yield busy
