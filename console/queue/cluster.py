"""The primary of a workspace's slot in a cluster. A workspace's keys share one hash tag, so they are in one slot."""

from typing import Any, NamedTuple

from redis.asyncio import Connection
from redis.crc import key_slot
from redis.exceptions import AuthenticationError, ConnectionError, NoPermissionError, ResponseError

from console.domain.store_url import StoreUrl
from console.queue.asked_nodes import Node, without_answer
from console.queue.asked_primary import AskedPrimary, NobodyAnswers, Whereabouts
from console.queue.keys import Keys
from console.queue.primary import Misdirected, ask, why

MOST = 12  # nodes that are asked; each of them knows all others


class ClusterView(NamedTuple):
    """What one node knows: where the slot is, and which other nodes exist."""

    slot: Whereabouts | None
    nodes: list[Node]


class ClusterPrimary(AskedPrimary):
    mode = "cluster"

    def __init__(self, url: str, asked: StoreUrl, workspace: str) -> None:
        super().__init__(url, asked, asked.login)
        self.workspace = workspace
        self.slot = key_slot(Keys(workspace).head.encode())
        self._learned: list[Node] = []

    async def ask_nodes(self) -> Node:
        nodes = [*self._learned, *self.asked.nodes][: max(MOST, len(self.asked.nodes))]
        answers = await self.nodes.ask_all(nodes, self._question)
        seen = [answer for answer in answers.values() if isinstance(answer, ClusterView)]
        if seen:
            self._learned = max((one.nodes for one in seen), key=len)
            known = [one.slot for one in seen if one.slot is not None]
            if not known:
                raise ConnectionError(f"no node of the cluster has slot {self.slot} of the workspace {self.workspace}")
            return self.newest(known, len(answers))
        for problem in answers.values():
            if isinstance(problem, AuthenticationError | NoPermissionError):
                raise problem
            if isinstance(problem, ResponseError):
                raise Misdirected(
                    f"the server is not a node of a cluster: {why(problem)}. Use redis:// for a single store"
                )
        raise NobodyAnswers(f"no node of the cluster responds: {without_answer(answers)}")

    async def _question(self, node: Connection) -> ClusterView:
        rows = await ask(node, "CLUSTER", "SLOTS")
        epochs = _epochs(await ask(node, "CLUSTER", "NODES"))
        here = str(node.host)
        nodes = [_node(one, here) for row in rows for one in row[2:]]
        for first, last, owner, *_ in rows:
            if first <= self.slot <= last:
                return ClusterView(Whereabouts(epochs.get(owner[2], 0), _node(owner, here)), nodes)
        return ClusterView(None, nodes)


def _node(row: list[Any], asked: str) -> Node:
    """Read one node of CLUSTER SLOTS. A node that does not know its own name is the one that was asked."""
    host = (row[0] or b"").decode()
    return (host if host not in ("", "?") else asked), int(row[1])


def _epochs(text: bytes) -> dict[bytes, int]:
    """Return the configuration epoch of each node, by its id."""
    lines = [line.split() for line in text.splitlines()]
    return {words[0]: int(words[6]) for words in lines if len(words) > 7}
