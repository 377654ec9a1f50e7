"""Networks that are cut, go silent in one or both directions, slow down, or drop everybody at once."""

import asyncio
import resource

from console.proving import postgresql
from console.proving.fault import Fault, Striking, Trial
from console.proving.layout import Layout
from console.proving.network import BadNetwork
from console.proving.schedule import Strike

DELAY = 0.3  # s each way
CROWD = 2_000
FILES = 3 * CROWD  # open at once, in one process


def networks(trial: Trial) -> list[BadNetwork]:
    return trial.ground.fronts or [one for one in (trial.ground.back, trial.ground.side) if one]


async def cut(trial: Trial, strike: Strike) -> None:
    for network in networks(trial):
        network.cut()
    await _healed(trial, strike)


async def drop(trial: Trial, strike: Strike) -> None:
    """Every connection breaks, three times in a row; new ones are accepted immediately."""
    for _ in range(3):
        for network in networks(trial):
            network.drop()
        await asyncio.sleep(strike.hold / 3)


async def half_open(trial: Trial, strike: Strike) -> None:
    for network in networks(trial):
        network.swallow()
    await _healed(trial, strike)


async def one_way(trial: Trial, strike: Strike) -> None:
    """Bytes disappear in the direction that was drawn."""
    for network in networks(trial):
        network.swallow("up" if strike.among(2) else "down")
    await _healed(trial, strike)


async def slow(trial: Trial, strike: Strike) -> None:
    for network in networks(trial):
        network.delay = DELAY
    await _healed(trial, strike)


async def _healed(trial: Trial, strike: Strike) -> None:
    await asyncio.sleep(strike.hold)
    for network in networks(trial):
        network.heal()


async def storm(trial: Trial, strike: Strike) -> None:
    """Everybody's connection breaks at once."""
    for person in trial.traffic.everybody:
        person.drop()


def too_few_files() -> str:
    """Raise the limit of open files as far as allowed; started processes inherit it."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if now < FILES:
        if most != resource.RLIM_INFINITY and most < FILES:
            return f"this user may open {most:,} files, not {FILES:,} (ulimit -n)"
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, most))
    return ""


def _sql(name: str, does: str, strike: Striking, hold: tuple[float, float], strikes: int = 3) -> Fault:
    layout = Layout(postgresql=True, side=True)
    return Fault(f"postgresql-{name}", does, layout, strike, hold, strikes, missing=postgresql.missing)


FRONT, BACK = Layout(front=True), Layout(back=True)
FAULTS: tuple[Fault, ...] = (
    Fault("clients-cut", "no network between people and server", FRONT, cut, (1, 4)),
    Fault("clients-dropped", "every connection to the server breaks, three times in a row", FRONT, drop, (1, 2)),
    Fault("clients-half-open", "all that people and server send each other is lost", FRONT, half_open, (3, 6), 2),
    Fault("clients-one-way", "one direction between people and server is lost", FRONT, one_way, (3, 6), 2),
    Fault("clients-slow", "300 ms each way between people and server", FRONT, slow, (2, 5)),
    Fault("store-cut", "no network between server and store", BACK, cut, (1, 4)),
    Fault("store-dropped", "every connection to the store breaks, three times in a row", BACK, drop, (1, 2)),
    Fault("store-half-open", "all that server and store send each other is lost", BACK, half_open, (3, 8), 2),
    Fault("store-one-way", "one direction between server and store is lost", BACK, one_way, (3, 8), 2),
    Fault("store-slow", "300 ms each way between server and store", BACK, slow, (2, 5), 2),
    Fault("store-away", "no network between server and store for half a minute", BACK, cut, (30, 30), 1),
    _sql("cut", "no network between server and PostgreSQL", cut, (1, 4)),
    _sql("dropped", "every connection to PostgreSQL breaks, three times in a row", drop, (1, 2)),
    _sql("one-way", "one direction between server and PostgreSQL is lost", one_way, (3, 6), 2),
    _sql("slow", "300 ms each way between server and PostgreSQL", slow, (2, 5), 2),
    Fault("storm", f"{CROWD:,} people dropped at once", Layout(crowd=CROWD), storm, strikes=2, missing=too_few_files),
)
