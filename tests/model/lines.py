"""The model's queues of chats: who may take a chat, where it is listed, and who gets it."""

from typing import Any

from console.domain.channels import INSTANT, rule_for
from tests.model import state
from tests.model.bots import Bots
from tests.model.state import Bot, Chat, Member, only


class Lines(Bots):
    def __init__(self) -> None:
        super().__init__()
        self.paces: dict[str, int] = {}  # queue -> ms of waiting for each place

    # --- who may have it -----------------------------------------------------------------------

    def language(self, c: Chat) -> str:
        spoken = () if c.any else self.queues[c.queue].languages
        return c.tongue if c.tongue in spoken else next(iter(spoken), "")

    def lanes_of(self, member: Member) -> set[str]:
        """Return the lanes from which the member could take chats: `queue` or `queue/language`."""
        served = self.configured & set(member.queues)
        spoken = {queue: {one for q in self.feeders(queue) for one in q.languages} for queue in served}
        return {*served, *(f"{queue}/{one}" for queue in served for one in spoken[queue] if member.speaks(one))}

    def lanes(self, c: Chat) -> list[str]:
        """Return the chat's queues that serve its language."""
        language = self.language(c)
        return [line for line in c.reached if not language or any(language in q.languages for q in self.feeders(line))]

    def serves(self, c: Chat, member: Member) -> str:
        """Return the first queue through which the member can get it."""
        speaks = member.speaks(self.language(c))
        return next((line for line in self.lanes(c) if line in member.queues and speaks), "")

    def may_have(self, c: Chat, member: Member) -> bool:
        return bool(self.serves(c, member)) and c.excluded.get(member.id, 0) <= self.now

    def eligible(self, c: Chat) -> list[Member]:
        """Return the members who could get the chat now, least pressure first."""
        return sorted((m for m in self.members.values() if m.free and self.may_have(c, m)), key=self.pressure)

    def routed(self, c: Chat) -> bool:
        return self.queues[c.queue].assigns(c.channel)

    def somebody(self, c: Chat) -> bool:
        return self.routed(c) and bool(self.eligible(c))

    def free(self, queue: str, language: str) -> list[Member]:
        """Return the queue's members with a free slot; with `language`, only those who speak it."""
        lane = f"{queue}/{language}" if language else queue
        return [m for m in self.members.values() if m.free and lane in self.lanes_of(m)]

    def pressure(self, member: Member) -> tuple[int, int, int, str]:
        return self.clocks(member), len(member.held), member.last, member.id

    def clocks(self, member: Member) -> int:
        held = [self.chats[chat] for chat in member.held.values()]
        return sum(c.place == "active" and c.turn > 0 for c in held)

    def in_hand(self, member: Member) -> list[Chat]:
        """Return the member's chats: those with a running clock first, by due time, then the others by slot."""
        chats = [self.chats[chat] for _, chat in sorted(member.held.items())]
        running = sorted((c for c in chats if c.place == "active" and c.turn), key=lambda c: (c.due, c.id))
        return running + [c for c in chats if c not in running]

    # --- waiting -------------------------------------------------------------------------------

    def line(self, queue: str) -> list[Chat]:
        """Return the queue's own waiting chats, by rank."""
        waiting = (c for c in self.chats.values() if c.place == "waiting" and c.queue == queue)
        return sorted(waiting, key=lambda c: (c.rank, c.id))

    def enqueue(self, c: Chat, *, front: bool) -> None:
        if c.reached:
            self.follow_settings(c)
        else:
            c.any = False
        queue = self.queues[c.queue]
        c.place, c.since = "waiting", self.now
        c.due = c.due or self.now + queue.target_on(c.channel)
        c.rank, c.head = (min(c.due, self.now) if front else c.due) - queue.head_start, queue.head_start
        c.stuck, c.places, c.expected = "", 0, 0
        c.reached = c.reached or [c.queue]
        if not c.here and c.channel in INSTANT:
            self.timer("abandon", c.id, self.now + state.ABANDON)

    def settle(self, c: Chat) -> None:
        """Let the chat wait, because nobody can have it now."""
        if not c.stuck:
            c.stuck = self._why_nobody(c)
            c.places = self.places(c)
            c.expected = c.places * self.paces.get(c.queue, 0) // 100
            self.next_overflow(c, self.now)
            self.next_language(c, self.now)

    def places(self, c: Chat) -> int:
        """Return its queue position times 100. A chat ahead counts by the share of its lane's members who may have this
        one too.
        """
        servers = [m for line in c.reached for m in self.there(line) if self.lanes_of(m) & self.listed(c)]
        if not servers:
            return 0
        places = 100
        mine = {m.id: self.lanes_of(m) for m in servers}
        for other in self.chats.values():
            before = other.place == "waiting" and (other.rank, other.id) < (c.rank, c.id)
            if before and (self.routed(other) or not self.routed(c)):
                places += max((self._weight(lane, c, mine) for lane in self.listed(other)), default=0)
        return places

    def _weight(self, lane: str, c: Chat, mine: dict[str, set[str]]) -> int:
        if lane in self.listed(c):
            return 100 * any(lane in lanes for lanes in mine.values())
        shared = sum(lane in lanes for lanes in mine.values())
        return min(100 * shared // max(len(self.there(lane.split("/")[0])), 1), 100)

    def listed(self, c: Chat) -> set[str]:
        language = self.language(c)
        return {f"{line}/{language}" if language else line for line in c.reached}

    def _why_nobody(self, c: Chat) -> str:
        if not self.routed(c):
            return "pull"
        if not self.manned(c.queue):
            return "nobody_there"
        others = self.language(c) and any(self.free(line, "") for line in c.reached)
        return "language" if others else "all_busy"

    def next_line(self, c: Chat) -> str:
        """Return the queue that the chat overflows to next; "" if there is none."""
        beyond = self.queues[c.reached[-1]].overflow_to
        return beyond if beyond in self.configured and beyond not in c.reached else ""

    def next_overflow(self, c: Chat, since: int) -> None:
        if self.next_line(c):
            at = self.now if self.passes(c) else since + self.queues[c.reached[-1]].overflow_after
            self.timer("overflow", c.id, at)
        else:
            self.no_timer(c.id, "overflow")

    def passes(self, c: Chat) -> bool:
        """Whether the chat need not wait in the tier that it reached last."""
        last, beyond = c.reached[-1], self.next_line(c)
        return bool(beyond) and (not self.manned(last) or (not self.is_open(last) and self.is_open(beyond)))

    def next_language(self, c: Chat, since: int) -> None:
        after = self.queues[c.queue].language_after
        if self.language(c) and after:
            self.timer("language", c.id, since + after)
        else:
            self.no_timer(c.id, "language")

    def any_language(self, c: Chat) -> None:
        if not self.language(c):
            return
        c.any = True
        self.record(c, "any_language")
        self.route_chat(c)

    def pass_tiers(self, c: Chat) -> None:
        passed = False
        while self.passes(c):
            passed = True
            self._reach(c)
        if passed:
            self.next_overflow(c, self.now)

    def _reach(self, c: Chat) -> None:
        c.reached.append(self.next_line(c))
        self.record(c, "overflowed", queue=c.reached[-1])

    def empty_tier(self, queue: str) -> None:
        """If nobody is online in the tier, let the chats that reached it last overflow."""
        leads = queue in self.queues and self.queues[queue].overflow_to and not self.manned(queue)
        for c in list(self.chats.values()) if leads else ():
            if c.place == "waiting" and c.reached[-1] == queue:
                self.next_overflow(c, self.now)

    def overflow(self, c: Chat) -> None:
        if self.next_line(c):
            self._reach(c)
            self.next_overflow(c, self.now)
            self.route_chat(c)

    def follow_settings(self, c: Chat) -> None:
        """Keep the chat in an existing queue, in the queues that overflow still leads to, and with the current head
        start.
        """
        home = self.home(c.queue, c.site)
        kept = [home]
        for line in c.reached[1:] if home == c.queue else ():
            if self.queues[kept[-1]].overflow_to != line:
                break
            kept.append(line)
        head = self.queues[home].head_start
        rank = c.rank if c.place == "active" else c.rank + c.head - head
        if kept == c.reached and rank == c.rank:
            return
        c.queue, c.reached, c.rank, c.head = home, kept, rank, head
        self.announce("relined", chat=c.id, queue=home, lines=kept[1:], rank=rank)

    def exclude(self, c: Chat, agent: str) -> None:
        c.excluded[agent] = self.now + state.EXCLUDED
        if f"again:{c.id}" not in self.set_timers:
            self.timer("again", c.id, self.now + state.EXCLUDED)

    # --- who gets it ---------------------------------------------------------------------------

    def route_chat(self, c: Chat) -> None:
        if c.place != "waiting":
            return
        self.pass_tiers(c)
        eligible = self.eligible(c) if self.routed(c) else []
        if not eligible:
            self.settle(c)
            return
        before = [m for m in eligible if m.id == self.last_agent.get(c.visitor)]
        member = (before or eligible)[0]
        self.hand(c, member, "last_agent" if before else "least_pressure")

    def route_member(self, member: Member) -> None:
        while member.free:
            c = self.next_chat(member, pull=False)
            if not c:
                return
            self.hand(c, member, "next_in_line")

    def next_chat(self, member: Member, *, pull: bool) -> Chat | None:
        """Return the chat whose promise breaks first, among those the member may have."""
        waiting = (c for c in self.chats.values() if c.place == "waiting" and (pull or self.routed(c)))
        fitting = (c for c in waiting if not pull or self.room(c, member))
        return min((c for c in fitting if self.may_have(c, member)), key=lambda c: (c.rank, c.id), default=None)

    def hand(self, c: Chat, member: Member, why: str) -> None:
        line = self.serves(c, member)
        if self.queues[c.queue].mode == "offer":
            self.offer(c, member, line)
        else:
            self.assign(c, member, why, line)

    def uses_channel_slots(self, c: Chat) -> bool:
        """Whether agents take it, as one of another channel."""
        queue = self.queues[self.home(c.queue, c.site)]
        return c.channel not in INSTANT and not rule_for(queue.channels, c.channel).push

    def room(self, c: Chat, member: Member) -> bool:
        """Whether the member has a slot for this chat."""
        if member.channel_slots is None or not self.uses_channel_slots(c):
            return member.has_slot
        total = member.limit + member.channel_slots
        return len(member.asides) < member.channel_slots and len(member.held) < total

    def _take_slot(self, member: Member, c: Chat) -> int:
        """Give the chat the member's lowest free slot, and return its number."""
        self.book_load(member)
        slot = min(set(range(1, 99)) - set(member.held))
        member.held[slot] = c.id
        if self.uses_channel_slots(c):
            c.aside = True
            member.asides.add(c.id)
        return slot

    def assign(self, c: Chat, member: Member, why: str, line: str = "") -> None:
        last_slot = c.place == "offered" and not member.free  # reserved for this very chat
        candidates = len(self.free(line or c.queue, self.language(c))) + last_slot
        told = {"candidates": candidates, "clocks": self.clocks(member)}
        chats = len(member.held) - (c.place == "offered")
        waited = self.now - c.since
        if not c.turn:
            self.judge(c)
            c.clear_turn()
        trace = only(due=c.due, chats=chats, line="" if line == c.queue else line)
        if waited or why not in ("transferred", "took_over"):
            trace |= self._learn(c, waited)
        slot = c.slot if c.place == "offered" else self._take_slot(member, c)
        member.last = self.now
        c.place, c.agent, c.slot, c.until, c.got, c.turn_shown = "active", member.id, slot, 0, False, 0
        c.typed = 0
        c.assigned = c.since = self.now
        self.own_time(c)
        self.no_timer(c.id, "abandon", "overflow", "language", "offer")
        self.timer("unseen", c.id, self.now + state.UNSEEN)
        self.record(
            c,
            "assigned",
            agent=member.id,
            name=member.name,
            slot=slot,
            why=why,
            waited=waited,
            **told,
            **trace,
            **only(aside=c.aside),
        )
        self.time_word(c)
        self.await_visitor(c)
        self.last_agent[c.visitor] = member.id

    def _learn(self, c: Chat, waited: int) -> dict[str, Any]:
        """Learn the queue's pace from the wait. Return what the fact says about it."""
        self.measure(c.queue, "w", waited)
        if not waited:
            return {}
        trace = only(stuck=c.stuck, **self.compare(c, waited))
        if c.places:
            pace, newest = self.paces.get(c.queue, 0), waited * 100 / c.places
            self.paces[c.queue] = max(int((pace * 9 + newest) / 10 if pace else newest), 1)
            trace["pace"] = self.paces[c.queue]
        return trace

    def compare(self, c: Chat, waited: int, *, left: bool = False) -> dict[str, Any]:
        """Return the expected wait and whether it was right; that may be unknown for a visitor who left."""
        if not c.expected:
            return {}
        margin = max(5_000, c.expected * 0.2)
        wrong = waited > c.expected + margin or (not left and waited < c.expected - margin)
        if left and not wrong:
            return {"expected": c.expected}
        self.count(c.queue, expected=1, right=int(not wrong))
        return {"expected": c.expected, "estimate": "wrong" if wrong else "right"}

    def offer(self, c: Chat, member: Member, line: str) -> None:
        told = {"candidates": len(self.free(line, self.language(c))), "clocks": self.clocks(member)}
        if not c.stuck:
            self.next_overflow(c, c.since)
            self.next_language(c, c.since)
        slot = self._take_slot(member, c)
        member.last = self.now
        c.place, c.agent, c.slot, c.found = "offered", member.id, slot, line
        c.until = self.now + self.queues[c.queue].accept
        self.timer("offer", c.id, c.until)
        self.record(c, "offered", agent=member.id, name=member.name, slot=slot, until=c.until, **told)

    # --- leaving an agent ----------------------------------------------------------------------

    def let_go(self, c: Chat) -> Member | None:
        self.end_stay(c)
        self.no_timer(c.id, "unseen", "ask", "silent", "offer", "wrapup")
        member = self.members.get(c.agent)
        if member:
            self.book_load(member)
            del member.held[c.slot]
            member.asides.discard(c.id)
            c.aside = False
            c.agent, c.slot, c.until = "", 0, 0
        return member

    def withdraw(self, c: Chat, why: str) -> None:
        agent = c.agent
        self.let_go(c)
        c.place = "waiting"
        self.follow_settings(c)
        if why != "gone":
            self.exclude(c, agent)
        c.stuck = c.stuck or "offered"
        if f"overflow:{c.id}" not in self.set_timers:
            self.next_overflow(c, self.now)
        if f"language:{c.id}" not in self.set_timers:
            self.next_language(c, self.now)
        self.record(c, "withdrawn", agent=agent, why=why)
        self.route_chat(c)

    def give_to_bot(self, c: Chat, bot: Bot, **payload: Any) -> int:
        agent, asks = c.agent, c.turn > 0
        self.judge(c)
        member = self.let_go(c)
        c.clear_turn()
        c.unanswered = 0
        told = {"agent": agent, "queue": c.queue, "due": 0, "rank": c.rank, "to": bot.id, **self.end_promise(c)}
        c.draft, c.handed_at = "", c.handed_at or c.opened
        self.time_word(c)
        seq = self.record(c, "transferred", **told, **payload)
        self.to_bot(c, bot, "given")
        if asks:
            self.asks_bot(c)
        else:
            self.await_visitor(c)
        if member:
            self.route_member(member)
        return seq

    def release(self, c: Chat, why: str) -> None:
        agent = c.agent
        self.follow_settings(c)
        self.let_go(c)
        self.enqueue(c, front=True)
        self.time_word(c)
        self.record(c, "released", agent=agent, why=why, due=c.due, rank=c.rank)
        self.route_chat(c)

    def empty_hands(self, member: Member) -> None:
        for c in self.in_hand(member):
            if c.place == "active":
                self.release(c, "gone")
            elif c.place == "wrapup":
                self.wrap(c, "gone")

    def hand_over(self, c: Chat, queue: str, to: str, why: str, left: str = "taken", **payload: Any) -> int:
        holder, place, since, bot, member = c.agent, c.place, c.since, {}, None
        self.no_timer(c.id, "overflow", "language")
        if place == "bot":
            bot = self.from_bot(c, queue or self.home(c.queue, c.site)) | {"why": left}
        else:
            if not queue:
                self.follow_settings(c)
            member = self.let_go(c)
            if queue:
                c.queue, c.reached = queue, []
        self.enqueue(c, front=place != "bot")
        if place in ("waiting", "offered"):
            c.since = since
        elif queue and place == "active":
            self.exclude(c, holder)
        self.time_word(c)
        told = {"agent": holder, "queue": c.queue, "due": c.due, "rank": c.rank}
        seq = self.record(c, "transferred", **told, **only(to=to), **bot, **payload)
        if to:
            self.assign(c, self.members[to], why)
        else:
            self.route_chat(c)
        if member:
            self.route_member(member)
        return seq

    def finish(self, c: Chat, why: str, **payload: Any) -> None:
        self.judge(c)
        queue, member, own = self.queues[c.queue], self.members.get(c.agent), {}
        wraps = c.place == "active" and bool(member and member.connected and queue.wrapup and not c.reason)
        if c.place == "active":
            own = {"agent": c.agent, "handling": self.now - c.assigned}
            self.measure(c.queue, "h", own["handling"])
            if queue.wrapup:
                own["asks"] = True
                self.asked_reason(c)
        elif c.place == "bot":
            own = self.end_with_bot(c)
        elif why in ("abandoned", "visitor") and not c.assigned:
            own = {"waited": max(self.now - c.since, 1)}
            self.count(c.queue, abandoned=1, patience=own["waited"])
        if c.place in ("waiting", "offered"):
            own |= self.compare(c, self.now - c.since, left=True)
        own |= self.end_promise(c)
        self.late_turn(c, "late_ended" if why in ("agent", "integration") else "late_left")
        own |= self.never_answered(c)
        c.clear_turn()
        c.place, c.ended, c.draft = "wrapup" if wraps else "ended", self.now, ""
        self.time_word(c)
        c.tabs.clear()
        c.excluded.clear()
        self.no_timer(c.id, "ask", "silent", "abandon", "unseen", "tabs", "overflow", "language", "again", "offer")
        self.timer("reap", c.id, self.now + state.KEEP)
        if wraps:
            own["wrapup"] = c.until = self.now + queue.wrapup
            self.timer("wrapup", c.id, c.until)
        else:
            self.let_go(c)
        self.record(c, "ended", why=why, **own, **payload)
        if member and not wraps:
            self.route_member(member)

    def wrap(self, c: Chat, why: str) -> None:
        agent = c.agent
        member = self.let_go(c)
        c.place = "ended"
        took = self.now - c.ended
        self.measure(c.queue, "u", took)
        self.record(c, "wrapped", agent=agent, why=why, took=took, **self._put_off(c, agent, why))
        if member and why != "reopened":
            self.route_member(member)

    def _put_off(self, c: Chat, agent: str, why: str) -> dict[str, Any]:
        if why in ("done", "reopened"):
            return {}
        member = self.members[agent]
        c.wrapper = agent
        member.put_off = [one.id for one in self.to_wrap_up(member)] + [c.id]
        dropped = self.to_wrap_up(member)[0].id if len(member.put_off) > 20 else ""
        member.put_off = [chat for chat in member.put_off if chat != dropped]
        return {"later": True, **only(dropped=dropped)}
