"""Access to Valkey or Redis: all calls of one turn of the event loop share one pipeline on one connection.

There are no automatic retries. A time-out means *unknown*, and the client resends with the same cid. The same holds for
a batch that no replica has confirmed, where `durability` requires one. A socket may cancel its call's future; the
exchange continues in its own task, so that each reply still reaches its own caller.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from contextvars import copy_context
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from redis.exceptions import (
    AskError,
    BusyLoadingError,
    ClusterDownError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from console.errors import SettingError, StoreFull, Unknown
from console.logs import Outage
from console.metrics import Durations
from console.queue.durability import PATIENCE, Direct, Durability
from console.queue.joint_calls import JointCalls
from console.queue.live_settings import lua_settings
from console.queue.primary import AWAY, REFUSALS, Misdirected, why
from console.queue.server_role import fields_of, misfit
from console.queue.topology import primary_of
from console.queue.wire import Command, StoreWire

TOPICS = (
    "base", "unit_of_work", "records", "counts", "budgets", "chat", "turn", "line", "wait", "figures", "first_word",
    "routing", "visitor", "identity", "agent", "handover", "bots", "integration", "presence", "breather", "timers",
    "joint", "configure", "revive", "snapshot", "redact", "erase", "feed",
)  # fmt: skip
SHARED = ("base", "unit_of_work")  # every file sees their locals
DEADLINE = 5.0  # seconds for an exchange; after that all its calls are unknown
BATCH = 512  # calls in one exchange
BUSY = 4  # calls in the exchange before, from which on the next one waits for one turn of the event loop
WAITING = 20_000  # calls that may queue; beyond that a call fails at once

# Another server is the primary, or will be. MOVED is an ASK too. One that loads its data has become a replica.
ELSEWHERE = (ReadOnlyError, MasterDownError, ClusterDownError, TryAgainError, AskError, BusyLoadingError)

log = structlog.get_logger()


class Call(NamedTuple):
    """A command that waits for its turn. `vouched`: its reply counts only once stored as `durability` requires."""

    command: Command
    future: asyncio.Future[Any]
    vouched: bool


def joined(texts: dict[str, str]) -> str:
    """Join the files of the library. Each is a scope of its own: Lua allows 200 locals in one."""
    parts = (text if topic in SHARED else f"do -- {topic}\n{text}end\n" for topic, text in texts.items())
    return f"local SETTINGS = {lua_settings()}\n" + "\n".join(parts)


@cache
def library() -> tuple[str, str]:
    """Return the Functions' version (a hash of their text) and their source, ready to load."""
    folder = Path(__file__).parent / "functions"
    body = joined({topic: (folder / f"{topic}.lua").read_text(encoding="utf-8") for topic in TOPICS})
    version = hashlib.sha256(body.encode()).hexdigest()[:10]
    return version, f"#!lua name=sestetto_{version}\n" + body.replace("@VERSION@", version)


def says_no(shown: str, problem: Exception) -> str:
    """Return why the store cannot be used with this setting."""
    if isinstance(problem, Misdirected):
        return f"SESTETTO_STORE is {shown}: {problem}"
    return f"The store at {shown} refuses the user or password in SESTETTO_STORE: {problem}"


