"""`sestetto site`: where visitors come from."""

from typing import Annotated

import typer

from console.commands.common import open_stores, run, say, show
from console.domain.directory import Site
from console.domain.validation.members import origin_of
from console.errors import NotYours, Refused

app = typer.Typer(no_args_is_help=True, help="Sites that carry the widget.")


@app.command("add")
def add(
    key: Annotated[str, typer.Argument(help="The key for the widget's data-site.")],
    origin: Annotated[list[str], typer.Option(help="Where its pages are, as https://shop.example; repeat for more.")],
    queue: Annotated[str, typer.Option(help="The queue its chats go to.")],
    name: Annotated[str, typer.Option(help="What you call it.")] = "",
    locale: Annotated[str, typer.Option(help="The widget's language where the browser's is not to be had.")] = "en",
    typing_preview: Annotated[bool, typer.Option(help="Agents see what is being typed; visitors are told.")] = False,
    privacy_url: Annotated[str, typer.Option(help="The privacy page the widget links to.")] = "",
) -> None:
    """Add a site, or change it."""
    origins = tuple(_origin(text) for text in origin)
    run(_put_site(Site(key, name or key, queue, origins, locale, typing_preview, privacy_url)))
    say(f"The widget goes into the pages of {', '.join(origins)}:")
    say(f'  <script async src="https://THIS-SERVER/widget.js" data-site="{key}"></script>')


@app.command("list")
def list_all() -> None:
    """List the sites."""
    show(("key", "name", "queue", "origins"), run(_site_rows()), empty="No site yet: sestetto site add --help")


@app.command("remove")
def remove(key: Annotated[str, typer.Argument(help="Its key.")]) -> None:
    """Remove a site: its widget opens no more, and chats that run go on."""
    run(_remove(key))
    say(f"The site {key} is removed.")


async def _remove(key: str) -> None:
    async with open_stores() as stores:
        await stores.sites.remove(key)


async def _put_site(site: Site) -> None:
    async with open_stores() as stores:
        if site.queue not in (await stores.directory.read()).queues:
            raise NotYours(f"There is no queue {site.queue}: sestetto queue add {site.queue}")
        await stores.sites.put(site)


async def _site_rows() -> list[tuple[str, ...]]:
    async with open_stores() as stores:
        sites = (await stores.directory.read()).sites.values()
    return [(site.key, site.name, site.queue, ", ".join(site.origins)) for site in sites]


def _origin(text: str) -> str:
    origin = origin_of(text)
    if not origin:
        raise Refused(f"An origin is a scheme and a host, such as https://shop.example; not {text}")
    return origin
