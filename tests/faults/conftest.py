"""Stages for faults: an installation inside this process, and servers in their own processes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from console.proving.clients import Cast
from console.queue.embedded import EmbeddedStore
from tests.faults.installation import Inside, installed


@pytest_asyncio.fixture
async def inside(tmp_path: Path, store: EmbeddedStore, workspace_name: str) -> AsyncIterator[Inside]:
    """Yield the demo's installation in this process, in a fresh workspace of the tests' store."""
    async with installed(tmp_path, store.url, workspace_name) as stage:
        yield stage


@pytest_asyncio.fixture
async def cast(inside: Inside) -> AsyncIterator[Cast]:
    """Yield clients of the installation in this process."""
    async with Cast(inside) as people:
        yield people