class Store:
    """Calls to one primary. `on_run` hooks run on the first connection to each server run, before any other call.

    `lacks` says what is wrong with the server at this address; empty if nothing is. `mark` is a write that changes
    nothing and vouches for everything before it (see durability.py).
    """

    def __init__(self, url: str, workspace: str = "", *, durability: str = "disk", deadline: float = DEADLINE) -> None:
        self.url = url
        self.primary = primary_of(url, workspace)
        self.durability = Durability(durability, min(PATIENCE, deadline / 2))
        self.lacks = ""
        self.mark: Command = ("PUBLISH", "sestetto", "")
        self.calls = 0
        self.exchanges = Durations()
        self.outage = Outage("store", store=self.primary.shown)
        self.unconfirmed = Outage("replica", store=self.primary.shown)
        self.on_run: list[Callable[[Direct], Awaitable[None]]] = []
        self._deadline = deadline
        self._context = copy_context()  # in which it was made; with several workspaces it has the name of ours
        self._wire: StoreWire | None = None
        self._checked_run = ""  # the run of the server, and of the primary, that was checked last
        self._waiting: list[Call] = []
        self._worker: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    async def command(self, *command: str | bytes | int) -> Any:
        """Run a command.

        Raises Unknown if the outcome is unknown, StoreFull if there is no room; ResponseError unchanged.
        """
        self.calls += 1
        return await self._send(command, vouched=True)

    async def run_unconfirmed(self, *command: str | bytes | int) -> Any:
        """Run a command whose reply counts without a replica's confirmation."""
        return await self._send(command, vouched=False)

    async def vouch(self) -> None:
        """Return once everything the store has now is stored as `durability` requires. Raises Unknown."""
        if self.durability.replicated:
            await self.command("PING")

    async def _send(self, command: Command, *, vouched: bool) -> Any:
        if self._closed or len(self._waiting) >= WAITING:
            raise Unknown
        if self._loop is None:  # looked up once, see StoreWire
            self._loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = self._loop.create_future()
        self._waiting.append(Call(command, future, vouched))
        if self._worker is None:
            # The worker's log lines are about the workspace, and not about the request that happened to start it.
            self._worker = self._loop.create_task(self._work(), context=self._context.copy())
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
        sent = 0
        while self._waiting:
            if sent >= BUSY:
                # Those who just got their replies, and sockets that can be read now, add their calls: the more calls
                # an exchange has, the less each of them costs.
                await asyncio.sleep(0)
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            # While a batch is on its way, further calls collect here and go together: the pipeline grows with the load.
            sent = len(batch)
            try:
                began = time.monotonic()
                replies = await self._exchange(batch)
                self.exchanges.note(time.monotonic() - began)
                self.outage.ends()
            except AWAY as problem:
                # Replies may still arrive for these calls. A new connection keeps them from being read as answers to
                # others.
                self.outage.begins(why(problem))
                await self._drop()
                replies = [Unknown() for _ in batch]
            except SettingError as problem:  # not the expected store
                self.lacks = str(problem)
                self.outage.begins(self.lacks)
                await self._drop()
                # At the start, the setting is wrong. Later, the store is wrong, and clients keep their commands for it.
                replies = [Unknown() if self._checked_run else problem for _ in batch]
            except Exception as problem:  # the worker must go on, and every caller must get an answer
                log.error("store.exchange", error=repr(problem), exc_info=problem)
                await self._drop()
                replies = [Unknown() for _ in batch]
            for call, reply in zip(batch, replies, strict=True):
                _settle(call.future, reply)
        self._worker = None

    async def _exchange(self, batch: Sequence[Call]) -> list[Any]:
        if self._wire is not None and self._wire.ended:
            await self._drop()  # the primary was left
        wire = self._wire
        if wire is None:
            async with asyncio.timeout(self._deadline):
                wire = await self._connect()
        vouchers = self.durability.vouchers(self.mark) if any(call.vouched for call in batch) else ()
        joint = JointCalls([call.command for call in batch], library()[0])
        replies = await wire.exchange([*joint.commands, *vouchers] if vouchers else joint.commands, self._deadline)
        replies, said = joint.separate(replies[: len(joint.commands)]), replies[len(joint.commands) :]
        if any(isinstance(reply, RedisError) and _is_elsewhere(reply) for reply in (*replies, *said)):
            await self._drop()  # the next exchange asks for the primary
        if vouchers and not self.durability.confirmed(said):
            self.unconfirmed.begins(self.durability.shortfall(said))
            return [Unknown() if call.vouched else reply for call, reply in zip(batch, replies, strict=True)]
        if vouchers:
            self.unconfirmed.ends()
        return replies

    async def _connect(self) -> StoreWire:
        try:
            wire = StoreWire(await self.primary.connect())
            try:
                await self._check_server(wire)
            except BaseException:
                await wire.close()
                raise
        except (*REFUSALS, Misdirected) as failure:
            # A store that let us in before is being changed, and its clients wait. The first time, the setting is
            # wrong.
            if not self._checked_run:
                raise SettingError(says_no(self.primary.shown, failure)) from failure
            raise
        self._wire = wire
        return wire

    async def _check_server(self, wire: StoreWire) -> None:
        """Check a server that was not checked in this run: it needs our library, and may have another history."""
        direct = wire.ask
        info = fields_of(await direct("INFO"))
        # A replica that becomes the primary continues in the same run, under a new replication id.
        run = f"{info['run_id']} {info.get('master_replid', '')}"
        if run == self._checked_run:
            return
        if problem := misfit(info, mode=self.primary.mode, at_start=not self._checked_run):
            raise SettingError(f"The store at {self.primary.shown} {problem}")
        await load_library(direct)
        for hook in self.on_run:
            await hook(direct)
        if not self._checked_run:
            await self._try_vouchers(direct)
        # Set only when all of it has passed; otherwise the next connection does it again.
        self._checked_run, self.lacks = run, ""
        await self.primary.leave(keep=wire.connection)

    async def _try_vouchers(self, direct: Direct) -> None:
        """Raise SettingError unless a write of ours is confirmed: the settings alone prove too little."""
        said = [await direct(*command) for command in self.durability.vouchers(self.mark)]
        if not self.durability.confirmed(said):
            raise SettingError(self.durability.shortfall(said))

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
            raise
    # A restarted or replaced store has lost our library, or a newer process deleted it. The first call did nothing.
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


def _is_elsewhere(reply: RedisError) -> bool:
    """Whether another server may be the primary by now. A server without replicas may have been cut off."""
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
