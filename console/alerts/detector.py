"""From facts and time to incidents. Pure: keeps a picture of the workspace and an index by queue, fact by fact."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from heapq import merge
from itertools import islice
from typing import NamedTuple

import msgspec

from console.alerts.open_times import OpenTimes
from console.domain.alerts import EVENTS, KINDS, AlertRule, Incident, Kind, What, step, step_event
from console.domain.directory import Queue
from console.events import AgentChanged, AnyFact, Ended, Late, Opened, PromiseBroken, Unreadable
from console.projection.picture import ChatState, Picture

SHOWN = 5  # chats listed by name
LAST = "\uffff"  # sorts after every id
Key = tuple[str, Kind, str]


class AlertedChat(msgspec.Struct):
    """A chat as messages report it: since when (ms) somebody waits, and the time by which an answer is promised."""

    chat: str
    name: str
    since: int
    due: int
    agent: str = ""


class News(msgspec.Struct):
    """Something to report: `what` happened to the incident at `at`; `chats` are the first of `count`."""

    rule: AlertRule
    what: What
    incident: Incident
    at: int
    count: int = 0
    chats: list[AlertedChat] = []


class Event(NamedTuple):
    """Something that happened in a queue and does not last."""

    kind: Kind
    queue: str
    chat: AlertedChat


class QueueChats:
    """The chats of one queue that matter for alerts."""

    def __init__(self) -> None:
        self.waiting: dict[str, None] = {}
        self.late: dict[str, None] = {}
        # channel -> (due, chat), sorted: promises not yet broken. A mail's target is hours where a chat's is seconds.
        self.clocks: dict[str, list[tuple[int, str]]] = {}

    def due_by(self, at: Callable[[str], int]) -> list[str]:
        """Return the chats whose clocks run out by the time in `at` for their channel; most urgent first."""
        due = (clocks[: bisect_right(clocks, (at(channel), LAST))] for channel, clocks in self.clocks.items())
        return [chat for _, chat in merge(*due)]


class Detector:
    """Finds incidents. `incidents` are open; `changed` and `gone` differ from what SQL has."""

    def __init__(
        self,
        picture: Picture,
        rules: Sequence[AlertRule],
        queues: Mapping[str, Queue],
        incidents: Iterable[Incident],
        now: int,
    ) -> None:
        self.picture = picture
        self.now = now
        self.incidents = {one.key: one for one in incidents}
        self.changed: set[Key] = set()
        self.gone: set[Key] = set()
        self._by_queue: dict[str, QueueChats] = {}
        self._places: dict[str, tuple[str, str, int, bool, bool]] = {}  # chat -> queue, channel, due, late, waiting
        self._unstaffed: dict[str, int] = {}  # queue -> since when (ms) nobody is online
        self._unreported: dict[Key, list[AlertedChat]] = {}  # first chats of events, for the next message
        self._open = OpenTimes()
        self.configure(rules, queues)
        for chat in picture.chats:
            self._index(chat)

    def configure(self, rules: Sequence[AlertRule], queues: Mapping[str, Queue]) -> None:
        """Use these rules and queues from now on.

        Incidents that no rule reports any more are dropped without a message.
        """
        self.rules = [rule for rule in rules if rule.on and rule.destinations]
        self.queues = dict(queues)
        known = {rule.id: rule for rule in self.rules}
        for key, incident in list(self.incidents.items()):
            rule = known.get(incident.rule)
            if not rule or not rule.reports(incident.kind) or not rule.covers(incident.queue) or key[2] not in queues:
                self._forget(key)
        self._open.forget()
        self._unstaffed = {queue: since for queue, since in self._unstaffed.items() if queue in queues}
        self._see_agents(queues, self.now, first=True)

    def advance(self, n: int, fact: AnyFact | Unreadable) -> list[News]:
        """Apply the next fact of the feed; return what to report."""
        self.now = max(self.now, fact.at)
        # A fact may move a chat to another queue, so the queue before it and the queue after it are both checked.
        chat = getattr(fact, "chat", "")
        touched = {self._places[chat][0]} if chat in self._places else set()
        if isinstance(fact, AgentChanged):
            known = self.picture.agents.get(fact.agent)
            touched |= {*fact.queues, *(known.queues if known else ())}
        event = self._event(fact)  # before the picture drops a chat that has ended
        self.picture.advance(n, fact)
        if chat:
            self._index(chat)
            touched |= {self._places[chat][0]} if chat in self._places else set()
        if isinstance(fact, AgentChanged):
            self._see_agents(touched, self.now)
        broke = int(isinstance(fact, Late | PromiseBroken))
        return self._check_queues(touched & self.queues.keys(), broke, event)

    def check(self, now: int) -> list[News]:
        """Check all queues at `now`, without a new fact; return what to report."""
        self.now = max(self.now, now)
        return self._check_queues(self.queues)

    def missed(self, queue: str, chat: AlertedChat, at: int, kind: Kind = "late") -> list[News]:
        """Report what happened while nobody followed the feed; the picture has its outcome already."""
        found: list[News] = []
        for rule in self.rules:
            if queue in self.queues and rule.covers(queue) and rule.reports(kind):
                key: Key = (rule.id, kind, queue)
                if kind in EVENTS:
                    found += self._report_events(rule, key, at, [chat])
                else:
                    found += self._report(rule, key, at, [chat], True, broke=1)
                    self.incidents[key].holds = False  # the next check decides whether it still exists
        return found

    def next_due(self) -> int:
        """Return when (ms) time alone next changes something about clocks; 0 for never."""
        found = 0
        for rule in self.rules:
            for queue in self.queues if rule.due_soon is not None else ():
                for channel, clocks in self._chats_of(queue).clocks.items():
                    before = self._before(rule, queue, channel)
                    place = bisect_right(clocks, (self.now + before, LAST)) if before else len(clocks)
                    if place < len(clocks):
                        due = clocks[place][0] - before
                        found = min(found, due) if found else due
        return found

    def mark_saved(self) -> None:
        """Note that all changes have been saved."""
        self.changed.clear()
        self.gone.clear()

    # --- checks --------------------------------------------------------------------------------

    def _check_queues(self, queues: Collection[str], broke: int = 0, event: Event | None = None) -> list[News]:
        found: list[News] = []
        for rule in self.rules:
            for queue in queues:
                if rule.covers(queue):
                    for kind in KINDS:
                        if kind in EVENTS and rule.reports(kind):
                            happened = [event.chat] if event is not None and event[:2] == (kind, queue) else []
                            found += self._report_events(rule, (rule.id, kind, queue), self.now, happened)
                        elif rule.reports(kind):
                            found += self._check_one(rule, kind, queue, broke)
        return found

    def _report_events(self, rule: AlertRule, key: Key, now: int, chats: Sequence[AlertedChat]) -> list[News]:
        """Report events; report those held back by the quiet period once it is over."""
        before = self.incidents.get(key)
        if before is None and not chats:
            return []
        if chats:
            self._unreported[key] = [*self._unreported.get(key, []), *chats][:SHOWN]
        incident, what, count = step_event(before, key, len(chats), now, rule.quiet)
        if incident is None:
            self._forget(key)
        elif what or chats:
            self.incidents[key] = incident
            self.gone.discard(key)
            self.changed.add(key)
        if what is None or incident is None:
            return []
        return [News(rule, what, msgspec.structs.replace(incident), now, count, self._unreported.pop(key, []))]

    def _event(self, fact: AnyFact | Unreadable) -> Event | None:
        """Return the event that a fact causes. A left message opens a chat too, but without a promise."""
        if isinstance(fact, Opened) and fact.due:
            return Event("came", fact.queue, AlertedChat(fact.chat, fact.visitor.name, fact.at, fact.due))
        chat = self.picture.chats.get(fact.chat) if isinstance(fact, Ended) and fact.why == "message_left" else None
        return Event("left", chat.queue, AlertedChat(chat.id, chat.name, fact.at, 0)) if chat is not None else None

    def _check_one(self, rule: AlertRule, kind: Kind, queue: str, broke: int) -> list[News]:
        key: Key = (rule.id, kind, queue)
        known = self._chats_of(queue)
        chats: Collection[str] = known.waiting
        match kind:
            case "due_soon":
                chats = known.due_by(lambda channel: self._soon(rule, queue, channel))
                holds = bool(chats)
            case "late":
                chats = known.late
                holds = bool(chats)
            case "line":
                holds = rule.line is not None and len(chats) > rule.line
            case "nobody":
                holds = self._nobody(queue, rule.nobody or 0)
        if key not in self.incidents and not holds:
            return []
        return self._report(rule, key, self.now, chats, holds, broke=broke)

    def _report(
        self, rule: AlertRule, key: Key, now: int, chats: Collection[str | AlertedChat], holds: bool, *, broke: int
    ) -> list[News]:
        before = self.incidents.get(key)
        was = (before.holds, before.count) if before else None
        incident, what = step(before, key, holds, now, rule.quiet)
        if incident is None:
            self._forget(key)
        else:
            self._count(incident, len(chats), broke)
            self.incidents[key] = incident
            self.gone.discard(key)
            if what or was != (incident.holds, incident.count):
                self.changed.add(key)
        of = incident or before
        if of is None or what is None or (what == "over" and not rule.over):
            return []
        first = [chat if isinstance(chat, AlertedChat) else self.describe(chat) for chat in islice(chats, SHOWN)]
        return [News(rule, what, msgspec.structs.replace(of), now, len(chats), first if what != "over" else [])]

    def _count(self, incident: Incident, chats: int, broke: int) -> None:
        if incident.kind == "late":
            incident.count += broke
        else:
            incident.count = max(incident.count, chats)

    def _forget(self, key: Key) -> None:
        if self.incidents.pop(key, None) is not None:
            self.gone.add(key)
            self.changed.discard(key)
            self._unreported.pop(key, None)

    def _soon(self, rule: AlertRule, queue: str, channel: str) -> int:
        """Return until when (ms) a chat of this channel must be due to be "due soon"; 0 if none is."""
        before = self._before(rule, queue, channel)
        return self.now + before if before else 0

    def _before(self, rule: AlertRule, queue: str, channel: str) -> int:
        """Return how long before its due time a chat is "due soon"; 0 if that would include every new turn."""
        before = rule.due_soon or 0
        return before if before < self.queues[queue].target_on(channel) else 0

    def _nobody(self, queue: str, patience: int) -> bool:
        since = self._unstaffed.get(queue)
        if since is None:
            return False
        opened = self._open.since(self.queues[queue], self.now)
        return opened is not None and self.now - max(since, opened) >= patience

    def knows(self, chat: str) -> bool:
        return chat in self.picture.chats

    def describe(self, chat: str) -> AlertedChat:
        """Return a chat of the picture as messages report it."""
        chat_state = self.picture.chats[chat]
        agent = self.picture.agents.get(chat_state.agent) if chat_state.place == "active" else None
        return AlertedChat(
            chat,
            chat_state.name,
            chat_state.turn or chat_state.since,
            _clock(chat_state)[0],
            agent.name if agent else "",
        )

    # --- the index -----------------------------------------------------------------------------

    def _chats_of(self, queue: str) -> QueueChats:
        return self._by_queue.setdefault(queue, QueueChats())

    def _index(self, chat: str) -> None:
        """Update the index from the picture."""
        chat_state = self.picture.chats.get(chat)
        new = None
        if chat_state is not None and chat_state.place != "wrapup":
            due, late = _clock(chat_state)
            # A left message opens a chat as well, but nobody waits in it and it has no promise.
            waits = chat_state.place == "waiting" and chat_state.due > 0
            new = (chat_state.queue, chat_state.channel, due, late, waits)
        old = self._places.get(chat)
        if old == new:
            return
        if old is not None:
            self._remove(chat, *old)
        if new is None:
            self._places.pop(chat, None)
        else:
            self._places[chat] = new
            self._add(chat, *new)

    def _add(self, chat: str, queue: str, channel: str, due: int, late: bool, waiting: bool) -> None:
        known = self._chats_of(queue)
        if waiting:
            known.waiting[chat] = None
        if late:
            known.late[chat] = None
        elif due:
            insort(known.clocks.setdefault(channel, []), (due, chat))

    def _remove(self, chat: str, queue: str, channel: str, due: int, late: bool, waiting: bool) -> None:
        known = self._chats_of(queue)
        known.waiting.pop(chat, None)
        known.late.pop(chat, None)
        if due and not late:
            clocks = known.clocks[channel]
            del clocks[bisect_left(clocks, (due, chat))]

    def _see_agents(self, queues: Iterable[str], now: int, *, first: bool = False) -> None:
        for queue in queues:
            if self.picture.online(queue):
                self._unstaffed.pop(queue, None)
            elif queue not in self._unstaffed:
                # When a detector starts, the picture says how long everybody has been offline; later the fact's time
                # does.
                served = (agent.since for agent in self.picture.agents.values() if queue in agent.queues)
                self._unstaffed[queue] = min(now, max(served, default=0)) if first else now


def _clock(chat: ChatState) -> tuple[int, bool]:
    """Return when the chat's next promise breaks (0 if none is open), and whether one is already broken."""
    if chat.late or chat.promise_late:
        return chat.due or chat.promise, True
    return min((due for due in (chat.due, chat.promise) if due), default=0), False
