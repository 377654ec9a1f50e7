"""The embedded store: one server per folder, restarted after every crash, durable before it replies."""

import asyncio
import os
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
import redis

from console.errors import SettingError
from console.queue import embedded
from console.queue.embedded import (
    LONGEST_SOCKET,
    PR_SET_PDEATHSIG,
    EmbeddedStore,
    Pauses,
    answers,
    binary_path,
    quoted,
    socket_path,
)
from tests.support.eventually import eventually
from tests.support.server_process import gone

REPOSITORY = Path(__file__).parents[3]


def client(store: EmbeddedStore) -> redis.Redis:
    return redis.Redis.from_url(store.url, decode_responses=True, protocol=2)


def loaded_by(store: EmbeddedStore) -> str:
    """Return what the server has in its memory, with the files of its libraries."""
    return Path(f"/proc/{store.pid}/maps").read_text()


async def test_what_was_written_is_there_after_a_stop_and_a_start(tmp_path: Path) -> None:
    async with EmbeddedStore(tmp_path / "store") as store:
        client(store).set("k", "1")
    async with EmbeddedStore(tmp_path / "store") as store:
        assert client(store).get("k") == "1"


async def test_it_promises_what_an_acknowledgement_needs(tmp_path: Path) -> None:
    async with EmbeddedStore(tmp_path) as store:
        settings = client(store).config_get("*")
    assert settings["appendonly"] == "yes"
    assert settings["appendfsync"] == "always"
    assert settings["no-appendfsync-on-rewrite"] == "no"
    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["save"] == ""
    assert settings["port"] == "0"
    assert settings["unixsocketperm"] == "700"


async def test_it_rewrites_its_file_once_a_minute_at_most_under_load(tmp_path: Path) -> None:
    async with EmbeddedStore(tmp_path) as store:
        settings = client(store).config_get("auto-aof-rewrite-*")
    assert settings == {"auto-aof-rewrite-percentage": "100", "auto-aof-rewrite-min-size": str(256 << 20)}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems load no library before a program's own")
@pytest.mark.parametrize(("library", "loaded"), [("libresolv.so.2", True), ("libnowhere.so.2", False)])
async def test_it_runs_with_another_allocator_where_the_machine_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str, loaded: bool
) -> None:
    """A library that every machine has stands in for the allocator."""
    monkeypatch.setattr(embedded, "JEMALLOC", library)
    async with EmbeddedStore(tmp_path) as store:
        assert client(store).ping()
        assert (library in loaded_by(store)) == loaded


@pytest.mark.skipif(sys.platform != "linux", reason="other systems load no library before a program's own")
async def test_what_the_operator_preloads_is_preloaded_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "JEMALLOC", "libanl.so.1")
    monkeypatch.setenv("LD_PRELOAD", "libresolv.so.2")
    async with EmbeddedStore(tmp_path) as store:
        loaded = loaded_by(store)
    assert "libresolv.so.2" in loaded
    assert "libanl" not in loaded


async def test_a_killed_server_comes_back_with_every_acknowledged_write(tmp_path: Path) -> None:
    async with EmbeddedStore(tmp_path) as store:
        for round in range(3):
            for number in range(50):
                client(store).rpush("log", f"{round}-{number}")
            os.kill(store.pid, signal.SIGKILL)
            await eventually(lambda wanted=round + 1: store.restarts == wanted, "the restart")
        assert client(store).llen("log") == 150


async def test_a_torn_end_of_the_file_does_not_stop_it(tmp_path: Path) -> None:
    async with EmbeddedStore(tmp_path) as store:
        client(store).set("k", "kept")
    file = max((tmp_path / "appendonlydir").glob("*.incr.aof"))
    with file.open("ab") as torn:
        torn.write(b"*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$100\r\nha")
    async with EmbeddedStore(tmp_path) as store:
        assert client(store).get("k") == "kept"
        assert client(store).get("x") is None


async def test_a_second_store_on_a_folder_names_the_first(tmp_path: Path) -> None:
    async with EmbeddedStore(tmp_path) as first:
        with pytest.raises(SettingError, match=f"process {os.getpid()}.*SESTETTO_DATA"):
            await EmbeddedStore(tmp_path).start()
        assert client(first).ping()


async def test_a_folder_is_free_again_after_a_stop(tmp_path: Path) -> None:
    for _ in range(3):
        async with EmbeddedStore(tmp_path) as store:
            assert client(store).ping()


async def test_a_long_path_gets_a_short_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90) / "store"
    async with EmbeddedStore(deep) as store:
        assert client(store).ping()
        where = socket_path(deep)
        assert len(os.fsencode(where)) <= LONGEST_SOCKET
        assert where.parent != deep
        assert where.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["plain", "with space", 'quo"te', "back\\slash", "größe", "per%20cent", "日本"])
async def test_any_folder_name_works(tmp_path: Path, name: str) -> None:
    async with EmbeddedStore(tmp_path / name) as store:
        client(store).set("k", "1")
    assert (tmp_path / name / "appendonlydir").is_dir()


def test_a_path_becomes_one_word_of_the_configuration() -> None:
    assert quoted('a "b"\\ é') == '"a \\"b\\"\\\\ \\xc3\\xa9"'


async def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("in the way")
    with pytest.raises(SettingError, match="did not start"):
        await EmbeddedStore(tmp_path).start()
    (tmp_path / "appendonlydir").unlink()
    async with EmbeddedStore(tmp_path) as store:
        assert client(store).ping()


