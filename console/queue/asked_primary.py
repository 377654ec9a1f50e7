"""A primary that other servers know: what Sentinels and clusters have in common."""

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import structlog
from redis.asyncio import Connection
from redis.exceptions import ConnectionError

from console.domain.store_url import Login, StoreUrl
from console.queue.asked_nodes import AskedNodes, Node, connection_to, shown_node
from console.queue.primary import AWAY, Primary, ask, opened

EVERY = 0.5  # seconds between two checks that it is still the same

log = structlog.get_logger()


class Whereabouts(NamedTuple):
    """One answer. Of two different answers, the one with the higher epoch is newer."""

    epoch: int
    node: Node


class NobodyAnswers(ConnectionError):
    """No server that could be asked responds."""


class AskedPrimary(Primary):
    def __init__(self, url: str, asked: StoreUrl, login: Login) -> None:
        super().__init__(url)
        self.asked = asked
        self.nodes = AskedNodes(asked, login)
        self._node: Node | None = None
        self._epoch = 0
        self._search: asyncio.Task[Node | Exception] | None = None

    async def find(self) -> Connection:
        node = await self._locate()
        connection = await opened(connection_to(node, self.asked, self.asked.login, db=self.asked.db))
        try:
            role = await ask(connection, "ROLE")
            if role[0] != b"master":
                raise ConnectionError(f"{shown_node(node)} is to become the primary, but is still a replica")
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        if node != self._node:
            await self._arrive(node)
        return connection

    async def open_replicas(self) -> dict[str, Connection | BaseException]:
        """Return a connection to each replica that the primary knows, or why there is none, by its address."""
        async with self.connected() as primary:
            rows = (await ask(primary, "ROLE"))[2]
        nodes = [(row[0].decode(), int(row[1])) for row in rows]
        attempts = (opened(connection_to(node, self.asked, self.asked.login)) for node in nodes)
        found = await asyncio.gather(*attempts, return_exceptions=True)
        return dict(zip(map(shown_node, nodes), found, strict=True))

    async def watch(self) -> None:
        """Ask from time to time: a primary that was cut off does not report that it has been replaced."""
        while True:
            await asyncio.sleep(EVERY)
            with suppress(*AWAY):
                if self._node is not None and await self._locate() != self._node:
                    await self.leave()

    async def close(self) -> None:
        if self._search is not None:
            self._search.cancel()
        await super().close()
        await self.nodes.close()

    @abstractmethod
    async def ask_nodes(self) -> Node:
        """Ask all nodes. Raises ConnectionError if none knows, and Misdirected if waiting will not change that."""

    def newest(self, answers: Sequence[Whereabouts], asked: int) -> Node:
        """Return the newest answer's node."""
        found = max(answers)
        # A node that was cut off may be the only one to answer, with an outdated state. A majority that starts over
        # with low numbers was set up anew.
        if found.epoch < self._epoch and len(answers) * 2 <= asked:
            raise ConnectionError(f"only outdated answers: {shown_node(found.node)} was the primary before")
        self._epoch = found.epoch
        return found.node

    async def _locate(self) -> Node:
        """Concurrent callers share one round of questions."""
        if self._search is None or self._search.done():
            self._search = asyncio.create_task(self._ask_nodes())
        found = await asyncio.shield(self._search)
        if isinstance(found, Exception):
            raise found
        return found

    async def _ask_nodes(self) -> Node | Exception:
        try:
            return await self.ask_nodes()
        except NobodyAnswers as problem:
            return self._node or problem  # nothing newer is known; work goes on while the Sentinels are away
        except AWAY as problem:
            return problem

    async def _arrive(self, node: Node) -> None:
        log.info("store.primary", mode=self.mode, address=shown_node(node), before=self.address)
        self._node, self.address = node, shown_node(node)
        await self.leave()
