"""What the board shows of a queue: its line, what is about to break, and how well its promises were kept."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from console.board.forecast import Forecast, clock_of, in_line
from console.domain.directory import Directory, Hours, Queue
from console.domain.opening_hours import always, next_opening, open_at
from console.projection.picture import ChatState, Picture
from console.projection.statistics import MINUTE, Sketch, Statistics
from console.projection.waiting_reason import WaitingReason, waiting_reason

LISTED = 10  # chats of a line that are named
QUICK = 0.25  # the share of answers that are quicker than what one answer is taken to need
ENOUGH = 20  # answers, to know that from

Code = Literal["nobody", "full", "late", "no_free", "breaking", "under_goal"]
State = Literal["fine", "soon", "late"]
SEVERE: tuple[Code, ...] = ("full", "late")


class Alert(msgspec.Struct, frozen=True):
    """Something to act on. `late` and `breaking` are `n` clocks; `at` (ms) is when the first of them broke, or when
    the line overflows to `queue` (its name)."""

    code: Code
    n: int = 0
    at: int = 0
    queue: str = ""


class InLine(msgspec.Struct, frozen=True):
    """A chat waiting: since when, when its promise breaks, why, and the queues it has overflowed to (names)."""

    chat: str
    name: str
    visitor: str
    since: int
    due: int
    late: bool
    why: WaitingReason
    lines: tuple[str, ...] = ()


class Share(msgspec.Struct, frozen=True):
    """`part` (0..1) of `n`; None of nothing."""

    n: int = 0
    part: float | None = None


class QueueCard(msgspec.Struct, frozen=True):
    """Times in ms. `recent` are the last 15 minutes, `today` the day since midnight UTC.

    `closed` is when it opens again (0: it is open, -1: nobody knows). `oldest` is since when the one who has waited
    longest waits (0: nobody). `agents` work this queue now and have `free` slots. `right` is how often the expected
    wait was. `hours` are (start, chats opened), the running one last.
    """

    id: str
    name: str
    target: int
    goal: int
    head_start: int
    mode: str
    closed: int
    agents: int
    free: int
    waiting: int
    oldest: int
    late: int
    due: int
    breaking: int
    recent: Share
    today: Share
    median: int
    p95: int
    first: int
    opened: int
    abandoned: int
    patience: int
    promises: Share
    canned: Share
    right: Share
    hours: tuple[tuple[int, int], ...]
    line: tuple[InLine, ...]
    alerts: tuple[Alert, ...]

    @property
    def state(self) -> State:
        """By its worst alert; who misses the goal is not late by that alone."""
        codes = {alert.code for alert in self.alerts}
        if not codes.isdisjoint(SEVERE) or ("nobody" in codes and self.waiting):
            return "late"
        return "soon" if codes else "fine"


@lru_cache(maxsize=1_024)
def closed_until(hours: Hours, minute: int) -> int:
    """As `QueueCard.closed`; hours are of whole minutes."""
    at = minute * MINUTE
    return 0 if always(hours) or open_at(hours, at) else next_opening(hours, at) or -1


def quick(recent: Statistics, queue: Queue) -> int:
    """What one answer takes (ms), if nothing else keeps the agent: a quick one's time, else a third of the target."""
    answers = recent.of("a")
    return answers.quantile(QUICK) if answers.n >= ENOUGH else queue.target // 3


class Sums(NamedTuple):
    """A queue's figures added up: the last 15 minutes, the day since midnight UTC, and (start, opened) of each hour."""

    recent: Statistics
    today: Statistics
    hours: tuple[tuple[int, int], ...]


def queue_card(
    picture: Picture,
    directory: Directory,
    queue: Queue,
    chats: Iterable[ChatState],
    outlook: Forecast,
    sums: Sums,
    now: int,
) -> QueueCard:
    """`chats` are the queue's own."""
    recent, today, waiting = sums.recent, sums.today, in_line(chats)
    there = (agent for agent in picture.agents.values() if queue.id in agent.queues and agent.connected)
    online = [agent for agent in there if agent.status == "online"]
    card = QueueCard(
        id=queue.id,
        name=queue.name,
        target=queue.target,
        goal=queue.goal,
        head_start=queue.head_start,
        mode=queue.mode,
        closed=closed_until(queue.hours, now // MINUTE),
        agents=len(online),
        free=sum(agent.free_slots for agent in online),
        waiting=len(waiting),
        oldest=min((chat.since for chat in waiting), default=0),
        late=outlook.late,
        due=outlook.due,
        breaking=outlook.breaking,
        recent=_within(recent.of("v")),
        today=_within(today.of("v")),
        median=recent.of("v").quantile(0.5),
        p95=recent.of("v").quantile(0.95),
        first=today.of("f").quantile(0.5),
        opened=today.count("opened"),
        abandoned=today.count("abandoned"),
        patience=today.count("patience"),
        promises=_share(today.count("kept"), today.count("promised")),
        canned=_share(today.count("canned"), today.of("a").n),
        right=_share(today.count("right"), today.count("expected")),
        hours=sums.hours,
        line=tuple(_in_line(picture, chat, directory) for chat in waiting[:LISTED]),
        alerts=(),
    )
    return msgspec.structs.replace(card, alerts=tuple(_alerts(card, queue, waiting, outlook, directory)))


def _alerts(
    card: QueueCard, queue: Queue, waiting: Sequence[ChatState], outlook: Forecast, directory: Directory
) -> list[Alert]:
    """The worst first."""
    found = []
    if not card.agents and (waiting or not card.closed):
        found.append(Alert("nobody"))
    if queue.longest and len(waiting) >= queue.longest:
        found.append(Alert("full", n=queue.longest))
    if outlook.late:
        found.append(Alert("late", n=outlook.late, at=outlook.oldest))
    if waiting and card.agents and not card.free and queue.mode != "pull":
        at, onward = _next_overflow(waiting, directory)
        found.append(Alert("no_free", at=at, queue=onward))
    if outlook.breaking:
        found.append(Alert("breaking", n=outlook.breaking))
    if card.recent.part is not None and card.recent.n >= ENOUGH and card.recent.part * 100 < queue.goal:
        found.append(Alert("under_goal", n=queue.goal))
    return found


def _next_overflow(waiting: Sequence[ChatState], directory: Directory) -> tuple[int, str]:
    """When (ms) the first of them is offered to another queue's members too, and that queue's name; (0, "") never."""
    coming = []
    for chat in waiting:
        at, passed = chat.since, (chat.queue, *chat.lines)
        for name in passed:
            at += directory.queues[name].overflow_after if name in directory.queues else 0
        last = directory.queues.get(passed[-1])
        if last is not None and last.overflow_to in directory.queues and last.overflow_to not in passed:
            coming.append((at, directory.queues[last.overflow_to].name))
    return min(coming, default=(0, ""))


def _in_line(picture: Picture, chat: ChatState, directory: Directory) -> InLine:
    names = tuple(directory.queues[line].name for line in chat.lines if line in directory.queues)
    why = waiting_reason(picture, directory, chat)
    return InLine(chat.id, chat.name, chat.visitor, chat.since, clock_of(chat), chat.late, why, names)


def _within(sketch: Sketch) -> Share:
    return Share(sketch.n, sketch.share_within())


def _share(part: int, whole: int) -> Share:
    return Share(whole, part / whole) if whole else Share()
