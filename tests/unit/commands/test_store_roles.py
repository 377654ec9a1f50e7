"""A server whose role does not fit: `check` and `serve` say so in one sentence, and nothing is written to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import redis

from console.errors import Unknown
from console.proving.store_pair import store_pair
from console.proving.store_process import SAFE, own_store
from console.queue.store import Store
from tests.support.command_line import in_a_process
from tests.support.eventually import eventually
from tests.support.server_process import free_port


@asynccontextmanager
async def cluster_node(folder: Path) -> AsyncIterator[int]:
    options = (
        f"{SAFE} --cluster-enabled yes --cluster-port {free_port()}"  # by default its port + 10000, if there is one
    )
    async with own_store(folder / "node", options) as port:
        yield port


@asynccontextmanager
async def replica(folder: Path) -> AsyncIterator[int]:
    async with (
        own_store(folder / "primary") as primary,
        own_store(folder / "replica", f"{SAFE} --replicaof 127.0.0.1 {primary}") as port,
    ):
        yield port


@asynccontextmanager
async def sentinel(folder: Path) -> AsyncIterator[int]:
    async with own_store(folder / "sentinel", "--sentinel") as port:
        yield port


@asynccontextmanager
async def redis_6() -> AsyncIterator[int]:
    """Answers as Redis 6 does, as far as anybody asks before refusing it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while count := (await reader.readline())[1:]:
            words = [await reader.readexactly(int((await reader.readline())[1:]) + 2) for _ in range(int(count))]
            info = b"redis_version:6.2.14\r\nredis_mode:standalone\r\nrole:master\r\nrun_id:a\r\nmaster_replid:b\r\n"
            asked = words[0].strip().upper()
            answers = {b"INFO": b"$%d\r\n%s\r\n" % (len(info), info), b"FUNCTION": b"-ERR unknown command\r\n"}
            writer.write(answers.get(asked, b"+OK\r\n"))
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_a_redis_without_functions_is_refused_by_its_version(tmp_path: Path) -> None:
    async with redis_6() as port:
        settings = {"STORE": f"redis://127.0.0.1:{port}", "PORT": "0", "DATA": str(tmp_path / "data")}
        for command in ("check", "serve"):
            code, out, err = await in_a_process(command, **settings)
            assert code == 1
            assert "is redis 6.2.14, which has no Functions. Use Valkey, or Redis 7.0 or newer." in out + err


ROLES = [
    pytest.param(
        cluster_node,
        "is a node of a cluster",
        "Set SESTETTO_STORE to redis+cluster://HOST:PORT",
        id="a cluster's node",
    ),
    pytest.param(replica, "is a replica of 127.0.0.1:", "Set SESTETTO_STORE to the primary", id="a replica"),
    pytest.param(sentinel, "is a Sentinel", "Set SESTETTO_STORE to redis+sentinel://HOST:PORT/NAME", id="a Sentinel"),
]
Role = Callable[[Path], AbstractAsyncContextManager[int]]


@pytest.mark.parametrize(("role", "what", "mend"), ROLES)
@pytest.mark.parametrize("command", ["check", "serve"])
async def test_a_store_of_the_wrong_role_is_refused(
    tmp_path: Path, command: str, role: Role, what: str, mend: str
) -> None:
    async with role(tmp_path) as port:
        settings = {"STORE": f"redis://127.0.0.1:{port}", "PORT": "0", "DATA": str(tmp_path / "data")}
        code, out, err = await in_a_process(command, **settings)
        line = next(line for line in (out + err).splitlines() if what in line)
        assert mend in line
        assert (code, "All good" in out, "Traceback" in err) == (1, False, False)
        assert redis.Redis(port=port).info("keyspace") == {}


async def test_a_running_server_waits_for_a_store_that_came_back_as_a_replica(tmp_path: Path) -> None:
    """A failover: the address that it knows is a replica for a moment, and then the primary."""
    port = free_port()
    async with own_store(tmp_path / "store", port=port):
        store = Store(f"redis://127.0.0.1:{port}")
        assert await store.command("SET", "kept", 1) == b"OK"
    async with (
        own_store(tmp_path / "primary") as primary,
        own_store(tmp_path / "store", f"{SAFE} --replicaof 127.0.0.1 {primary}", port=port),
    ):
        for _ in ("the old connection is cut", "the new one leads to a replica"):
            with pytest.raises(Unknown):
                await store.command("SET", "kept", 2)
        redis.Redis(port=port).replicaof("NO", "ONE")
        assert await eventually(lambda: store.command("SET", "kept", 3)) == b"OK"
    await store.close()


@pytest.mark.parametrize("command", ["check", "serve"])
@pytest.mark.parametrize("own", [True, False])
async def test_a_store_that_cannot_keep_the_level_is_refused(tmp_path: Path, command: str, own: bool) -> None:
    async with own_store(tmp_path / "store") as port:
        store = {"STORE": f"redis://127.0.0.1:{port}"} if own else {}
        settings = {"PORT": "0", "DATA": str(tmp_path / "data"), "DURABILITY": "replica", **store}
        code, out, err = await in_a_process(command, **settings)
        what = "the store has no replica" if own else "the embedded store has no replica"
        line = next(line for line in (out + err).splitlines() if what in line)
        assert "set SESTETTO_DURABILITY=disk" in line
        assert (code, "All good" in out, "Traceback" in err) == (1, False, False)


async def test_a_replicated_store_whose_user_may_use_no_channels_keeps_the_level(tmp_path: Path) -> None:
    async with store_pair(tmp_path) as pair:
        await pair.in_step()
        pair.primary.hand.execute_command("ACL", "SETUSER", "narrow", "on", ">right", "~*", "+@all")
        store = f"redis://narrow:right@127.0.0.1:{pair.primary.port}/0"
        settings = {"STORE": store, "PORT": "0", "DATA": str(tmp_path / "data"), "DURABILITY": "replica"}
        code, out, _ = await in_a_process("check", **settings)
        assert "may not use channels" in out
        assert code == 0, out
