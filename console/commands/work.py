"""`sestetto work`: the background work in a process of its own, without sockets and pages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog

from console.app import create_work_app
from console.backup.staging import refuse_half_restored
from console.commands.common import say
from console.commands.running import log_start, read_and_log, run_until_stopped
from console.config import Settings
from console.data_folder import resolve, store_folder
from console.queue.embedded import EmbeddedStore, answers
from console.server import listen, serving, url_of, working

LOOK = 0.5  # seconds between two looks whether the server's store runs
NO_STORE = "The store of this data folder does not run: sestetto serve starts it, or SESTETTO_STORE names another one."

log = structlog.get_logger()


def work() -> None:
    """Archive, send alerts and clean up until Ctrl-C; serves no pages. Any number of these may run."""
    run_until_stopped(_work(read_and_log(work=True)))


async def _work(settings: Settings) -> None:
    refuse_half_restored(settings.data.absolute())
    filled = await _joined(settings)
    async with _running(filled) as (stopping, address):
        log_start("work.started", filled, address)
        say(f"Sestetto works in the background{f', monitored at {address}' * bool(address)}. Press Ctrl-C to stop.")
        await stopping.wait()
    say("Stopped.")


async def _joined(settings: Settings) -> Settings:
    """Fill in store, database and secret. An embedded store is started by the server; this waits until it runs."""
    filled = resolve(settings)
    if filled.store:
        return filled
    store = EmbeddedStore(store_folder(filled))
    told = False
    while not await answers(store):
        if not told:
            log.warning("work.waits", why=NO_STORE, data=str(filled.data))
        told = True
        await asyncio.sleep(LOOK)
    return replace(filled, store=store.url)


@asynccontextmanager
async def _running(settings: Settings) -> AsyncIterator[tuple[asyncio.Event, str]]:
    """Work inside the block; yields the event that is set when it is to stop, and the address for monitoring if any."""
    app = create_work_app(settings)
    if not settings.work_port:
        async with working(app) as stopping:
            yield stopping, ""
        return
    # Nobody is sent to this port, so nobody has to be sent away first.
    monitored = replace(settings, port=settings.work_port, drain=0)
    with listen(monitored, "WORK_PORT") as listening:
        async with serving(app, listening, monitored) as stopping:
            yield stopping, url_of(listening)
