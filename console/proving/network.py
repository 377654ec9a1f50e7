"""A bad network: a TCP proxy between any two parts, with named faults.

Use `async with BadNetwork(server.port) as network:`, then `network.url`; the methods are the faults.
"""

import asyncio
from typing import Literal, NamedTuple, Self

Direction = Literal["up", "down"]  # up: towards the server
CHUNK = 64 * 1024


class Trap(NamedTuple):
    """The trap breaks a connection after it has sent `words` to the server; `done` is set when it has."""

    words: bytes
    answered: bool
    done: asyncio.Event


class BadNetwork:
    """Forwards `127.0.0.1:port` here to a port of this machine, or to a unix socket (its path)."""

    def __init__(self, target: int | str) -> None:
        self.target = target
        self.port = 0
        self.opened = 0  # connections since the start
        self.delay = 0.0  # s by which each chunk is delayed, each way
        self._down = False
        self._swallowed: set[Direction] = set()
        self._forgotten: set[asyncio.StreamWriter] = set()
        self._trap: Trap | None = None
        self._answered: dict[asyncio.StreamWriter, Trap] = {}  # connections that break with the next answer
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._abort_all()
        if self._server:
            self._server.close()

    def cut(self) -> None:
        """Break all connections and refuse new ones until `heal()`."""
        self._down = True
        self._abort_all()

    def drop(self) -> None:
        """Break all connections; accept new ones."""
        self._abort_all()

    def swallow(self, *directions: Direction) -> None:
        """Go half-open: connections stay, but data in that direction (both, if none is named) disappears."""
        self._swallowed = set(directions or ("up", "down"))

    def forget(self) -> None:
        """Forget open connections, as a router does: they stay half-open forever, while new connections work."""
        self._forgotten = {end for pair in self._pairs for end in pair}

    def cut_at(self, words: bytes, *, answered: bool) -> asyncio.Event:
        """Break the next connection that sends `words` to the server: before they arrive, or after they are answered.

        The client never gets the answer. The event is set when the connection breaks.
        """
        self._trap = Trap(words, answered, asyncio.Event())
        return self._trap.done

    def heal(self) -> None:
        """Work normally again. Connections that lost bytes are broken, as they would be in reality."""
        if self._swallowed:
            self._abort_all()
        self._down, self._swallowed, self.delay = False, set(), 0.0

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._down:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await self._far_end()
        except OSError:
            writer.transport.abort()
            return
        self.opened += 1
        pair = (writer, far_writer)
        self._pairs.add(pair)
        try:
            await asyncio.gather(
                self._pump(reader, far_writer, "up", writer), self._pump(far_reader, writer, "down", far_writer)
            )
        except OSError:
            pass
        finally:
            self._pairs.discard(pair)
            self._answered.pop(writer, None)
            for end in pair:
                end.transport.abort()

    async def _far_end(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, str):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection("127.0.0.1", self.target)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Direction, back: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(CHUNK):
            if self.delay:
                await asyncio.sleep(self.delay)
            self._spring(data, way, writer, back)
            if way in self._swallowed or writer in self._forgotten:
                continue
            writer.write(data)
            await writer.drain()
        if way not in self._swallowed and writer.can_write_eof():
            writer.write_eof()

    def _spring(self, data: bytes, way: Direction, writer: asyncio.StreamWriter, back: asyncio.StreamWriter) -> None:
        """Break the connection, with ConnectionAbortedError, if the trap matches."""
        trap = self._answered.get(writer) if way == "down" else None
        if way == "up" and self._trap is not None and self._trap.words in data:
            trap, self._trap = self._trap, None
            if trap.answered:
                self._answered[back] = trap
                return
        if trap is not None:
            trap.done.set()
            raise ConnectionAbortedError

    def _abort_all(self) -> None:
        for pair in list(self._pairs):
            for end in pair:
                end.transport.abort()
