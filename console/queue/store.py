"""Access to Valkey or Redis: the calls of one turn of the event loop share one pipeline on one connection.

No automatic retries: a time-out means *unknown*, and whoever called resends with the same cid. A socket may cancel its
call's future; the exchange goes on in its own task, so that each reply still reaches its own caller.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from contextvars import Context
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from redis.exceptions import (
    AskError,
    ClusterDownError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

from console.errors import SettingError, StoreFull, Unknown
from console.logs import Outage
from console.metrics import Durations
from console.queue.live_settings import lua_settings
from console.queue.primary import AWAY, REFUSALS, Misdirected, why
from console.queue.server_role import misfit
from console.queue.topology import primary_of
from console.queue.wire import Command, StoreWire

TOPICS = (
    "base", "unit_of_work", "records", "counts", "budgets", "chat", "turn", "line", "wait", "figures", "first_word",
    "routing", "visitor", "agent", "handover", "presence", "breather", "timers", "configure", "snapshot", "redact",
    "erase", "feed",
)  # fmt: skip
DEADLINE = 5.0  # seconds for an exchange; then all its calls are unknown
BATCH = 512  # calls in one exchange
WAITING = 20_000  # calls that may queue; beyond that a call fails at once

# Another server is the primary, or will be. MOVED is an ASK too.
ELSEWHERE = (ReadOnlyError, MasterDownError, ClusterDownError, TryAgainError, AskError)

log = structlog.get_logger()

Direct = Callable[..., Awaitable[Any]]


@cache
def library() -> tuple[str, str]:
    """Return the Functions' version (a hash of their text) and their source, ready to load."""
    folder = Path(__file__).parent / "functions"
    body = "\n".join((folder / f"{topic}.lua").read_text(encoding="utf-8") for topic in TOPICS)
    body = f"local SETTINGS = {lua_settings()}\n{body}"
    version = hashlib.sha256(body.encode()).hexdigest()[:10]
    return version, f"#!lua name=sestetto_{version}\n" + body.replace("@VERSION@", version)


def says_no(shown: str, problem: Exception) -> str:
    """Return why the store is not to be had with this setting."""
    if isinstance(problem, Misdirected):
        return f"SESTETTO_STORE is {shown}: {problem}"
    return f"The store at {shown} refuses the user or password in SESTETTO_STORE: {problem}"


