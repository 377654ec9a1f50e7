"""A workspace in plain Python: chats, members, facts, timers.

Nothing is stored twice here: who is free, whose clocks run and where chats are listed is computed each time, while the
Functions keep it up to date. A Function that forgets an update is detected immediately.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from console.domain.directory import Hours, Queue

UNSEEN, LEASE, GRACE, LOST, AGAIN = 2_500, 10_000, 3_000, 10_000, 500
TABS, WATCH, ABANDON, REOPEN, KEEP, EXCLUDED, EARLIER = 45_000, 60_000, 60_000, 600_000, 86_400_000, 60_000, 20
PUBLIC = {
    "opened", "message", "assigned", "released", "transferred", "asked", "ended", "reopened", "rated", "redacted",
    "bot_assigned",
}  # fmt: skip

FactDict = dict[str, Any]


@dataclass
class Chat:
    id: str
    visitor: str
    queue: str
    site: str
    channel: str
    tongue: str  # the visitor's language, a primary tag
    profile: FactDict
    opened: int
    since: int
    place: str = "waiting"
    agent: str = ""
    slot: int = 0
    rank: int = 0  # order in its queues: lower is sooner
    head: int = 0  # the head start contained in it
    reached: list[str] = field(default_factory=list)  # the queues it has reached, its own first
    aside: bool = False  # in a slot for other channels
    any: bool = False  # any member, whatever its language
    stuck: str = ""
    places: int = 0  # those that go first and itself, in hundredths
    expected: int = 0
    found: str = ""  # the queue through which the offered agent was found
    until: int = 0
    excluded: dict[str, int] = field(default_factory=dict)  # agent -> until when
    turn: int = 0
    turn_seq: int = 0
    turn_shown: int = 0
    due: int = 0
    late: bool = False
    own: int = 0  # when the holder's own time is over
    overdue: bool = False  # it is, and that was said
    handed: int = 0  # when an earlier holder of the turn lost it
    stays: list[FactDict] = field(default_factory=list)  # of earlier holders
    answered: bool = False
    promise: int = 0
    tongue_by: str = ""  # text or agent
    typed: int = 0  # when its agent last typed there
    worded: int = 0  # seq of the last first word
    promise_late: bool = False
    unanswered: int = 0  # when the visitor asked what has only been answered with holding replies
    unkept: bool = False  # one of their promises was
    named: str = ""  # what an agent called the visitor
    reason: str = ""
    tags: list[str] = field(default_factory=list)
    guests: list[str] = field(default_factory=list)
    watchers: list[str] = field(default_factory=list)
    before: list[tuple[str, int]] = field(default_factory=list)  # chats that its visitor left, and when, latest first
    here: bool = True
    left: int = 0
    last: int = 0
    n: int = 0
    assigned: int = 0
    got: bool = True
    ended: int = 0
    wrapper: str = ""  # the agent who left its wrap-up for later
    left_message: bool = False
    rated: bool = False
    seen_agent: int = 0
    seen_visitor: int = 0
    draft: str = ""
    asked: list[tuple[int, int]] = field(default_factory=list)  # seq and time of the visitor's messages
    bot: str = ""  # which bot has it, or has ended it
    bot_asked: int = 0  # since when the visitor waits for the bot's word
    bot_word: bool = False
    handed_at: int = 0  # since when people have it, if a bot had it
    tabs: dict[str, int] = field(default_factory=dict)
    log: list[FactDict] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether the chat has ended for the visitor; the agent may still be wrapping up."""
        return self.place in ("wrapup", "ended")

    @property
    def called(self) -> str:
        """Return the visitor's name: the one an agent gave, else their own or their page's."""
        return self.named or self.profile["visitor"].get("name", "")

    @property
    def next_break(self) -> int:
        """Return when (ms) the promise to the visitor breaks, or after that the holder's own time; 0 for never."""
        if not self.due or not self.late:
            return self.due
        return 0 if self.overdue else self.own_due

    @property
    def own_due(self) -> int:
        return self.own if self.place == "active" and self.turn else 0

    def line(self) -> FactDict:
        """Return the chat as the snapshot has it, but without the profile."""
        return {
            "place": self.place, "queue": self.queue, "visitor": self.visitor, "site": self.site,
            "channel": self.channel, "opened": self.opened, "since": self.since, "agent": self.agent,
            "slot": self.slot, "turn": self.turn, "due": self.due, "late": int(self.late), "here": int(self.here),
            "left": self.left, "seq": len(self.log), "last": self.last, "rank": self.rank, "until": self.until,
            "promise": self.promise, "promise_late": int(self.promise_late), "reason": self.reason, "tags": self.tags,
            "bot": self.bot,
            "named": self.named, "guests": self.guests, "watchers": self.watchers, "reached": self.reached,
            "any": int(self.any), "tongue": self.tongue, "tongue_by": self.tongue_by,
            "aside": int(self.aside),
        }  # fmt: skip

    def held(self) -> FactDict:
        """Return what the console of the chat's agent receives."""
        told = {"id": self.id, "draft": self.draft, "facts": len(self.log)}
        return told | {name: self.line()[name] for name in ("place", "agent", "slot", "turn", "due", "seq", "until")}

    def clear_turn(self) -> None:
        self.turn = self.turn_seq = self.due = self.own = self.handed = 0
        self.late = self.overdue = False
        self.stays.clear()


