"""Whether agents are there: connections, leases, status."""

from collections.abc import Sequence

from console.events import Author
from tests.model import state
from tests.model.handovers import Handing
from tests.model.state import FactDict, Member, only
from tests.model.turns import HOUR
from tests.model.visitor_calls import Refusal


class Presence(Handing):
    def tell(self, member: Member, by: str = "") -> None:
        for queue in member.queues if (member.status or "offline") != "online" else ():
            self.empty_tier(queue)
        self.announce(
            "agent", agent=member.id, name=member.name, status=member.status or "offline", connected=member.connected,
            limit=member.limit, fence=member.fence, queues=list(member.queues),
            **only(most=member.most if member.most != member.limit else 0),
            **({} if member.channel_slots is None else {"channel_slots": member.channel_slots}),
            **only(reason=member.reason, since=member.since, breather=member.breather, by=by),
        )  # fmt: skip

    def _next_fence(self) -> int:
        self.fence += 1
        return self.fence

    def connect(
        self, agent: str, tab: str, *, take: bool, quiet: bool = False
    ) -> tuple[int, str, int, list[FactDict], int]:
        if agent not in self.members:
            raise Refusal("not_found")
        member = self.members[agent]
        if member.connected and member.tab != tab and not take:
            raise Refusal("taken_over")
        member.fence, member.tab, member.unseen = self._next_fence(), tab, False
        if quiet and not member.connected:
            member.status, member.reason = "away", ""
            self._end_breather(member)
        member.status = member.status or "online"
        self._back(member)
        for c in self.in_hand(member):
            if not c.got and c.place == "active":
                self.timer("unseen", c.id, self.now + state.UNSEEN)
            self.time_word(c)
        self.route_member(member)
        return member.fence, member.status, member.limit, [c.held() for c in self.in_hand(member)], self.n

    def _back(self, member: Member) -> None:
        if not member.connected:
            member.connected, member.gone, member.since = True, 0, self.now
        self.timer("lease", member.id, self.now + state.LEASE)
        self.no_timer(member.id, "grace", "lost")
        self.tell(member)

    def renew(self, agents: Sequence[tuple[str, int]]) -> None:
        for agent, fence in agents:
            if agent not in self.members:
                self.renew_bot(agent, fence)
            member = self.connection(agent, fence)
            if not member:
                continue
            if member.connected:
                self.timer("lease", agent, self.now + state.LEASE)
            else:
                self._back(member)
                for c in self.in_hand(member):
                    self.time_word(c)
                self.route_member(member)

    def leave(self, agent: str, fence: int) -> None:
        self.fenced(agent, fence)
        self._cut(agent)

    def _cut(self, agent: str) -> None:
        """Give the agent a new fence, so that no earlier connection can do anything."""
        self.members[agent].fence = self._next_fence()
        if not self.lose(agent, self.now):
            self.tell(self.members[agent])

    def lose(self, agent: str, since: int) -> bool:
        member = self.members.get(agent)
        if not member or not member.connected:
            return False
        member.connected, member.gone, member.since = False, since, self.now
        self.no_timer(agent, "lease")
        self.tell(member)
        self.timer("grace", agent, since + state.GRACE)
        self.timer("lost", agent, since + state.LOST)
        for c in self.in_hand(member):
            if c.place == "offered":
                self.withdraw(c, "gone")
            self.time_word(c)
        return True

    def set_status(self, agent: str, fence: int, status: str, reason: str) -> int:
        self.fenced(agent, fence)
        return self.put_status(self.members[agent], status, reason)

    def set_agent_status(self, author: Author, agent: str, status: str, reason: str = "") -> int:
        if agent not in self.members:
            raise Refusal("not_found")
        return self.put_status(self.members[agent], status, reason, author.id)

    def put_status(self, member: Member, status: str, reason: str, by: str = "") -> int:
        if (member.status, member.reason) != (status, reason) or member.unseen or member.breather:
            self._end_breather(member)
            if member.status != status:
                member.since = self.now
            member.status, member.reason, member.unseen, member.missed = status, reason, False, 0
            self.tell(member, by)
            self.route_member(member)
        return self.now

    # --- breathers -----------------------------------------------------------------------------

    def breathe(self, agent: str, fence: int, cid: str, ms: int, *, most: int) -> int:
        self.fenced(agent, fence)
        member = self.members[agent]
        if not ms and member.breather:
            self._after_breather(member)
        if ms and not member.breather and member.breather_cid != cid:
            self._start_breather(member, cid, ms, most)
        return self.now

    def _start_breather(self, member: Member, cid: str, ms: int, most: int) -> None:
        latest = [at for at in member.breathers if at > self.now - HOUR]
        if member.status != "online":
            raise Refusal("nothing_to_do")
        if len(latest) >= most:
            raise Refusal("no_breather")
        member.breather, member.breathers, member.breather_cid = self.now + min(ms, 120_000), [*latest, self.now], cid
        self.measure_agent(member, br=1)
        self.timer("breather", member.id, member.breather)
        self.tell(member)

    def _end_breather(self, member: Member) -> None:
        member.breather = 0
        self.no_timer(member.id, "breather")

    def _after_breather(self, member: Member) -> None:
        self._end_breather(member)
        self.tell(member)
        self.route_member(member)

    def _fire_breather(self, agent: str) -> None:
        self._after_breather(self.members[agent])

    def revoke(self, agent: str, session: str) -> None:
        self.announce("revoked", agent=agent, **only(session=session))
        if not session and agent in self.members:
            self._cut(agent)
