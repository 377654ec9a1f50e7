"""The model's clocks: turns, promises to be back, and the figures that result."""

import math
from collections import Counter

from console.domain.channels import CHANNELS, INSTANT, OTHER
from tests.model.state import Chat, FactDict, Member, State, only

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
LATEST = 30
BY_CHANNEL = ("opened", "broke", "held_left", "late_ended", "late_left")


class Turns(State):
    def open_turn(self, c: Chat, seq: int, at: int) -> None:
        due = max(at + self.queues[c.queue].target_on(c.channel), c.promise)
        if c.place != "active" and c.due:
            due = min(due, c.due)
        c.late = c.late and due <= self.now
        self.count_chat(c, broke=int(c.late))
        c.turn, c.turn_seq, c.turn_shown, c.due = at, seq, 0, due
        self.own_time(c)
        self.no_timer(c.id, "ask", "silent")

    def open_next(self, c: Chat, read: int) -> None:
        """Open a turn for the first message that the answer had not seen, from that message's time."""
        unread = [(seq, at) for seq, at in c.asked if seq > read]
        if unread:
            self.open_turn(c, *unread[0])

    def running(self, c: Chat) -> FactDict:
        return {"due": c.due, "since": c.turn} if c.turn else {}

    def judge(self, c: Chat) -> None:
        """Break what has run out: the promise to the visitor once, and the own time of each holder once."""
        breaks = bool(c.due) and c.own_due > 0 and not c.overdue and self.now >= c.own_due
        if breaks:
            c.overdue = True
            self.measure_agent(self.members[c.agent], x=1)
            self.level(self.members[c.agent], "x")
        if c.due and not c.late and self.now >= c.due:
            c.late = True
            self.count_chat(c, broke=int(c.turn > 0))
            agent = c.agent if c.place == "active" else ""
            self.record(c, "late", queue=c.queue, due=c.due, **only(agent=agent, own=breaks))
        elif breaks:
            self.record(c, "overdue", queue=c.queue, due=c.own_due, agent=c.agent)

    def own_time(self, c: Chat) -> None:
        """Start the holder's own time: the target from now, or until the visitor's promise if that is later."""
        c.own, c.overdue = 0, False
        if c.place == "active" and c.turn:
            had = max(c.turn, c.assigned)
            c.own = max(had + self.queues[c.queue].target_on(c.channel), c.due)

    def late_turn(self, c: Chat, outcome: str) -> None:
        if c.turn and c.late:
            self.count_chat(c, **{outcome: 1})

    def end_stay(self, c: Chat) -> None:
        """End the holder's stay while the turn is open."""
        if c.place == "active" and c.turn:
            self.count(c.queue, **{"late_moved" if c.late else "moved": 1})
            c.stays.append({"agent": c.agent, **self._stages(c, 0)})
            c.handed = self.now

    def close_turn(self, c: Chat, began: int | None = None, *, automatic: bool = False) -> FactDict:
        """Close the turn by an answer whose first key was pressed at `began` (ms; 0: unknown), or by none (None)."""
        mine_from = max(c.turn, c.assigned)
        mine = self.now - mine_from
        turn = {"seq": c.turn_seq, "asked": c.turn, "waited": self.now - c.turn, "mine": mine}
        turn |= only(kept=not c.overdue, late=c.late)
        if began is not None and not automatic and not c.answered:
            c.answered = True
            turn["first"] = max(self.now - (c.handed_at or c.opened), 1)
        if began is not None and c.late:
            turn |= self._stages(c, began) | only(earlier=list(c.stays))
        c.clear_turn()
        return turn

    def _stages(self, c: Chat, began: int) -> FactDict:
        asked = max(c.turn, c.handed)
        assigned = max(asked, c.assigned)
        shown = max(assigned, c.turn_shown)
        wrote = min(max(began, shown), self.now) if began else self.now
        stages = {"queue": assigned - asked, "delivery": shown - assigned}
        return only(**stages, noticing=wrote - shown, composing=self.now - wrote)

    def await_visitor(self, c: Chat) -> None:
        if c.place in ("active", "bot") and not c.turn and c.channel in INSTANT:
            self.timer("ask", c.id, max(self.now, c.promise) + self.queues[c.queue].ask)

    def end_promise(self, c: Chat) -> FactDict:
        """End the promise to be back. Return what the fact that ends it says about it."""
        if not c.promise:
            return {}
        kept = self.now <= c.promise and not c.promise_late
        promised = {"due": c.promise, **only(kept=kept)}
        c.promise, c.promise_late = 0, False
        c.unkept = c.unkept or (c.unanswered > 0 and not kept)
        self.count(c.queue, promised=1, kept=int(kept))
        return {"promised": promised}

    def hold(self, c: Chat, asked: int) -> None:
        """Note that the visitor got a first word, but no answer yet."""
        if not c.unanswered:
            c.unanswered, c.unkept = asked, False

    def answer(self, c: Chat, member: Member, turn: FactDict) -> FactDict:
        """Count what a message without a promise answers. Return what its fact says about it."""
        if not c.unanswered and not turn:
            return {}
        waited = self.now - (c.unanswered or turn["asked"])
        kept, own = ("late" not in turn, "kept" in turn) if not c.unanswered else (not c.unkept,) * 2
        c.unanswered = 0
        self.measure_chat(c, "r", waited, within=kept)
        self.measure_agent(member, rn=1, rw=int(own))
        self.level(member, "a", "k" if own else "")
        first = 0 if c.answered else max(self.now - (c.handed_at or c.opened), 1)
        c.answered = True
        if first:
            self.measure_chat(c, "f", first)
        return {"answer": {"waited": waited, **only(kept=kept, own=own, first=first)}}

    def never_answered(self, c: Chat) -> FactDict:
        """Count a chat that ends with holding replies only, once."""
        if not c.unanswered:
            return {}
        c.unanswered = 0
        self.count_chat(c, held_left=int(not (c.turn and c.late)))
        if c.place == "active":
            self.measure_agent(self.members[c.agent], rx=1)
            self.level(self.members[c.agent], "a")
        return {"held": True}

    def asked_reason(self, c: Chat) -> None:
        """Count a chat that ends now with an agent, in a queue that asks for a reason."""
        self.measure_agent(self.members[c.agent], c=1, cr=int(bool(c.reason)))
        self.count(c.queue, to_label=1, labelled=int(bool(c.reason)))

    def gave_reason(self, c: Chat, member: Member, by: int) -> None:
        """Count the reason in the spans that counted the chat's end."""
        hour = c.ended // HOUR
        if by and f"{hour}:c" in member.times:
            member.times[f"{hour}:cr"] = member.times.get(f"{hour}:cr", 0) + by
        for name in (f"m{c.ended // MINUTE}", f"h{hour}") if by else ():
            span = self.counted[c.queue][name]
            span["labelled"] += by

    # --- figures -------------------------------------------------------------------------------

    def count_chat(self, c: Chat, **by: int) -> None:
        """Count for the chat's queue, and for its channel there."""
        self.count(c.queue, **by)
        if c.channel not in INSTANT:
            named = c.channel if c.channel in CHANNELS else OTHER
            self.count(c.queue, **{f"{named}/{counter}": n for counter, n in by.items() if of_channel(counter)})

    def measure_chat(self, c: Chat, kind: str, ms: int, *, within: bool = False) -> None:
        self.count_chat(c, **{f"{kind}{bucket(ms)}": 1, f"{kind}w": int(within)})

    def count(self, queue: str, patience: int = 0, **by: int) -> None:
        """Add to the queue's current minute and hour."""
        spans = self.counted.setdefault(queue, {})
        for name in (f"m{self.now // MINUTE}", f"h{self.now // HOUR}"):
            span = spans.setdefault(name, Counter())
            span.update({counter: n for counter, n in by.items() if n})
            if patience > span["patience"]:
                span["patience"] = patience

    def measure(self, queue: str, kind: str, ms: int, *, within: bool = False) -> None:
        self.count(queue, **{f"{kind}{bucket(ms)}": 1, f"{kind}w": int(within)})

    def measure_agent(self, member: Member, of: int = 0, **by: int) -> None:
        """Add to the member's current hour, or the hour `of`. A new hour drops all but the last 26."""
        hour = self.now // HOUR
        if member.times.get("hour") != hour:
            counted = {name: n for name, n in member.times.items() if name != "hour"}
            kept = {name: n for name, n in counted.items() if int(name.split(":")[0]) > hour - 26}
            member.times = {"hour": hour, **kept}
        for name, n in by.items():
            if n:
                member.times[f"{of or hour}:{name}"] = member.times.get(f"{of or hour}:{name}", 0) + n

    def level(self, member: Member, *what: str) -> None:
        """Count by day and number of chats held, for 15 days."""
        day = self.now // DAY
        for one in filter(None, what):
            if member.levels.get("day") != day:
                counted = {name: n for name, n in member.levels.items() if name != "day"}
                kept = {name: n for name, n in counted.items() if int(name.split(":")[0]) > day - 15}
                member.levels = {"day": day, **kept}
            name = f"{day}:{one}{len(member.held)}"
            member.levels[name] = member.levels.get(name, 0) + 1

    def book_load(self, member: Member) -> None:
        """Book how long the current number of slots was in use; called before that number changes."""
        since = max(member.loaded, self.now - 25 * HOUR) if member.held else self.now
        for hour in range(since // HOUR, self.now // HOUR + 1):
            ms = min(self.now, (hour + 1) * HOUR) - max(since, hour * HOUR)
            if ms:
                self.measure_agent(member, hour, **{f"l{len(member.held)}": ms})
        member.loaded = self.now

    def measure_answer(self, c: Chat, member: Member, turn: FactDict, *, canned: bool) -> None:
        self.measure_agent(member, **{"n": 1, "w": int("kept" in turn), f"b{bucket(turn['mine'])}": 1})
        self.level(member, "w" if "kept" in turn else "")
        self.measure(c.queue, "a", turn["mine"], within="kept" in turn)
        self.measure_chat(c, "v", turn["waited"], within="late" not in turn)
        if "first" in turn:
            self.measure_chat(c, "f", turn["first"])
        self.count(c.queue, canned=int(canned))
        self.late_answer(c, turn)

    def assisted(self, c: Chat, source: str, how: str) -> None:
        if how:
            self.count(c.queue, **{source: 1, f"{source}_{how}": int(how != "shown")})

    def late_answer(self, c: Chat, turn: FactDict) -> None:
        if "late" in turn:
            late = {"chat": c.id, "queue": c.queue, "agent": c.agent, "at": self.now, "turn": turn}
            self.lates = [late, *self.lates][:LATEST]

    def spans(self, queue: str) -> dict[str, dict[str, int]]:
        """Return the queue's spans of the last 90 minutes and 26 hours."""
        least = {"m": self.now // MINUTE - 89, "h": self.now // HOUR - 25}
        spans = self.counted.get(queue, {})
        return {name: dict(span) for name, span in spans.items() if int(name[1:]) >= least[name[0]] and span}


def of_channel(counter: str) -> bool:
    """Whether the counter is also kept for each channel."""
    return counter in BY_CHANNEL or (counter[:1] in "vrf" and (counter[1:] == "w" or counter[1:].isdigit()))


def bucket(ms: int) -> int:
    return math.floor(math.log(max(ms, 1)) / math.log(1.02))
