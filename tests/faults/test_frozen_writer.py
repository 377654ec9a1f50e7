"""A process is stopped (SIGSTOP) while it writes to SQL: the others continue, and report which one it is."""

import os
import re
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from console.archive.sqlite_lock import find_holder
from console.authentication import COOKIE
from console.proving.clients import Cast
from console.proving.record import read_archive
from console.proving.stage import Stage
from console.queue.embedded import EmbeddedStore
from tests.faults.installation import stage_of
from tests.faults.journal import promises_kept
from tests.faults.traffic import a_while, busy, talking
from tests.support.command_line import in_a_process
from tests.support.eventually import eventually
from tests.support.postgresql import PostgresServer
from tests.support.server_process import RunningServer

pytestmark = pytest.mark.slow

# Whether somebody is in a transaction that has changed something, and says nothing.
HELD = (
    "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL "
    "AND state = 'idle in transaction' AND pid IN (SELECT pid FROM pg_locks WHERE relation = 'cursors'::regclass)"
)
CSRF = re.compile(r'name="csrf" value="([^"]*)"')


class Pair:
    """Two servers on one store and one database; the first leads, and writes the archive."""

    def __init__(self, first: RunningServer, second: RunningServer, stage: Stage) -> None:
        self.first = first
        self.second = second
        self.stage = stage  # at the second one

    @property
    def file(self) -> Path:
        return self.first.data / "sestetto.db"

    def first_writes(self) -> bool:
        return find_holder(self.file).pid == self.first.pid

    async def command(self, *words: str) -> str:
        """Return what `sestetto WORDS` prints with the second server's settings."""
        _, said, errors = await in_a_process(*words, environment=self.second.environment)
        return said + errors


@pytest.fixture
def pair(store: EmbeddedStore, workspace_name: str, start_server: Callable[..., RunningServer]) -> Pair:
    first = start_server(store=store.url, workspace=workspace_name)
    secret = (first.data / "secret").read_text()
    second = start_server(store=store.url, workspace=workspace_name, database=first.database_url, secret=secret)
    stage = replace(stage_of(second, store.url), workspace=workspace_name, database_url=first.database_url)
    return Pair(first, second, replace(stage, origin=first.url))


async def signed_in(pair: Pair, member: str) -> httpx.AsyncClient:
    """Return a browser that is signed in at the second server."""
    async with pair.stage.stores() as stores:
        cookie = await stores.one_clicks.use(await stores.one_clicks.add(member))
    return httpx.AsyncClient(base_url=pair.second.url, cookies={COOKIE: cookie}, timeout=30)


@asynccontextmanager
async def stopped_when(server: RunningServer, in_it: Callable[[], bool]) -> AsyncIterator[None]:
    """Stop the server within a transaction; continue it after the block."""

    async def caught() -> bool:
        os.kill(server.pid, signal.SIGSTOP)
        await eventually(lambda: state_of(server.pid) == "T", "the server to stop")
        if in_it():
            return True
        os.kill(server.pid, signal.SIGCONT)
        return False

    try:
        await eventually(caught, "the server to be stopped within a transaction", within=60)
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


async def test_a_stopped_writer_is_named_and_chats_go_on(pair: Pair) -> None:
    async with Cast(pair.stage) as cast, await signed_in(pair, "sam") as browser:
        agents, visitors = await busy(cast, 4)
        csrf = CSRF.search((await browser.get("/chats")).text)
        assert csrf
        async with talking(visitors):
            async with stopped_when(pair.first, pair.first_writes):
                await a_while(visitors, 2)
                for agent in agents:  # who drops gets back in
                    agent.drop()
                    await agent.back()
                await a_while(visitors, 2)
                says = f"process {pair.first.pid} was stopped while writing to it"
                await eventually(lambda: says in pair.second.log, "the log to say who it is", within=30)
                assert pair.second.log.count("database.locked") == 1
                assert says in await pair.command("check")
                assert "the database is not available" in (await pair.command("queue", "add", "night")).lower()
                assert (await browser.get("/chats")).status_code == 200
                ready = await browser.get("/readyz")
                assert (ready.status_code, says in ready.text) == (200, True)
                refused = await browser.post("/sign-out", data={"csrf": csrf[1]})
                assert (refused.status_code, "Try again in a moment" in refused.text) == (503, True)
            await eventually(lambda: "database.writable" in pair.second.log, "the writers to go on", within=30)
        for agent in agents:
            await agent.quiet()
        await promises_kept(pair.stage, cast.journal)


async def test_a_server_starts_beside_a_stopped_writer(pair: Pair, tmp_path: Path) -> None:
    """A server need not write to SQL when it starts."""
    settings = {"database": pair.first.database_url, "secret": (pair.first.data / "secret").read_text()}
    third = RunningServer(
        tmp_path / "third", command="serve", store=pair.stage.store_url, workspace=pair.stage.workspace, **settings
    )
    async with Cast(pair.stage) as cast:
        _, visitors = await busy(cast, 4)
        async with talking(visitors), stopped_when(pair.first, pair.first_writes):
            await third.start()
            third.stop()
        await promises_kept(pair.stage, cast.journal)


async def test_an_archiver_stopped_on_postgresql_holds_nobody_up(
    store: EmbeddedStore,
    workspace_name: str,
    start_server: Callable[..., RunningServer],
    postgres: PostgresServer,
) -> None:
    """The archiver holds the cursor's row. PostgreSQL ends its transaction; the other process archives everything."""
    base = f"frozen_{postgres.user or 'archiver'}"
    url = postgres.create_database(base)
    first = start_server(store=store.url, workspace=workspace_name, database=url)
    secret = (first.data / "secret").read_text()
    second = start_server(store=store.url, workspace=workspace_name, database=url, secret=secret)
    stage = Stage(second.url, first.url, store.url, url, workspace_name)

    def holds_the_row() -> bool:
        return "t" in postgres.answer(base, HELD)

    async with Cast(stage) as cast:
        agents, visitors = await busy(cast, 4)
        async with talking(visitors), stopped_when(first, holds_the_row):
            await a_while(visitors, 2)
            for agent in agents:
                agent.drop()
                await agent.back()
            at = len(await read_archive(stage))
            await eventually(lambda: more_than(stage, at), "the other one to archive", within=40)
            assert state_of(first.pid) == "T"
        for agent in agents:
            await agent.quiet()
        await promises_kept(stage, cast.journal)


async def more_than(stage: Stage, count: int) -> bool:
    return len(await read_archive(stage)) > count
