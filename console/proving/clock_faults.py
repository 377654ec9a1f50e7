"""Clocks that jump by an hour and later back to the right time."""

import asyncio

from console.proving import fake_clock
from console.proving.fault import Fault, Trial
from console.proving.layout import Layout
from console.proving.moved_clock import MOVE
from console.proving.schedule import Strike

HOUR = 3600  # s


async def jump_of_server(trial: Trial, strike: Strike) -> None:
    """The servers' clocks jump an hour forward or back, and later back to the right time."""
    try:
        _set_servers(trial, HOUR if strike.among(2) else -HOUR)
        await asyncio.sleep(strike.hold)
    finally:
        _set_servers(trial, 0)


def _set_servers(trial: Trial, seconds: int) -> None:
    trial.ground.clock_file.write_text(str(seconds))
    for server in trial.ground.servers:
        server.send(MOVE)


async def jump_of_store(trial: Trial, strike: Strike) -> None:
    fake_clock.move(trial.ground.clock_file, HOUR if strike.among(2) else -HOUR)
    try:
        await asyncio.sleep(strike.hold)
    finally:
        fake_clock.move(trial.ground.clock_file, 0)


FAULTS: tuple[Fault, ...] = (
    Fault("clock-server", "the server's clock is an hour off", Layout(clock="server"), jump_of_server, (3, 6), 2),
    Fault(
        "clock-store",
        "the store's clock is an hour off",
        Layout(clock="store"),
        jump_of_store,
        (3, 6),
        2,
        missing=fake_clock.missing,
    ),
)
