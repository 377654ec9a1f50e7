"""Finds a workspace's primary and connects to it, for calls, tails, signals and `sestetto check`.

A fixed address is the primary's own; otherwise Sentinels or the cluster are asked. `connect` returns a connection to
the current primary. When the primary changes, `leave` ends all other connections at once, so that nothing reads from
the former one.
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
    """The setting does not lead to a primary, and waiting does not help."""


def open_client(url: str, **options: Any) -> Redis:
    """Return a client of one server that never retries a command."""
    return Redis.from_url(url, protocol=2, retry=Retry(NoBackoff(), 0), retry_on_error=[], **options)


class Primary(ABC):
    """`address` is where it was last found, for display; empty at first. `mode` is how it is found."""

    mode = ""

    def __init__(self, url: str) -> None:
        self.url = url
        self.shown = without_password(url)  # the setting, for display
        self.address = ""
        self._connections: WeakSet[Connection] = WeakSet()

    @abstractmethod
    async def find(self) -> Connection:
        """Return an open connection to the primary. Raises RedisError or OSError if there is none right now."""

    async def connect(self) -> Connection:
        """Like `find`; `leave` ends the connection."""
        async with asyncio.timeout(CONNECT):
            connection = await self.find()
        self._connections.add(connection)
        return connection

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Connection]:
        """Open a connection for this block only; at its end all connections are closed."""
        try:
            yield await self.connect()
        finally:
            await self.close()

    @abstractmethod
    async def watch(self) -> None:
        """Call `leave` whenever another server has become the primary."""

    async def leave(self, keep: Connection | None = None) -> None:
        """End all connections except `keep`, since the primary has changed. Their readers reconnect."""
        others = [connection for connection in self._connections if connection is not keep]
        for connection in others:
            self._connections.discard(connection)
            await connection.disconnect(nowait=True)

    async def close(self) -> None:
        """End all connections."""
        await self.leave()


class FixedPrimary(Primary):
    """One server at one fixed address, as the setting says."""

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
    """Run one command. Raises the store's error reply, and ConnectionError if the primary was left."""
    if not connection.is_connected:  # it would reconnect to the same server automatically
        raise ConnectionError("the primary was left")
    await connection.send_command(*command)
    return await connection.read_response()


def why(problem: BaseException) -> str:
    """Return what went wrong, in the store's own words."""
    code = getattr(problem, "status_code", None)
    if isinstance(problem, TimeoutError):
        return "no answer in time"
    return f"{code} {problem}" if code else str(problem) or type(problem).__name__
