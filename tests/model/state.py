"""What a workspace is, in plain Python: chats, members, timers, lines, turns and who gets what.

Nothing here is kept twice: who is free, whose clocks run and who stands where in a line is worked out anew each
time, where the Functions keep it beside. A Function that forgets to keep it up is seen at once.
"""

import math
from dataclasses import dataclass, field
from typing import Any

from console.directory import Queue

UNSEEN, LEASE, GRACE, LOST, AGAIN = 2_500, 10_000, 3_000, 10_000, 500
TABS, ABANDON, REOPEN, KEEP = 45_000, 60_000, 600_000, 86_400_000
PUBLIC = {"opened", "message", "assigned", "released", "asked", "ended", "reopened", "rated"}

FactDict = dict[str, Any]


@dataclass
class Chat:
    id: str
    visitor: str
    queue: str
    site: str
    channel: str
    profile: FactDict
    opened: int
    since: int
    place: str = "waiting"
    agent: str = ""
    slot: int = 0
    rank: int = 0  # in its line: the lower the sooner
    turn: int = 0
    turn_seq: int = 0
    due: int = 0
    late: bool = False
    here: bool = True
    left: int = 0
    last: int = 0
    n: int = 0
    assigned: int = 0
    got: bool = True
    ended: int = 0
    left_message: bool = False
    rated: bool = False
    seen_agent: int = 0
    seen_visitor: int = 0
    draft: str = ""
    asked: list[tuple[int, int]] = field(default_factory=list)  # seq and time of the visitor's messages
    tabs: dict[str, int] = field(default_factory=dict)
    log: list[FactDict] = field(default_factory=list)

    def line(self) -> dict[str, Any]:
        """As the snapshot has it."""
        return {
            "place": self.place, "queue": self.queue, "visitor": self.visitor, "site": self.site,
            "channel": self.channel, "opened": self.opened, "since": self.since, "agent": self.agent,
            "slot": self.slot, "turn": self.turn, "due": self.due, "late": int(self.late), "here": int(self.here),
            "left": self.left, "seq": len(self.log), "last": self.last,
        }  # fmt: skip

    def clear_turn(self) -> None:
        self.turn = self.turn_seq = self.due = 0
        self.late = False


@dataclass
class Member:
    id: str
    name: str
    limit: int
    queues: tuple[str, ...]
    status: str = ""
    reason: str = ""
    connected: bool = False
    fence: int = 0
    tab: str = ""
    gone: int = 0
    unseen: bool = False
    last: int = 0
    held: dict[int, str] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)

    @property
    def free(self) -> bool:
        return self.connected and self.status == "online" and not self.unseen and len(self.held) < self.limit


