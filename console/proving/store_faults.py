"""The store is killed, stopped, or its disk is full."""

import asyncio
import os
import signal
from pathlib import Path

from console.proving import small_disk
from console.proving.eventually import eventually
from console.proving.fault import Fault, Trial
from console.proving.layout import Layout
from console.proving.schedule import Strike
from console.proving.stage import Stage, store_pid

DISK = 96  # MiB
TORN = b"*3\r\n$5\r\nRPUSH\r\n$10\r\n{main}:lo"


async def kill_store(trial: Trial, strike: Strike) -> None:
    """The process that owns the store restarts it from its file."""
    stage = trial.ground.stage
    before = await store_pid(stage)
    os.kill(before, signal.SIGKILL)
    await eventually(lambda: _another(stage, before), "the store to be started again", within=30)


async def stop_store(trial: Trial, strike: Strike) -> None:
    pid = await store_pid(trial.ground.stage)
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(strike.hold)
    finally:
        os.kill(pid, signal.SIGCONT)


async def kill_both(trial: Trial, strike: Strike) -> None:
    """Server and store are killed at once, like a power cut, except that the kernel still writes its buffers."""
    await _kill_both(trial, torn=False)


async def tear_file(trial: Trial, strike: Strike) -> None:
    """The same, and the store's file ends in the middle of a command."""
    await _kill_both(trial, torn=True)


async def _kill_both(trial: Trial, *, torn: bool) -> None:
    (server,) = trial.ground.servers
    pid = await store_pid(trial.ground.stage)
    await server.kill()
    await eventually(lambda: not Path(f"/proc/{pid}/cmdline").exists() or _zombie(pid), "the store to end")
    if torn:
        newest = sorted((trial.ground.store_folder / "appendonlydir").glob("*.incr.aof"))[-1]
        with newest.open("ab") as file:
            file.write(TORN)
    await server.start()


async def fill_disk(trial: Trial, strike: Strike) -> None:
    """The store's disk is full for a while."""
    small_disk.fill(trial.ground.store_folder)
    try:
        await asyncio.sleep(strike.hold)
    finally:
        small_disk.empty(trial.ground.store_folder)


async def _another(stage: Stage, before: int) -> bool:
    try:
        return await store_pid(stage) != before
    except Exception:  # it does not answer yet
        return False


def _zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


FAULTS: tuple[Fault, ...] = (
    Fault("kill-store", "SIGKILL of the store; it is started again with its file", Layout(), kill_store),
    Fault(
        "stop-store", "SIGSTOP of the store: it accepts connections and never answers", Layout(), stop_store, (3, 9), 2
    ),
    Fault("power-cut", "SIGKILL of server and store together", Layout(inside=True), kill_both),
    Fault(
        "torn-file",
        "SIGKILL of server and store; the store's file ends in half a command",
        Layout(inside=True),
        tear_file,
    ),
    Fault(
        "disk-full",
        "the store's disk is full for a while",
        Layout(disk=DISK),
        fill_disk,
        (3, 6),
        2,
        missing=small_disk.missing,
    ),
)
