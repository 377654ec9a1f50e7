"""Builds a queue's card on the board: waiting chats, promises about to break, first words and answers in time."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from console.board.forecast import Forecast, clock_of, in_line
from console.domain.channels import group_of
from console.domain.directory import Directory, Hours, Queue
from console.domain.opening_hours import always, midnight, next_opening, open_at
from console.projection.channel_figures import ChannelFigures, channel_figures
from console.projection.picture import ChatState, Picture
from console.projection.statistics import MINUTE, Statistics
from console.projection.waiting_reason import WaitingReason, waiting_reason

LISTED = 10  # waiting chats shown by name
QUICK = 0.25  # an answer is assumed to take as long as this quantile of the recent answers
ENOUGH = 20  # recent answers needed for that estimate

Code = Literal["nobody", "full", "late", "no_free", "breaking", "under_goal"]
State = Literal["fine", "soon", "late"]
SEVERE: tuple[Code, ...] = ("full", "late")


class Alert(msgspec.Struct, frozen=True):
    """Something to act on.

    `late` and `breaking` count `n` clocks. `at` (ms) is when the first of them broke, or when the queue overflows to
    `queue` (its name).
    """

    code: Code
    n: int = 0
    at: int = 0
    queue: str = ""


class InLine(msgspec.Struct, frozen=True):
    """A waiting chat: since when, when its promise breaks, why it waits, and which queues it overflowed to (names)."""

    chat: str
    name: str
    visitor: str
    since: int
    due: int
    late: bool
    why: WaitingReason
    lines: tuple[str, ...] = ()
    channel: str = ""  # empty: a live chat


class WithBot(msgspec.Struct, frozen=True):
    """A chat that the queue's bot has, and since when."""

    chat: str
    name: str
    visitor: str
    since: int


class Share(msgspec.Struct, frozen=True):
    """The share `part` (0..1) of `n`; None if `n` is 0."""

    n: int = 0
    part: float | None = None


class Broken(msgspec.Struct, frozen=True):
    """Promises that broke today (`all`), and their outcome: each is answered late, ended by the agent, given up by the
    visitor, marked as needing no reply, or still open. `moved`: how often one was transferred or released.
    """

    all: int = 0
    answered: int = 0
    ended: int = 0
    left: int = 0
    no_reply: int = 0
    moved: int = 0


class QueueCard(msgspec.Struct, frozen=True):
    """A card. Times are in ms; `recent` covers the last 15 minutes, `today` the day since midnight in the queue's zone.

    Both are the share of first words in time; `answered` and `answered_today` that of answers, without holding replies.
    `median`, `p95` and `first` are of first words. `closed` is when the queue opens again (0: it is open, -1: unknown).
    `oldest` is since when the longest-waiting chat waits (0: none waits). `agents` are online in this queue and have
    `free` slots. `right` is how often the expected wait was right; `wait`, `handling` and `wrapup` are medians of
    today. `hours` are (start, chats opened); the current hour is last. `moved` is how often a question was transferred
    or released from its agent before its promise broke.
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
    answered: Share
    answered_today: Share
    median: int
    p95: int
    first: int
    opened: int
    abandoned: int
    patience: int
    promises: Share
    canned: Share
    automatic: Share  # first words that were given automatically
    suggested: Share  # answers for which a suggested reply was taken, edited or not
    solved: Share  # chats that the bot solved alone, of those it began
    drafted: Share  # answers for which a draft was taken, edited or not
    labelled: Share  # chats that ended with an agent, in queues that ask for a reason, and have one
    unlabelled: int  # of these, those that will never get one: left out, expired, or dropped from an agent's list
    right: Share
    wait: int
    handling: int
    wrapup: int
    broken: Broken
    moved: int
    hours: tuple[tuple[int, int], ...]
    line: tuple[InLine, ...]
    bot: str  # the name of the bot that answers first; empty while none is connected
    at_bot: int  # chats that it has
    with_bot: tuple[WithBot, ...]
    alerts: tuple[Alert, ...]
    channels: tuple[ChannelFigures, ...] = ()  # today, if not all chats are live

    def below(self, share: Share) -> bool:
        """Whether there is enough data to say that a share is below the queue's goal."""
        return share.part is not None and share.n >= ENOUGH and share.part * 100 < self.goal

    @property
    def state(self) -> State:
        """The state of the worst alert. Missing the goal alone does not make a queue late."""
        codes = {alert.code for alert in self.alerts}
        if not codes.isdisjoint(SEVERE) or ("nobody" in codes and self.waiting):
            return "late"
        return "soon" if codes else "fine"


@lru_cache(maxsize=1_024)
def closed_until(hours: Hours, minute: int) -> int:
    """Return `QueueCard.closed`. Cached per minute, as hours start and end on whole minutes."""
    at = minute * MINUTE
    return 0 if always(hours) or open_at(hours, at) else next_opening(hours, at) or -1


def quick(recent: Statistics, queue: Queue) -> int:
    """Return the time (ms) that one answer takes without distraction: that of a quick answer, else a third of the
    target.
    """
    answers = recent.of("a")
    return answers.quantile(QUICK) if answers.n >= ENOUGH else queue.target // 3


