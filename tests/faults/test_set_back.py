"""A store that was restored, cut short, swapped or emptied: nothing acknowledged since is lost, and it is reported."""

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from console.domain.directory import Queue
from console.proving.clients import Cast, RecordingVisitor
from console.proving.record import read_archive, read_feed
from console.proving.stage import Stage, store_pid
from console.queue.embedded import EmbeddedStore
from console.queue.keys import Keys
from console.queue.primary import open_client
from tests.faults.installation import stage_of
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

CUT = 6_000  # bytes


async def archived_texts(stage: Stage) -> list[str]:
    facts = [json.loads(raw) for _, raw in await read_archive(stage)]
    return [fact["text"] for fact in facts if fact["kind"] == "message"]


async def caught_up(stage: Stage) -> None:
    """Wait until SQL has everything the store has."""

    async def all_of_it() -> bool:
        archived = {raw for _, raw in await read_archive(stage)}
        return {raw for _, raw in await read_feed(stage)} <= archived

    await eventually(all_of_it, "the archive to have every fact", within=20)


async def says(visitor: RecordingVisitor, *texts: str) -> None:
    """Send all texts and wait until they are acknowledged."""
    for text in texts:
        claim = await visitor.answered(await visitor.say(text))
        assert claim.outcome == "acked", text


async def comes_and_says(stage: Stage, name: str, *texts: str) -> str:
    """Let a visitor open a chat while Ana is online, get the acks, and leave. Return the epoch they were given."""
    async with Cast(stage) as cast:
        await (await cast.agent("ana", tab="desk")).settled()
        visitor = await cast.visitor(name)
        await visitor.opened(texts[0])
        await says(visitor, *texts[1:])
        return visitor.epoch


def lines(name: str, count: int = 12) -> list[str]:
    return [f"{name} {number}" for number in range(count)]


def append_only_file(folder: Path) -> Path:
    """Return the file that the store currently writes to."""
    return max(folder.glob("store/appendonlydir/*.incr.aof"), key=lambda file: file.stat().st_mtime)


def cut_short(folder: Path, by: int = CUT) -> None:
    file = append_only_file(folder)
    assert file.stat().st_size > by + 1_000
    os.truncate(file, file.stat().st_size - by)


async def archived_once(stage: Stage, texts: list[str]) -> None:
    async def all_of_them() -> bool:
        found = await archived_texts(stage)
        return all(found.count(text) == 1 for text in texts)

    await eventually(all_of_them, "everything acknowledged to be archived once", within=20)


async def test_a_store_restored_from_an_older_copy_loses_nothing_new(server: RunningServer) -> None:
    """The store uses numbers a second time, and SQL does not mistake these entries for those it has."""
    stage = stage_of(server)
    first = await comes_and_says(stage, "vera", *lines("before"))
    await caught_up(stage)
    server.stop()
    shutil.copytree(server.data / "store", server.data / "copy")
    await server.start()
    await comes_and_says(stage, "kim", *lines("lost by the store"))
    await caught_up(stage)
    server.stop()
    shutil.rmtree(server.data / "store")
    (server.data / "copy").rename(server.data / "store")
    await server.start()
    again = await comes_and_says(stage, "lou", *lines("after"))
    await archived_once(stage, lines("before") + lines("lost by the store") + lines("after"))
    assert again != first
    assert "store.set_back" in server.log


