"""HTML fragments of facts for the agent's console.

Pure and synchronous. Autoescaping covers all text a visitor controls; messages are drawn by `rich_text`, or by
`linkify` where the site allows no formatting. A fragment names its own target (`hx-partial`, `hx-upsert`), so the page,
the push and the catch-up share the same fragments, and the browser ignores a fragment for a chat that no pane shows. No
fragment targets a composer: composers belong to the browser.

DOM ids: `who-<slot>` is a pane's header, `talk-<slot>` the part below it, `log-<chat>` the list of messages,
`m-<chat>-<seq>` one item of that list, `strip-…` the figures at the top.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from markupsafe import Markup

from console.domain.channels import WEB
from console.domain.directory import SLOTS, Queue, Site
from console.domain.first_words import choice_for
from console.events import (
    ChatFact,
    Ended,
    Labelled,
    LanguageSet,
    Mailed,
    Message,
    Note,
    NoteRedacted,
    Profile,
    PromiseBroken,
    Redacted,
    Renamed,
)
from console.projection.current import Current
from console.projection.load import Load
from console.projection.picture import AgentState, ChatState
from console.projection.right_limit import RightLimit
from console.projection.statistics import DayFigures
from console.protocol import MAX_FACTS, FilesAllowed, InvitedTo, ToWrapUp
from console.views.i18n import page_texts
from console.views.json import files_allowed
from console.views.linkify import linkify
from console.views.rich_text import rich
from console.views.templating import environment

UNKNOWN = Site("", "", "")  # the site of a chat whose site was removed
WINDOW = MAX_FACTS  # lines of a pane at first; older ones are sent on request


class Strip(msgspec.Struct):
    """The figures above the panes.

    `waiting` counts the chats in the agent's queues, the oldest waiting since `longest` (ms of the store's clock, 0 for
    none); the first of them breaks its promise at `next_due` (0 for none). `median` (ms) of first words and `within`
    (0..1, the share in time, None before the first one) are the agent's own since midnight, as is `day`. `promises`
    counts the agent's open "back soon" promises, the last of which ends at `promise` (ms). `invited` lists colleagues'
    chats that the agent may watch, `to_wrap_up` their own that have ended and lack a reason. `away_reasons` are the
    reasons the team may choose from. The agent has `breathers_left` of `breathers` an hour. `load` is how long they had
    five and six chats. `right` is what their figures say about their limit, with the limit to offer, which is never
    above the supervisors'.
    """

    agent: AgentState
    waiting: int
    longest: int
    left_messages: int
    median: int
    within: float | None
    now: int
    day: DayFigures = msgspec.field(default_factory=DayFigures)
    next_due: int = 0
    invited: list[InvitedTo] = []
    to_wrap_up: list[ToWrapUp] = []
    promises: int = 0
    promise: int = 0
    away_reasons: tuple[str, ...] = ()
    breathers: int = 0
    breathers_left: int = 0
    load: Load = Load()
    right: RightLimit = RightLimit()


class HtmlViews:
    """Renders fragments. Reads the names of queues and members from `current` each time."""

    def __init__(self, current: Current) -> None:
        self.current = current

    def pane(
        self, slot: int, chat: ChatState | None, facts: Sequence[ChatFact], *, locale: str, now: int, seen: int = 0
    ) -> str:
        """Render a whole pane: header and the log's last lines, or a free slot. `seen` is the last seq the visitor has
        seen.
        """
        if chat is None:
            return _morph(f"who-{slot}", _macros(locale, "pane_header").free(slot)) + _morph(
                f"talk-{slot}", _macros(locale, "pane_log").free(slot)
            )
        lines = [self.line(fact, chat, locale=locale) for fact in facts[-WINDOW:]]
        talk = _macros(locale, "pane_log").log(slot, chat, lines)
        return _morph(f"who-{slot}", self.who(slot, chat, locale=locale, seen=seen)) + _morph(f"talk-{slot}", talk)

    def fact(self, fact: ChatFact, chat: ChatState, *, locale: str) -> str:
        """Render one fact of a held chat: its item in the log, and the header if the fact changes it."""
        head = self.header(chat, locale=locale, now=fact.at) if changes_head(fact) else ""
        return _upsert(chat, self.lines(fact, chat, locale=locale)) + head

    def older(self, facts: Sequence[ChatFact], chat: ChatState, *, before: int, locale: str) -> str:
        """Render the facts before seq `before`, where the pane's log begins: their items in it."""
        return _upsert(chat, "".join(self.line(fact, chat, locale=locale) for fact in facts), f' before="{before}"')

    def header(self, chat: ChatState, *, locale: str, now: int, seen: int = 0) -> str:
        """Render the header of the chat's pane."""
        return _morph(f"who-{chat.slot}", self.who(chat.slot, chat, locale=locale, seen=seen)) if chat.slot else ""

    def strip(self, strip: Strip, *, locale: str) -> str:
        """Render the figures, each as its own target."""
        return str(_macros(locale, "strip").strip(strip, self.current.directory.queues))

    def welcome(self, panes: Mapping[int, str], strip: str, *, locale: str, now: int) -> str:
        """Render all six panes and the strip; slots missing in `panes` are free."""
        free = (panes.get(slot) or self.pane(slot, None, (), locale=locale, now=now) for slot in range(1, SLOTS + 1))
        return "".join(free) + strip

    def lines(self, fact: ChatFact, chat: ChatState, *, locale: str) -> Markup:
        """Render the fact's `<li>`, and that of the fact which it redacts."""
        line = self.line(fact, chat, locale=locale)
        return self.line(fact.fact, chat, locale=locale) + line if isinstance(fact, Redacted | NoteRedacted) else line

    def line(self, fact: ChatFact, chat: ChatState, *, locale: str) -> Markup:
        """Render the `<li>` of one fact."""
        directory = self.current.directory
        worded = rich if "formatting" in self._features(chat) else linkify
        if isinstance(fact, Message):
            return Markup(_macros(locale, "message").message(fact, chat, worded))
        if isinstance(fact, Mailed):
            return Markup(_macros(locale, "mailed").mailed(fact, chat, worded))
        if isinstance(fact, Note):
            return Markup(_macros(locale, "note").note(fact, worded))
        queue, members = directory.queues.get(chat.queue), directory.members
        return Markup(_macros(locale, "event").event(fact, queue, directory.queues, members, chat.channel, worded))

    def who(self, slot: int, chat: ChatState, *, locale: str, seen: int = 0) -> Markup:
        """Render the header without its target."""
        name = chat.name or stranger(chat.visitor, locale=locale)
        directory = self.current.directory
        queue, members = directory.queues.get(chat.queue), directory.members
        shown = chat.watchers if directory.watch_shown else ()
        watchers = [members[id].name if id in members else id for id in shown]
        words = choice_for(queue.phrases if queue else (), queue.languages if queue else (), chat.spoken)
        return Markup(
            _macros(locale, "pane_header").header(
                slot,
                chat,
                queue,
                seen,
                name,
                span_of(chat, queue),
                watchers,
                words,
                self._files(chat),
                self._features(chat),
            )
        )

    def _features(self, chat: ChatState) -> list[str]:
        """Return what the chat's messages may contain besides plain text. Other channels have their own formatting, or
        none.
        """
        features = self.current.directory.sites.get(chat.site, UNKNOWN).features
        return [one for one in features if one != "formatting" or chat.channel == WEB]

    def _files(self, chat: ChatState) -> FilesAllowed | None:
        """Return the files that the chat accepts; None: no files."""
        site = self.current.directory.sites.get(chat.site)
        return files_allowed(site) if site is not None and self.current.takes_files else None


