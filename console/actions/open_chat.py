"""Opens chats: the only place that decides on a new chat's queue and language, for all ways to open one."""

from typing import NamedTuple

from console.domain.directory import Directory, Site, led_to
from console.errors import NoQueue
from console.queue.lanes import language_of


class Route(NamedTuple):
    """`language` is a primary tag such as `fr`; if the queue does not serve it, the queue's first language counts."""

    queue: str
    language: str


def route_new_chat(directory: Directory, site: Site, *, locale: str, asked_for: str = "", page_asks: str = "") -> Route:
    """Return queue and language.

    `asked_for` is the queue the opening names, `page_asks` the one the page's widget names. Whoever names one that the
    site does not lead to learns no more than with one that does not exist: a page gets the site's own queue, an
    opening is refused.
    """
    allowed = led_to(directory, site)
    if asked_for and asked_for not in allowed:
        raise NoQueue
    page = page_asks if page_asks in allowed else ""
    return Route(asked_for or page or site.queue, language_of(locale))
