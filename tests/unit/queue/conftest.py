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
