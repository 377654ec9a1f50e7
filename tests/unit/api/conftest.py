"""The API of an installation in this process, over real HTTP, and people who use it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from console.proving.clients import Cast
from console.queue.embedded import EmbeddedStore
from tests.faults.installation import Inside, installed
from tests.unit.api.client import Api


@pytest_asyncio.fixture
async def inside(tmp_path: Path, store: EmbeddedStore, workspace_name: str) -> AsyncIterator[Inside]:
    """The demo's installation in this process: site demo, queues support and billing, Ana, Ben, Sam and Ada."""
    async with installed(tmp_path, store.url, workspace_name) as stage:
        yield stage


@pytest_asyncio.fixture
async def cast(inside: Inside) -> AsyncIterator[Cast]:
    """People with browsers."""
    async with Cast(inside) as people:
        yield people


@pytest_asyncio.fixture
async def crm(inside: Inside) -> AsyncIterator[Api]:
    """An integration with a token of every scope that it can have."""
    async with Api(inside) as api:
        await api.as_integration("CRM")
        yield api