class Store:
    """Calls to one primary. `on_run` hooks run on the first connection to each server run, before any other call."""

    def __init__(self, url: str, workspace: str = "", *, deadline: float = DEADLINE) -> None:
        self.url = url
        self.primary = primary_of(url, workspace)
        self.calls = 0
        self.exchanges = Durations()
        self.outage = Outage("store", store=self.primary.shown)
        self.on_run: list[Callable[[Direct], Awaitable[None]]] = []
        self._deadline = deadline
        self._wire: StoreWire | None = None
        self._run_id = ""
        self._waiting: list[tuple[Command, asyncio.Future[Any]]] = []
        self._worker: asyncio.Task[None] | None = None
        self._closed = False

    async def command(self, *command: str | bytes | int) -> Any:
        """Run a command.

        Raises Unknown if the outcome is unknown, StoreFull if there is no room; ResponseError unchanged.
        """
        if self._closed or len(self._waiting) >= WAITING:
            raise Unknown
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((command, future))
        self.calls += 1
        if self._worker is None:
            # A context of its own: what the worker logs is not about the request that happened to start it.
            self._worker = asyncio.create_task(self._work(), context=Context())
        return await future

    async def function(self, name: str, key: str, *args: str | bytes | int) -> Any:
        """Call one of our Functions on the workspace that `key` belongs to."""
        return await call_function(self.command, name, key, *args)

    async def close(self) -> None:
        """Wait for running calls, then close the connection."""
        self._closed = True
        if self._worker is not None:
            await asyncio.wait([self._worker], timeout=self._deadline)
        await self._drop()
        await self.primary.close()

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            # While a batch is on its way, further calls collect here and go together: the pipeline grows with the load.
            try:
                began = time.monotonic()
                async with asyncio.timeout(self._deadline):
                    replies = await self._exchange([command for command, _ in batch])
                self.exchanges.note(time.monotonic() - began)
                self.outage.ends()
            except AWAY as problem:
                # Replies may still arrive for these calls. A new connection keeps them from being read as answers to
                # others.
                self.outage.begins(why(problem))
                await self._drop()
                replies = [Unknown() for _ in batch]
            except SettingError as problem:  # not the store that it has to be
                self.outage.begins(str(problem))
                await self._drop()
                replies = [problem for _ in batch]
            except Exception as problem:  # the worker must go on, and whoever waits must get an answer
                log.error("store.exchange", error=repr(problem), exc_info=problem)
                await self._drop()
                replies = [Unknown() for _ in batch]
            for (_, future), reply in zip(batch, replies, strict=True):
                _settle(future, reply)
        self._worker = None

    async def _exchange(self, commands: list[Command]) -> list[Any]:
        if self._wire is not None and self._wire.ended:
            await self._drop()  # the primary was left
        wire = self._wire or await self._connect()
        replies = await wire.exchange(commands)
        if any(isinstance(reply, ResponseError) and _is_elsewhere(reply) for reply in replies):
            await self._drop()  # the next exchange asks who is the primary
        return replies

    async def _connect(self) -> StoreWire:
        try:
            wire = StoreWire(await self.primary.connect())
            try:
                await self._meet(wire)
            except BaseException:
                await wire.close()
                raise
        except (*REFUSALS, Misdirected) as failure:
            # A store that let us in before is being changed: its clients wait. The first time, the setting is wrong.
            if not self._run_id:
                raise SettingError(says_no(self.primary.shown, failure)) from failure
            raise
        self._wire = wire
        return wire

    async def _meet(self, wire: StoreWire) -> None:
        """Check a server that we have not met before, or not in this run."""
        direct = wire.ask
        info = fields_of(await direct("INFO"))
        run_id = info["run_id"]
        # A new run id is a server we have not checked: it needs our library, and may have another history.
        if run_id == self._run_id:
            return
        if problem := misfit(info, mode=self.primary.mode, at_start=not self._run_id):
            raise SettingError(f"The store at {self.primary.shown} {problem}")
        await load_library(direct)
        for hook in self.on_run:
            await hook(direct)
        # Set only when all hooks have passed; otherwise the next connection runs them again.
        self._run_id = run_id
        await self.primary.leave(keep=wire.connection)

    async def _drop(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.close()


async def call_function(command: Direct, name: str, key: str, *args: str | bytes | int) -> Any:
    """Call one of our Functions; load the library first if the store has lost it."""
    version, _ = library()
    try:
        return await command("FCALL", f"{name}_{version}", 1, key, *args)
    except ResponseError as problem:
        if "Function not found" not in str(problem):
            # A store that was restarted or replaced lost our library, or a newer process deleted it: load it and call
            # again. The first call did nothing.
            raise
    await load_library(command)
    return await command("FCALL", f"{name}_{version}", 1, key, *args)


async def load_library(command: Direct) -> None:
    _, source = library()
    try:
        await command("FUNCTION", "LOAD", source)
    except ResponseError as problem:
        # Another process has loaded the same version.
        if "already exists" not in str(problem):
            raise


def fields_of(info: bytes) -> dict[str, str]:
    """Return what INFO says, by name."""
    lines = (line.partition(":") for line in info.decode(errors="replace").splitlines() if line[:1] != "#")
    return {name: value for name, _, value in lines if name}


def _is_elsewhere(reply: ResponseError) -> bool:
    """Whether another server may be the primary by now. One without replicas may be the one that was cut off."""
    return isinstance(reply, ELSEWHERE) or str(reply).startswith("NOREPLICAS")


def _settle(future: asyncio.Future[Any], reply: Any) -> None:
    # The caller was cancelled; nobody waits for this reply.
    if future.done():
        return
    if not isinstance(reply, Exception):
        future.set_result(reply)
    elif isinstance(reply, OutOfMemoryError) or str(reply).startswith(("MISCONF", "NOREPLICAS")):
        future.set_exception(StoreFull())
    elif isinstance(reply, ELSEWHERE) or str(reply).startswith("BUSY"):
        future.set_exception(Unknown())
    else:
        future.set_exception(reply)


async def check_promises(direct: Direct) -> None:
    """Raise SettingError if the store could lose acknowledged data or evict live keys."""
    wanted = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
    for name, value in wanted.items():
        pair = await direct("CONFIG", "GET", name)
        found = pair[1].decode() if pair else "unknown"
        if found != value:
            raise SettingError(
                f"the store has {name} {found}; an acknowledged message is only safe with {name} {value}: "
                f"set it in the store's configuration (CONFIG SET {name} {value})"
            )
