"""`sestetto work`: the background work in its own process, without sockets and pages."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import structlog
from starlette.applications import Starlette

from console.app import create_work_app
from console.backup.staging import refuse_half_restored
from console.commands.common import say
from console.commands.running import log_start, read_and_log, run_until_stopped
from console.config import Settings
from console.data_folder import resolve, store_folder
from console.queue.embedded import EmbeddedStore, answers
from console.server import listen, serving, url_of, working
from console.workspaces.declared import Installation
from console.workspaces.starting import application_of, filled_with, reloading

CHECK_EVERY = 0.5  # seconds between two checks whether the server's store runs
NO_STORE = "The store of this data folder is not running. Start sestetto serve, or set SESTETTO_STORE."

log = structlog.get_logger()


def work() -> None:
    """Do the background work until Ctrl-C: archive, send alerts, clean up. Any number of these can run."""
    given = {"work": True}
    run_until_stopped(_work(read_and_log(**given), given))


async def _work(installation: Installation, given: Mapping[str, Any]) -> None:
    refuse_half_restored(installation.process.data.absolute())
    filled = await _joined(installation)
    app = application_of(filled, create_work_app)
    with reloading(app, filled, given):
        async with _running(app, filled.process) as (stopping, address):
            log_start("work.started", filled, address)
            say(f"Sestetto works in the background{f', monitored at {address}' * bool(address)}. Press Ctrl-C to stop.")
            await stopping.wait()
    say("Stopped.")


async def _joined(installation: Installation) -> Installation:
    """Fill in the stores and, for a single workspace, database and secret."""
    if not installation.several:
        settings = resolve(installation.process)
        installation = Installation(settings, (settings,))
    if all(one.store for one in installation.workspaces):
        return installation
    return filled_with(installation, await _embedded(installation.process))


async def _embedded(filled: Settings) -> str:
    """Return the embedded store's URL. The server starts that store; this waits until it runs."""
    store = EmbeddedStore(store_folder(filled))
    logged = False
    while not await answers(store):
        if not logged:
            log.warning("work.waits", why=NO_STORE, data=str(filled.data))
        logged = True
        await asyncio.sleep(CHECK_EVERY)
    return store.url


@asynccontextmanager
async def _running(app: Starlette, settings: Settings) -> AsyncIterator[tuple[asyncio.Event, str]]:
    """Work inside the block. Yields the event that is set when it must stop, and the address for monitoring if there is
    one.
    """
    if not settings.work_port:
        async with working(app) as stopping:
            yield stopping, ""
        return
    # Nobody is routed to this port, so no traffic has to be drained first.
    monitored = replace(settings, port=settings.work_port, drain=0)
    with listen(monitored, "WORK_PORT") as listening:
        async with serving(app, listening, monitored) as stopping:
            yield stopping, url_of(listening)