def changes_head(fact: ChatFact) -> bool:
    """Whether the fact changes the header of the chat's pane."""
    if isinstance(fact, Message):
        return bool(fact.promise or fact.promised)
    return isinstance(fact, Profile | Renamed | LanguageSet | Labelled | PromiseBroken | Ended)


def span_of(chat: ChatState, queue: Queue | None) -> int:
    """Return the total length (ms) of an offer or a wrap-up, for the countdown ring."""
    if queue is None:
        return 0
    return {"offered": queue.accept, "wrapup": queue.wrapup}.get(chat.place, 0)


def stranger(visitor: str, *, locale: str) -> str:
    """Return the name for a visitor without one, made from their id, such as `Visitor 4f2`; `Visitor` without an id."""
    return f"{page_texts().get(locale).gettext('Visitor')} {visitor[-3:]}".strip()


def _upsert(chat: ChatState, lines: str, more: str = "") -> str:
    # Keyed and sorted by seq: a fact that arrives twice, or late, still shows once and in order.
    return f'<hx-upsert hx-target="#log-{chat.id}" key="data-seq" sort{more}>{lines}</hx-upsert>'


def _morph(target: str, content: str) -> str:
    return f'<hx-partial hx-target="#{target}" hx-swap="outerMorph">{content}</hx-partial>'


@cache
def _macros(locale: str, name: str) -> Any:
    return environment(locale).get_template(f"fragments/{name}.html").module
