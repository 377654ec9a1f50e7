"""A backup that is made while everybody chats, and what a restore brings back."""

import asyncio
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from console.proving.clients import Cast
from console.proving.record import read_archive, read_feed
from console.proving.stage import Stage
from console.proving.store_process import own_store
from console.queue.embedded import EmbeddedStore
from tests.faults.installation import stage_of
from tests.faults.journal import promises_kept
from tests.faults.test_set_back import archived_once, archived_texts, caught_up, comes_and_says, lines
from tests.faults.traffic import a_while, busy, talking
from tests.support.command_line import in_a_process
from tests.support.eventually import eventually
from tests.support.postgresql import OWNER, PostgresServer, find_programs
from tests.support.server_process import RunningServer

pytestmark = pytest.mark.slow

LOGO = bytes(range(256)) * 50


async def sestetto(server: RunningServer, *words: str, **settings: str) -> tuple[int, str]:
    """Run the command with a server's settings; return its exit code and output."""
    given = {name.upper(): value for name, value in settings.items()}
    code, said, errors = await in_a_process(*words, environment=server.environment, **given)
    assert "Traceback" not in errors
    return code, said + errors


async def does(server: RunningServer, *words: str, **settings: str) -> str:
    code, said = await sestetto(server, *words, **settings)
    assert code == 0, said
    return said


def private(folder: Path) -> bool:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    return modes <= {0o700, 0o600}


def tables(file: Path) -> list[str]:
    """Return everything in a SQLite database, as statements."""
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


async def test_everybody_goes_on_after_a_restore_where_the_backup_was(server: RunningServer, tmp_path: Path) -> None:
    """Vera has seen messages that are lost now. She is told to start over, and never mistakes new messages for them."""
    stage, copy = stage_of(server), tmp_path / "copy"
    (server.data / "uploads").mkdir()
    (server.data / "uploads" / "logo.png").write_bytes(LOGO)
    await comes_and_says(stage, "kim", *lines("long ago"))
    async with Cast(stage) as cast:
        ana, vera = await cast.agent("ana"), await cast.visitor()
        chat = await vera.opened("Hello")
        await ana.holds(chat)
        await ana.answered(await ana.say(chat, "Good morning"))
        await eventually(lambda: vera.texts == ["Hello", "Good morning"], "the answer")
        await does(server, "backup", str(copy))
        assert private(copy)
        epoch = vera.epoch
        for number in range(5):
            await vera.answered(await vera.say(f"lost {number}"))
        secret = (server.data / "secret").read_text()
        server.stop()
        for path in (server.data / "secret", server.data / "uploads" / "logo.png"):
            path.unlink()
        said = await does(server, "restore", str(copy), "--replace")
        assert (server.data / "secret").read_text() == secret
        assert (server.data / "uploads" / "logo.png").read_bytes() == LOGO
        assert private(server.data / "store")
        (aside,) = server.data.glob("replaced-*")
        assert str(aside) in said
        assert {path.name for path in aside.iterdir()} >= {"store", "sestetto.db"}
        await server.start()
        await vera.back()
        await ana.back()
        assert vera.epoch == ana.epoch != epoch
        assert vera.welcomes[-1]["recovered"] is False
        assert vera.texts == ["Hello", "Good morning"]
        await ana.holds(chat)
        await vera.answered(await vera.say("Here again"))
        await ana.answered(await ana.say(chat, "So am I"))
        await eventually(lambda: vera.texts[2:] == ["Here again", "So am I"], "the chat to go on")
        await archived_once(stage, [*lines("long ago"), *vera.texts])
        assert not [text for text in await archived_texts(stage) if text.startswith("lost")]


async def test_a_backup_made_in_the_rush_is_whole(start_server: Callable[..., RunningServer], tmp_path: Path) -> None:
    """Restored elsewhere, it has everything acknowledged before it began, and all its parts end at the same moment."""
    server, copy = start_server(), tmp_path / "copy"
    stage = stage_of(server)
    async with Cast(stage) as cast:
        _, visitors = await busy(cast, 6)
        async with talking(visitors):
            await a_while(visitors, 2)
            before = len(await read_feed(stage))
            await does(server, "backup", str(copy))
            await a_while(visitors, 2)
        await promises_kept(stage, cast.journal)
    everything = await read_feed(stage)
    server.stop()
    data = tmp_path / "elsewhere"
    await does(server, "restore", str(copy), data=str(data))
    assert tables(data / "sestetto.db") == tables(copy / "sestetto.db")
    restored = RunningServer(data)
    async with EmbeddedStore(data / "store"):
        again = stage_of(restored)
        feed, archive = await read_feed(again), await read_archive(again)
    assert feed == everything[: len(feed)]
    assert archive == everything[: len(archive)]
    assert before <= len(feed) < len(everything)
    assert len(archive) <= len(feed)  # SQL first: the store is not behind it
    try:
        await restored.start()
        await caught_up(again)
        assert (await read_archive(again))[: len(feed)] == feed
    finally:
        restored.stop()


