"""All boards of one process: changes are found once, rendered once per variant, and pushed once a second.

A variant is a language, on a desk or on a wall display. Alarms do not wait for the next second.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import NamedTuple, Protocol

import structlog

from console.board.agent_rows import AgentRow, agent_row
from console.board.day_totals import Days
from console.board.forecast import forecasts
from console.board.late_answers import LateAnswerRow, late_answers, newest
from console.board.left_messages import LeftCounts, LeftSummary, Read, left_summary, none_left
from console.board.overview import Overview, overview
from console.board.queue_cards import QueueCard, Sums, queue_card, quick
from console.board.views import BoardViews
from console.domain.directory import Directory, Queue
from console.errors import SestettoError
from console.events import (
    AgentChanged,
    AnyFact,
    ChatFact,
    Ended,
    Late,
    Message,
    Opened,
    Overflowed,
    PromiseBroken,
    Released,
    Stalled,
    Unreadable,
    Visitor,
)
from console.metrics import BoardCosts
from console.projection.current import Current
from console.projection.load import HEAVY
from console.projection.picture import ChatState, Picture
from console.projection.statistics import HOUR, MINUTE, Statistics
from console.protocol import encode
from console.protocol.supervisor import BoardHtml
from console.queue.workspace import Workspace

BEAT = 1.0  # seconds between two frames
SPACING = 0.25  # minimum seconds between two frames, however many alarms there are
RECENT = 15  # minutes
HOURS = 24  # full hours in the chart of chats per hour
ANSWER_WITHIN = 0.3  # seconds that the store has to report the feed's end, and the archive to return names
ASK = 5.0  # seconds between two queries to the archive for unknown visitors
SLICE = 16  # parts rendered at once, about 3 ms; then other tasks get their turn
NAMES = 200  # visitors of late answers to remember

ALARMS = (Late, PromiseBroken, AgentChanged, Overflowed, Opened, Released, Ended, Stalled)

log = structlog.get_logger()


class BoardVariant(NamedTuple):
    locale: str
    wall: bool = False


class BoardListener(Protocol):
    def push(self, frame: str) -> None:
        """Take a frame. Must not wait or raise."""


Thing = QueueCard | AgentRow | Overview | LeftSummary | tuple[LateAnswerRow, ...]


async def nobody_known(chats: Collection[str]) -> Mapping[str, Visitor]:
    """Used if there is no archive to query."""
    return {}


class Boards:
    """The boards of this process.

    Facts come in through `on_fact`; `run` runs as its own task. `visitors` returns the visitors of chats that are no
    longer in the picture, `left` the left messages that need an answer.
    """

    def __init__(
        self,
        workspace: Workspace,
        views: BoardViews,
        current: Current,
        visitors: Callable[[Collection[str]], Awaitable[Mapping[str, Visitor]]] = nobody_known,
        left: Read = none_left,
    ) -> None:
        self._workspace = workspace
        self._views = views
        self._current = current
        self._visitors = visitors
        self._left = LeftCounts(left)
        self._asked = -ASK
        self._listeners: dict[BoardListener, BoardVariant] = {}
        self._things: dict[str, Thing] = {}
        self._drawn: dict[BoardVariant, dict[str, str]] = {}
        self._dirty: set[str] = set()
        self._lost: dict[str, int] = {}  # agent -> when its connection was lost
        self._known: dict[str, Visitor] = {}  # chat of a late answer -> its visitor
        self._seen: tuple[Picture, Directory, int] | None = None  # what `_things` were built from, and in which hour
        self._minute = 0  # minute in which the rows of agents with many chats were built
        self._days = Days()
        self._fresh = 0
        self._wake = asyncio.Event()
        self._moved = asyncio.Event()
        self._coming = asyncio.Lock()
        self._frames, self._fragments, self._seconds = 0, 0, 0.0

    # --- listeners ------------------------------------------------------------------------------------

    async def join(self, listener: BoardListener, variant: BoardVariant) -> tuple[int, int, list[str]]:
        """Send changes to `listener` from now on. Return the current state: feed number, freshness, parts."""
        async with self._coming:  # two boards that open the same variant at once share one rendering
            if not self._listeners:
                self._fresh = 0
                self._advance()
            if variant not in self._drawn:
                self._drawn[variant] = await self._draw_all(variant)
            self._listeners[listener] = variant
        self._wake.set()
        return self._current.picture.n, self._fresh, list(self._drawn[variant].values())

    def leave(self, listener: BoardListener) -> None:
        variant = self._listeners.pop(listener, None)
        if variant is not None and variant not in self._listeners.values():
            del self._drawn[variant]

    def costs(self) -> BoardCosts:
        return BoardCosts(len(self._listeners), self._frames, self._fragments, self._seconds)

    # --- facts ---------------------------------------------------------------------------------------

    def on_fact(self, fact: AnyFact | Unreadable, agents: set[str]) -> None:
        """Take a fact that the picture has already applied; it may have changed what these agents' rows show."""
        self._dirty |= agents
        self._moved.set()
        if isinstance(fact, AgentChanged):
            self._dirty.add(fact.agent)
            if fact.connected:
                self._lost.pop(fact.agent, None)
            else:
                self._lost.setdefault(fact.agent, fact.at)
        if isinstance(fact, Message) and fact.turn is not None and fact.turn.late:
            self._remember(fact)
        if self._listeners and isinstance(fact, ALARMS):
            self._wake.set()

    def _remember(self, fact: ChatFact) -> None:
        chat = self._current.picture.chats.get(fact.chat)
        if chat is not None:
            self._know(chat.id, Visitor(chat.visitor, chat.name))

    def _know(self, chat: str, visitor: Visitor) -> None:
        self._known.pop(chat, None)
        self._known[chat] = visitor
        while len(self._known) > NAMES:
            del self._known[next(iter(self._known))]

    async def _find_names(self) -> None:
        """Find names for late answers that were given before this process read the feed."""
        picture = self._current.picture
        unknown = [late.chat for late in newest(picture) if late.chat not in self._known]
        for chat in [picture.chats[id] for id in unknown if id in picture.chats]:
            self._know(chat.id, Visitor(chat.visitor, chat.name))
        gone = [id for id in unknown if id not in picture.chats]
        if not gone or time.monotonic() - self._asked < ASK:
            return
        self._asked = time.monotonic()
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                for id, visitor in (await self._visitors(gone)).items():
                    self._know(id, visitor)
        except (SestettoError, TimeoutError):
            return

    # --- rounds -------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run forever: send a frame a second to every board, and one at once for an alarm."""
        due = 0.0
        while True:
            if not self._listeners:
                await self._wake.wait()
            else:
                await self._sleep_until(due)
            self._wake.clear()
            if self._listeners:
                await self._ask_for_end()
                due = time.monotonic() + BEAT
                try:
                    await self._push()
                except Exception as problem:  # the next round starts from scratch
                    log.error("board.failed", error=repr(problem))
                    self._things, self._seen = {}, None
                await asyncio.sleep(SPACING)

    async def _sleep_until(self, due: float) -> None:
        try:
            async with asyncio.timeout(max(0.0, due - time.monotonic())):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _ask_for_end(self) -> None:
        """Ask the store for the feed's end.

        When the picture reaches it, the picture was complete at the time of the query.
        """
        at = self._workspace.now()
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                n = await self._workspace.newest()
                while self._current.picture.n < n:
                    self._moved.clear()
                    await self._moved.wait()
        except (SestettoError, TimeoutError):
            return
        self._fresh = at

    async def _push(self) -> None:
        await self._find_names()
        changed, gone = self._advance()
        for variant in set(self._listeners.values()):
            if variant not in self._drawn:  # its last board left while another variant was rendered
                continue
            parts = await self._redraw(variant, changed, gone)
            frame = encode(BoardHtml(self._current.picture.n, self._workspace.now(), self._fresh, parts, gone)).decode()
            for listener, shown in list(self._listeners.items()):
                if shown == variant:
                    listener.push(frame)
                    self._frames += 1

    def _advance(self) -> tuple[list[str], list[str]]:
        """Update the things to show. Return the ids of those that changed, and of those that no longer exist."""
        started = time.perf_counter()
        picture, directory, now = self._current.picture, self._current.directory, self._workspace.now()
        seen, hour = self._seen or (None, None, 0), now // HOUR
        # After a snapshot, a change of settings or a full hour any agent's row may differ, so all are rebuilt.
        if seen[0] is not picture or seen[1] is not directory or seen[2] != hour or not self._listeners:
            self._dirty |= picture.agents.keys()
            self._seen = (picture, directory, hour)
        if self._minute != now // MINUTE:
            self._minute = now // MINUTE
            self._dirty |= {agent.id for agent in picture.agents.values() if len(agent.held) >= HEAVY[0]}
        things = self._queues(picture, directory, now)
        late = sum(card.late for card in things.values() if isinstance(card, QueueCard))
        rows = {id: thing for id, thing in self._things.items() if isinstance(thing, AgentRow)}
        for agent in self._dirty:
            rows.pop(f"agent-{agent}", None)
            if agent in picture.agents:
                lost = self._lost.get(agent, 0)
                rows[f"agent-{agent}"] = agent_row(picture, picture.agents[agent], directory, lost=lost, now=now)
        self._dirty.clear()
        rows = {id: row for id, row in rows.items() if row.id in picture.agents}
        things |= rows
        things["overview"] = overview(picture, rows, directory, late)
        self._left.ask(picture.left_messages)
        things["left"] = left_summary(self._left.found, directory.queues, now)
        things["lates"] = late_answers(picture, directory, self._known)
        before, self._things = self._things, things
        changed = [id for id, thing in things.items() if before.get(id) != thing]
        self._seconds += time.perf_counter() - started
        return changed, sorted({id for drawn in self._drawn.values() for id in drawn} - things.keys())

    def _queues(self, picture: Picture, directory: Directory, now: int) -> dict[str, Thing]:
        sums = {id: self._sums(queue, picture, now) for id, queue in directory.queues.items()}
        paces = {id: quick(sums[id].recent, queue) for id, queue in directory.queues.items()}
        found = forecasts(picture, directory, paces, now)
        chats: dict[str, list[ChatState]] = {id: [] for id in directory.queues}
        for chat in picture.chats.values():
            if chat.queue in chats:
                chats[chat.queue].append(chat)
        return {
            f"queue-{id}": queue_card(picture, directory, queue, chats[id], found[id], sums[id], now)
            for id, queue in directory.queues.items()
        }

    def _sums(self, queue: Queue, picture: Picture, now: int) -> Sums:
        line = picture.queues.get(queue.id)
        if line is None:
            return Sums(Statistics(), Statistics(), ())
        figures, last = line.figures, now // HOUR
        hours = tuple(
            (hour * HOUR, span.count("opened") if (span := figures.spans.get(f"h{hour}")) else 0)
            for hour in range(last - HOURS, last + 1)
        )
        return Sums(figures.over(now, RECENT), self._days.today(queue.id, figures, now, queue.hours.zone), hours)

    # --- drawing --------------------------------------------------------------------------------------

    async def _draw_all(self, variant: BoardVariant) -> dict[str, str]:
        """Render everything; repeat for what has changed in the meantime."""
        drawn: dict[str, str] = {}
        made: dict[str, Thing] = {}
        while left := [id for id, thing in self._things.items() if made.get(id) != thing]:
            for id in left[:SLICE]:
                made[id], drawn[id] = self._things[id], self._draw(variant, id)
            await asyncio.sleep(0)
        return {id: drawn[id] for id in self._things}

    async def _redraw(self, variant: BoardVariant, changed: list[str], gone: list[str]) -> list[str]:
        """Return the parts whose HTML changed."""
        drawn, new = self._drawn[variant], {}
        for place, id in enumerate(changed):
            part = self._draw(variant, id) if id in self._things else ""
            if part and drawn.get(id) != part:
                new[id] = part
            if place % SLICE == SLICE - 1:
                await asyncio.sleep(0)
        drawn.update(new)
        for id in gone:
            drawn.pop(id, None)
        return list(new.values())

    def _draw(self, variant: BoardVariant, id: str) -> str:
        started = time.perf_counter()
        part = self._views.part(self._things[id], locale=variant.locale, wall=variant.wall, now=self._workspace.now())
        self._fragments += 1
        self._seconds += time.perf_counter() - started
        return part
