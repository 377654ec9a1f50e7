"""Receives what the store pushes to this process: each fact as it enters the feed, and signals.

A push may be lost. The feed has every fact, and `PushedTail` reads the missing ones there.
"""

import asyncio
from collections.abc import Callable

from redis.asyncio import Connection
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import RedisError

from console.queue.primary import Primary
from console.queue.wire import StoreWire

PING = 2.0  # seconds between two pings that check the connection
SILENCE = 5.0  # seconds without an answer until the connection counts as lost

Receive = Callable[[bytes], None]


class Pushes:
    """A subscription to channels, each with its receiver. `open` while messages arrive."""

    def __init__(self, primary: Primary, channels: dict[str, Receive]) -> None:
        self.open = False
        self._primary = primary
        self._channels = channels
        self._receivers = {name.encode(): receive for name, receive in channels.items()}

    async def follow(self, began: Callable[[], None], wanted: Callable[[], bool]) -> None:
        """Subscribe, call `began`, and pass messages on while `wanted`. Raises RedisError or OSError."""
        wire = PushWire(await self._primary.connect(), self._receivers)
        try:
            async with asyncio.timeout(SILENCE):
                for name in self._channels:
                    await wire.ask("SSUBSCRIBE", name)
            self.open = True
            began()
            while wanted():
                # A connection that was cut silently ends only after minutes, so it is pinged.
                async with asyncio.timeout(SILENCE):
                    await wire.ask("PING")
                await asyncio.wait([wire.over], timeout=PING)
        finally:
            self.open = False
            await wire.close()


class PushWire(StoreWire):
    """A connection that receives messages between its replies. `over` is done when the connection has ended."""

    def __init__(self, connection: Connection, receivers: dict[bytes, Receive]) -> None:
        super().__init__(connection)
        self.over: asyncio.Future[None] = self._loop.create_future()
        self._receivers = receivers

    def _replied(self) -> None:
        replies, self._replies = self._replies, []
        for reply in replies:
            if not isinstance(reply, list):
                self._replies.append(reply)
            elif reply[0] == b"smessage":
                self._receivers[reply[1]](reply[2])
            elif reply[0] == b"sunsubscribe":  # the workspace is moving to another node of the cluster
                self._end(Lost("the store has ended the subscription"))
            else:
                self._replies.append(reply)
        super()._replied()

    def _end(self, problem: RedisError | TimeoutError) -> None:
        super()._end(problem)
        if not self.over.done():
            self.over.set_result(None)
