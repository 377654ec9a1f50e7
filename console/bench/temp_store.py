"""An embedded store for one load test, in a temporary folder."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from console.queue.embedded import EmbeddedStore
from console.queue.store import Store
from console.queue.workspace import Workspace

PATIENCE = 120.0  # s for one exchange: the loader's large ones may take seconds


@asynccontextmanager
async def own_store() -> AsyncIterator[EmbeddedStore]:
    with tempfile.TemporaryDirectory(prefix="sestetto-load-") as folder:
        async with EmbeddedStore(Path(folder) / "store") as store:
            yield store


@asynccontextmanager
async def opened(url: str, name: str) -> AsyncIterator[Workspace]:
    """Open a workspace on its own connection."""
    store = Store(url, deadline=PATIENCE)
    try:
        yield Workspace(store, name)
    finally:
        await store.close()
