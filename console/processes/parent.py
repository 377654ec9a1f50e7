"""`sestetto serve --workers N`: starts the processes, keeps them running, and replaces and stops them in order.

They share one listening socket, opened here, instead of having one each (SO_REUSEPORT). A connection waiting in its
backlog belongs to no process yet, so none is lost when a process dies or is replaced, and macOS works like Linux.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from socket import socket
from typing import Any

import structlog

from console.config import Settings
from console.errors import SettingError
from console.processes.child import Child
from console.processes.place import Place
from console.server import listen, on_signals

STOP_PATIENCE = 40.0  # s beyond the drain until a process that does not stop is killed
NO_PORTS = (
    "With several workers, each process has its own metrics. Set SESTETTO_WORK_PORT, such as 9000, to give them ports, "
    "or unset SESTETTO_METRICS."
)

KEPT = "The processes keep the settings they have, but a new start of sestetto serve would fail."

log = structlog.get_logger()


class Parent:
    """The places for N serving processes, and one for the background work unless that is done elsewhere."""

    def __init__(
        self, settings: Settings, listening: socket, monitoring: Sequence[socket | None], read: Callable[[], bytes]
    ) -> None:
        """`monitoring`: the sockets of the worker, then of the servers; None where there is no port.

        `read` returns the children's settings as they are now; it raises SettingError if one of them is wrong.
        """
        patience, now = settings.drain + STOP_PATIENCE, read()
        worker, *servers = monitoring
        self.servers = [
            Place(f"server {number}", partial(_child, "serve", listening, own), now, patience)
            for number, own in enumerate(servers, 1)
        ]
        work = Place("worker", partial(_child, "work", None, worker), now, patience)
        self.workers = [work] if settings.work else []
        self._read = read
        self._reloading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def places(self) -> list[Place]:
        return [*self.servers, *self.workers]

    async def start(self) -> None:
        """Start the first one alone, since it may have to migrate. Raises SettingError if one does not start."""
        first, *others = self.places
        started = [await first.start()]
        if all(started):
            started += await asyncio.gather(*(place.start() for place in others))
        if not all(started):
            raise SettingError("A process ended before it was ready; its last log line says why.")

    @asynccontextmanager
    async def kept(self, early: asyncio.Event) -> AsyncIterator[asyncio.Event]:
        """Keep the processes running inside the block; the event is set when they should stop. They stop at its end.

        `early`: replace them at once, because that was requested while they started.
        """
        stopping = asyncio.Event()
        how = [signal.SIGTERM]

        def stop(number: signal.Signals) -> None:
            if stopping.is_set():  # a second signal stops without waiting
                self._send(number)
            how[0] = number
            stopping.set()

        with on_signals(
            {
                signal.SIGINT: lambda: stop(signal.SIGINT),
                signal.SIGTERM: lambda: stop(signal.SIGTERM),
                signal.SIGHUP: lambda: self._run(self._reload()),
            }
        ):
            for place in self.places:
                self._run(place.keep(self._check_settings))
            if early.is_set():
                self._run(self._reload())
            try:
                yield stopping
            finally:
                await self.stop(how[0])

    async def stop(self, number: signal.Signals) -> None:
        """Stop the servers together, then the worker, which keeps archiving until then."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(place.stop(number) for place in self.servers))
        await asyncio.gather(*(place.stop(number) for place in self.workers))

    async def _reload(self) -> None:
        """Replace them one after the other. If one does not start, stop replacing and keep the others."""
        async with self._reloading:
            try:
                settings = self._read()
            except SettingError as problem:
                log.error("processes.not_reloaded", error=str(problem))
                return
            log.info("processes.reload", processes=len(self.places))
            for place in self.places:
                if not await place.replace(settings):
                    return
            log.info("processes.reloaded", processes=len(self.places))

    def _check_settings(self) -> None:
        """Say now that the next start will fail: a process that is restarted keeps its settings and does not notice."""
        try:
            self._read()
        except SettingError as problem:
            log.warning("settings.broken", error=str(problem), why=KEPT)

    def _send(self, number: signal.Signals) -> None:
        for place in self.places:
            place.child.send(number)

    def _run(self, job: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@asynccontextmanager
async def processes(settings: Settings, listening: socket, read: Callable[[], bytes]) -> AsyncIterator[asyncio.Event]:
    """Run the processes on the socket inside the block. Raises SettingError if they do not start.

    `read` as for `Parent`.
    """
    with ExitStack() as sockets:
        monitoring = [None if one is None else sockets.enter_context(one) for one in _monitoring(settings)]
        parent = Parent(settings, listening, monitoring, read)
        # Processes that are starting may already be outdated, so a request to replace them is done afterwards.
        early = asyncio.Event()
        with on_signals({signal.SIGHUP: early.set}):
            try:
                await parent.start()
            except BaseException:
                await parent.stop(signal.SIGTERM)
                raise
            async with parent.kept(early) as stopping:
                yield stopping


def _monitoring(settings: Settings) -> list[socket | None]:
    ports = range(settings.work_port, settings.work_port + settings.workers + 1)
    if not settings.work_port:
        if settings.metrics:
            raise SettingError(NO_PORTS)
        return [None for _ in ports]
    # Without a worker its port stays closed: a monitor that connects to an open one would wait for ever.
    taken = [port for port in ports if settings.work or port != settings.work_port]
    return [listen(replace(settings, port=port), "WORK_PORT") if port in taken else None for port in ports]


def _child(kind: str, listening: socket | None, monitoring: socket | None, settings: bytes) -> Child:
    words, files = ["child", kind], []
    for option, opened in (("--listening", listening), ("--monitoring", monitoring)):
        if opened is not None:
            words += [option, str(opened.fileno())]
            files.append(opened.fileno())
    return Child(words, settings, files)
