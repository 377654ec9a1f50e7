"""The model of a workspace: what agents do, and what time does."""

from collections.abc import Sequence

from console.directory import Directory
from console.events import Author
from console.queue.results import Said
from tests.model import state
from tests.model.state import Chat, Member, only
from tests.model.visiting import Refusal, Visiting, mark, words

STALL, TICKER, FIRINGS = 3_000, 1_000, 64
JUDGES = {
    "lease": state.LEASE, "grace": state.GRACE, "lost": state.LOST, "unseen": state.UNSEEN, "tabs": state.TABS,
    "abandon": state.ABANDON, "silent": 60_000,
}  # fmt: skip


class Model(Visiting):
    """A workspace. After a verb, `facts` holds what it recorded, `timers` what is still to come."""

    def __init__(self) -> None:
        super().__init__()
        self.ticker, self.ticker_until, self.ticked = "", 0, 0

    # --- the agent's commands ------------------------------------------------------------------

    def _held(self, agent: str, fence: int, chat: str, cid: str, body: object) -> tuple[Chat, Said | None]:
        self._fenced(agent, fence)
        c = self._chat(chat)
        again = self._again(chat, agent, cid, body)
        if not again and c.agent != agent:
            raise Refusal("not_found")
        return c, again

    def agent_say(self, agent: Author, fence: int, chat: str, cid: str, text: str, read: int) -> Said:
        c, again = self._held(agent.id, fence, chat, cid, text)
        if again:
            return again
        read, turn = min(read, len(c.log)), {}
        if c.turn and c.turn_seq <= read:
            self.judge(c)
            turn = self.close_turn(c)
            self._open_next(c, read)
            self.measure(self.members[agent.id], turn)
        c.seen_agent = max(read, c.seen_agent)
        answered = {"read": read, **self._running(c), **only(turn=turn)}
        seq = self.record(c, "message", by="agent", **answered, **words(agent, cid, text))
        self.await_visitor(c)
        self.no_timer(chat, "silent")
        return self._done(chat, agent.id, cid, text, seq, chat)

    def _open_next(self, c: Chat, read: int) -> None:
        """What the answer had not seen opens a turn from its own time."""
        unread = [(seq, at) for seq, at in c.asked if seq > read]
        if unread:
            self.open_turn(c, *unread[0])

    def note(self, agent: Author, fence: int, chat: str, cid: str, text: str) -> Said:
        c, again = self._held(agent.id, fence, chat, cid, ("note", text))
        if again:
            return again
        seq = self.record(c, "note", **words(agent, cid, text))
        return self._done(chat, agent.id, cid, ("note", text), seq, chat)

    def no_reply(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        c, again = self._held(agent.id, fence, chat, cid, "no_reply")
        if again:
            return again
        if not c.turn:
            raise Refusal("nothing_to_do")
        read = max(c.turn_seq, c.seen_agent)
        self.judge(c)
        turn = self.close_turn(c)
        self._open_next(c, read)
        seq = self.record(c, "no_reply", turn=turn, **self._running(c), **mark(agent, cid))
        self.await_visitor(c)
        return self._done(chat, agent.id, cid, "no_reply", seq, chat)

    def agent_end(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        c, again = self._held(agent.id, fence, chat, cid, ("end",))
        if again:
            return again
        self.finish(c, "agent", **mark(agent, cid))
        return self._done(chat, agent.id, cid, ("end",), len(c.log), chat)

    def handled(self, chat: str, author: str, name: str, cid: str) -> Said:
        c = self._chat(chat)
        again = self._again(chat, author, cid, "handled")
        if again:
            return again
        if chat not in self.left:
            raise Refusal("nothing_to_do")
        self.left.remove(chat)
        seq = self.record(c, "handled", **mark(Author(author, name), cid))
        return self._done(chat, author, cid, "handled", seq, chat)

    def shown(self, agent: str, fence: int, chat: str, seq: int, *, hidden: bool) -> None:
        self._fenced(agent, fence)
        c = self.chats.get(chat)
        if c and c.agent == agent:
            c.got = True
            self.no_timer(chat, "unseen")
            if not hidden:
                c.seen_agent = max(c.seen_agent, min(seq, len(c.log)))
        member = self.members[agent]
        if member.unseen:
            member.unseen = False
            self.route_member(member)

    def draft(self, agent: str, fence: int, chat: str, text: str) -> None:
        self._fenced(agent, fence)
        if chat not in self.chats or self.chats[chat].agent != agent:
            raise Refusal("not_found")
        self.chats[chat].draft = text

    # --- the agent's presence ------------------------------------------------------------------

    def _tell(self, member: Member) -> None:
        self.announce(
            "agent", agent=member.id, name=member.name, status=member.status or "offline", connected=member.connected,
            limit=member.limit, fence=member.fence, queues=list(member.queues), **only(reason=member.reason),
        )  # fmt: skip

    def _next_fence(self) -> int:
        self.fence += 1
        return self.fence

    def connect(self, agent: str, tab: str, *, take: bool) -> tuple[int, str, int, list[str], int]:
        if agent not in self.members:
            raise Refusal("not_found")
        member = self.members[agent]
        if member.connected and member.tab != tab and not take:
            raise Refusal("taken_over")
        member.fence, member.tab, member.status = self._next_fence(), tab, member.status or "online"
        member.connected, member.gone, member.unseen = True, 0, False
        self._leased(member)
        for c in self.in_hand(member):
            if not c.got:
                self.timer("unseen", c.id, self.now + state.UNSEEN)
        self.route_member(member)
        return member.fence, member.status, member.limit, [c.id for c in self.in_hand(member)], self.n

    def _leased(self, member: Member) -> None:
        self.timer("lease", member.id, self.now + state.LEASE)
        self.no_timer(member.id, "grace", "lost")
        self._tell(member)

    def renew(self, agents: Sequence[tuple[str, int]]) -> None:
        for agent, fence in agents:
            member = self.connection(agent, fence)
            if not member:
                continue
            if member.connected:
                self.timer("lease", agent, self.now + state.LEASE)
            else:
                member.connected, member.gone = True, 0
                self._leased(member)
                self.route_member(member)

    def leave(self, agent: str, fence: int) -> None:
        self._fenced(agent, fence)
        self._cut(agent)

    def _cut(self, agent: str) -> None:
        """No connection of the past can do anything more."""
        self.members[agent].fence = self._next_fence()
        if not self._lose(agent, self.now):
            self._tell(self.members[agent])

    def _lose(self, agent: str, since: int) -> bool:
        member = self.members.get(agent)
        if not member or not member.connected:
            return False
        member.connected, member.gone = False, since
        self.no_timer(agent, "lease")
        self._tell(member)
        self.timer("grace", agent, since + state.GRACE)
        self.timer("lost", agent, since + state.LOST)
        return True

    def set_status(self, agent: str, fence: int, status: str, reason: str) -> int:
        self._fenced(agent, fence)
        member = self.members[agent]
        if (member.status, member.reason) != (status, reason) or member.unseen:
            member.status, member.reason, member.unseen = status, reason, False
            self._tell(member)
            self.route_member(member)
        return self.now

    def revoke(self, agent: str, session: str) -> None:
        self.announce("revoked", agent=agent, **only(session=session))
        if not session and agent in self.members:
            self._cut(agent)

    # --- the workspace -------------------------------------------------------------------------

    def configure(self, directory: Directory) -> bool:
        if directory.version <= self.version:
            return False
        self.version = directory.version
        self.queues |= directory.queues
        changed = []
        for told in directory.members.values():
            member = self.members.setdefault(told.id, Member(told.id, "", 0, ()))
            if (member.name, member.limit, member.queues) != (told.name, told.limit, told.queues):
                member.name, member.limit, member.queues = told.name, told.limit, told.queues
                changed.append(member)
        for member in changed:
            self._tell(member)
        for agent in sorted(self.members.keys() - directory.members.keys()):
            self._remove(agent)
        for member in changed:
            self.route_member(member)
        self.announce("configured", version=directory.version)
        return True

    def _remove(self, agent: str) -> None:
        self._lose(agent, self.now)
        member = self.members[agent]
        for c in self.in_hand(member):
            self.release(c, "gone")
        self.no_timer(agent, "grace", "lost")
        facts = {"status": "offline", "connected": False, "limit": 0, "fence": member.fence, "removed": True}
        self.announce("agent", agent=agent, name=member.name, **facts)
        del self.members[agent]

    def archive(self, entry: str, n: int) -> None:
        self.archived = n

    # --- time ----------------------------------------------------------------------------------

    def tick(self, process: str) -> tuple[bool, int, list[str]]:
        if self.ticker and self.ticker != process and self.ticker_until > self.now:
            return False, 0, []
        gap = self.now - self.ticked
        if self.ticked and gap > STALL:
            self._forgive()
            self.announce("stalled", ms=gap)
        self.ticker, self.ticker_until, self.ticked = process, self.now + TICKER, self.now
        fired = 0
        for _, name in sorted((at, name) for name, at in self.timers.items() if at <= self.now)[:FIRINGS]:
            if self.timers.get(name, self.now + 1) <= self.now:
                self.set_timers.pop(name, None)
                kind, _, of = name.partition(":")
                getattr(self, f"_fire_{kind}")(of)
                fired += 1
        return True, fired, []

    def _forgive(self) -> None:
        for name, at in self.set_timers.items():
            length = JUDGES.get(name.partition(":")[0], 0)
            self.set_timers[name] = max(at, self.now + length) if length else at

    def _fire_late(self, chat: str) -> None:
        self.judge(self.chats[chat])

    def _fire_unseen(self, chat: str) -> None:
        c = self.chats[chat]
        self.members[c.agent].unseen = True
        self.release(c, "unseen")

    def _fire_lease(self, agent: str) -> None:
        self._lose(agent, self.now - state.LEASE)

    def _fire_grace(self, agent: str) -> None:
        member = self.members[agent]
        for c in self.in_hand(member):
            if c.turn and self.free(c.queue):
                self.release(c, "gone")
        if self.clocks(member):
            self.timer("grace", agent, self.now + state.AGAIN)

    def _fire_lost(self, agent: str) -> None:
        self.no_timer(agent, "grace")
        for c in self.in_hand(self.members[agent]):
            self.release(c, "gone")

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
        if self.archived < c.n or chat in self.left:
            self.timer("reap", chat, self.now + 60_000)
            return
        del self.chats[chat]
        self.results.pop(chat, None)
        if self.current.get(c.visitor) == chat:
            del self.current[c.visitor]
            self.last_agent.pop(c.visitor, None)
            self.results.pop(c.visitor, None)