@dataclass
class Bot:
    id: str
    name: str
    limit: int
    fence: int
    connected: bool = True


@dataclass
class Member:
    id: str
    name: str
    limit: int
    queues: tuple[str, ...]
    languages: tuple[str, ...] = ()
    most: int = 0  # the supervisors' limit
    channel_slots: int | None = None  # for other channels, besides
    asides: set[str] = field(default_factory=set)  # chats that may use those
    status: str = ""
    reason: str = ""
    since: int = 0
    connected: bool = False
    fence: int = 0
    tab: str = ""
    gone: int = 0
    unseen: bool = False
    missed: int = 0  # offers in a row
    breather: int = 0  # until when
    breathers: list[int] = field(default_factory=list)  # their starts, of the last hour
    breather_cid: str = ""
    last: int = 0
    held: dict[int, str] = field(default_factory=dict)
    loaded: int = 0  # since when it has as many
    levels: dict[str, int] = field(default_factory=dict)  # what came due, by day and number of chats
    times: dict[str, int] = field(default_factory=dict)
    put_off: list[str] = field(default_factory=list)  # chats to wrap up later

    @property
    def has_slot(self) -> bool:
        return len(self.held) - min(len(self.asides), self.channel_slots or 0) < self.limit

    @property
    def free(self) -> bool:
        return self.connected and self.status == "online" and not self.unseen and not self.breather and self.has_slot

    def speaks(self, language: str) -> bool:
        return not language or not self.languages or language in self.languages


class State:
    """One workspace at `now` (ms). `facts` are those of the running call; `timers` are "kind:id" -> ms."""

    def __init__(self) -> None:
        self.now = 0
        self.n = 0
        self.fence = 0
        self.archived = 0
        self.version = 0
        self.facts: list[FactDict] = []
        self.chats: dict[str, Chat] = {}
        self.members: dict[str, Member] = {}
        self.bots: dict[str, Bot] = {}
        self.queues: dict[str, Queue] = {}
        self.configured: set[str] = set()  # the queues of the latest directory
        self.sites: dict[str, str] = {}  # key -> queue
        self.hours: dict[str, tuple[Hours, int]] = {}  # queue -> its hours, and when they were published
        self.current: dict[str, str] = {}  # visitor -> chat
        self.last_agent: dict[str, str] = {}
        self.left: set[str] = set()
        self.set_timers: dict[str, int] = {}
        self.counted: dict[str, dict[str, Counter[str]]] = {}  # queue -> span -> figures
        self.lates: list[FactDict] = []

    def to_wrap_up(self, member: Member) -> list[Chat]:
        """Return the chats they have left for later, oldest first, as long as those are live."""
        put_off = (self.chats[chat] for chat in member.put_off if chat in self.chats)
        return sorted((c for c in put_off if self.now - c.ended < KEEP), key=lambda c: (c.ended, c.id))

    # --- facts and timers ----------------------------------------------------------------------

    def announce(self, kind: str, **own: Any) -> None:
        self.n += 1
        self.facts.append({"kind": kind, "at": self.now, **own})

    def record(self, c: Chat, kind: str, **own: Any) -> int:
        seq = len(c.log) + 1
        self.announce(kind, chat=c.id, seq=seq, prev=c.last, **own)
        c.log.append(self.facts[-1])
        c.n = self.n
        if kind in PUBLIC:
            c.last = seq
        return seq

    def timer(self, kind: str, of: str, at: int) -> None:
        self.set_timers[f"{kind}:{of}"] = at

    def no_timer(self, of: str, *kinds: str) -> None:
        for kind in kinds:
            self.set_timers.pop(f"{kind}:{of}", None)

    @property
    def timers(self) -> dict[str, int]:
        """Return the set timers, and one for each promise that is neither kept nor broken yet."""
        chats = self.chats.values()
        late = {f"late:{c.id}": at for c in chats if (at := c.next_break)}
        promised = {f"promise:{c.id}": c.promise for c in chats if c.promise and not c.promise_late}
        return {**self.set_timers, **late, **promised}


def only(**values: Any) -> FactDict:
    """Return the values that are not empty: facts leave out the others."""
    return {name: value for name, value in values.items() if value}
