"""A connection to the store that bypasses redis-py for commands: bytes out in one write, replies as they arrive.

redis-py opens the connection (address, TLS, user, database); then its transport gets this protocol. Measured: one
command through redis-py costs five times as much.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

import hiredis
from redis.asyncio import Connection
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import InvalidResponse, RedisError

Command = tuple[str | bytes | int, ...]

LOST = "the store has closed the connection"
LATE = "no answer in time"
NOTHING = object()  # no whole reply yet


class StoreWire(asyncio.Protocol):
    """One exchange at a time: sends commands and returns as many replies, with errors as values."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection  # open; kept because its writer closes the transport when it is collected
        parser: Any = connection._parser
        self._reader = hiredis.Reader(
            protocolError=InvalidResponse, replyError=parser.parse_error, notEnoughData=NOTHING
        )
        self._transport = cast(asyncio.Transport, cast(Any, connection)._writer.transport)
        self._transport.set_protocol(self)
        # Kept here, since getting the running loop is a system call before Python 3.12.
        self._loop = asyncio.get_running_loop()
        self._replies: list[Any] = []
        self._wanted = 0
        self._answered: asyncio.Future[list[Any]] | None = None
        self._problem: RedisError | TimeoutError | None = None

    @property
    def ended(self) -> bool:
        """Whether the connection can no longer be used."""
        return self._problem is not None or not self.connection.is_connected

    async def ask(self, *command: str | bytes | int) -> Any:
        """Run one command. Raises the store's error reply."""
        (reply,) = await self.exchange([command])
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def exchange(self, commands: Iterable[Command], within: float = 0) -> list[Any]:
        """Return the reply to each command. Raises ConnectionError if the connection is lost; it may have been done.

        Raises TimeoutError if not all replies arrive `within` so many seconds (0: no limit). After any exception the
        connection must not be used again: later replies could be taken for another command's.
        """
        if self.ended:
            raise self._problem or Lost(LOST)
        packed = [hiredis.pack_command(command) for command in commands]  # type: ignore[arg-type]
        self._replies, self._wanted = [], len(packed)
        self._answered = self._loop.create_future()
        self._transport.write(b"".join(packed))
        if not within:
            return await self._answered
        # A plain timer: `asyncio.timeout` costs as much as all the rest of an exchange.
        timer = self._loop.call_later(within, self._end, TimeoutError(LATE))
        try:
            return await self._answered
        finally:
            timer.cancel()

    async def close(self) -> None:
        await self.connection.disconnect(nowait=True)

    # --- asyncio's side -------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        try:
            while (reply := self._reader.gets()) is not NOTHING:
                self._replies.append(reply)
        except RedisError as problem:  # not the store's protocol
            self._end(problem)
            return
        self._replied()

    def _replied(self) -> None:
        if self._answered is not None and len(self._replies) >= self._wanted:
            answered, self._answered = self._answered, None
            if not answered.done():
                answered.set_result(self._replies)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(Lost(str(exc) if exc else LOST))

    def _end(self, problem: RedisError | TimeoutError) -> None:
        self._problem = problem
        answered, self._answered = self._answered, None
        if answered is not None and not answered.done():
            answered.set_exception(problem)