async def test_a_file_cut_short_while_down_loses_nothing_new(server: RunningServer) -> None:
    stage = stage_of(server)
    first = await comes_and_says(stage, "vera", *lines("before", 30))
    await caught_up(stage)
    pid = await store_pid(stage)
    os.kill(server.pid, signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    server.kill()
    cut_short(server.data)
    await server.start()
    again = await comes_and_says(stage, "kim", *lines("after"))
    await archived_once(stage, lines("before", 30) + lines("after"))
    assert again != first


async def test_a_file_cut_short_while_running_loses_nothing_new(server: RunningServer) -> None:
    """The server still expects the history that its store has lost."""
    stage = stage_of(server)
    first = await comes_and_says(stage, "vera", *lines("before", 30))
    await caught_up(stage)
    pid = await store_pid(stage)
    os.kill(server.pid, signal.SIGSTOP)  # so that nobody restarts the store meanwhile
    os.kill(pid, signal.SIGKILL)
    cut_short(server.data)
    os.kill(server.pid, signal.SIGCONT)
    again = await comes_and_says(stage, "kim", *lines("after"))
    await archived_once(stage, lines("before", 30) + lines("after"))
    assert again != first


async def test_messages_on_two_alternating_stores_are_archived(
    server: RunningServer, tmp_path: Path, start_server: Callable[..., RunningServer]
) -> None:
    stage = stage_of(server)
    await comes_and_says(stage, "vera", *lines("here"))
    await caught_up(stage)
    server.stop()
    async with EmbeddedStore(tmp_path / "elsewhere") as elsewhere:
        secret = (server.data / "secret").read_text()
        other = start_server(store=elsewhere.url, database=server.database_url, secret=secret)
        away = stage_of(other, elsewhere.url)
        away.database_url = stage.database_url
        await comes_and_says(away, "kim", *lines("elsewhere"))
        await caught_up(away)
        other.stop()
    await server.start()
    await comes_and_says(stage, "lou", *lines("back"))
    await archived_once(stage, lines("here") + lines("elsewhere") + lines("back"))
    assert '"why": "older"' in server.log or "why=older" in server.log


@pytest.mark.parametrize("how", ["flushed", "deleted"])
async def test_chats_of_an_emptied_store_are_offered_again(server: RunningServer, how: str) -> None:
    stage = stage_of(server)
    await comes_and_says(stage, "vera", "Is anybody there?")
    await caught_up(stage)
    if how == "flushed":
        client = open_client(stage.store_url)
        await client.flushall()
        await client.aclose()
    else:
        server.stop()
        shutil.rmtree(server.data / "store")
        await server.start()
    async with Cast(stage) as cast:
        ana = await cast.agent("ana", tab="desk")
        await eventually(lambda: len(ana.held) == 1, "Vera's chat to be offered again")
        await (await cast.visitor("kim")).opened("A new beginning")
    await archived_once(stage, ["Is anybody there?", "A new beginning"])
    assert "store.refilled" in server.log


async def test_a_restored_database_goes_live_and_archives_what_it_lacks(server: RunningServer) -> None:
    """The live configuration is ahead of SQL, but a queue that is added still takes effect at once."""
    stage = stage_of(server)
    await comes_and_says(stage, "vera", *lines("before"))
    await caught_up(stage)
    server.stop()
    shutil.copyfile(server.data / "sestetto.db", server.data / "copy.db")
    await server.start()
    await comes_and_says(stage, "kim", *lines("since the copy"))
    async with stage.stores() as stores:
        for target in (7_000, 8_000, 9_000):
            await stores.queues.put(Queue("support", "Support", target=target))
    await eventually(lambda: live_target(stage, "support", 9_000), "the changes to go live")
    await caught_up(stage)
    server.stop()
    for beside in server.data.glob("sestetto.db*"):
        beside.unlink()
    (server.data / "copy.db").rename(server.data / "sestetto.db")
    await server.start()
    async with stage.stores() as stores:
        await stores.queues.put(Queue("returns", "Returns", target=5_000))
    await eventually(lambda: live_target(stage, "returns", 5_000), "the new queue to go live")
    await archived_once(stage, lines("before") + lines("since the copy"))
    assert "configuration.published_anew" in server.log


async def live_target(stage: Stage, queue: str, target: int) -> bool:
    client = open_client(stage.store_url)
    try:
        return await client.hget(Keys(stage.workspace).of("queue", queue), "target") == str(target).encode()
    finally:
        await client.aclose()


async def test_a_second_data_folder_with_a_secret_of_its_own_is_refused(server: RunningServer, tmp_path: Path) -> None:
    """With another secret, the process would not recognize Vera's token."""
    store = stage_of(server).store_url
    other = RunningServer(tmp_path / "other", command="serve", database=server.database_url, store=store)
    other.launch()
    assert await ends(other) == 1
    assert "SESTETTO_SECRET" in other.log
    secret = (server.data / "secret").read_text()
    same = RunningServer(tmp_path / "same", command="serve", database=server.database_url, store=store, secret=secret)
    await same.start()
    same.stop()


async def test_a_store_of_another_installation_is_refused_and_left_alone(
    server: RunningServer, tmp_path: Path, start_server: Callable[..., RunningServer]
) -> None:
    theirs = start_server()
    before = await read_feed(stage_of(theirs))
    server.stop()
    lost = RunningServer(server.data, command="serve", store=stage_of(theirs).store_url)
    lost.launch()
    assert await ends(lost) == 1
    assert "The store belongs to another installation" in lost.log
    assert await read_feed(stage_of(theirs)) == before
    await server.start()


async def ends(server: RunningServer) -> int:
    """Wait until the server exits; return its exit code."""
    process = server._process
    assert process is not None
    await eventually(lambda: process.exitcode is not None, "the server to give up", within=30)
    return int(process.exitcode or 0)
