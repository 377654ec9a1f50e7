"""From settings to a running server: the socket first, then what is kept on this machine, then the app."""

import asyncio
import errno
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette

from console.config import Settings
from console.errors import SettingError
from console.ws.uvicorn_protocol import server_config

BACKLOG = 2048


class Server(uvicorn.Server):
    """Says when it is ready, and leaves signals to us: uvicorn would end the process before its store is stopped."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(settings: Settings) -> socket.socket:
    """The listening socket; SettingError says what to do when it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as problem:
        raise SettingError(_why_not(settings, problem)) from problem


def url_of(listening: socket.socket) -> str:
    """`http://host:port` as a browser on this machine would reach it."""
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


@asynccontextmanager
async def serving(app: Starlette, listening: socket.socket, settings: Settings) -> AsyncIterator[asyncio.Event]:
    """The app answers inside the block. The event is set when the process is asked to stop, or the server has.

    What the app's own start raises is raised here. A second Ctrl-C does not wait for anybody.
    """
    server = Server(server_config(app, settings))
    stopping = asyncio.Event()
    with _signals(server, stopping):
        async with _started(app, stopping):
            task = asyncio.create_task(server.serve(sockets=[listening]), name="server")
            task.add_done_callback(lambda _: stopping.set())
            try:
                await server.ready.wait()
                yield stopping
            finally:
                server.should_exit = True
                await task


@asynccontextmanager
async def _started(app: Starlette, stopping: asyncio.Event) -> AsyncIterator[None]:
    """The app's own start and end. A start that waits for something ends as soon as it is asked to."""
    lifespan = app.router.lifespan_context(app)
    start, stop = asyncio.create_task(lifespan.__aenter__()), asyncio.create_task(stopping.wait())
    await asyncio.wait((start, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not start.done():
        start.cancel()
        await asyncio.wait((start,))
        raise SettingError("Stopped before it had started.")
    start.result()
    try:
        yield
    finally:
        await lifespan.__aexit__(None, None, None)


@contextmanager
def _signals(server: Server, stopping: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.force_exit = stopping.is_set()
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _why_not(settings: Settings, problem: OSError) -> str:
    where = f"Port {settings.port} on {settings.host}"
    match problem.errno:
        case errno.EADDRINUSE:
            free = f"SESTETTO_PORT={_next(settings)}"
            return f"{where} is already in use. Stop what uses it or choose another port, such as {free}."
        case errno.EACCES:
            return f"{where} needs more rights than you have. Choose a port above 1023, such as SESTETTO_PORT=8000."
        case errno.EADDRNOTAVAIL:
            return f"{settings.host} is not an address of this machine. Fix SESTETTO_HOST."
    return f"{where} is not available: {problem.strerror or problem}."


def _next(settings: Settings) -> int:
    return settings.port + 1 if settings.port < 65535 else 8000
