"""Starts the server from the settings: first the socket, then the data on this machine, then the app."""

import asyncio
import errno
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from console.config import Settings
from console.errors import SettingError
from console.limits.connections import LEAST, Connections, capacity_of, raise_descriptors
from console.limits.http_protocol import IDLE, HttpProtocol
from console.limits.proxies import ForwardedClient, Proxies
from console.protocol import MAX_FRAME
from console.timing.beat import Wake
from console.ws.heartbeats import Heartbeats
from console.ws.uvicorn_protocol import Protocol

BACKLOG = 2048
TICK = 1.0  # seconds; the Date header is at most this old


log = structlog.get_logger()


class ServerConfig(uvicorn.Config):
    """How uvicorn is configured here, with what its protocols share; `serving` runs the application around it."""

    def __init__(self, app: ASGIApp, settings: Settings, connections: Connections) -> None:
        self.connections = connections
        self.heartbeats = Heartbeats()
        super().__init__(
            ForwardedClient(app, Proxies(settings.trusted_proxies)),
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            http=HttpProtocol,
            ws=Protocol,
            ws_max_size=MAX_FRAME,
            ws_per_message_deflate=False,
            lifespan="off",
            access_log=False,
            log_level="debug" if settings.log == "debug" else "warning",
            proxy_headers=False,  # `ForwardedClient` handles these
            server_header=False,
            date_header=True,
            timeout_keep_alive=IDLE,
            timeout_graceful_shutdown=5,
            backlog=BACKLOG,
        )


class Server(uvicorn.Server):
    """uvicorn that reports when it is ready and leaves signals to us.

    uvicorn would end the process on a signal before the embedded store has stopped.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self._stopping = Wake()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        """Check rarely, since only `stop` ends it; uvicorn checks ten times a second."""
        while not await self.on_tick(0):
            await self._stopping.wait(TICK)

    def stop(self) -> None:
        self.should_exit = True
        self._stopping.set()


def listen(settings: Settings, name: str = "PORT") -> socket.socket:
    """Open the listening socket. Raises SettingError with a hint if that fails; `name` is the port's setting."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as problem:
        raise SettingError(_why_not(settings, problem, name)) from problem


def connections_of(settings: Settings) -> Connections:
    """Allow as many connections as this process may have; logs a limit that is too low to work with."""
    descriptors = raise_descriptors()
    if descriptors < LEAST:
        log.warning("server.descriptors", limit=descriptors, least=LEAST)
    each, asked = settings.address_connections, settings.address_requests
    return Connections(capacity_of(descriptors), each, asked, settings.trusted_proxies)


def url_of(listening: socket.socket) -> str:
    """Return `http://host:port` for a browser on this machine."""
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


@asynccontextmanager
async def serving(
    app: Starlette, listening: socket.socket, settings: Settings, *more: socket.socket
) -> AsyncIterator[asyncio.Event]:
    """Serve the app inside the block. The event is set when the process should stop, or the server has stopped.

    SIGTERM sets `app.state.draining` first, and the event after `settings.drain` seconds; Ctrl-C sets both at once. A
    second signal stops without waiting. Errors of the app's own start are raised here.
    """
    app.state.connections = connections_of(settings)
    app.state.draining = False
    server = Server(ServerConfig(app, settings, app.state.connections))
    stopping = asyncio.Event()
    async with app.router.lifespan_context(app):
        with _signals(app, server, stopping, settings.drain):
            task = asyncio.create_task(server.serve(sockets=[listening, *more]), name="server")
            task.add_done_callback(lambda _: stopping.set())
            try:
                await server.ready.wait()
                yield stopping
            finally:
                app.state.draining = True
                server.stop()
                await task


@asynccontextmanager
async def working(app: Starlette) -> AsyncIterator[asyncio.Event]:
    """Run the app's background work inside the block, on no port. The event is set by SIGTERM and Ctrl-C."""
    stopping = asyncio.Event()
    async with app.router.lifespan_context(app):
        with on_signals({signal.SIGINT: stopping.set, signal.SIGTERM: stopping.set}):
            yield stopping


@contextmanager
def _signals(app: Starlette, server: Server, stopping: asyncio.Event, drain: int) -> Iterator[None]:
    loop = asyncio.get_running_loop()

    def stop(after: int) -> None:
        server.force_exit = stopping.is_set()
        loop.call_later(0 if app.state.draining else after, stopping.set)
        app.state.draining = True

    with on_signals({signal.SIGINT: lambda: stop(0), signal.SIGTERM: lambda: stop(drain)}):
        yield


@contextmanager
def on_signals(handlers: Mapping[signal.Signals, Callable[[], None]]) -> Iterator[None]:
    """Call a handler for each signal inside the block; a block within this one may have its own."""
    loop = asyncio.get_running_loop()
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)


def _why_not(settings: Settings, problem: OSError, name: str) -> str:
    where = f"Port {settings.port} on {settings.host}"
    match problem.errno:
        case errno.EADDRINUSE:
            free = f"SESTETTO_{name}={_next(settings)}"
            return f"{where} is already in use. Stop what uses it or choose another port, such as {free}."
        case errno.EACCES:
            return f"{where} needs privileges that you lack. Choose a port above 1023, such as SESTETTO_{name}=8000."
        case errno.EADDRNOTAVAIL:
            return f"{settings.host} is not an address of this machine. Fix SESTETTO_HOST."
    if isinstance(problem, socket.gaierror):
        return f"{settings.host} is neither an address nor a known host name. Fix SESTETTO_HOST."
    return f"{where} is not available: {problem.strerror or problem}."


def _next(settings: Settings) -> int:
    return settings.port + 1 if settings.port < 65535 else 8000