async def test_a_stopped_installation_is_backed_up_as_it_is(server: RunningServer, tmp_path: Path) -> None:
    stage = stage_of(server)
    await comes_and_says(stage, "vera", *lines("before"))
    server.stop()
    await does(server, "backup", str(tmp_path / "copy"))
    await does(server, "restore", str(tmp_path / "copy"), "--replace")
    await server.start()
    await archived_once(stage, lines("before"))


async def test_nothing_is_replaced_under_a_running_server_or_unasked(server: RunningServer, tmp_path: Path) -> None:
    stage, copy = stage_of(server), tmp_path / "copy"
    await comes_and_says(stage, "vera", *lines("before"))
    await does(server, "backup", str(copy))
    code, said = await sestetto(server, "restore", str(copy), "--replace")
    assert (code, f"Another Sestetto (process {server.pid}) is running" in said) == (1, True)
    database = {"database": server.database_url, "data": str(tmp_path / "new")}
    code, said = await sestetto(server, "restore", str(copy), "--replace", **database)
    assert (code, "has the database" in said) == (1, True)
    await comes_and_says(stage, "kim", *lines("goes on"))
    await archived_once(stage, lines("before") + lines("goes on"))
    server.stop()
    kept = tables(server.data / "sestetto.db")
    code, said = await sestetto(server, "restore", str(copy))
    assert (code, "--replace" in said) == (1, True)
    assert tables(server.data / "sestetto.db") == kept


@pytest.mark.parametrize("first", ["sql", "store"])
async def test_postgresql_and_valkey_in_both_orders(
    first: str, postgres: PostgresServer, start_server: Callable[..., RunningServer], tmp_path: Path
) -> None:
    """Back up as docs/operations.md describes it, with messages between the two copies."""
    base, dump, copy = "backed_up_" + first, tmp_path / "dump", tmp_path / "copy"
    url = postgres.create_database(base)
    async with own_store(tmp_path / "valkey") as port:
        server = start_server(store=f"redis://127.0.0.1:{port}", database=url)
        stage = of_ones_own(server, port, url)
        epoch = await comes_and_says(stage, "vera", *lines("before"))
        await caught_up(stage)

        async def copies(what: str) -> None:
            if what == "sql":
                await pg(postgres, "pg_dump", "-Fc", "-f", str(dump), base)
            else:
                await does(server, "backup", "--without-database", str(copy))

        await copies(first)
        await comes_and_says(stage, "kim", *lines("between"))
        await caught_up(stage)
        await copies("store" if first == "sql" else "sql")
        await comes_and_says(stage, "lou", *lines("lost"))
        server.stop()
    again = postgres.create_database(base + "_again")
    await pg(postgres, "pg_restore", "--no-owner", "-d", base + "_again", str(dump))
    folder = tmp_path / "valkey-again" / "appendonlydir"
    folder.mkdir(parents=True)
    shutil.copy(copy / "store.rdb", folder / "appendonly.aof.1.base.rdb")
    (folder / "appendonly.aof.manifest").write_text("file appendonly.aof.1.base.rdb seq 1 type b\n")
    async with own_store(folder.parent) as port:
        place = {"store": f"redis://127.0.0.1:{port}", "database": again}
        restored = RunningServer(tmp_path / "new", **place)
        await does(restored, "restore", "--without-store", "--without-database", str(copy))
        await does(restored, "adopt", "--yes")
        try:
            await restored.start()
            stage = of_ones_own(restored, port, again)
            await archived_once(stage, lines("before") + lines("between"))
            assert await comes_and_says(stage, "moe", *lines("after")) != epoch
            await archived_once(stage, lines("before") + lines("between") + lines("after"))
            assert not [text for text in await archived_texts(stage) if text.startswith("lost")]
        finally:
            restored.stop()


def of_ones_own(server: RunningServer, port: int, url: str) -> Stage:
    return Stage(server.url, server.url, f"redis://127.0.0.1:{port}", url)


async def pg(postgres: PostgresServer, program: str, *words: str) -> None:
    place = ["-h", str(postgres.folder), "-p", str(postgres.port), "-U", OWNER]
    command = [str(find_programs() / program), *place, *words]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
