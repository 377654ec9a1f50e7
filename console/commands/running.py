"""Shared by the commands that run until they are stopped: settings, signals while they start, the first line."""

import asyncio
import gc
import os
import signal
from collections.abc import Coroutine
from typing import Any

import structlog
import uvloop

from console.commands.common import say
from console.config import Settings, release
from console.domain.service_urls import without_password
from console.logs import configure_logs
from console.server import on_signals
from console.workspaces.declared import Installation, read_installation

# New objects until a collection, and collections until older generations are included. Reference counting frees nearly
# all objects of a message or a visitor's socket. With Python's default of 700, a tenth of the time went into
# collections. The third bounds what old objects that refer to each other can keep: two million objects, or 150 MB.
COLLECT = (20_000, 20, 5)

log = structlog.get_logger()


def read_and_log(**given: Any) -> Installation:
    """Return the settings, and log at their level from now on."""
    installation = read_installation(**given)
    configure_logs(installation.process.log)
    return installation


def run_until_stopped(job: Coroutine[Any, Any, None]) -> None:
    gc.collect()
    gc.freeze()  # modules stay, so no collection has to check them again
    gc.set_threshold(*COLLECT)
    try:
        uvloop.run(_until_stopped(job))
    except asyncio.CancelledError:
        say("Stopped before it had started.")


async def _until_stopped(job: Coroutine[Any, Any, None]) -> None:
    """Run the job. Until it handles signals itself, a signal ends it immediately."""
    task = asyncio.create_task(job)

    def stop() -> None:
        task.cancel()

    with on_signals({signal.SIGINT: stop, signal.SIGTERM: stop}):
        await task


def log_start(event: str, filled: Installation, own: str) -> None:
    """Log one line that says which process this is; `filled` has the addresses that the settings may leave out.

    Of several workspaces, each logs its own address (`workspace.started`).
    """
    process = filled.process
    about = {"workspaces": names_of(filled)} if filled.several else _about(process)
    log.info(event, release=release(), address=own, **about, work=process.work, pid=os.getpid())


def names_of(installation: Installation) -> list[str]:
    return [one.workspace for one in installation.workspaces]


def _about(settings: Settings) -> dict[str, str]:
    return {
        "origin": settings.origin,
        "workspace": settings.workspace,
        "store": without_password(settings.store),
        "database": without_password(settings.database),
    }
