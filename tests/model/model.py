"""The model of a workspace: its configuration, and the passing of time."""

from console.domain.directory import Directory, Queue
from console.domain.directory import Member as MemberSettings
from tests.model import state
from tests.model.bot_calls import BotWork
from tests.model.state import Member

STALL, TICKER, IDLE, FIRINGS = 3_000, 1_500, 90, 64
JUDGES = {
    "lease": state.LEASE, "grace": state.GRACE, "lost": state.LOST, "unseen": state.UNSEEN, "tabs": state.TABS,
    "watch": state.WATCH, "abandon": state.ABANDON, "silent": 60_000, "offer": 10_000,
    "botlease": state.LEASE, "botgone": state.LOST, "botlate": 10_000, "wrapup": 20_000,
}  # fmt: skip


LANES = ("mode", "languages", "overflow_to", "overflow_after", "head_start", "language_after", "channels")


class Model(BotWork):
    """A workspace. After a verb, `facts` contains what it recorded, `timers` what is pending."""

    def __init__(self) -> None:
        super().__init__()
        self.ticker, self.ticker_until, self.ticked, self.ticker_fit = "", 0, 0, True

    # --- the workspace -------------------------------------------------------------------------

    def configure(self, directory: Directory) -> bool:
        if directory.version <= self.version:
            return False
        self.version = directory.version
        moved = [queue for queue in directory.queues.values() if self._moves(queue)]
        led = {queue.id for queue in moved if queue.overflow_to != self.queues[queue.id].overflow_to}
        led |= directory.queues.keys() - self.configured  # new, or back
        before = {member.id: self.lanes_of(member) for member in self.members.values()}
        self.queues |= directory.queues
        self.configured = set(directory.queues)
        self.sites = {site.key: site.queue for site in directory.sites.values()}
        self._keep_hours(directory)
        lost = sorted(self.queues.keys() - self.configured)
        homeless = [c for queue in lost for c in self.line(queue)]
        for id in dict.fromkeys([*(queue.id for queue in moved), *self._that_lead_to(led), *lost]):
            for c in self.line(id):
                self.follow_settings(c)
                self.next_overflow(c, self.now if len(c.reached) > 1 else c.since)
                self.next_language(c, c.since)
        changed = [
            member for settings in directory.members.values() if (member := self._configure_member(settings, before))
        ]
        for member in changed:
            self.tell(member)
        gone = sorted(self.members.keys() - directory.members.keys())
        for agent in gone:
            self.members[agent].limit = 0  # so that none of them gets a chat another one leaves
        for agent in gone:
            self._remove(agent)
        for member in changed:
            self.route_member(member)
        for queue in moved:
            for c in self.line(queue.id):
                self.route_chat(c)
        for c in homeless:
            self.route_chat(c)
        for queue in directory.queues:
            self.empty_tier(queue)
        self.announce("configured", version=directory.version)
        return True

    def set_hours(self, directory: Directory) -> bool:
        if directory.version == self.version:
            self._keep_hours(directory)
        return directory.version == self.version

    def _keep_hours(self, directory: Directory) -> None:
        self.hours |= {queue.id: (queue.hours, self.now) for queue in directory.queues.values()}

    def _moves(self, queue: Queue) -> bool:
        """Whether the new settings list the queue's waiting chats elsewhere."""
        was = self.queues.get(queue.id)
        return was is not None and any(getattr(was, name) != getattr(queue, name) for name in LANES)

    def _that_lead_to(self, queues: set[str]) -> list[str]:
        """Return the queues that overflow into these, directly or indirectly, nearest first."""
        found: list[str] = []
        beyond = sorted(queues)
        while beyond:
            known = {*found, *queues}
            beyond = sorted(id for id, q in self.queues.items() if q.overflow_to in beyond and id not in known)
            found += beyond
        return found

    def _configure_member(self, settings: MemberSettings, before: dict[str, set[str]]) -> Member | None:
        """Apply a member's settings. Return the member if anything about them changed."""
        member = self.members.setdefault(settings.id, Member(settings.id, "", 0, ()))
        was = member.name, member.limit, member.most, member.channel_slots, member.queues, before.get(settings.id)
        member.name, member.queues, member.languages = settings.name, settings.queues, settings.languages
        member.most, member.limit = settings.limit, min(settings.limit, settings.own_limit or settings.limit)
        member.channel_slots = settings.channel_slots
        now = member.name, member.limit, member.most, member.channel_slots, member.queues, self.lanes_of(member)
        return member if was != now else None

    def _remove(self, agent: str) -> None:
        self.lose(agent, self.now)
        member = self.members[agent]
        self.empty_hands(member)
        self.no_timer(agent, "grace", "lost", "breather")
        facts = {"status": "offline", "connected": False, "limit": 0, "fence": member.fence, "removed": True}
        self.announce("agent", agent=agent, name=member.name, **facts)
        del self.members[agent]

    def archive(self, entry: str, n: int) -> None:
        self.archived = n

    # --- time ----------------------------------------------------------------------------------

    def tick(self, process: str, *, fit: bool = True) -> tuple[bool, int, list[str]]:
        kept = self.ticker_until > self.now and not self._ticker_idles() and (self.ticker_fit or not fit)
        if self.ticker and self.ticker != process and kept:
            return False, 0, []
        gap = self.now - self.ticked
        if self.ticked and gap > STALL:
            self._forgive()
            self.announce("stalled", ms=gap)
        self.ticker, self.ticker_until, self.ticked, self.ticker_fit = process, self.now + TICKER, self.now, fit
        fired = 0
        for _, name in sorted((at, name) for name, at in self.timers.items() if at <= self.now)[:FIRINGS]:
            if self.timers.get(name, self.now + 1) <= self.now:
                self.set_timers.pop(name, None)
                kind, _, of = name.partition(":")
                getattr(self, f"_fire_{kind}")(of)
                fired += 1
        return True, fired, []

    def _ticker_idles(self) -> bool:
        first = min(self.timers.values(), default=self.now)
        return max(first, self.ticked) <= self.now - IDLE

    def _forgive(self) -> None:
        for name, at in self.set_timers.items():
            length = JUDGES.get(name.partition(":")[0], 0)
            self.set_timers[name] = max(at, self.now + length) if length else at

    def _fire_late(self, chat: str) -> None:
        self.judge(self.chats[chat])
        self.time_word(self.chats[chat])

    def _fire_unseen(self, chat: str) -> None:
        c = self.chats[chat]
        self.members[c.agent].unseen = True
        self.release(c, "unseen")

    def _fire_lease(self, agent: str) -> None:
        self.lose(agent, self.now - state.LEASE)

    def _fire_grace(self, agent: str) -> None:
        member = self.members[agent]
        for c in self.in_hand(member):
            if c.place == "active" and c.turn and self.somebody(c):
                self.release(c, "gone")
        if self.clocks(member):
            self.timer("grace", agent, self.now + state.AGAIN)

    def _fire_lost(self, agent: str) -> None:
        self.no_timer(agent, "grace")
        self.empty_hands(self.members[agent])
        for queue in self.members[agent].queues:
            self.empty_tier(queue)

    def _fire_offer(self, chat: str) -> None:
        c = self.chats[chat]
        member, misses = self.members[c.agent], self.queues[c.queue].misses
        member.missed += 1
        if member.missed >= misses and member.status == "online":
            self.put_status(member, "away", "missed_offers")
        self.withdraw(c, "missed")
        self.route_member(member)

    def _fire_again(self, chat: str) -> None:
        c = self.chats[chat]
        c.excluded = {agent: until for agent, until in c.excluded.items() if until > self.now}
        if c.excluded:
            self.timer("again", chat, min(c.excluded.values()))
        self.route_chat(c)

    def _fire_overflow(self, chat: str) -> None:
        self.overflow(self.chats[chat])

    def _fire_language(self, chat: str) -> None:
        self.any_language(self.chats[chat])

    def _fire_wrapup(self, chat: str) -> None:
        self.wrap(self.chats[chat], "time")

    def _fire_watch(self, watched: str) -> None:
        chat, watcher = watched.split("|")
        c = self.chats.get(chat)
        if c and c.place != "ended":
            member = self.members.get(watcher.split("/")[0])
            self.look_away(c, watcher, member.name if member else "")

    def _fire_promise(self, chat: str) -> None:
        c = self.chats[chat]
        c.promise_late = True
        self.record(c, "promise_broken", agent=c.agent, due=c.promise)

    def _fire_tabs(self, chat: str) -> None:
        c = self.chats[chat]
        c.tabs = {tab: until for tab, until in c.tabs.items() if until > self.now}
        if c.tabs:
            self.timer("tabs", chat, max(c.tabs.values()))
        else:
            self._visitor_left(c)

    def _fire_abandon(self, chat: str) -> None:
        self.finish(self.chats[chat], "abandoned")

    def _fire_ask(self, chat: str) -> None:
        c = self.chats[chat]
        queue = self.queues[c.queue]
        self.record(c, "asked")
        self.timer("silent", chat, self.now + queue.end - queue.ask)

    def _fire_silent(self, chat: str) -> None:
        self.finish(self.chats[chat], "silent")

    def _fire_reap(self, chat: str) -> None:
        c = self.chats[chat]
        if c.place == "wrapup" or self.archived < c.n or chat in self.left:
            self.timer("reap", chat, self.now + 60_000)
            return
        del self.chats[chat]
        self.results.pop(chat, None)
        if self.current.get(c.visitor) == chat:
            del self.current[c.visitor]
            self.last_agent.pop(c.visitor, None)
            self.results.pop(c.visitor, None)
