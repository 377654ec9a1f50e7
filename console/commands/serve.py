"""`sestetto serve`: the server, in one process or several."""

import os
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import structlog
import typer

from console.app import create_app
from console.backup.staging import refuse_half_restored
from console.commands.common import say
from console.commands.running import log_start, read_and_log, run_until_stopped
from console.processes.parent import processes
from console.server import listen, serving, url_of
from console.workspaces.declared import Installation
from console.workspaces.starting import application_of, reloading, settings_of_children, with_store

log = structlog.get_logger()


def serve(
    work: Annotated[
        bool | None,
        typer.Option(
            "--work/--no-work",
            help="Also do the background work, or leave it to sestetto work. Default: SESTETTO_WORK.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, max=64, help="Number of serving processes; SIGHUP replaces them. Default: SESTETTO_WORKERS."
        ),
    ] = None,
) -> None:
    """Run the server until Ctrl-C."""
    given = {"work": work, "workers": workers}
    installation = read_and_log(**given)
    many = installation.process.workers > 1
    run_until_stopped(_serve_many(installation) if many else _serve(installation, given))


async def _serve(installation: Installation, given: Mapping[str, Any]) -> None:
    settings = installation.process
    refuse_half_restored(settings.data.absolute())
    with listen(settings) as listening:
        async with with_store(installation) as filled:
            app = application_of(filled, create_app)
            with reloading(app, filled, given):
                async with serving(app, listening, filled.process) as stopping:
                    log_start("server.started", filled, url_of(listening))
                    say(f"Sestetto is running at {_addresses(filled, url_of(listening))}. Press Ctrl-C to stop.")
                    await stopping.wait()
    say("Stopped.")


async def _serve_many(installation: Installation) -> None:
    """Start the store and the other processes. This process itself serves nobody."""
    settings = installation.process
    refuse_half_restored(settings.data.absolute())
    with listen(settings) as listening:
        async with (
            with_store(installation) as filled,
            processes(settings, listening, partial(settings_of_children, filled.process.store)) as stopping,
        ):
            log.info("processes.started", servers=settings.workers, work=settings.work, pid=os.getpid())
            where = _addresses(filled, url_of(listening))
            say(f"Sestetto is running at {where} with {settings.workers} processes. Press Ctrl-C to stop.")
            await stopping.wait()
    say("Stopped.")


def _addresses(installation: Installation, own: str) -> str:
    """Return the public addresses, and this process's own if it differs."""
    if installation.several:
        places = ", ".join(f"{one.workspace} at {one.origin}" for one in installation.workspaces)
        return f"{own} for {places}"
    origin = installation.process.origin
    return f"{origin} (this process: {own})" if origin not in ("", own) else own
