"""Where a new chat goes: the one place that decides on queue and language, whoever opens it."""

from typing import NamedTuple

from console.domain.directory import Directory, Site
from console.queue.lanes import language_of


class Route(NamedTuple):
    """`language` is a primary tag such as `fr`; the queue's first counts where the queue does not speak it."""

    queue: str
    language: str


def route_new_chat(directory: Directory, site: Site, *, locale: str, asked_for: str = "", page_asks: str = "") -> Route:
    """`asked_for` is the queue that the opening names, `page_asks` the one that the page's widget names.

    A page that names a queue which is gone gets the site's own; an opening that does so is refused by the store.
    """
    page = page_asks if page_asks in directory.queues else ""
    return Route(asked_for or page or site.queue, language_of(locale))
