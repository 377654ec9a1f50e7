"""HTML fragments for the console: the first at once, later ones at most once every 50 ms."""

import asyncio
import time
from collections.abc import Sequence
from copy import deepcopy

from msgspec.structs import replace
from starlette.requests import HTTPConnection

from console.board.agent_rows import zone_of
from console.delivery.rendered_fact import RenderedFact
from console.events import AgentChanged, Transferred, read_log
from console.projection.levels import Levels
from console.projection.load import load_of
from console.projection.picture import AgentState, ChatState, chat_state
from console.projection.right_limit import own_right_limit_of
from console.projection.statistics import AgentFigures
from console.protocol import AgentHello, AgentHistory, Html, HtmlWelcome, InvitedTo, Moved, Went
from console.queue.results import ChatSnapshot, Connected
from console.views.html import Strip
from console.views.templating import locale_of
from console.ws.agent_renderer import AgentView, recovered

COALESCE = 0.05  # seconds between two frames of fragments
STRIP = 0.5  # seconds between two refreshes of the strip


class HtmlRenderer:
    def __init__(self, connection: HTTPConnection) -> None:
        """Renders a console's fragments and joins those of a short interval into one frame."""
        self._connection = connection
        self._locale = "en"
        self._content: list[str] = []
        self._due: dict[str, int] = {}
        self._drafts: dict[str, str] = {}
        self._moved: list[Moved] = []
        self._n = 0
        self._flushed = 0.0
        self._later: asyncio.TimerHandle | None = None
        self._figures: asyncio.Task[None] | None = None
        self._strip: Strip | None = None

    def welcome(self, on: AgentView, hello: AgentHello, connected: Connected, went: Sequence[Went]) -> None:
        self._locale = locale_of(self._connection, on.me.member.locale)
        views, now = on.services.views, connected.now
        states = {chat.id: chat_state(chat.id, chat.fields) for chat in connected.chats}
        panes = {states[chat.id].slot: self._pane(on, chat, states[chat.id], now) for chat in connected.chats}
        self._strip = self._figures_of(on)
        on.send(
            HtmlWelcome(
                agent=on.author.id,
                epoch=on.services.workspace.epoch,
                now=now,
                build=on.services.build,
                status=connected.status,
                limit=connected.limit,
                recovered=recovered(on, hello, connected),
                n=connected.n,
                content=views.welcome(panes, self._draw_strip(on), locale=self._locale, now=now),
                held={line.id: line.slot for line in states.values()},
                due={line.id: line.due for line in states.values()},
                drafts={chat.id: chat.draft for chat in connected.chats if chat.draft},
                went=[*went],
            )
        )

    def begin(self, on: AgentView) -> None:
        self._figures = asyncio.create_task(self._watch(on))

    def fact(self, on: AgentView, rendered: RenderedFact) -> None:
        assert rendered.chat is not None
        self._add(on, rendered.n, rendered.for_console(self._locale), {rendered.chat.id: rendered.chat.due})

    def came(self, on: AgentView, live: ChatSnapshot, n: int) -> None:
        line = chat_state(live.id, live.fields)
        if live.draft:
            self._drafts[live.id] = live.draft
        self._add(on, n, self._pane(on, live, line, on.now()), {line.id: line.due})

    def left(self, on: AgentView, rendered: RenderedFact, chat: str, why: str) -> None:
        self._drafts.pop(chat, None)
        if isinstance(rendered.fact, Transferred):
            self._moved.append(moved(on, rendered.fact))
        if rendered.slot_before:
            free = on.services.views.pane(rendered.slot_before, None, (), locale=self._locale, now=on.now())
            self._add(on, rendered.n, free, {chat: 0})

    def head(self, on: AgentView, rendered: RenderedFact) -> None:
        assert rendered.chat is not None
        self._add(on, rendered.n, on.services.views.header(rendered.chat, locale=self._locale, now=on.now()), {})

    def history(self, on: AgentView, frame: AgentHistory, facts: Sequence[bytes], more: bool) -> None:
        chat = on.services.picture.chats.get(frame.chat)
        if chat is not None:
            lines = on.services.views.older(read_log(facts), chat, before=frame.before, locale=self._locale)
            self._add(on, self._n, lines, {})

    def invited(self, on: AgentView, n: int, chat: InvitedTo) -> None:
        self.strip(on)

    def standing(self, on: AgentView, n: int, fact: AgentChanged) -> None:
        self.strip(on)

    def strip(self, on: AgentView) -> None:
        strip = self._figures_of(on)
        if strip != self._strip:
            self._strip = strip
            self._add(on, on.services.picture.n, self._draw_strip(on), {})

    def close(self) -> None:
        if self._figures is not None:
            self._figures.cancel()
        if self._later is not None:
            self._later.cancel()

    async def _watch(self, on: AgentView) -> None:
        while True:
            await asyncio.sleep(STRIP)
            self.strip(on)

    def _pane(self, on: AgentView, live: ChatSnapshot, line: ChatState, now: int) -> str:
        facts = read_log(live.log)
        seen = live.number("seen_visitor")
        return on.services.views.pane(line.slot, line, facts, locale=self._locale, now=now, seen=seen)

    def _figures_of(self, on: AgentView) -> Strip | None:
        """Return everything the strip shows except the time; None if the person is no longer a member."""
        picture = on.services.picture
        agent = picture.agents.get(on.author.id)
        if agent is None:
            return None
        zone = zone_of(agent, on.services.directory)
        day = agent.figures.today(on.now(), zone)
        held = [picture.chats[chat] for chat in agent.held.values() if chat in picture.chats]
        promises = [chat.promise for chat in held if chat.promise]
        waiting = [(chat.since, chat.due) for chat in picture.waiting(agent.queues)]
        return Strip(
            agent=frozen(agent),
            day=day,
            waiting=len(waiting),
            longest=min((since for since, _ in waiting), default=0),
            next_due=min((due for _, due in waiting), default=0),
            invited=on.invitations(),
            to_wrap_up=on.to_wrap_up(),
            left_messages=picture.left_messages,
            median=day.quantile(0.5),
            within=day.first_word(),
            now=0,
            promises=len(promises),
            promise=max(promises, default=0),
            away_reasons=on.services.directory.away_reasons,
            load=load_of(agent, on.now(), zone),
            right=own_right_limit_of(agent, on.services.directory, on.now()),
            breathers=on.services.directory.breathers,
            breathers_left=max(on.services.directory.breathers - agent.breathers_taken(on.now()), 0),
        )

    def _draw_strip(self, on: AgentView) -> str:
        if self._strip is None:
            return ""
        return on.services.views.strip(replace(self._strip, now=on.now()), locale=self._locale)

    def _add(self, on: AgentView, n: int, content: str, due: dict[str, int]) -> None:
        self._content.append(content)
        self._due.update(due)
        self._n = max(n, self._n)
        wait = self._flushed + COALESCE - time.monotonic()
        if wait <= 0 and self._later is None:
            self._flush(on)
        elif self._later is None:
            self._later = asyncio.get_running_loop().call_later(wait, self._flush, on)

    def _flush(self, on: AgentView) -> None:
        self._later = None
        self._flushed = time.monotonic()
        frame = Html(self._n, "".join(self._content), self._due, self._drafts, self._moved)
        self._content, self._due, self._drafts, self._moved = [], {}, {}, []
        on.send(frame)


def frozen(agent: AgentState) -> AgentState:
    """Return a copy to compare the next strip with, since the picture changes agents in place. It lacks the long
    figures of hours and days, because each console's strip is compared every second.
    """
    return deepcopy(replace(agent, figures=AgentFigures(), levels=Levels(), put_off={}))


def moved(on: AgentView, fact: Transferred) -> Moved:
    """Say where the chat went, and by whom if it was not the agent."""
    members, queues = on.services.directory.members, on.services.directory.queues
    by = "" if fact.author.id == on.author.id else fact.author.name
    if fact.to in on.services.picture.bots:
        return Moved(fact.chat, by, agent=on.services.picture.bots[fact.to].name)
    if fact.to:
        return Moved(fact.chat, by, agent=members[fact.to].name if fact.to in members else fact.author.name)
    return Moved(fact.chat, by, queue=queues[fact.queue].name if fact.queue in queues else fact.queue)
