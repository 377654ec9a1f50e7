"""A chat as somebody sees it who looks on: how it stands, why it went the way it did, and what is said.

Pure and sync. Three elements known by their ids (`watch-head`, `watch-trace`, `watch-log`); a fact is its `<li>`, known
by its `data-seq`, and whatever of the others it changed.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from console.events import (
    Assigned,
    ChatFact,
    Offered,
    Opened,
    Overflowed,
    Released,
    Reopened,
    Transferred,
    Withdrawn,
)
from console.projection.current import Current
from console.projection.picture import ChatState
from console.views.html import HtmlViews, stranger
from console.views.templating import environment

TRACED = (Opened, Offered, Withdrawn, Overflowed, Assigned, Transferred, Released, Reopened)


class WatchViews:
    """`sees` says whether this person is shown who else is watching."""

    def __init__(self, html: HtmlViews, sees: Callable[[], bool] = lambda: True) -> None:
        self._html = html
        self._current = html.current
        self._sees = sees

    def whole(self, chat: ChatState, facts: Sequence[ChatFact], *, locale: str, now: int) -> str:
        lines = [self._html.line(fact, chat, locale=locale) for fact in facts]
        log = str(_macros(locale).log(chat, lines))
        return self.head(chat, locale=locale, now=now) + self.trace(traced(facts), locale=locale) + log

    def fact(self, fact: ChatFact, chat: ChatState, trace: Sequence[ChatFact], *, locale: str) -> str:
        """`trace` is all of it, this fact included."""
        changed = self.trace(trace, locale=locale) if isinstance(fact, TRACED) else ""
        line = str(self._html.line(fact, chat, locale=locale))
        return line + self.head(chat, locale=locale, now=fact.at) + changed

    def head(self, chat: ChatState, *, locale: str, now: int) -> str:
        names = _names_in(self._current)
        who = chat.name or stranger(chat, locale=locale)
        lookers = [names.get(id, id) for id in chat.watchers] if self._sees() else []
        queue, agent = self._current.directory.queues.get(chat.queue), names.get(chat.agent, chat.agent)
        return str(_macros(locale).head(chat, who, queue, agent, lookers, now))

    def trace(self, facts: Sequence[ChatFact], *, locale: str) -> str:
        names = _names_in(self._current)
        queues = {id: queue.name for id, queue in self._current.directory.queues.items()}
        return str(_macros(locale).trace(facts, queues, names))


def _names_in(current: Current) -> dict[str, str]:
    """Members by id, as they are called now."""
    return {id: agent.name for id, agent in current.picture.agents.items()}


def traced(facts: Sequence[ChatFact]) -> list[ChatFact]:
    """Those that say where the chat went, and why."""
    return [fact for fact in facts if isinstance(fact, TRACED)]


@cache
def _macros(locale: str) -> Any:
    return environment(locale).get_template("fragments/watch.html").module
