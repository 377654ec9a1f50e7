"""Processes that are killed, stopped for a while, or replaced."""

import asyncio
import signal
import urllib.request

from console.proving import nginx
from console.proving.eventually import eventually
from console.proving.fail_points import ARM, PLACES
from console.proving.fault import Fault, Trial
from console.proving.layout import Layout
from console.proving.schedule import Strike
from console.proving.servers import ServerProcess

LEASES = (11.0, 15.0)  # s: beyond an agent's lease of 10 s
RELOAD = 300.0  # s, for a busy machine
STARTED = "processes.started"
RELOADED = "processes.reloaded"


async def kill_server(trial: Trial, strike: Strike) -> None:
    """Kill the server that was drawn, and start it again after a while."""
    server = trial.ground.servers[strike.among(len(trial.ground.servers))]
    await server.kill()
    await asyncio.sleep(strike.hold)
    await server.start()


async def stop_server(trial: Trial, strike: Strike) -> None:
    await _asleep(trial.ground.servers[strike.among(len(trial.ground.servers))], strike.hold)


async def stop_archiver(trial: Trial, strike: Strike) -> None:
    assert trial.ground.archiver is not None
    await _asleep(trial.ground.archiver, strike.hold)


async def kill_archiver(trial: Trial, strike: Strike) -> None:
    assert trial.ground.archiver is not None
    await trial.ground.archiver.kill()
    await asyncio.sleep(strike.hold)
    await trial.ground.archiver.start()


async def kill_ticker(trial: Trial, strike: Strike) -> None:
    """Kill the process that fires the timers and archives."""
    server = await eventually(lambda: _leader(trial.ground.servers), "somebody to lead", within=30)
    await server.kill()
    await asyncio.sleep(strike.hold)
    await server.start()


async def rolling_restart(trial: Trial, strike: Strike) -> None:
    (parent,) = trial.ground.servers
    await eventually(lambda: STARTED in parent.log, "all processes to run", within=RELOAD)
    done = parent.log.count(RELOADED)
    parent.send(signal.SIGHUP)
    await eventually(lambda: parent.log.count(RELOADED) > done, "all processes to be replaced", within=RELOAD)


async def dies_there(trial: Trial, strike: Strike) -> None:
    """The server kills itself at its fail point, and is started again with the point unarmed."""
    (server,) = trial.ground.servers
    server.send(ARM)
    async with asyncio.timeout(60):
        await server.ended()
    await asyncio.sleep(strike.hold)
    await server.start()


async def behind_nginx(trial: Trial, strike: Strike) -> None:
    """nginx replaces its workers, then one server dies and the others have to serve."""
    assert trial.ground.proxy is not None
    trial.ground.proxy.reload()
    await kill_server(trial, strike)


async def _asleep(server: ServerProcess, seconds: float) -> None:
    server.send(signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        server.send(signal.SIGCONT)


async def _leader(servers: list[ServerProcess]) -> ServerProcess | None:
    leads = await asyncio.gather(*(asyncio.to_thread(_leads, server.url) for server in servers))
    return next((server for server, does in zip(servers, leads, strict=True) if does), None)


def _leads(url: str) -> bool:
    with urllib.request.urlopen(f"{url}/metrics", timeout=5) as reply:
        return b"\nsestetto_leader 1.0" in reply.read()


def _says(place: str) -> str:
    return f"a server dies {place.replace('-', ' ')}, between two steps of one message"


TWO = Layout(servers=2)
FAULTS: tuple[Fault, ...] = (
    Fault("kill-server", "SIGKILL of the only server; it is started again", Layout(), kill_server),
    Fault("kill-one-of-two", "SIGKILL of one of two servers; its people go to the other", TWO, kill_server, (2, 5)),
    Fault("kill-ticker", "SIGKILL of the one of two servers that fires timers and archives", TWO, kill_ticker, (2, 5)),
    Fault("stop-server", "SIGSTOP of one of two servers for longer than every lease", TWO, stop_server, LEASES, 2),
    Fault(
        "stop-only-server", "SIGSTOP of the only server for longer than every lease", Layout(), stop_server, LEASES, 2
    ),
    Fault("rolling-restart", "SIGHUP of serve --workers 2: all processes replaced", Layout(workers=2), rolling_restart),
    Fault("stop-archiver", "SIGSTOP of sestetto work", Layout(archiver=True), stop_archiver, (5, 12), 2),
    Fault("kill-archiver", "SIGKILL of sestetto work", Layout(archiver=True), kill_archiver),
    *(Fault(f"dies-{place}", _says(place), Layout(dies_at=place), dies_there) for place in PLACES),
    Fault(
        "nginx",
        "two servers behind nginx, which reloads; one of them is killed",
        Layout(servers=2, nginx=True),
        behind_nginx,
        (1, 3),
        missing=nginx.missing,
    ),
)
