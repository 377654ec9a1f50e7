"""What monitoring learns during a problem: whether people can be served, and where to look."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis.asyncio

from console.archive.database import sqlite_url
from console.proving.clients import Cast
from console.proving.network import BadNetwork
from console.proving.stage import store_pid
from console.proving.store_process import own_store
from console.queue.embedded import EmbeddedStore
from console.queue.keys import Keys
from tests.faults.installation import Inside, installed, stage_of
from tests.support.eventually import eventually
from tests.support.postgresql import PostgresServer, at_port
from tests.support.server_process import RunningServer


async def asked(url: str, path: str = "/readyz") -> tuple[int, Any]:
    async with httpx.AsyncClient(base_url=url, timeout=15) as probe:
        answer = await probe.get(path)
    return answer.status_code, answer.json()


def problem(words: str, url: str) -> Callable[[], Any]:
    """Return a check for `eventually`: the process is not ready, and says why."""

    async def is_told() -> Any:
        code, told = await asked(url)
        assert (code, told["ready"]) == (503, False)
        assert any(words in said for said in told["problems"])
        return told

    return is_told


async def is_ready(url: str) -> Any:
    code, told = await asked(url)
    assert (code, told["ready"], told["problems"], told["notes"]) == (200, True, [], [])
    return told


async def test_a_process_that_drains_serves_on_and_sends_probes_away(
    start_server: Callable[..., RunningServer],
) -> None:
    server = start_server(drain="60")
    assert (await is_ready(server.url))["draining"] is False
    os.kill(server.pid, signal.SIGTERM)
    told = await eventually(problem("The process is stopping", server.url), "the probe to be sent away")
    assert told["draining"]
    assert (await asked(server.url, "/livez"))[0] == 200
    async with Cast(stage_of(server)) as cast:
        assert (await cast.visitor()).welcomes
    assert server.stop() == 0  # a second signal waits no longer


async def test_ctrl_c_does_not_drain(start_server: Callable[..., RunningServer]) -> None:
    server = start_server(drain="60")
    assert server.interrupt(patience=20) == 0


async def test_a_silent_store_makes_the_process_unready_and_leaves_it_alive(
    tmp_path: Path, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.pages.readiness.STALE", 2.0)
    async with (
        EmbeddedStore(tmp_path / "store") as own,
        installed(tmp_path / "data", own.url, workspace_name) as inside,
    ):
        pid = await store_pid(inside)
        os.kill(pid, signal.SIGSTOP)
        try:
            told = await problem("The store does not respond", inside.url)()
            assert told["store"] == "away"
            assert (await asked(inside.url, "/livez"))[0] == 200
            told = await eventually(stale_too(inside.url), "the screens to be out of date", within=30)
        finally:
            os.kill(pid, signal.SIGCONT)
        assert (await eventually(lambda: is_ready(inside.url), "the store", within=20))["store"] == "ok"


def stale_too(url: str) -> Callable[[], Any]:
    async def check() -> Any:
        _, told = await asked(url)
        return any("screens are out of date" in said for said in told["problems"])

    return check


async def test_screens_that_are_out_of_date_make_the_process_unready(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.pages.readiness.STALE", 0.0)
    async with installed(tmp_path, store.url, workspace_name) as inside:
        await eventually(problem("screens are out of date", inside.url), "the stale screens")
        monkeypatch.undo()
        await eventually(lambda: is_ready(inside.url), "fresh screens")


@asynccontextmanager
async def changed(database: str, name: str, value: str) -> AsyncIterator[None]:
    """Change a value of the installation in SQL inside the block."""
    # In a thread: the installation runs on this loop, and cannot end its own transaction while the loop waits for it.
    before = await asyncio.to_thread(exchange, database, name, value)
    yield
    await asyncio.to_thread(exchange, database, name, before)


def exchange(database: str, name: str, value: str) -> str:
    """Set the value; return the one before."""
    with closing(sqlite3.connect(database, isolation_level=None)) as sql:
        before = sql.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()[0]
        sql.execute("UPDATE settings SET value = ? WHERE name = ?", (value, name))
    return str(before)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("installation", '"another"', "The store belongs to another installation"),
        ("secret_digest", '"another"', "The secret is not the one"),
        ("workspace", '"another"', 'The database belongs to the workspace "another"'),
    ],
)
async def test_a_database_of_another_installation_makes_the_process_unready(
    inside: Inside, name: str, value: str, words: str
) -> None:
    await eventually(lambda: is_ready(inside.url), "the start")
    async with changed(inside.database_url.partition("///")[2], name, value):
        await problem(words, inside.url)()
    await is_ready(inside.url)


async def test_a_store_of_another_installation_at_the_same_address_is_named(
    tmp_path: Path, workspace_name: str
) -> None:
    head = Keys(workspace_name).head
    async with own_store(tmp_path / "theirs") as port, redis.asyncio.Redis(port=port) as client:
        await client.hset(head, "owner", "another")
    async with AsyncExitStack() as ours:
        port = await ours.enter_async_context(own_store(tmp_path / "ours"))
        async with installed(tmp_path / "data", f"redis://127.0.0.1:{port}/0", workspace_name) as inside:
            await eventually(lambda: is_ready(inside.url), "the start")
            await ours.aclose()
            async with own_store(tmp_path / "theirs", port=port):
                told = problem("The store belongs to another installation", inside.url)
                assert (await eventually(told, "the other store"))["store"] == "away"


async def test_a_store_without_what_was_archived_makes_the_process_unready(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str
) -> None:
    """The archive's cursor alone would not show this, so the probe compares the two itself."""
    async with installed(tmp_path, store.url, workspace_name) as inside, Cast(inside) as cast:
        await somebody_chats(cast)
        await eventually(lambda: caught_up(inside), "the archive")
        workspace = inside.services.workspace
        last = (await workspace.store.command("XREVRANGE", workspace.keys.feed, "+", "-", "COUNT", 1))[0][0]
        await workspace.store.command("XDEL", workspace.keys.feed, last)
        await problem("The store lacks entries that the archive has read", inside.url)()


