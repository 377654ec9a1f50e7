"""The contestants: how each one's servers are started on a store, and which clients talk to them."""

import asyncio
import os
import socket
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.request import urlopen

from console.archive.database import sqlite_url
from console.bench.people import LoadAgent, LoadVisitor, Memory
from console.bench.processes import NAME, people
from console.queue.embedded import EmbeddedStore, socket_path
from tools.comparison.cores import OTHERS, SERVERS, pin
from tools.comparison.environment import FOLDER, NODE, PYTHON
from tools.comparison.people import Agent, Dialect, Echo, Person, Plain, SocketIO, Visitor

START_PATIENCE = 60.0  # s
SECRET = "of a comparison: 32 bytes at least"

AnyVisitor = LoadVisitor | Visitor
AnyAgent = LoadAgent | Agent


class Running:
    """A contestant's servers on its store. `urls` and `pids` are one for each server process."""

    def __init__(self, store: EmbeddedStore, folder: Path) -> None:
        self.store, self.folder = store, folder
        self.urls: list[str] = []
        self.pids: list[int] = []

    def sockets(self, number: int) -> str:
        return self.urls[number].replace("http", "ws", 1)


class Contestant(ABC):
    name: str
    answers = True  # whether there are agents

    @asynccontextmanager
    async def running(self, processes: int) -> AsyncIterator[Running]:
        """Start the servers on a new store; stop them and delete everything at the end."""
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sestetto-comparison-")))
            store = await stack.enter_async_context(EmbeddedStore(folder / "store"))
            running = Running(store, folder)
            for number in range(processes):
                port = _free_port()
                running.urls.append(f"http://127.0.0.1:{port}")
                if not number:
                    await self.prepare(running)
                process = await stack.enter_async_context(_process(*self.command(running, port, number)))
                running.pids.append(process.pid)
                await _answers(running.urls[-1], process, folder)
            for pid in running.pids:
                pin(pid, SERVERS)
            pin(store.pid, OTHERS)
            yield running

    async def prepare(self, running: Running) -> None:  # noqa: B027 most have nothing to do
        """Do what is needed before the first server starts; its URL is known by then."""

    @abstractmethod
    def command(self, running: Running, port: int, number: int) -> tuple[list[str], dict[str, str], Path]:
        """Return the words, the settings and the log of one server process."""

    @abstractmethod
    def crowd(self, running: Running, memory: Memory, rooms: int) -> tuple[list[AnyVisitor], list[AnyAgent]]:
        """Return visitors and agents, six visitors per agent; nobody is connected yet."""

    @abstractmethod
    async def come(self, running: Running, person: AnyVisitor | AnyAgent, process: int) -> None:
        """Connect a person to one of the processes."""


class Other(Contestant):
    """A contestant in `servers/`: rooms instead of chats."""

    def __init__(self, name: str, program: Path, file: str, dialect: Callable[[], Dialect]) -> None:
        self.name = name
        self.answers = dialect is not Echo
        self._program, self._file, self._dialect = program, file, dialect

    def command(self, running: Running, port: int, number: int) -> tuple[list[str], dict[str, str], Path]:
        words = [str(self._program), str(FOLDER / self._file), str(port), str(socket_path(running.store.folder))]
        return words, {}, running.folder / f"{number}.log"

    def crowd(self, running: Running, memory: Memory, rooms: int) -> tuple[list[AnyVisitor], list[AnyAgent]]:
        names = [str(number) for number in range(rooms)]
        visitors = [Visitor(memory, self._dialect(), name, alone=not self.answers) for name in names]
        if not self.answers:
            return [*visitors], []
        parts = [names[start : start + 6] for start in range(0, rooms, 6)]
        return [*visitors], [Agent(memory, self._dialect(), number, part) for number, part in enumerate(parts)]

    async def come(self, running: Running, person: AnyVisitor | AnyAgent, process: int) -> None:
        assert isinstance(person, Person)
        await person.come(running.sockets(process))


class Sestetto(Contestant):
    name = "Sestetto"

    def __init__(self) -> None:
        self._bearers: dict[str, str] = {}
        self.agents = 0

    async def prepare(self, running: Running) -> None:
        self._bearers = await people(sqlite_url(running.folder), running.urls[0], self.agents)

    def command(self, running: Running, port: int, number: int) -> tuple[list[str], dict[str, str], Path]:
        data = running.folder / str(number)
        data.mkdir(mode=0o700)
        settings = {
            "SESTETTO_DATA": str(data),
            "SESTETTO_PORT": str(port),
            "SESTETTO_STORE": running.store.url,
            "SESTETTO_DATABASE": sqlite_url(running.folder),
            "SESTETTO_SECRET": SECRET,
            "SESTETTO_PACE": "1000",
            "SESTETTO_ADDRESS_SOCKETS": "100000",
            "SESTETTO_ADDRESS_OPENINGS": "100000",
        }
        return [sys.executable, "-m", "console.cli", "serve"], settings, running.folder / f"{number}.log"

    def crowd(self, running: Running, memory: Memory, rooms: int) -> tuple[list[AnyVisitor], list[AnyAgent]]:
        visitors = [LoadVisitor(memory, number) for number in range(rooms)]
        return [*visitors], [LoadAgent(memory, name, bearer) for name, bearer in self._bearers.items()]

    async def come(self, running: Running, person: AnyVisitor | AnyAgent, process: int) -> None:
        if isinstance(person, LoadAgent):
            await person.connect(running.sockets(process))
        elif isinstance(person, LoadVisitor):
            await person.connect(running.sockets(process), running.urls[0], NAME)


def contestants() -> dict[str, Contestant]:
    found: list[Contestant] = [
        Other("Starlette echo", PYTHON, "echo.py", Echo),
        Other("bare loop", PYTHON, "loop.py", Plain),
        Other("Socket.IO", NODE, "socketio.mjs", SocketIO),
        Other("Django Channels", PYTHON, "channels_app.py", Plain),
        Sestetto(),
    ]
    return {one.name: one for one in found}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@asynccontextmanager
async def _process(words: list[str], settings: dict[str, str], log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SESTETTO_")}
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(*words, env=environment | settings, stdout=output, stderr=output)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _answers(url: str, process: asyncio.subprocess.Process, folder: Path) -> None:
    """Wait until the server answers. Raises SystemExit with its log if it ends or never does."""
    deadline = time.monotonic() + START_PATIENCE
    while not await asyncio.to_thread(_answered, url):
        if process.returncode is not None or time.monotonic() > deadline:
            raise SystemExit(f"{url} did not start:\n{await asyncio.to_thread(_logs, folder)}")
        await asyncio.sleep(0.1)


def _logs(folder: Path) -> str:
    return "\n".join(path.read_text() for path in folder.glob("*.log"))


def _answered(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as reply:
            return bool(reply.status)
    except OSError as problem:
        return hasattr(problem, "code")  # any response shows that it is running
