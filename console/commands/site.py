"""`sestetto site`: manage the websites that carry the widget."""

from typing import Annotated

import typer
from msgspec.structs import replace

from console.commands.common import open_stores, run, say, settings_of_one, show
from console.domain.directory import REMEMBERED, Site
from console.domain.shared_files import GROUPS, MOST_SIZE, USUAL
from console.domain.validation.members import origin_of
from console.errors import NotYours, Refused

app = typer.Typer(no_args_is_help=True, help="Manage sites that use the widget.")


@app.command("add")
def add(
    key: Annotated[str, typer.Argument(help="Site key, used as the widget's data-site.")],
    origin: Annotated[list[str], typer.Option(help="Website address, such as https://shop.example; repeat for more.")],
    queue: Annotated[str, typer.Option(help="Queue for its chats.")],
    ask: Annotated[
        list[str] | None, typer.Option(help="Queue its pages may ask for beside its own; repeat for more.")
    ] = None,
    name: Annotated[str, typer.Option(help="Display name.")] = "",
    locale: Annotated[str, typer.Option(help="Widget language when the visitor's isn't available.")] = "en",
    typing_preview: Annotated[
        bool, typer.Option(help="Show agents what visitors are typing; visitors are told.")
    ] = False,
    privacy_url: Annotated[str, typer.Option(help="Privacy page linked from the widget.")] = "",
    remember_days: Annotated[
        int, typer.Option(help="Days after which a visitor who does not return is a stranger; 0 for at once.")
    ] = REMEMBERED,
    files: Annotated[
        list[str] | None,
        typer.Option(help=f"Files that may be sent: {', '.join(GROUPS)} or none; repeat for more."),
    ] = None,
    file_size: Annotated[int, typer.Option(help="Largest file, in MB.", min=1, max=MOST_SIZE)] = 10,
) -> None:
    """Add or change a site."""
    origins = tuple(_origin(text) for text in origin)
    asked = tuple(ask or ())
    site = Site(key, name or key, queue, origins, locale, typing_preview, privacy_url, queues=asked)
    groups = () if files == ["none"] else tuple(files or USUAL)
    run(_put_site(replace(site, remember_days=remember_days, files=groups, file_size=file_size)))
    say(f"Paste this line into the pages of {', '.join(origins)}:")
    server = settings_of_one().origin or "https://THIS-SERVER"
    say(f'  <script async src="{server}/widget.js" data-site="{key}"></script>')


@app.command("list")
def list_all() -> None:
    """List sites."""
    show(
        ("key", "name", "queue", "origins"), run(_site_rows()), empty="No sites yet. Add one: sestetto site add --help"
    )


@app.command("remove")
def remove(key: Annotated[str, typer.Argument(help="Site key.")]) -> None:
    """Remove a site. Its widget stops opening; open chats continue."""
    run(_remove(key))
    say(f"Site {key} removed.")


async def _remove(key: str) -> None:
    async with open_stores() as stores:
        await stores.sites.remove(key)


async def _put_site(site: Site) -> None:
    async with open_stores(adds=True) as stores:
        known = await stores.directory.read()
        if missing := next((queue for queue in (site.queue, *site.queues) if queue not in known.queues), ""):
            raise NotYours(f"There is no queue {missing}. Add it: sestetto queue add {missing}")
        identity = known.sites[site.key].identity if site.key in known.sites else site.identity
        await stores.sites.put(replace(site, identity=identity))


async def _site_rows() -> list[tuple[str, ...]]:
    async with open_stores() as stores:
        sites = (await stores.directory.read()).sites.values()
    return [(site.key, site.name, site.queue, ", ".join(site.origins)) for site in sites]


def _origin(text: str) -> str:
    origin = origin_of(text)
    if not origin:
        raise Refused(f"“{text}” is not a website address. Enter scheme and host only, such as https://shop.example.")
    return origin