class State:
    """One workspace at `now`. `facts` are those of the running call; `timers` are "kind:id" -> ms."""

    def __init__(self) -> None:
        self.now = 0
        self.n = 0
        self.fence = 0
        self.archived = 0
        self.version = 0
        self.facts: list[FactDict] = []
        self.chats: dict[str, Chat] = {}
        self.members: dict[str, Member] = {}
        self.queues: dict[str, Queue] = {}
        self.current: dict[str, str] = {}  # visitor -> chat
        self.last_agent: dict[str, str] = {}
        self.left: set[str] = set()
        self.set_timers: dict[str, int] = {}

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
        """The set ones, and one for each promise that is neither kept nor broken yet."""
        promises = {f"late:{c.id}": c.due for c in self.chats.values() if c.due and not c.late}
        return {**self.set_timers, **promises}

    # --- turns ---------------------------------------------------------------------------------

    def open_turn(self, c: Chat, seq: int, at: int) -> None:
        due = at + self.queues[c.queue].target
        if c.place == "waiting" and c.due:
            due = min(due, c.due)
        c.late = c.late and due <= self.now
        c.turn, c.turn_seq, c.due = at, seq, due
        self.no_timer(c.id, "ask", "silent")

    def judge(self, c: Chat) -> None:
        if c.due and not c.late and self.now >= c.due:
            c.late = True
            self.record(c, "late", queue=c.queue, due=c.due, **only(agent=c.agent))

    def close_turn(self, c: Chat) -> FactDict:
        mine = self.now - max(c.turn, c.assigned)
        kept = mine <= self.queues[c.queue].target
        turn = {"seq": c.turn_seq, "asked": c.turn, "waited": self.now - c.turn, "mine": mine}
        turn |= only(kept=kept, late=c.late)
        c.clear_turn()
        return turn

    def measure(self, member: Member, turn: FactDict) -> None:
        day = self.now // 86_400_000
        if member.times.get("day") != day:
            member.times = {"day": day}
        bucket = f"b{math.floor(math.log(max(turn['mine'], 1)) / math.log(1.02))}"
        for name in ["n", bucket, *(["within"] if "kept" in turn else [])]:
            member.times[name] = member.times.get(name, 0) + 1

    def await_visitor(self, c: Chat) -> None:
        if c.place == "active" and not c.turn:
            self.timer("ask", c.id, self.now + self.queues[c.queue].ask)

    # --- who gets what -------------------------------------------------------------------------

    def free(self, queue: str) -> list[Member]:
        """Those who can take a chat of the queue, least pressure first."""
        return sorted((m for m in self.members.values() if m.free and queue in m.queues), key=self.pressure)

    def pressure(self, member: Member) -> tuple[int, int, int, str]:
        return self.clocks(member), len(member.held), member.last, member.id

    def clocks(self, member: Member) -> int:
        return sum(self.chats[chat].turn > 0 for chat in member.held.values())

    def line(self, queue: str) -> list[Chat]:
        waiting = (c for c in self.chats.values() if c.place == "waiting" and c.queue == queue)
        return sorted(waiting, key=lambda c: (c.rank, c.id))

    def in_hand(self, member: Member) -> list[Chat]:
        """Running clocks first, by their promise; then the others by slot."""
        chats = [self.chats[chat] for _, chat in sorted(member.held.items())]
        running = sorted((c for c in chats if c.turn), key=lambda c: (c.due, c.id))
        return running + [c for c in chats if not c.turn]

    def staffed(self, queue: str) -> bool:
        return any(
            m.status == "online" and (m.connected or (m.gone and self.now - m.gone < 10_000))
            for m in self.members.values()
            if queue in m.queues
        )

    def enqueue(self, c: Chat, *, front: bool) -> None:
        c.place, c.since = "waiting", self.now
        c.due = c.due or self.now + self.queues[c.queue].target
        c.rank = min(c.due, self.now) if front else c.due
        if not c.here:
            self.timer("abandon", c.id, c.left + ABANDON)

    def assign(self, c: Chat, member: Member, why: str) -> None:
        told = {"candidates": len(self.free(c.queue)), "clocks": self.clocks(member), "waited": self.now - c.since}
        if not c.turn:
            self.judge(c)
            c.clear_turn()
        slot = min(set(range(1, 99)) - set(member.held))
        member.held[slot], member.last = c.id, self.now
        c.place, c.agent, c.slot, c.got = "active", member.id, slot, False
        c.assigned = c.since = self.now
        self.no_timer(c.id, "abandon")
        self.timer("unseen", c.id, self.now + UNSEEN)
        self.record(c, "assigned", agent=member.id, name=member.name, slot=slot, why=why, **told, **only(due=c.due))
        self.await_visitor(c)
        self.last_agent[c.visitor] = member.id

    def route_chat(self, c: Chat) -> None:
        free = self.free(c.queue)
        before = [m for m in free if m.id == self.last_agent.get(c.visitor)]
        if before:
            self.assign(c, before[0], "last_agent")
        elif free:
            self.assign(c, free[0], "least_pressure")

    def route_member(self, member: Member) -> None:
        while member.free:
            heads = [line[0] for queue in member.queues if (line := self.line(queue))]
            if not heads:
                return
            self.assign(min(heads, key=lambda c: c.rank), member, "next_in_line")

    def release(self, c: Chat, why: str) -> None:
        member = self.members[c.agent]
        self.no_timer(c.id, "unseen", "ask", "silent")
        del member.held[c.slot]
        c.agent, c.slot = "", 0
        self.enqueue(c, front=True)
        self.record(c, "released", agent=member.id, why=why, due=c.due)
        self.route_chat(c)

    def finish(self, c: Chat, why: str, **payload: Any) -> None:
        self.judge(c)
        agent, slot = c.agent, c.slot
        c.clear_turn()
        c.place, c.ended, c.agent, c.slot, c.draft = "ended", self.now, "", 0, ""
        c.tabs.clear()
        self.no_timer(c.id, "ask", "silent", "abandon", "unseen", "tabs")
        self.record(c, "ended", why=why, **only(agent=agent), **payload)
        self.timer("reap", c.id, self.now + KEEP)
        if agent:
            member = self.members[agent]
            del member.held[slot]
            self.route_member(member)


def only(**values: Any) -> FactDict:
    """Those that say something: facts leave out what is empty."""
    return {name: value for name, value in values.items() if value}
