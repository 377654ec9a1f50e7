"""All boards of one process: what has changed is found once, drawn once a face, and pushed once a second.

A face is a language, on a desk or on a wall. Alarms do not wait for the second.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import NamedTuple, Protocol

import structlog

from console.board.agent_rows import AgentRow, agent_row
from console.board.day_totals import Days
from console.board.forecast import forecasts
from console.board.overview import LateAnswerRow, Overview, late_answers, newest, overview
from console.board.queue_cards import QueueCard, Sums, queue_card, quick
from console.board.views import BoardViews
from console.domain.directory import Directory
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
from console.projection.picture import ChatState, Picture
from console.projection.statistics import DAY, HOUR, Statistics
from console.protocol import encode
from console.protocol.supervisor import BoardHtml
from console.queue.workspace import Workspace

BEAT = 1.0  # seconds between two frames
SPACING = 0.25  # seconds between two frames at the least, however many alarms there are
RECENT = 15  # minutes
HOURS = 24  # whole ones, of the picture of chats per hour
LOOK = 0.3  # seconds that the store has for saying how far the feed is, and the archive for names
ASK = 5.0  # seconds between two questions to the archive for visitors it does not know yet
SLICE = 16  # parts drawn at once, about 3 ms: others get their turn in between
NAMES = 200  # late answers' visitors that are remembered by name

ALARMS = (Late, PromiseBroken, AgentChanged, Overflowed, Opened, Released, Ended, Stalled)

log = structlog.get_logger()


class BoardVariant(NamedTuple):
    locale: str
    wall: bool = False


class BoardListener(Protocol):
    def push(self, frame: str) -> None:
        """Takes a frame; never waits and never raises."""


Thing = QueueCard | AgentRow | Overview | tuple[LateAnswerRow, ...]


async def nobody_known(chats: Collection[str]) -> Mapping[str, Visitor]:
    """Where no archive is asked."""
    return {}


class Boards:
    """Facts come by `hear`; `run` is a task of its own. `visitors` names those of chats the picture no longer has."""

    def __init__(
        self,
        workspace: Workspace,
        views: BoardViews,
        current: Current,
        visitors: Callable[[Collection[str]], Awaitable[Mapping[str, Visitor]]] = nobody_known,
    ) -> None:
        self._workspace = workspace
        self._views = views
        self._current = current
        self._visitors = visitors
        self._asked = -ASK
        self._listeners: dict[BoardListener, BoardVariant] = {}
        self._things: dict[str, Thing] = {}
        self._drawn: dict[BoardVariant, dict[str, str]] = {}
        self._dirty: set[str] = set()
        self._lost: dict[str, int] = {}  # agents -> when their connection went
        self._names: dict[str, str] = {}  # chats of late answers -> their visitors
        self._seen: tuple[Picture, Directory, int] | None = None  # what `_things` were made of, on which day
        self._days = Days()
        self._fresh = 0
        self._wake = asyncio.Event()
        self._moved = asyncio.Event()
        self._coming = asyncio.Lock()
        self._frames, self._fragments, self._seconds = 0, 0, 0.0

    # --- who looks ------------------------------------------------------------------------------------

    async def join(self, listener: BoardListener, face: BoardVariant) -> tuple[int, int, list[str]]:
        """From now on `listener` hears what changes. What stands now: feed number, freshness, parts."""
        async with self._coming:  # two who open the same face at once wait for one drawing
            if not self._listeners:
                self._fresh = 0
                self._advance()
            if face not in self._drawn:
                self._drawn[face] = await self._draw_all(face)
            self._listeners[listener] = face
        self._wake.set()
        return self._current.picture.n, self._fresh, list(self._drawn[face].values())

    def leave(self, listener: BoardListener) -> None:
        face = self._listeners.pop(listener, None)
        if face is not None and face not in self._listeners.values():
            del self._drawn[face]

    def costs(self) -> BoardCosts:
        return BoardCosts(len(self._listeners), self._frames, self._fragments, self._seconds)

    # --- what happens ---------------------------------------------------------------------------------

    def hear(self, fact: AnyFact | Unreadable, agents: set[str]) -> None:
        """A fact that the picture has now; it may have changed what these agents' rows show."""
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
            self._name(chat.id, chat.name, chat.visitor)

    def _name(self, chat: str, name: str, visitor: str) -> None:
        self._names.pop(chat, None)
        self._names[chat] = name or visitor[-3:]
        while len(self._names) > NAMES:
            del self._names[next(iter(self._names))]

    async def _find_names(self) -> None:
        """Of late answers that nobody heard here: they were given before this process read the feed."""
        picture = self._current.picture
        unknown = [late.chat for late in newest(picture) if late.chat not in self._names]
        for chat in [picture.chats[id] for id in unknown if id in picture.chats]:
            self._name(chat.id, chat.name, chat.visitor)
        gone = [id for id in unknown if id not in picture.chats]
        if not gone or time.monotonic() - self._asked < ASK:
            return
        self._asked = time.monotonic()
        try:
            async with asyncio.timeout(LOOK):
                for id, visitor in (await self._visitors(gone)).items():
                    self._name(id, visitor.name, visitor.id)
        except (SestettoError, TimeoutError):
            return

    # --- the beat -------------------------------------------------------------------------------------

    async def run(self) -> None:
        """For ever: a frame a second to every board, and one at once for an alarm."""
        due = 0.0
        while True:
            if not self._listeners:
                await self._wake.wait()
            else:
                await self._sleep_until(due)
            self._wake.clear()
            if self._listeners:
                await self._look()
                due = time.monotonic() + BEAT
                try:
                    await self._push()
                except Exception as problem:  # the next beat looks at everything anew
                    log.error("board.failed", error=repr(problem))
                    self._things, self._seen = {}, None
                await asyncio.sleep(SPACING)

    async def _sleep_until(self, due: float) -> None:
        try:
            async with asyncio.timeout(max(0.0, due - time.monotonic())):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _look(self) -> None:
        """How far the feed is, as the store says; once the picture is there too it was the whole truth then."""
        at = self._workspace.now()
        try:
            async with asyncio.timeout(LOOK):
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
        for face in set(self._listeners.values()):
            if face not in self._drawn:  # its last board has left while another face was drawn
                continue
            parts = await self._redraw(face, changed, gone)
            frame = encode(BoardHtml(self._current.picture.n, self._workspace.now(), self._fresh, parts, gone)).decode()
            for listener, theirs in list(self._listeners.items()):
                if theirs == face:
                    listener.push(frame)
                    self._frames += 1

    def _advance(self) -> tuple[list[str], list[str]]:
        """The things as they are now: ids of those that changed, and of those that are no more."""
        started = time.perf_counter()
        picture, directory, now = self._current.picture, self._current.directory, self._workspace.now()
        seen, day = self._seen or (None, None, 0), now // DAY
        if seen[0] is not picture or seen[1] is not directory or seen[2] != day or not self._listeners:
            self._dirty |= picture.agents.keys()
            self._seen = (picture, directory, day)
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
        things["lates"] = late_answers(picture, directory, self._names)
        before, self._things = self._things, things
        changed = [id for id, thing in things.items() if before.get(id) != thing]
        self._seconds += time.perf_counter() - started
        return changed, sorted({id for drawn in self._drawn.values() for id in drawn} - things.keys())

    def _queues(self, picture: Picture, directory: Directory, now: int) -> dict[str, Thing]:
        sums = {id: self._sums(id, picture, now) for id in directory.queues}
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

    def _sums(self, queue: str, picture: Picture, now: int) -> Sums:
        line = picture.queues.get(queue)
        if line is None:
            return Sums(Statistics(), Statistics(), ())
        figures, last = line.figures, now // HOUR
        hours = tuple(
            (hour * HOUR, span.count("opened") if (span := figures.spans.get(f"h{hour}")) else 0)
            for hour in range(last - HOURS, last + 1)
        )
        return Sums(figures.over(now, RECENT), self._days.today(queue, figures, now), hours)

    # --- drawing --------------------------------------------------------------------------------------

    async def _draw_all(self, face: BoardVariant) -> dict[str, str]:
        """Everything, until what has changed meanwhile is drawn too."""
        drawn: dict[str, str] = {}
        made: dict[str, Thing] = {}
        while left := [id for id, thing in self._things.items() if made.get(id) != thing]:
            for id in left[:SLICE]:
                made[id], drawn[id] = self._things[id], self._draw(face, id)
            await asyncio.sleep(0)
        return {id: drawn[id] for id in self._things}

    async def _redraw(self, face: BoardVariant, changed: list[str], gone: list[str]) -> list[str]:
        """The parts that look different than they did."""
        drawn, new = self._drawn[face], {}
        for place, id in enumerate(changed):
            part = self._draw(face, id) if id in self._things else ""
            if part and drawn.get(id) != part:
                new[id] = part
            if place % SLICE == SLICE - 1:
                await asyncio.sleep(0)
        drawn.update(new)
        for id in gone:
            drawn.pop(id, None)
        return list(new.values())

    def _draw(self, face: BoardVariant, id: str) -> str:
        started = time.perf_counter()
        part = self._views.part(self._things[id], locale=face.locale, wall=face.wall, now=self._workspace.now())
        self._fragments += 1
        self._seconds += time.perf_counter() - started
        return part
