"""`sestetto site` and `sestetto queue`: where visitors come from, and the lines they wait in."""

from typing import Annotated
from urllib.parse import urlsplit

import typer

from console.commands.common import open_accounts, run, say, show
from console.directory import Queue, Site
from console.errors import NotYours, Refused

site_app = typer.Typer(no_args_is_help=True, help="Sites that carry the widget.")
queue_app = typer.Typer(no_args_is_help=True, help="The lines that chats wait in.")


@site_app.command("add")
def add_site(
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


@site_app.command("list")
def list_sites() -> None:
    """List the sites."""
    show(("key", "name", "queue", "origins"), run(_site_rows()), empty="No site yet: sestetto site add --help")


@queue_app.command("add")
def add_queue(
    id: Annotated[str, typer.Argument(help="Small letters, digits, hyphens.")],
    name: Annotated[str, typer.Option(help="What you call it.")] = "",
    target: Annotated[float, typer.Option(help="Seconds within which an answer is promised.")] = 6.0,
) -> None:
    """Add a queue, or change it."""
    if not 1 <= target <= 86_400:
        raise typer.BadParameter("1 second to a day", param_hint="--target")
    run(_put_queue(Queue(id, name or id.capitalize(), round(target * 1000))))
    say(f"The queue {id} promises an answer within {target:g} s.")


@queue_app.command("list")
def list_queues() -> None:
    """List the queues."""
    show(("id", "name", "target", "members"), run(_queue_rows()), empty="No queue yet: sestetto queue add support")


async def _put_site(site: Site) -> None:
    async with open_accounts() as accounts:
        if site.queue not in (await accounts.directory()).queues:
            raise NotYours(f"There is no queue {site.queue}: sestetto queue add {site.queue}")
        await accounts.put_site(site)


async def _put_queue(queue: Queue) -> None:
    async with open_accounts() as accounts:
        await accounts.put_queue(queue)


async def _site_rows() -> list[tuple[str, ...]]:
    async with open_accounts() as accounts:
        sites = (await accounts.directory()).sites.values()
    return [(site.key, site.name, site.queue, ", ".join(site.origins)) for site in sites]


async def _queue_rows() -> list[tuple[str, ...]]:
    async with open_accounts() as accounts:
        known = await accounts.directory()
    return [
        (
            queue.id,
            queue.name,
            f"{queue.target / 1000:g} s",
            ", ".join(member.name for member in known.members.values() if queue.id in member.queues),
        )
        for queue in known.queues.values()
    ]


def _origin(text: str) -> str:
    parts = urlsplit(text.strip().rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.username:
        raise Refused(f"An origin is a scheme and a host, such as https://shop.example; not {text}")
    return f"{parts.scheme}://{parts.netloc.lower()}"
