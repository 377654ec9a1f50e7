"""A primary at a fixed address, and a replica that follows it over a network that can break."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from console.proving.eventually import eventually
from console.proving.network import BadNetwork
from console.proving.store_groups import LEAST, REPLICATED, Node


class LaggingPair:
    """`door` leads to the current primary, `wire` from the replica to it."""

    def __init__(self, folder: Path) -> None:
        options = f"{REPLICATED} {LEAST}"
        self.primary, self.replica = Node(folder / "first", options), Node(folder / "second", options)
        self.door, self.wire = BadNetwork(self.primary.port), BadNetwork(self.primary.port)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.door.port}/0"

    async def start(self) -> None:
        await self.primary.start()
        await self._follow()

    async def fail_over(self) -> None:
        """SIGKILL the primary. The replica takes over with what it has, and the other server becomes its replica."""
        self.primary.kill()
        self.replica.client.replicaof("NO", "ONE")
        self.primary, self.replica = self.replica, self.primary
        self.door.target = self.wire.target = self.primary.port
        self.door.drop()
        self.wire.heal()
        await self._follow()

    async def _follow(self) -> None:
        await self.replica.start()
        self.replica.client.replicaof("127.0.0.1", str(self.wire.port))
        await eventually(self._in_step, "the replica to be up to date", within=20)

    def _in_step(self) -> bool:
        role, _, _, state, offset = self.replica.client.role()
        return (role, state) == (b"slave", b"connected") and bool(offset >= self.primary.client.role()[1])

    def stop(self) -> None:
        self.replica.stop()
        self.primary.stop()


@asynccontextmanager
async def lagging_pair(folder: Path) -> AsyncIterator[LaggingPair]:
    pair = LaggingPair(folder)
    async with pair.door, pair.wire:
        try:
            await pair.start()
            yield pair
        finally:
            pair.stop()
