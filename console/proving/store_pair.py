"""A primary and its replica, both real servers that can be stopped, killed and promoted."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import redis

from console.proving.eventually import eventually
from console.proving.servers import free_port
from console.proving.store_process import SAFE, own_store

AT_ONCE = "--repl-diskless-sync-delay 0"  # by default a replica waits five seconds for others to join


@dataclass
class PairedServer:
    port: int

    def __post_init__(self) -> None:
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.hand = redis.Redis(port=self.port)  # the operator's
        self.pid = int(self.hand.info("server")["process_id"])

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop the server inside the block, with all connections open."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def promote(self) -> None:
        self.hand.replicaof("NO", "ONE")

    def cut_off(self) -> None:
        """Receive nothing more from the primary, which then no longer counts this replica."""
        self.hand.replicaof("127.0.0.1", free_port())


@dataclass
class Pair:
    primary: PairedServer
    replica: PairedServer
    least: int

    async def fail_over(self) -> None:
        """Kill the primary; the replica takes over its role and its address."""
        self.primary.kill()
        self.replica.promote()
        self.replica.hand.config_set("min-replicas-to-write", self.least)
        await eventually(self._takes_its_port, "the killed primary's port to be free")

    def _takes_its_port(self) -> bool:
        with suppress(redis.ResponseError):  # a killed process holds it for a moment
            return bool(self.replica.hand.config_set("port", self.primary.port))
        return False

    async def in_step(self) -> None:
        """Wait until the replica has all of the primary's data."""

        def has_all() -> bool:
            ours, theirs = self.primary.hand.info("replication"), self.replica.hand.info("replication")
            up = theirs["master_link_status"] == "up"
            return up and bool(ours["master_repl_offset"] == theirs["slave_repl_offset"])

        await eventually(has_all, "the replica to have everything")


@asynccontextmanager
async def store_pair(
    folder: Path, *, least: int = 1, replica: str = SAFE, more: str = "", program: str = ""
) -> AsyncIterator[Pair]:
    """Run both; `least` is min-replicas-to-write, `more` is for the primary, `replica` are all of the replica's
    options.
    """
    safe = f"{SAFE} {AT_ONCE} --min-replicas-to-write {least} {more}"
    async with (
        own_store(folder / "primary", safe, program=program) as first,
        own_store(folder / "replica", f"{replica} {AT_ONCE} --replicaof 127.0.0.1 {first}", program=program) as second,
    ):
        pair = Pair(PairedServer(first), PairedServer(second), least)
        await pair.in_step()
        await eventually(lambda: pair.primary.hand.wait(1, 50) > 0, "the replica to be counted")
        yield pair