async def test_a_file_in_place_of_the_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("")
    with pytest.raises(SettingError, match="Cannot create the folder"):
        await EmbeddedStore(tmp_path / "store").start()


async def test_a_folder_without_a_server_does_not_respond(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path)
    assert not await answers(store)
    async with store:
        assert await answers(store)
    assert not await answers(store)


OWNER = """
import asyncio, sys
from pathlib import Path
from console.queue import embedded

embedded.PR_SET_PDEATHSIG = int(sys.argv[2])

async def main():
    async with embedded.EmbeddedStore(Path(sys.argv[1])) as store:
        print(store.pid, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""
NO_REQUEST = 2  # PR_GET_PDEATHSIG: the kernel is not asked to end the server, as on systems that cannot


@asynccontextmanager
async def owned_store(folder: Path, request: int = PR_SET_PDEATHSIG) -> AsyncIterator[tuple[Process, int]]:
    """A process of its own with a store in the folder, and the store's pid."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(folder), str(request), stdout=asyncio.subprocess.PIPE, cwd=REPOSITORY
    )
    try:
        assert process.stdout
        yield process, int(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_the_server_dies_with_a_process_that_is_killed(tmp_path: Path) -> None:
    async with owned_store(tmp_path) as (process, server):
        process.kill()
        await process.wait()
        await gone(server)
    async with EmbeddedStore(tmp_path) as store:
        assert client(store).ping()


async def test_every_acknowledged_write_survives_a_killed_process(tmp_path: Path) -> None:
    """The server is killed with it, in the middle of writes and of a rewrite of its file."""
    counts = dict.fromkeys(range(4), 0)

    def write(writer: int) -> None:
        connection = client(EmbeddedStore(tmp_path))
        with suppress(redis.ConnectionError):
            while True:
                connection.rpush(f"log{writer}", "x" * 2_000)
                counts[writer] += 1

    for _ in range(3):
        async with owned_store(tmp_path) as (process, server):
            writers = [asyncio.to_thread(write, writer) for writer in counts]
            writing = asyncio.gather(*writers)
            wanted = sum(counts.values()) + 200
            await eventually(lambda wanted=wanted: sum(counts.values()) > wanted, "some writes")
            client(EmbeddedStore(tmp_path)).bgrewriteaof()
            process.kill()
            await writing
            await gone(server)
    async with EmbeddedStore(tmp_path) as store:
        found = {writer: client(store).llen(f"log{writer}") for writer in counts}
    assert all(counts[writer] <= found[writer] <= counts[writer] + 3 for writer in counts), (counts, found)


async def test_a_server_that_outlived_its_process_is_ended_by_the_next_start(tmp_path: Path) -> None:
    async with owned_store(tmp_path, NO_REQUEST) as (process, server):
        client(EmbeddedStore(tmp_path)).set("k", "kept")
        process.kill()
        await process.wait()
        assert await answers(EmbeddedStore(tmp_path)), "the server outlives its process"
        async with EmbeddedStore(tmp_path) as store:
            await gone(server)
            assert client(store).get("k") == "kept"


async def test_a_server_of_another_container_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process ids mean nothing here, so nobody can say whether its owner lives."""
    async with owned_store(tmp_path, NO_REQUEST) as (process, server):
        process.kill()
        await process.wait()
        monkeypatch.setattr(embedded, "_here", lambda: "elsewhere")
        monkeypatch.setattr(embedded, "LOCK_PATIENCE", 0.3)
        with pytest.raises(SettingError, match="Another Sestetto"):
            await EmbeddedStore(tmp_path).start()
        assert await answers(EmbeddedStore(tmp_path))
        os.kill(server, signal.SIGKILL)


def test_a_store_that_is_killed_again_and_again_comes_back_within_a_second() -> None:
    pauses = Pauses()
    assert [pauses.after_a_death(3.0) for _ in range(8)] == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0, 1.0]
    assert pauses.after_a_death(6.0) == 0.1, "a few good seconds are enough to start over"


def test_a_store_that_does_not_start_is_tried_less_often() -> None:
    pauses = Pauses()
    pauses.after_a_death(0.0)
    assert [pauses.after_a_failure() for _ in range(8)] == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


@contextmanager
def traced_store(folder: Path) -> Iterator[Path]:
    """The server on the configuration that Sestetto wrote, with its writes and syncs in the yielded file."""
    calls = folder / "calls"
    command = [sys.executable, "-m", "tests.support.syscalls", str(binary_path()), str(folder / "store.conf")]
    with calls.open("wb") as out:
        tracer = subprocess.Popen(command, cwd=REPOSITORY, stdout=out, stdin=subprocess.DEVNULL)
    try:
        yield calls
    finally:
        tracer.terminate()
        tracer.wait()


async def test_a_write_is_synced_to_disk_before_it_is_answered(tmp_path: Path) -> None:
    async with EmbeddedStore(tmp_path) as store:
        client(store).ping()
    with traced_store(tmp_path) as calls:
        await eventually(lambda: answers(store), "the traced server")
        connection = client(store)
        connection.ping()
        before = len(calls.read_text().splitlines())
        connection.set("k", "v")
        await eventually(lambda: len(calls.read_text().splitlines()) >= before + 3, "the traced calls")
        seen = calls.read_text().splitlines()[before:]
    order = [
        f"{call.split()[0]} {'file' if '.aof' in call else 'client' if 'socket:' in call else ''}" for call in seen
    ]
    assert order[:3] == ["write file", "fdatasync file", "write client"], seen
