"""Finding the primary: passwords, TLS, and a sentence for every possible problem."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import redis
from redis.exceptions import ConnectionError

from console.commands.check_replicas import check_replicas
from console.domain.store_url import read_asked_url
from console.errors import SettingError, Unknown
from console.proving.network import BadNetwork
from console.proving.store_groups import REPLICATED
from console.proving.store_process import SAFE, own_store
from console.queue.asked_primary import Whereabouts
from console.queue.sentinels import SentinelPrimary
from console.queue.store import Store
from console.queue.topology import primary_of
from tests.support.certificates import make_authority, make_certificate
from tests.support.command_line import in_a_process
from tests.support.eventually import eventually
from tests.support.server_process import free_port
from tests.support.tls_door import tls_door


@asynccontextmanager
async def watched(folder: Path, *, password: str = "", sentinel_password: str = "") -> AsyncIterator[tuple[int, int]]:
    """A store and one Sentinel that monitors it as "shop"; yield their ports."""
    secret = f" --requirepass {password}" if password else ""
    guarded = f"--sentinel --requirepass {sentinel_password}" if sentinel_password else "--sentinel"
    async with (
        own_store(folder / "store", REPLICATED + secret, password=password) as port,
        own_store(folder / "sentinel", guarded, password=sentinel_password) as sentinel,
    ):
        client = redis.Redis(port=sentinel, password=sentinel_password or None)
        client.execute_command("SENTINEL MONITOR", "shop", "127.0.0.1", port, 1)  # type: ignore[no-untyped-call]
        if password:
            client.execute_command("SENTINEL SET", "shop", "auth-pass", password)  # type: ignore[no-untyped-call]
        client.close()
        yield port, sentinel


@asynccontextmanager
async def one_node(folder: Path, options: str = "", *, password: str = "", slots: int = 16_384) -> AsyncIterator[int]:
    """A cluster of a single node."""
    enabled = f"{SAFE} --cluster-enabled yes --cluster-port {free_port()} {options}"
    async with own_store(folder / "node", enabled, password=password) as port:
        if slots:
            client = redis.Redis(port=port, password=password or None)
            client.execute_command("CLUSTER ADDSLOTSRANGE", 0, slots - 1)  # type: ignore[no-untyped-call]
            await eventually(lambda: client.cluster("INFO")["cluster_state"] == "ok", "the cluster")  # type: ignore[no-untyped-call]
            client.close()
        yield port


async def says(url: str, workspace: str = "main") -> str:
    """Return what is wrong with the address, for somebody who starts a server with it."""
    store = Store(url, workspace, deadline=3)
    try:
        with pytest.raises((SettingError, Unknown)) as problem:
            await store.command("PING")
        return str(problem.value) if isinstance(problem.value, SettingError) else f"waits: {store.outage.error}"
    finally:
        await store.close()


async def test_a_primary_behind_sentinels_is_found_with_both_passwords(tmp_path: Path) -> None:
    async with watched(tmp_path, password="hush", sentinel_password="quiet") as (port, sentinel):
        options = "sentinel_password=quiet&db=3"
        store = Store(f"redis+sentinel://:hush@127.0.0.1:1,127.0.0.1:{sentinel}/shop?{options}", "main")
        await store.command("SET", "{main}:x", 1)
        assert store.primary.address == f"127.0.0.1:{port}"
        assert set(redis.Redis(port=port, password="hush").info("keyspace")) == {"db3"}
        await store.close()
        wrong = f"redis+sentinel://:hush@127.0.0.1:{sentinel}/shop?sentinel_password=loud"
        assert "the Sentinels refuse sentinel_username or sentinel_password" in await says(wrong)
        wrong = f"redis+sentinel://:loud@127.0.0.1:{sentinel}/shop?sentinel_password=quiet"
        found = await says(wrong)
        assert "refuses the user or password" in found
        assert "loud" not in found


async def test_sentinels_that_cannot_help_are_told_apart(tmp_path: Path) -> None:
    async with watched(tmp_path) as (port, sentinel):
        found = await says(f"redis+sentinel://127.0.0.1:{sentinel}/shoop")
        assert 'the Sentinels do not know "shoop"' in found
        assert found.endswith("They know: shop")
        assert "is not a Sentinel" in await says(f"redis+sentinel://127.0.0.1:{port}/shop")
        assert "waits: no Sentinel responds: 127.0.0.1:1 (" in await says("redis+sentinel://127.0.0.1:1/shop")


async def test_check_names_mode_and_primary(tmp_path: Path) -> None:
    async with watched(tmp_path) as (port, sentinel):
        settings = {"PORT": "0", "DATA": str(tmp_path / "data")}
        code, out, _ = await in_a_process("check", STORE=f"redis+sentinel://127.0.0.1:{sentinel}/shop", **settings)
        assert (code, f"sentinel: the primary is 127.0.0.1:{port}" in out) == (0, True)
        code, out, _ = await in_a_process("check", STORE=f"redis+sentinel://127.0.0.1:{sentinel}/shoop", **settings)
        assert (code, "They know: shop" in out) == (1, True)


async def test_a_replica_that_promises_too_little_is_found_before_it_is_the_primary(tmp_path: Path) -> None:
    async with watched(tmp_path) as (port, sentinel):
        primary = primary_of(f"redis+sentinel://127.0.0.1:{sentinel}/shop", "main")
        assert [found.level for found in await check_replicas(primary)] == ["note"]  # there is none
        lax = f"{SAFE.replace('always', 'everysec')} --replicaof 127.0.0.1 {port}"
        async with own_store(tmp_path / "replica", lax) as replica:
            store = redis.Redis(port=port)
            await eventually(lambda: len(store.role()[2]) == 1, "the replica")
            (found,) = await check_replicas(primary)
        assert found.level == "wrong"
        assert f"127.0.0.1:{replica} may become the primary, and then the store has appendfsync everysec" in found.what


async def test_an_address_that_leads_to_another_server_by_now_is_followed(tmp_path: Path) -> None:
    """As a load balancer or a name does it: the connection to the former primary is still open."""
    async with (
        own_store(tmp_path / "one") as one,
        own_store(tmp_path / "two", REPLICATED) as two,
        BadNetwork(one) as network,
    ):
        store = Store(f"redis://127.0.0.1:{network.port}")
        await store.command("SET", "x", "one")
        reader = await store.primary.connect()
        redis.Redis(port=one).replicaof("127.0.0.1", str(two))
        network.target = two
        with pytest.raises(Unknown):
            await store.command("SET", "x", "lost")
        assert reader.is_connected
        assert await store.command("SET", "x", "two") == b"OK"
        assert redis.Redis(port=two).get("x") == b"two"
        assert not reader.is_connected, "it would go on reading from the former primary"
        await store.close()


async def test_what_a_sentinel_says_of_the_past_is_not_believed() -> None:
    url = "redis+sentinel://one,two,three/shop"
    primary = SentinelPrimary(url, read_asked_url(url))
    old, new = Whereabouts(4, ("10.0.0.1", 6379)), Whereabouts(5, ("10.0.0.2", 6379))
    assert primary.newest([old, new, old], 3) == new.node
    with pytest.raises(ConnectionError, match="only outdated answers"):
        primary.newest([old], 3)
    assert primary.newest([old, old], 3) == old.node, "a majority was set up anew"


async def test_clusters_that_cannot_help_are_told_apart(tmp_path: Path) -> None:
    async with own_store(tmp_path / "single") as port:
        assert "is not a node of a cluster" in await says(f"redis+cluster://127.0.0.1:{port}")
    async with one_node(tmp_path, slots=0) as port:
        found = await says(f"redis+cluster://127.0.0.1:{port}", "acme")
        assert "waits: no node of the cluster has slot " in found
        assert found.endswith(" of the workspace acme")
    assert "waits: no node of the cluster responds: 127.0.0.1:1 (" in await says("redis+cluster://127.0.0.1:1")


async def test_a_cluster_is_reached_by_tls_with_a_password(tmp_path: Path) -> None:
    authority, door = make_authority(tmp_path), free_port()
    certificate, key = make_certificate(tmp_path, "localhost", authority)
    # Its nodes announce the door, so whoever went past it would not speak TLS.
    options = f"--requirepass hush --cluster-announce-port {door} --cluster-announce-hostname localhost"
    named = f"{options} --cluster-preferred-endpoint-type hostname"
    async with (
        one_node(tmp_path, named, password="hush") as port,
        tls_door(certificate, key, door, port),
    ):
        url = f"rediss+cluster://:hush@localhost:{door}?ssl_ca_certs={authority}"
        store = Store(url, "main")
        assert await store.command("SET", "{main}:x", 1) == b"OK"
        assert store.primary.address == f"localhost:{door}"
        await store.close()
        assert "certificate verify failed" in await says(f"rediss+cluster://:hush@localhost:{door}")
        assert "refuses the user or password" in await says(url.replace("hush", "loud"))
