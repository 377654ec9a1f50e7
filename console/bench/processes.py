"""Runs the server under load in its own process, with its store, and reads both processes' usage from the kernel."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

from console.archive.database import Database
from console.archive.sessions import Origin
from console.archive.stores import Stores
from console.config import read_settings
from console.data_folder import resolve
from console.domain.directory import Queue, Site
from console.errors import SettingError
from console.server import listen

NAME = "load"  # of the site and the queue
START_PATIENCE = 60.0  # s
STOP_PATIENCE = 30.0
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Usage(NamedTuple):
    """CPU seconds used so far, and resident bytes now."""

    cpu: float
    memory: int


def usage(pid: int) -> Usage:
    """Return the usage of one process; zeros if it does not exist."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return Usage((int(fields[11]) + int(fields[12])) / TICKS, int(fields[21]) * PAGE)
    except OSError:
        return Usage(0, 0)


def store_of(pid: int) -> int:
    """Return the process id of a server's embedded store; 0 if there is none."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = file.read_text().rpartition(")")
            if int(rest.split()[1]) == pid and "valkey" in name:
                return int(file.parent.name)
    return 0


def yardstick() -> float:
    """Return the machine's current speed: CPU ms for a million additions in Python, the median of five."""
    return round(sorted(_additions() for _ in range(5))[2] * 1000, 1)


def _additions() -> float:
    started, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number
    return time.process_time() - started


class Target(NamedTuple):
    """A server under load; `pid` is 0 if we did not start it."""

    url: str
    pid: int
    bearers: dict[str, str]
    cookie: str = ""  # a supervisor's session, if the server is our own

    @property
    def sockets(self) -> str:
        return self.url.replace("http", "ws", 1)


@asynccontextmanager
async def own_server(agents: int, *, pace: int = 1000) -> AsyncIterator[Target]:
    """Start a new server with an embedded store in a temporary folder; stop it and delete the folder at the end."""
    with tempfile.TemporaryDirectory(prefix="sestetto-load-") as folder:
        settings = resolve(read_settings({}, data=Path(folder), port=0))
        with listen(settings) as found:
            port = found.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        bearers = await people(settings.database, url, agents)
        cookie = await supervisor(settings.database)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SESTETTO_")}
        environment |= {
            "SESTETTO_DATA": folder,
            "SESTETTO_PORT": str(port),
            "SESTETTO_PACE": str(pace),
            "SESTETTO_METRICS": "yes",
            "SESTETTO_ADDRESS_SOCKETS": "100000",
            "SESTETTO_ADDRESS_OPENINGS": "100000",
        }
        log = Path(folder) / "server.log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "console.cli", "serve", env=environment, stdout=output, stderr=output
            )
        try:
            await _answers(url, process, log)
            yield Target(url, process.pid, bearers, cookie)
        finally:
            await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_PATIENCE)
    except TimeoutError:
        process.kill()
        await process.wait()


async def people(database_url: str, url: str, agents: int) -> dict[str, str]:
    """Create site, queue and agents of a load test unless they exist; return a bearer token for each agent."""
    database = Database(database_url)
    try:
        await database.migrate()
        stores = Stores(database)
        known = await stores.directory.read()
        await stores.queues.put(Queue(NAME, "Load"))
        await stores.sites.put(Site(NAME, "Load", NAME, (url,)))
        names = [f"load-{number}" for number in range(agents)]
        for name in names:
            if name not in known.members:
                await stores.members.add(id=name, email=f"{name}@load.example", name=name, password="", queues=(NAME,))
        return {name: await stores.tokens.add(name, NAME) for name in names}
    finally:
        await database.close()


async def supervisor(database_url: str) -> str:
    """Create a supervisor; return their session cookie."""
    database = Database(database_url)
    try:
        stores = Stores(database)
        await stores.members.add(
            id="load-sam", email="sam@load.example", name="Sam", password="", role="supervisor", queues=(NAME,)
        )
        return await stores.sessions.start("load-sam", Origin("127.0.0.1"))
    finally:
        await database.close()


async def _answers(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(START_PATIENCE):
        while not await asyncio.to_thread(_healthy, url):
            if process.returncode is not None:
                raise SettingError(f"the server under load ended: {await asyncio.to_thread(log.read_text)}")
            await asyncio.sleep(0.1)


def _healthy(url: str) -> bool:
    try:
        with urlopen(f"{url}/healthz", timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False
