"""An installation under test: its store, servers and networks, in a temporary folder, built as the layout says."""

import asyncio
import os
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from console.archive.database import sqlite_url
from console.bench.processes import people
from console.config import PREFIX
from console.proving import fake_clock, nginx, postgresql, small_disk
from console.proving.lagging_pair import LaggingPair, lagging_pair
from console.proving.layout import Layout
from console.proving.network import BadNetwork
from console.proving.postgresql import PostgresServer
from console.proving.servers import ServerProcess, free_ports
from console.proving.stage import Stage
from console.proving.store_groups import LEAST, Cluster, SentinelGroup, cluster, sentinel_group
from console.queue.embedded import EmbeddedStore

Group = SentinelGroup | Cluster | LaggingPair

AGENTS = 4
STORE = "store"  # the folder of an embedded one, in the data folder
CLOCK = "clock"  # the file with a clock's offset
SYNCED = ("fsync=on", "full_page_writes=on", "synchronous_commit=on")  # as operators run it
LATEST = 12  # a fail point strikes after at most so many passes
LIMITS = ("address_sockets", "address_openings", "visitor_openings", "attack_openings", "site_openings")


@dataclass
class Ground:
    """`stage` is what people use; faults strike the rest."""

    folder: Path
    layout: Layout
    stage: Stage
    bearers: dict[str, str]
    servers: list[ServerProcess] = field(default_factory=list)
    archiver: ServerProcess | None = None
    fronts: list[BadNetwork] = field(default_factory=list)
    back: BadNetwork | None = None
    side: BadNetwork | None = None
    proxy: nginx.Proxy | None = None
    group: Group | None = None
    postgres: PostgresServer | None = None

    @property
    def processes(self) -> list[ServerProcess]:
        return [*self.servers, *([self.archiver] if self.archiver else [])]

    @property
    def database_file(self) -> Path:
        return Path(self.stage.database_url.partition("///")[2])

    @property
    def store_folder(self) -> Path:
        return self.folder / STORE

    @property
    def clock_file(self) -> Path:
        return self.folder / CLOCK


@asynccontextmanager
async def open_ground(layout: Layout, dice: random.Random) -> AsyncIterator[Ground]:
    """Build what the layout asks for; all of it is deleted after the block."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sestetto-prove-")))
        if layout.disk:
            stack.enter_context(small_disk.mounted(folder / STORE, layout.disk))
        url, group = await _store(folder, layout, stack)
        back = await stack.enter_async_context(BadNetwork(_path(url))) if layout.back else None
        ports = free_ports(layout.servers + layout.archiver)
        urls = [f"http://127.0.0.1:{port}" for port in ports[: layout.servers]]
        database, postgres = await _database(folder, layout, stack)
        stage = Stage(urls[0], urls[0], url, database, others=tuple(urls[1:]))
        ground = Ground(folder, layout, stage, await people(database, urls[0], AGENTS))
        ground.back, ground.group, ground.postgres = back, group, postgres
        if layout.side:
            assert postgres is not None
            ground.side = await stack.enter_async_context(BadNetwork(postgres.socket))
        reached = "" if layout.inside else (f"redis://127.0.0.1:{back.port}" if back else url)
        for number, port in enumerate(ports):
            works = number == layout.servers
            process = _process(ground, number, port, reached, works=works, dice=dice)
            await process.start()
            stack.push_async_callback(process.stop)
            if works:
                ground.archiver = process
            else:
                ground.servers.append(process)
        await _fronts(ground, stack)
        yield ground


async def _store(folder: Path, layout: Layout, stack: AsyncExitStack) -> tuple[str, Group | None]:
    """Start the store, unless a server does; return its address, and its servers if it has several."""
    more = "" if layout.durability == "disk" else LEAST
    if layout.stores == "sentinel":
        sentinels = await stack.enter_async_context(sentinel_group(folder, more))
        return sentinels.url, sentinels
    if layout.stores == "cluster":
        nodes = await stack.enter_async_context(cluster(folder, more))
        return nodes.url, nodes
    if layout.stores == "pair":
        pair = await stack.enter_async_context(lagging_pair(folder))
        return pair.url, pair
    store = EmbeddedStore(folder / STORE)
    if layout.clock == "store":
        with fake_clock.preloaded(folder / CLOCK):
            await stack.enter_async_context(store)
    elif not layout.inside:
        await stack.enter_async_context(store)
    return store.url, None


async def _database(folder: Path, layout: Layout, stack: AsyncExitStack) -> tuple[str, PostgresServer | None]:
    """Return the database's address, and its server if it has one."""
    if not layout.postgresql:
        return sqlite_url(folder), None
    server = PostgresServer(*SYNCED)
    stack.callback(server.stop)
    await asyncio.to_thread(server.start)
    return await asyncio.to_thread(server.create_database), server


async def _fronts(ground: Ground, stack: AsyncExitStack) -> None:
    """Start what is in front of the servers; people connect through it."""
    if ground.layout.front:
        ground.fronts = [await stack.enter_async_context(BadNetwork(server.port)) for server in ground.servers]
        _lead_to(ground.stage, [network.url for network in ground.fronts])
    if ground.layout.nginx:
        ground.proxy = await nginx.start(ground.folder, [server.port for server in ground.servers])
        stack.push_async_callback(ground.proxy.stop)
        _lead_to(ground.stage, [ground.proxy.url])


def _lead_to(stage: Stage, urls: list[str]) -> None:
    stage.url, *others = urls
    stage.others = tuple(others)


def _process(ground: Ground, number: int, port: int, store: str, *, works: bool, dice: random.Random) -> ServerProcess:
    layout = ground.layout
    words = ["work"] if works else ["serve", *(["--no-work"] if layout.archiver else [])]
    if layout.workers > 1:
        words += ["--workers", str(layout.workers)]
    module = ["console.cli"]
    if layout.dies_at:
        module = ["console.proving.fail_points", f"{layout.dies_at}:{dice.randint(1, LATEST)}"]
    if layout.clock == "server":
        module = ["console.proving.moved_clock", str(ground.clock_file)]
    environment = _environment(ground, port, store, works=works)
    log = ground.folder / f"process-{number + 1}.log"
    return ServerProcess(words, environment, log, port, module=module, asks="/livez" if works else "/healthz")


def _environment(ground: Ground, port: int, store: str, *, works: bool) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    given = {"DATA": str(ground.folder), "DATABASE": _database_url(ground), "PACE": "1000", "DRAIN": "0"}
    given["DURABILITY"] = ground.layout.durability
    given |= {name.upper(): "1000000" for name in LIMITS} | {"VISITOR_BYTES": "1000000000"}
    given |= {"WORK_PORT" if works else "PORT": str(port)} | ({"STORE": store} if store else {})
    if ground.layout.workers == 1:
        given["METRICS"] = "yes"
    ours = {PREFIX + name: value for name, value in given.items()}
    return plain | ours


def _database_url(ground: Ground) -> str:
    """Return the database's address as servers reach it."""
    url = ground.stage.database_url
    return postgresql.at_port(url, ground.side.port) if ground.side else url


def _path(url: str) -> str:
    return unquote(urlsplit(url).path)