async def somebody_chats(cast: Cast) -> None:
    await cast.agent("ana")
    await (await cast.visitor()).opened("Hello")


async def caught_up(inside: Inside) -> bool:
    lags = {lag.consumer: lag.entries for lag in await inside.services.lags.read()}
    return lags.get("archive") == 0 and await inside.services.workspace.newest() > 0


async def test_a_database_that_is_away_for_all_is_noted_and_chats_go_on(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str, postgres: PostgresServer
) -> None:
    async with (
        to_postgres(postgres) as (network, url),
        installed(tmp_path, store.url, workspace_name, database=url) as inside,
        Cast(inside) as cast,
    ):
        await somebody_chats(cast)
        await eventually(lambda: is_ready(inside.url), "the start")
        network.cut()
        code, told = await asked(inside.url)
        assert (code, told["ready"], told["database"]) == (200, True, "away")
        assert "The database does not respond" in told["notes"][0]
        await (await cast.visitor("vito")).opened("Are you still there?")
        assert (await asked(inside.url))[0] == 200
        network.heal()
        assert (await eventually(lambda: is_ready(inside.url), "the database", within=20))["database"] == "ok"


async def test_a_process_that_alone_misses_the_database_is_unready(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str, postgres: PostgresServer
) -> None:
    """Other processes can sign people in and archive, so a load balancer should send people there."""
    async with (
        to_postgres(postgres) as (network, url),
        installed(tmp_path / "leader", store.url, workspace_name, database=postgres_name(postgres, url)) as leader,
        installed(tmp_path / "cut", store.url, workspace_name, database=url) as cut_off,
        Cast(leader) as cast,
    ):
        await cast.agent("ana")
        await eventually(lambda: caught_up(leader), "the archive")
        await eventually(lambda: is_ready(cut_off.url), "the start")
        network.cut()
        assert (await asked(cut_off.url))[0] == 200
        await (await cast.visitor()).opened("Hello")
        await eventually(problem("This process alone cannot reach the database", cut_off.url), "the difference")
        await is_ready(leader.url)
        network.heal()
        await eventually(lambda: is_ready(cut_off.url), "the database", within=20)


@asynccontextmanager
async def to_postgres(postgres: PostgresServer) -> AsyncIterator[tuple[BadNetwork, str]]:
    """Yield the URL of a migrated database behind a network that can break."""
    async with BadNetwork(postgres.socket) as network:
        yield network, at_port(postgres.create_database(like="migrated"), network.port)


def postgres_name(postgres: PostgresServer, url: str) -> str:
    """Return the same database's URL without that network."""
    return postgres.url(url.rpartition("/")[2])


async def test_who_holds_the_writer_of_sqlite_is_noted(server: RunningServer) -> None:
    async with Cast(stage_of(server)) as cast:
        ana = await cast.agent("ana")
        with closing(sqlite3.connect(server.data / "sestetto.db", isolation_level=None)) as rival:
            rival.execute("BEGIN IMMEDIATE")
            await ana.status("offline")  # a fact to write; without one, nobody would miss the writer
            told = await eventually(lambda: locked(server), "the writer to be missed", within=40)
            assert f"process {os.getpid()}" in told["notes"][0]
            assert told["ready"]
            rival.execute("ROLLBACK")
        await eventually(lambda: is_ready(server.url), "the writer to be free", within=40)


async def locked(server: RunningServer) -> Any:
    code, told = await asked(server.url)
    return told["database"] == "locked" and code == 200 and told


async def test_each_process_says_what_it_is_and_where(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str, start_server: Callable[..., RunningServer]
) -> None:
    """Processes of one installation share their public address; the log tells them apart."""
    given = {"store": store.url, "database": sqlite_url(tmp_path), "workspace": workspace_name, "secret": "s" * 40}
    servers = [start_server(command="serve", origin="https://chat.example", **given) for _ in range(2)]
    for server in servers:
        said = f"Sestetto is running at https://chat.example (this process: {server.url}). Press Ctrl-C to stop."
        assert said in server.log
        started = next(line for line in server.log.splitlines() if '"server.started"' in line)
        for words in (server.url, "https://chat.example", workspace_name, store.url, "sestetto.db", str(server.pid)):
            assert words in started
        assert (await asked(server.url))[1]["release"] in started