class Sums(NamedTuple):
    """A queue's sums: the last 15 minutes, the day in its zone, and (start, opened) of each hour."""

    recent: Statistics
    today: Statistics
    hours: tuple[tuple[int, int], ...]


def queue_card(
    picture: Picture,
    directory: Directory,
    queue: Queue,
    chats: Collection[ChatState],
    forecast: Forecast,
    sums: Sums,
    now: int,
) -> QueueCard:
    """Build the card of a queue from its own `chats`."""
    recent, today, waiting = sums.recent, sums.today, in_line(chats)
    there = (agent for agent in picture.agents.values() if queue.id in agent.queues and agent.connected)
    online = [agent for agent in there if agent.status == "online"]
    at_bot = sorted((chat for chat in chats if chat.place == "bot"), key=lambda chat: (chat.since, chat.id))
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
        late=forecast.late,
        due=forecast.due,
        breaking=forecast.breaking,
        recent=_first_words(recent),
        today=_first_words(today),
        answered=_answers(recent),
        answered_today=_answers(today),
        median=recent.of("v").quantile(0.5),
        p95=recent.of("v").quantile(0.95),
        first=today.of("f").quantile(0.5),
        opened=today.count("opened"),
        abandoned=today.count("abandoned"),
        patience=today.count("patience"),
        promises=_share(today.count("kept"), today.count("promised")),
        canned=_share(today.count("canned"), today.of("a").n),
        automatic=_share(today.count("automatic"), today.of("v").n),
        suggested=_share(today.count("suggested_taken") + today.count("suggested_edited"), today.count("suggested")),
        solved=_share(today.count("bot_solved"), today.count("bot")),
        drafted=_share(today.count("drafted_taken") + today.count("drafted_edited"), today.count("drafted")),
        labelled=_share(today.count("labelled"), today.count("to_label")),
        unlabelled=_without_reason(picture, queue, chats, today, now),
        right=_share(today.count("right"), today.count("expected")),
        wait=today.of("w").quantile(0.5),
        handling=today.of("h").quantile(0.5),
        wrapup=today.of("u").quantile(0.5),
        broken=_broken(today),
        moved=today.count("moved"),
        hours=sums.hours,
        line=tuple(_in_line(picture, chat, directory) for chat in waiting[:LISTED]),
        bot=picture.bots[queue.bot].name if queue.bot in picture.bots else "",
        at_bot=len(at_bot),
        with_bot=tuple(WithBot(chat.id, chat.name, chat.visitor, chat.since) for chat in at_bot[:LISTED]),
        alerts=(),
        channels=channel_figures(chats, today),
    )
    return msgspec.structs.replace(card, alerts=tuple(_alerts(card, queue, waiting, forecast, directory)))


def _without_reason(picture: Picture, queue: Queue, chats: Collection[ChatState], today: Statistics, now: int) -> int:
    """Count the day's chats that will never get a reason; chats in wrap-up, or left for later, do not count."""
    since = midnight(queue.hours.zone, now)
    listed = (one for agent in picture.agents.values() for one in agent.to_wrap_up(now))
    later = sum(one.queue == queue.id and one.ended >= since for one in listed)
    going_on = sum(chat.place == "wrapup" and not chat.reason for chat in chats)
    return max(0, today.count("to_label") - today.count("labelled") - later - going_on)


def _alerts(
    card: QueueCard, queue: Queue, waiting: Sequence[ChatState], forecast: Forecast, directory: Directory
) -> list[Alert]:
    """Return the queue's alerts, worst first."""
    found = []
    if not card.agents and (waiting or not card.closed):
        found.append(Alert("nobody"))
    if queue.longest and len(waiting) >= queue.longest:
        found.append(Alert("full", n=queue.longest))
    if forecast.late:
        found.append(Alert("late", n=forecast.late, at=forecast.oldest))
    assigned = [chat for chat in waiting if queue.assigns(chat.channel)]
    if assigned and card.agents and not card.free:
        at, onward = _next_overflow(assigned, directory)
        found.append(Alert("no_free", at=at, queue=onward))
    if forecast.breaking:
        found.append(Alert("breaking", n=forecast.breaking))
    if card.below(card.recent) or card.below(card.answered):
        found.append(Alert("under_goal", n=queue.goal))
    return found


def _next_overflow(waiting: Sequence[ChatState], directory: Directory) -> tuple[int, str]:
    """Return when (ms) the first chat overflows, and the name of the queue it goes to; (0, "") for never."""
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
    return InLine(
        chat.id, chat.name, chat.visitor, chat.since, clock_of(chat), chat.late, why, names, group_of(chat.channel)
    )


def _broken(today: Statistics) -> Broken:
    felt = today.of("v")
    return Broken(
        all=today.count("broke"),
        answered=felt.n - felt.within,
        ended=today.count("late_ended"),
        left=today.count("late_left"),
        no_reply=today.count("late_no_reply"),
        moved=today.count("late_moved"),
    )


def _first_words(figures: Statistics) -> Share:
    """Count the promises that came due and those that were kept, whichever agent had the chat and however it ended."""
    return _share(figures.of("v").within, figures.came_due())


def _answers(figures: Statistics) -> Share:
    """Count the answers in time, out of those given and those that never came."""
    return _share(figures.of("r").within, figures.answers_due())


def _share(part: int, whole: int) -> Share:
    return Share(whole, part / whole) if whole else Share()
