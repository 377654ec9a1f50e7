"""`sestetto demo`: the same server as `serve`, with simulated people in each workspace."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit

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
from console.data_folder import resolve
from console.demo import seed as made_up
from console.demo.agent import Colleague
from console.demo.one_address import for_one_address
from console.demo.pace import Pace
from console.demo.scripts import ANSWERS
from console.demo.simulation import Crowd
from console.errors import SettingError
from console.security import is_loopback
from console.server import listen, serving, url_of
from console.services import Services
from console.views.i18n import negotiate
from console.workspaces.declared import Installation
from console.workspaces.hosts import host_of
from console.workspaces.starting import application_of, with_store

OF_THIS_MACHINE = (
    "The demo runs on this machine only, so each workspace needs an origin on it. [{}] has {}. Use for example: "
    'origin = "http://{}.localhost:{}"'
)

log = structlog.get_logger()


class DemoPlace(NamedTuple):
    """A workspace of the demo: its address, who signs in with one click, and who answers automatically."""

    settings: Settings
    url: str
    links: list[made_up.Link]
    bearers: list[str]


def demo(
    crowd: Annotated[int, typer.Option(min=0, max=200, help="Number of simulated visitors at a time; 0 for none.")] = 3,
    agents: Annotated[int, typer.Option(min=0, max=50, help="Number of simulated agents who answer.")] = 0,
) -> None:
    """Run a demo shop with two queues, four people to sign in as, and simulated visitors."""
    run_until_stopped(_demo(read_and_log(), crowd, agents))


async def _demo(installation: Installation, crowd: int, agents: int) -> None:
    process = installation.process
    refuse_half_restored(process.data.absolute())
    with listen(process) as listening:
        url = url_of(listening)
        here = url if is_loopback(process.host) else ""  # on a network the server may have other addresses

        def make(settings: Settings) -> Starlette:
            named = replace(for_one_address(settings), origin=settings.origin or here)  # alerts link to the board
            return create_app(named, demo=True)

        async with with_store(installation) as filled:
            places = [await _place_of(one, url, agents) for one in _places(filled, listening.getsockname()[1])]
            app = application_of(filled, make)
            async with serving(app, listening, filled.process) as stopping:
                log_start("server.started", filled, url)
                for place in places:
                    _welcome(place, crowd, agents, named=installation.several)
                async with AsyncExitStack() as crowds:
                    for place, services in _running(app, places):
                        await crowds.enter_async_context(_crowd(services, place.url, crowd, place.bearers))
                    await stopping.wait()
                say("Stopping…")
    say(f"Stopped. Chats are kept in {process.data}.")


def _places(installation: Installation, port: int) -> tuple[Settings, ...]:
    """Return the demo's workspaces. Raises SettingError if the simulated people could not reach one."""
    for one in installation.workspaces if installation.several else ():
        if not is_loopback(urlsplit(one.origin).netloc):
            raise SettingError(OF_THIS_MACHINE.format(one.workspace, one.origin, one.workspace, port))
    return installation.workspaces


async def _place_of(settings: Settings, url: str, agents: int) -> DemoPlace:
    settings = resolve(settings)
    own = settings.origin if settings.workspaces else url
    return DemoPlace(settings, own, *await _people(settings, own, agents))


def _running(app: Starlette, places: list[DemoPlace]) -> Iterator[tuple[DemoPlace, Services]]:
    """Yield the running workspaces; of several, some may not have started."""
    for place in places:
        if not place.settings.workspaces:
            yield place, app.state.services
        elif (own := app.state.tenants.at(host_of(place.settings)).app) is not None:
            yield place, own.state.services


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
async def _crowd(services: Services, url: str, size: int, bearers: list[str]) -> AsyncIterator[None]:
    """Run the simulated people inside the block."""
    pace = Pace()

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
    """Log the error that ended the simulated people early. Otherwise the demo would be empty without a reason."""
    if not task.cancelled() and (problem := task.exception()):
        log.error("demo.people_ended", problem=repr(problem), exc_info=problem)


def _welcome(place: DemoPlace, crowd: int, agents: int, *, named: bool) -> None:
    """Print plain lines that are never cut: people copy the URLs from here."""
    url, links, data = place.url, place.links, place.settings.folder
    about = f" ({place.settings.workspace})" if named else ""
    rows = [("Visitor", f"{url}/")] + [(f"{link.member.name}, {link.member.role}", link.url) for link in links]
    says = "six chats, six seconds. Open the visitor page and Ana's link in two windows."
    screen.print(f"\n[bold]Sestetto[/]{about}: {says}")
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
