"""`sestetto site`: manage the websites that carry the widget."""

from typing import Annotated, Any

import typer
from msgspec.structs import replace

from console.commands.common import open_stores, run, say, settings_of_one, show
from console.domain.directory import REMEMBERED, Site
from console.domain.shared_files import GROUPS, MOST_SIZE, USUAL
from console.domain.validation.members import origin_of
from console.errors import NotYours, Refused

app = typer.Typer(no_args_is_help=True, help="Manage sites that use the widget.")
NEEDED = {"origins": "--origin", "queue": "--queue"}  # of a new site

Names = list[str] | None


@app.command("add")
def add(
    key: Annotated[str, typer.Argument(help="Site key, used as the widget's data-site.")],
    origin: Annotated[
        Names,
        typer.Option(help="Website address, such as https://shop.example; repeat for more."),
    ] = None,
    queue: Annotated[str | None, typer.Option(help="Queue for its chats.")] = None,
    ask: Annotated[
        Names,
        typer.Option(help="Other queue that its pages may ask for; repeat for more, or “none”."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Display name.")] = None,
    locale: Annotated[str | None, typer.Option(help="Widget language when the visitor's isn't available.")] = None,
    typing_preview: Annotated[
        bool | None, typer.Option(help="Show agents what visitors are typing; the widget tells visitors.")
    ] = None,
    privacy_url: Annotated[str | None, typer.Option(help="Privacy page linked from the widget.")] = None,
    remember_days: Annotated[
        int | None,
        typer.Option(
            help=f"Days that visitors are remembered after a visit; {REMEMBERED} for a new site, 0 for not at all."
        ),
    ] = None,
    files: Annotated[
        Names,
        typer.Option(help=f"Files that may be sent: {', '.join(GROUPS)} or none; repeat for more."),
    ] = None,
    file_size: Annotated[int | None, typer.Option(help="Largest file, in MB.", min=1, max=MOST_SIZE)] = None,
    formatting: Annotated[bool | None, typer.Option(help="Show bold, lists and named links in messages.")] = None,
    emoji: Annotated[bool | None, typer.Option(help="Offer emoji in the widget and the console.")] = None,
) -> None:
    """Add or change a site. A new one needs --origin and --queue; options left out stay as they are."""
    given = {
        "name": name,
        "queue": queue,
        "origins": None if origin is None else tuple(_origin(text) for text in origin),
        "locale": locale,
        "typing_preview": typing_preview,
        "privacy_url": privacy_url,
        "queues": _names(ask),
        "remember_days": remember_days,
        "files": _names(files),
        "file_size": file_size,
        "formatting": formatting,
        "emoji": emoji,
    }
    site = run(_put(key, {field: value for field, value in given.items() if value is not None}))
    say(f"Paste this line into the pages of {', '.join(site.origins)}:")
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
    """Remove a site. Its widget no longer opens; open chats continue."""
    run(_remove(key))
    say(f"Site {key} removed.")


async def _remove(key: str) -> None:
    async with open_stores() as stores:
        await stores.sites.remove(key)


async def _put(key: str, given: dict[str, Any]) -> Site:
    async with open_stores(adds=True) as stores:
        known = await stores.directory.read()
        was = known.sites.get(key)
        if not was and (missing := [option for field, option in NEEDED.items() if field not in given]):
            raise Refused(f"There is no site {key} yet. To add it, give {' and '.join(missing)} too.")
        site = replace(was or Site(key, key, "", files=USUAL), **given)
        if unknown := next((queue for queue in (site.queue, *site.queues) if queue not in known.queues), ""):
            raise NotYours(f"There is no queue {unknown}. Add it: sestetto queue add {unknown}")
        await stores.sites.put(site)
        return site


def _names(given: Names) -> tuple[str, ...] | None:
    """Read an option with many values: None leaves it unchanged, “none” means no value at all."""
    if given is None:
        return None
    return () if given == ["none"] else tuple(given)


async def _site_rows() -> list[tuple[str, ...]]:
    async with open_stores() as stores:
        sites = (await stores.directory.read()).sites.values()
    return [(site.key, site.name, site.queue, ", ".join(site.origins)) for site in sites]


def _origin(text: str) -> str:
    origin = origin_of(text)
    if not origin:
        raise Refused(f"“{text}” is not a website address. Enter scheme and host only, such as https://shop.example.")
    return origin
