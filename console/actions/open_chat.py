"""Opens chats: the only place that decides a new chat's queue and language, for all ways of opening one."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from console.domain.directory import Directory, Site, led_to
from console.domain.identity import ClaimRule, rule_for
from console.domain.languages import language_of
from console.domain.questions import queue_chosen
from console.errors import NoQueue
from console.events import AnswerGiven

NOTHING: Mapping[str, str] = MappingProxyType({})
NO_RULE = ClaimRule("", "")


class Route(NamedTuple):
    """`ahead` is the chat's own head start (ms).

    `language` is a primary tag such as `fr`; if the queue does not serve it, the queue's first language counts.
    """

    queue: str
    language: str
    ahead: int = 0


def route_new_chat(
    directory: Directory,
    site: Site,
    *,
    locale: str,
    asked_for: str = "",
    page_asks: str = "",
    signed: Mapping[str, str] = NOTHING,
    answers: Sequence[AnswerGiven] = (),
) -> Route:
    """Return queue, language and head start.

    The first rule of the site that fits `signed`, the fields of a signed identity, takes precedence over any requested
    queue. Next come the `answers` to the questions before the chat.

    `asked_for` is the queue that the opening names, `page_asks` the one that the page's widget names. A queue that the
    site does not lead to is treated like one that does not exist: a page gets the site's own queue, an opening is
    refused.
    """
    allowed = led_to(directory, site)
    if asked_for and asked_for not in allowed:
        raise NoQueue
    page = page_asks if page_asks in allowed else ""
    rule = rule_for(site.identity, signed) or NO_RULE
    wanted = (rule.queue, queue_chosen(site.questions.rules, answers))
    ruled, chosen = (queue if queue in directory.queues else "" for queue in wanted)
    return Route(ruled or chosen or asked_for or page or site.queue, language_of(locale), rule.head_start)
