"""Opens chats: the only place that decides on a new chat's queue and language, for all ways to open one."""

from typing import NamedTuple

from console.domain.directory import Directory, Site
from console.queue.lanes import language_of


class Route(NamedTuple):
    """`language` is a primary tag such as `fr`; if the queue does not serve it, the queue's first language counts."""

    queue: str
    language: str


def route_new_chat(directory: Directory, site: Site, *, locale: str, asked_for: str = "", page_asks: str = "") -> Route:
    """Return queue and language. `asked_for` is the queue the opening names, `page_asks` the one the page's widget
    names.

    If the page's queue no longer exists, the site's is used; if the opening's does not, the store refuses.
    """
    page = page_asks if page_asks in directory.queues else ""
    return Route(asked_for or page or site.queue, language_of(locale))
