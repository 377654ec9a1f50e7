"""Calls recorded before the clock starts, then sent as fast as the store takes them."""

import time
from collections.abc import Coroutine, Sequence
from typing import Any

import redis

from console.queue.store import Store
from console.queue.workspace import Workspace

Command = tuple[str | bytes | int, ...]


class Recorded(Exception):
    """Raised instead of an answer: only the command is needed."""


class _Notebook(Store):
    """Sends nothing."""

    sent: Command = ()

    async def command(self, *command: str | bytes | int) -> Any:
        self.sent = command
        raise Recorded


class RecordedCalls:
    """`dictation(call)` returns the command that a typed call of `dictation.workspace` would send."""

    def __init__(self, workspace: Workspace) -> None:
        self._notebook = _Notebook(workspace.store.url)
        self.workspace = Workspace(self._notebook, workspace.name)
        self.workspace.epoch = workspace.epoch

    def __call__(self, call: Coroutine[Any, Any, Any]) -> Command:
        try:
            call.send(None)
        except Recorded:
            return self._notebook.sent
        raise RuntimeError("the call asked for something else than the store")


class RawCaller:
    """One plain connection. The commands are packed before the clock starts."""

    def __init__(self, url: str) -> None:
        connection: Any = redis.ConnectionPool.from_url(url, protocol=2).make_connection()
        connection.connect()
        self._connection = connection

    def send(self, commands: Sequence[Command]) -> float:
        """Return the seconds until all were answered, each with "ok"."""
        packed = self._connection.pack_commands(commands)
        started = time.perf_counter()
        self._connection.send_packed_command(packed)
        replies = [self._connection.read_response() for _ in commands]
        seconds = time.perf_counter() - started
        bad = [reply for reply in replies if reply[0] != b"ok"]
        if bad:
            raise RuntimeError(f"the store answered {bad[0]!r}")
        return seconds

    def close(self) -> None:
        self._connection.disconnect()
