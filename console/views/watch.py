"""A chat as a watcher sees it: its header, its routing history and its messages.

Pure and synchronous. The view has three elements with ids (`watch-head`, `watch-trace`, `watch-log`). A fact is sent as
its `<li>`, keyed by `data-seq`, with whichever of the other two it changed.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from console.events import (
    AnyLanguage,
    Assigned,
    BotAssigned,
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

TRACED = (Opened, Offered, Withdrawn, Overflowed, AnyLanguage, Assigned, BotAssigned, Transferred, Released, Reopened)


class WatchViews:
    """Renders a watched chat. `sees` says whether this person may see who else watches."""

    def __init__(self, html: HtmlViews, sees: Callable[[], bool] = lambda: True) -> None:
        self._html = html
        self._current = html.current
        self._sees = sees

    def whole(self, chat: ChatState, facts: Sequence[ChatFact], *, locale: str, now: int) -> str:
        lines = [self._html.line(fact, chat, locale=locale) for fact in facts]
        log = str(_macros(locale).log(chat, lines))
        return self.head(chat, locale=locale, now=now) + self.trace(traced(facts), locale=locale) + log

    def fact(self, fact: ChatFact, chat: ChatState, trace: Sequence[ChatFact], *, locale: str) -> str:
        """Render one fact; `trace` is the whole routing history, this fact included."""
        changed = self.trace(trace, locale=locale) if isinstance(fact, TRACED) else ""
        lines = str(self._html.lines(fact, chat, locale=locale))
        return lines + self.head(chat, locale=locale, now=fact.at) + changed

    def head(self, chat: ChatState, *, locale: str, now: int) -> str:
        names = _names_in(self._current)
        who = chat.name or stranger(chat.visitor, locale=locale)
        watchers = [names.get(id, id) for id in chat.watchers] if self._sees() else []
        queue, agent = self._current.directory.queues.get(chat.queue), names.get(chat.agent, chat.agent)
        if chat.bot in self._current.picture.bots:
            agent = self._current.picture.bots[chat.bot].name
        return str(_macros(locale).head(chat, who, queue, agent, watchers, now))

    def trace(self, facts: Sequence[ChatFact], *, locale: str) -> str:
        names = _names_in(self._current)
        queues = {id: queue.name for id, queue in self._current.directory.queues.items()}
        return str(_macros(locale).trace(facts, queues, names))


def _names_in(current: Current) -> dict[str, str]:
    """Map member ids to their current names."""
    return {id: agent.name for id, agent in current.picture.agents.items()}


def traced(facts: Sequence[ChatFact]) -> list[ChatFact]:
    """Return the facts that say where the chat was routed, and why."""
    return [fact for fact in facts if isinstance(fact, TRACED)]


@cache
def _macros(locale: str) -> Any:
    return environment(locale).get_template("fragments/watch.html").module
