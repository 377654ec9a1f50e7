"""Fixtures for all tests: the embedded store, a workspace per test, a whole server, a browser."""

import asyncio
import gc
import logging
import os
import shutil
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
import pytest_asyncio
import structlog

from console.archive.database import Database, sqlite_url
from console.domain.ids import new_id
from console.queue.embedded import EmbeddedStore
from tests.support.migrated import put_migrated
from tests.support.postgresql import PostgresServer
from tests.support.server_process import RunningServer


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", default="either", choices=("either", "sqlite", "postgresql", "both"),
        help="where the stories happen: each on one of the two by its name (default), on one of them, or on both",
    )  # fmt: skip


MEMORY = Path("/dev/shm")  # in memory, on Linux: a hundred databases and stores do not wait for a disk
ENOUGH = 2 << 30  # bytes free in it; a full run leaves about 100 MB

if MEMORY.is_dir() and os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def store(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedStore]:
    """Start one real embedded store for the whole run; `store.url` is its address."""
    async with EmbeddedStore(tmp_path_factory.mktemp("store")) as running:
        yield running


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put slow tests first: one process runs them while the others run the rest, so none is left for last."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Freeze thousands of tests and their imports, which stay to the end, so that garbage collection skips them."""
    gc.collect()
    gc.freeze()


hypothesis.settings.register_profile("busy", deadline=None)  # a shared machine is sometimes slow
hypothesis.settings.load_profile("busy")


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Reset logging: a command run in this process points it at an output that is closed after the test.

    A task that is thrown away later would fail to say so there, at any moment. In Python 3.11 the trace of that ends
    the whole worker if pytest is just writing a trace too.
    """
    hooks = sys.excepthook, threading.excepthook
    yield
    structlog.reset_defaults()
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(False)
    for handler in [one for one in logging.root.handlers if type(one) is logging.StreamHandler]:
        logging.root.removeHandler(handler)


@pytest.fixture
def store_url(store: EmbeddedStore) -> str:
    return store.url


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Start one real PostgreSQL for the whole run. Its database `migrated` has every table and no open connection."""
    server = PostgresServer()
    try:
        server.start()
        asyncio.run(_migrate(server.create_database(name="migrated")))
        yield server
    finally:
        server.stop()


async def _migrate(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated archive; the test runs once on SQLite and once on PostgreSQL."""
    yield from _database_url(request, tmp_path, like="migrated")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Like the migrated archive, but without tables."""
    yield from _database_url(request, tmp_path, like="template0")


def _database_url(request: pytest.FixtureRequest, folder: Path, *, like: str) -> Iterator[str]:
    if request.param == "sqlite":
        yield put_migrated(folder) if like == "migrated" else sqlite_url(folder)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create_database(like=like)
    yield url
    server.drop_later(url)


@pytest.fixture
def workspace_name() -> str:
    """A workspace for this test alone: tests share the store and must not see each other's chats."""
    return f"t-{new_id()}"


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., RunningServer]]:
    """Start servers (`start_server(crowd=3, log="debug")`), each with its own data; stop them after the test."""
    started: list[RunningServer] = []

    def start(**settings: object) -> RunningServer:
        server = RunningServer(tmp_path / f"server{len(started)}", **settings)  # type: ignore[arg-type]
        started.append(server)
        server.start_and_wait()
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def server(start_server: Callable[..., RunningServer]) -> RunningServer:
    """`sestetto demo` without a crowd: site demo, queues support and billing, Ana, Ben, Sam and Ada."""
    return start_server()
