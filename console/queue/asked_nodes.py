"""The servers that are asked for the primary: Sentinels, or nodes of a cluster. Keeps one connection to each."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeVar

from redis.asyncio import Connection, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from console.domain.store_url import Login, StoreUrl
from console.queue.primary import opened, why

T = TypeVar("T")

Node = tuple[str, int]
ANSWER = 1.0  # seconds that each has to answer; some may be frozen or cut off


class AskedNodes:
    """`ask_all` asks all of them at the same time; one round at a time."""

    def __init__(self, url: StoreUrl, login: Login) -> None:
        self._url = url
        self._login = login
        self._kept: dict[Node, Connection] = {}

    async def ask_all(
        self, nodes: Iterable[Node], question: Callable[[Connection], Awaitable[T]]
    ) -> dict[Node, T | BaseException]:
        """Return each one's answer, or why it has none."""
        asked = list(dict.fromkeys(nodes))
        answers = await asyncio.gather(*(self._one(node, question) for node in asked), return_exceptions=True)
        return dict(zip(asked, answers, strict=True))

    async def close(self) -> None:
        for node in list(self._kept):
            await self._kept.pop(node).disconnect(nowait=True)

    async def _one(self, node: Node, question: Callable[[Connection], Awaitable[T]]) -> T:
        async with asyncio.timeout(ANSWER):
            connection = self._kept.pop(node, None) or await opened(connection_to(node, self._url, self._login))
            try:
                answer = await question(connection)
            except BaseException:
                await connection.disconnect(nowait=True)  # a late answer must not be read as one to the next question
                raise
            self._kept[node] = connection
            return answer


def connection_to(node: Node, url: StoreUrl, login: Login, *, db: int = 0) -> Connection:
    """Return a connection that is not open yet."""
    kind: Callable[..., Connection] = Connection if url.tls is None else SSLConnection
    host, port = node
    return kind(
        host=host,
        port=port,
        db=db,
        username=login.username or None,
        password=login.password or None,
        protocol=2,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=None,
        socket_connect_timeout=ANSWER,
        **(url.tls or {}),
    )


def shown_node(node: Node) -> str:
    host, port = node
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def without_answer(answers: Mapping[Node, object]) -> str:
    """Return the nodes without an answer, and why."""
    failed = [f"{shown_node(node)} ({why(said)})" for node, said in answers.items() if isinstance(said, BaseException)]
    return ", ".join(failed)
