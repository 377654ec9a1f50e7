"""`sestetto serve` and `sestetto demo`: the same server, without and with simulated people."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
from rich.markup import escape
from starlette.applications import Starlette

from console.app import create_app
from console.archive.database import Database
from console.archive.stores import Stores
from console.backup.staging import refuse_half_restored
from console.commands.common import say, screen
from console.commands.running import log_start, read_and_log, run_until_stopped
from console.config import Settings
from console.data_folder import local_services
from console.demo import seed as made_up
from console.demo.agent import Colleague
from console.demo.one_address import for_one_address
from console.demo.pace import Pace
from console.demo.scripts import ANSWERS
from console.demo.simulation import Crowd
from console.processes.parent import processes
from console.security import is_loopback
from console.server import listen, serving, url_of
from console.services import Services
from console.views.i18n import negotiate
from console.workspaces.declared import Installation, one_workspace
from console.workspaces.starting import application_of, reloading, with_store

log = structlog.get_logger()


def serve(
    work: Annotated[
        bool | None,
        typer.Option("--work/--no-work", help="Also archive and send alerts, or leave it to sestetto work."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Number of serving processes on the port; SIGHUP replaces them.")
    ] = None,
) -> None:
    """Run the server until Ctrl-C."""
    given = {"work": work, "workers": workers}
    installation = read_and_log(**given)
    many = installation.process.workers > 1
    run_until_stopped(_serve_many(installation) if many else _serve(installation, given))


def demo(
    crowd: Annotated[int, typer.Option(min=0, max=200, help="Number of simulated visitors at a time; 0 for none.")] = 3,
    agents: Annotated[int, typer.Option(min=0, max=50, help="Number of simulated agents who answer.")] = 0,
) -> None:
    """Run a demo shop with two queues, four people to sign in as, and simulated visitors."""
    run_until_stopped(_demo(one_workspace(read_and_log()), crowd, agents))


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
    """This process starts the store and the others, and serves nobody itself."""
    settings = installation.process
    refuse_half_restored(settings.data.absolute())
    with listen(settings) as listening:
        async with with_store(installation) as filled, processes(settings, filled.process, listening) as stopping:
            log.info("processes.started", servers=settings.workers, work=settings.work, pid=os.getpid())
            where = _addresses(filled, url_of(listening))
            say(f"Sestetto is running at {where} with {settings.workers} processes. Press Ctrl-C to stop.")
            await stopping.wait()
    say("Stopped.")


def _addresses(installation: Installation, own: str) -> str:
    """Return the public addresses, and this process's own where it is another one."""
    if installation.several:
        places = ", ".join(f"{one.workspace} at {one.origin}" for one in installation.workspaces)
        return f"{own} for {places}"
    origin = installation.process.origin
    return f"{origin} (this process: {own})" if origin not in ("", own) else own


async def _demo(settings: Settings, crowd: int, agents: int) -> None:
    refuse_half_restored(settings.data.absolute())
    with listen(settings) as listening:
        url = url_of(listening)
        async with local_services(settings) as filled:
            links, bearers = await _people(filled, url, agents)
            here = url if is_loopback(settings.host) else ""  # on a network the server may have other addresses
            named = replace(for_one_address(filled), origin=filled.origin or here)  # alerts link to the board
            app = create_app(named, demo=True)
            async with serving(app, listening, named) as stopping:
                log_start("server.started", Installation(filled, (filled,)), url)
                _welcome(url, links, filled.data, crowd, agents)
                async with _crowd(app, url, crowd, bearers):
                    await stopping.wait()
                say("Stopping…")
    say(f"Stopped. Chats are kept in {settings.data}.")


async def _people(settings: Settings, url: str, agents: int) -> tuple[list[made_up.Link], list[str]]:
    database = Database(settings.database)
    try:
        await database.migrate_when_there()
        stores = Stores(database)
        await made_up.publish(stores, url)
        links = await made_up.links(stores, url) if is_loopback(settings.host) else []
        return links, await made_up.colleagues(stores, agents)
    finally:
        await database.close()


@asynccontextmanager
async def _crowd(app: Starlette, url: str, size: int, bearers: list[str]) -> AsyncIterator[None]:
    """Run the simulated people inside the block."""
    pace = Pace()

    services: Services = app.state.services

    def online() -> bool:
        return any(agent.online for agent in services.picture.agents.values())

    def answered() -> bool:
        hours = (hour for agent in services.picture.agents.values() for hour in agent.figures.hours.values())
        return any(hour.n for hour in hours)

    def language() -> str:
        return negotiate(services.first_languages, ANSWERS) if services.first_languages else ""

    def chats() -> int:
        return sum(chat.place != "wrapup" for chat in services.picture.chats.values())

    crowd = Crowd(url, made_up.SITE, size, online, answered, pace, language=language, chats=chats)
    jobs: list[Coroutine[Any, Any, None]] = [crowd.run()]
    reasons = {queue.id: queue.reasons for queue in services.directory.queues.values()}
    jobs += [Colleague(url, bearer, pace, reasons=reasons).run() for bearer in bearers]
    tasks = [asyncio.create_task(job) for job in jobs]
    for task in tasks:
        task.add_done_callback(_say_why_it_ended)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _say_why_it_ended(task: asyncio.Task[None]) -> None:
    """Log what ended simulated people before the demo did: without it the demo would only be empty."""
    if not task.cancelled() and (problem := task.exception()):
        log.error("demo.people_ended", problem=repr(problem), exc_info=problem)


def _welcome(url: str, links: list[made_up.Link], data: Path, crowd: int, agents: int) -> None:
    """Print plain lines that are never cut: people copy the URLs from here."""
    rows = [("Visitor", f"{url}/")] + [(f"{link.member.name}, {link.member.role}", link.url) for link in links]
    screen.print("\n[bold]Sestetto[/]: six chats, six seconds. Open the visitor page and Ana's link in two windows.")
    say("A browser signs in one person at a time. Use a private window for a second person.\n")
    for who, address in rows:
        screen.print(f"  [bold]{who:<16}[/]  {escape(address)}")
    if not links:
        say("\nOther machines can reach this address, so there are no one-click links.")
        say("Run sestetto member add, then sign in at /sign-in.")
    people = f"{_some(crowd, 'visitor')} once an agent is online" if crowd else "no simulated visitors"
    helpers = _some(agents, "agent") if agents else ""
    say(f"\nAlso: {', '.join(filter(None, (people, helpers)))}.\nChats are kept in {data}. Ctrl-C stops the demo.\n")


def _some(count: int, what: str) -> str:
    return f"{count} simulated {what}{'s' if count > 1 else ''}"
