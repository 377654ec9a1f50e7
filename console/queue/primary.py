"""Who is the primary of a workspace, and connections to it: for calls, tails, signals and `sestetto check` alike.

A fixed address is the primary's own; Sentinels and clusters are asked. `connect` returns a connection to whoever is the
primary now. When that changes, `leave` ends all others at once, so that nobody goes on reading from the one before.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakSet

from redis.asyncio import Connection, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, ConnectionError, NoPermissionError, RedisError

from console.domain.service_urls import without_password

CONNECT = 5.0  # seconds to connect
REFUSALS = (AuthenticationError, NoPermissionError)
AWAY = (RedisError, OSError, AttributeError, asyncio.IncompleteReadError)  # what a cut connection raises


class Misdirected(RedisError):
    """The setting leads to no primary, and waiting does not help."""


def open_client(url: str, **options: Any) -> Redis:
    """Return a client of one server that never repeats a command by itself."""
    return Redis.from_url(url, protocol=2, retry=Retry(NoBackoff(), 0), retry_on_error=[], **options)


class Primary(ABC):
    """`address` is where it was found last, for people; empty before. `mode` is how it is found."""

    mode = ""

    def __init__(self, url: str) -> None:
        self.url = url
        self.shown = without_password(url)  # the setting, for people
        self.address = ""
        self._connections: WeakSet[Connection] = WeakSet()

    @abstractmethod
    async def find(self) -> Connection:
        """Return an open connection to the primary. Raises RedisError or OSError if there is none right now."""

    async def connect(self) -> Connection:
        """The same; it ends when the primary is left."""
        async with asyncio.timeout(CONNECT):
            connection = await self.find()
        self._connections.add(connection)
        return connection

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Connection]:
        """A connection for the block, and for nobody else: afterwards all are closed."""
        try:
            yield await self.connect()
        finally:
            await self.close()

    @abstractmethod
    async def watch(self) -> None:
        """Leave the primary whenever it has become another one."""

    async def leave(self, keep: Connection | None = None) -> None:
        """End all connections but that one: the primary is another one now. Their readers connect again."""
        others = [connection for connection in self._connections if connection is not keep]
        for connection in others:
            self._connections.discard(connection)
            await connection.disconnect(nowait=True)

    async def close(self) -> None:
        """End all connections."""
        await self.leave()


class FixedPrimary(Primary):
    """One server with one address, of which the setting is the whole truth."""

    mode = "single"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.address = self.shown
        self._pool = open_client(url, socket_timeout=None, socket_connect_timeout=CONNECT).connection_pool

    async def find(self) -> Connection:
        connection: Connection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        return await opened(connection)

    async def watch(self) -> None:
        """The setting does not change."""


async def opened(connection: Connection) -> Connection:
    """Open it, with password and database."""
    try:
        await connection.connect()  # type: ignore[no-untyped-call]
    except BaseException:
        await connection.disconnect(nowait=True)
        raise
    return connection


async def ask(connection: Connection, *command: str | bytes | int) -> Any:
    """Run one command. Raises the error that it is answered with, and ConnectionError if the primary was left."""
    if not connection.is_connected:  # it would connect again by itself, to the same server
        raise ConnectionError("the primary was left")
    await connection.send_command(*command)
    return await connection.read_response()


def why(problem: BaseException) -> str:
    """Return what went wrong, with the store's own word for it."""
    code = getattr(problem, "status_code", None)
    if isinstance(problem, TimeoutError):
        return "no answer in time"
    return f"{code} {problem}" if code else str(problem) or type(problem).__name__
