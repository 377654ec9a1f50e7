"""What people, time and SQL may do to a workspace next. Each move chooses by numbers out of what there is.

`k` and `j` choose, `yes` decides; a move for which there is nothing to choose from does nothing.
"""

from typing import Any

from console.directory import Directory, Member, Queue
from console.events import Author, Visitor
from console.queue.payloads import VisitorProfile
from tests.model.state import Chat
from tests.model.twin import Twin

NAMES = ["vera", "vito", "vala", "vlad", "vic", "val", "vin", "vik"]
VISITORS = [
    Visitor(name, name.title() if n % 3 else "", "v@example.org" if n == 4 else "") for n, name in enumerate(NAMES)
]
AGENTS = ["ana", "ben", "kim"]
QUEUES = {
    "sales": Queue("sales", "Sales", target=6_000, ask=20_000, end=40_000),
    "help": Queue("help", "Help", target=10_000, ask=30_000, end=45_000),
}
EXTRA = Queue("late", "Late", target=3_000, ask=25_000, end=26_000)
BOTH = ("sales", "help")
SERVED = [BOTH, ("sales",), ("help", "sales"), ("sales", "late"), ("help",)]
LIMITS = [2, 1, 2, 1, 3, 2, 0]
SOON = [1, 250, 499, 500, 999, 1_500, 2_499, 2_500, 3_000]
BEHIND = [1, 600, 1_400, 2_499, 6_000]
STALLS = [3_001, 3_500, 12_000, 61_000, 700_000]
WEIGHTS = {
    "opens": 10, "visitor_says": 8, "visitor_ends": 2, "visitor_tries": 4, "visitor_seen": 1, "profile": 1, "rates": 1,
    "leaves_message": 2, "says_after_the_end": 4, "tabs_close": 4, "tab_arrives": 4,
    "agent_says": 12, "agent_ends": 4, "no_reply": 2, "note": 2, "draws": 6, "drafts": 2, "agent_tries": 4,
    "handles": 2, "connects": 4, "leaves": 4, "sets_status": 4, "is_signed_out": 1, "late_ping": 1,
    "time_passes": 14, "much_time_passes": 3, "ticker_is_behind": 5, "store_stalls": 2, "other_ticker": 2,
    "configures": 3, "sql_has_it": 2, "a_day_passes": 1, "sends_again": 5, "reuses_a_cid": 2,
}  # fmt: skip


def directory(version: int, limits: list[int], served: list[tuple[str, ...]]) -> Directory:
    """Ana, Ben and Kim; a limit of 0 means: not a member."""
    rows = zip(AGENTS, limits, served, strict=True)
    people = {a: Member(a, a.title(), f"{a}@example.org", queues=q, limit=n) for a, n, q in rows if n}
    used = {queue for member in people.values() for queue in member.queues}
    return Directory(version, queues=QUEUES | ({EXTRA.id: EXTRA} if EXTRA.id in used else {}), members=people)


class Moves:
    """All moves on one twin."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        self.model = twin.model
        self.made = 0
        self.said: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.fences: dict[str, list[int]] = {agent: [0] for agent in AGENTS}
        twin.do("configure", directory(1, [2, 2, 1], [BOTH, ("sales",), ("help",)]))
        twin.do("tick", "p1")
        self.all_connect()

    # --- choosing ------------------------------------------------------------------------------

    def fresh(self, kind: str) -> str:
        self.made += 1
        return f"{kind}{self.made}"

    def command(self, verb: str, *args: Any, **named: Any) -> None:
        """One with a cid: it may be sent again."""
        self.said.append((verb, args, named))
        self.twin.do(verb, *args, **named)

    def fence(self, agent: str) -> int:
        return self.model.members[agent].fence if agent in self.model.members else self.fences[agent][-1]

    def some(self, k: int, *places: str) -> list[Chat]:
        """One chat in one of these places, or none."""
        chats = [c for c in self.model.chats.values() if c.place in places]
        return [chats[-1 - k % len(chats)]] if chats else []

    def visitor(self, c: Chat) -> Visitor:
        return VISITORS[NAMES.index(c.visitor)]

    def author(self, agent: str) -> Author:
        return Author(agent, agent.title())

    # --- visitors ------------------------------------------------------------------------------

    def opens(self, k: int, j: int, yes: bool) -> None:
        for number in range([1, 1, 2, 4][j % 4]):
            visitor = VISITORS[(k + number) % len(VISITORS)]
            self.command(
                "open", self.fresh("c"), connection=self.fresh("w"), queue="none" if j == 11 else BOTH[yes],
                site="shop", channel="web", cid=self.fresh("x"), profile=VisitorProfile(visitor, page="/"),
                text=self.fresh("hello "),
            )  # fmt: skip

    def leaves_message(self, k: int, j: int, yes: bool) -> None:
        self.command(
            "leave_message", self.fresh("c"), queue="sales" if j else "none", site="shop", channel="web",
            cid=self.fresh("x"), profile=VisitorProfile(VISITORS[k % 8]), text=self.fresh("later "),
        )  # fmt: skip

    def visitor_says(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "waiting", "active"):
            for _ in range(1 + yes):
                self.writes(c, self.visitor(c))

    def says_after_the_end(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "ended"):
            if j < 2:  # the last millisecond in which that reopens the chat, and the next one
                self.tick(max(0, c.ended + 600_000 + j - self.twin.now), 3)
                self.all_connect()
            self.writes(c, self.visitor(c))

    def visitor_tries(self, k: int, j: int, yes: bool) -> None:
        """Mostly somebody else's chat."""
        for c in self.some(k, "waiting", "active", "ended"):
            if yes:
                self.writes(c, VISITORS[j % 8])
            else:
                self.command("visitor_end", c.id, VISITORS[j % 8], self.fresh("x"))

    def writes(self, c: Chat, visitor: Visitor) -> None:
        self.command("visitor_say", c.id, visitor, self.fresh("w"), self.fresh("x"), self.fresh("word "))

    def visitor_ends(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "waiting", "active"):
            self.command("visitor_end", c.id, self.visitor(c), self.fresh("x"))

    def visitor_seen(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "waiting", "active", "ended"):
            self.twin.do("visitor_seen", c.id, c.visitor if yes else NAMES[j % 8], j)

    def rates(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active", "ended"):
            self.command("rate", c.id, c.visitor, self.fresh("x"), j % 5 + 1, "good" if yes else "")

    def profile(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "waiting", "active", "ended"):
            known = VisitorProfile(self.visitor(c), page=f"/{j}", fields={"order": str(j)} if yes else {})
            self.command("set_profile", c.id, self.fresh("x"), known)

    def tabs_close(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "waiting", "active"):
            for tab in sorted(c.tabs)[: None if j % 3 else 1]:
                self.twin.do("depart", c.id, tab)

    def tab_arrives(self, k: int, j: int, yes: bool) -> None:
        chat = self.model.current.get(NAMES[k % 8], "") if yes else "another"
        self.twin.do("arrive", NAMES[k % 8], chat, self.fresh("w"), j % 5)

    # --- agents --------------------------------------------------------------------------------

    def connects(self, k: int, j: int, yes: bool) -> None:
        agent = AGENTS[k % 3]
        connected = self.twin.do("connect", agent, f"tab{j % 2}", take=yes)
        if connected:
            self.fences[agent].append(connected[0])

    def all_connect(self) -> None:
        for agent, member in list(self.model.members.items()):
            if not member.connected:
                self.connects(AGENTS.index(agent), 0, False)

    def leaves(self, k: int, j: int, yes: bool) -> None:
        """For longer than the short grace, or who knows."""
        agent = AGENTS[k % 3]
        if j % 2 and agent in self.model.members:
            for c in self.model.in_hand(self.model.members[agent])[:1]:
                self.says(c, len(c.log))
        self.twin.do("leave", agent, self.fence(agent))
        if yes:
            self.tick(1_600, 1)
            self.tick(1_600, 1)

    def is_signed_out(self, k: int, j: int, yes: bool) -> None:
        self.twin.do("revoke", AGENTS[k % 3], "s1" if yes else "")

    def sets_status(self, k: int, j: int, yes: bool) -> None:
        agent = AGENTS[k % 3]
        self.twin.do("set_status", agent, self.fence(agent), "online" if j % 3 else "away", "Lunch" if yes else "")

    def late_ping(self, k: int, j: int, yes: bool) -> None:
        self.twin.do("renew", [(AGENTS[k % 3], self.fence(AGENTS[k % 3]))])

    def agent_says(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active"):
            self.says(c, max(0, len(c.log) - [0, 0, 0, 1, 2, 9, -5][j % 7]))

    def says(self, c: Chat, read: int) -> None:
        who, fence = self.author(c.agent), self.fence(c.agent)
        self.command("agent_say", who, fence, c.id, self.fresh("x"), self.fresh("yes "), read)

    def note(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active"):
            who, fence = self.author(c.agent), self.fence(c.agent)
            self.command("note", who, fence, c.id, self.fresh("x"), self.fresh("note "))

    def no_reply(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active"):
            self.command("no_reply", self.author(c.agent), self.fence(c.agent), c.id, self.fresh("x"))

    def agent_ends(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active"):
            self.command("agent_end", self.author(c.agent), self.fence(c.agent), c.id, self.fresh("x"))

    def draws(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active"):
            self.twin.do("shown", c.agent, self.fence(c.agent), c.id, max(0, len(c.log) - j % 3), hidden=yes)

    def drafts(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active"):
            self.twin.do("draft", c.agent, self.fence(c.agent), c.id, "Dear V" if j % 3 else "")

    def agent_tries(self, k: int, j: int, yes: bool) -> None:
        """Mostly somebody else's chat, or by a connection that is no more."""
        agent = AGENTS[j % 3]
        fence = self.fences[agent][-2 % len(self.fences[agent])] if yes else self.fence(agent)
        for c in self.some(k, "waiting", "active", "ended"):
            if j < 4:
                self.command("agent_say", self.author(agent), fence, c.id, self.fresh("x"), "mine", len(c.log))
            elif j < 8:
                self.twin.do("shown", agent, fence, c.id, len(c.log), hidden=False)
            else:
                self.twin.do("draft", agent, fence, c.id, "mine")

    def handles(self, k: int, j: int, yes: bool) -> None:
        agent = AGENTS[j % 3]
        for c in self.some(k, "ended"):
            self.command("handled", c.id, agent, agent.title(), self.fresh("x"))

    # --- time and SQL --------------------------------------------------------------------------

    def tick(self, ms: int, k: int) -> None:
        """Time passes; mostly consoles draw what they get, they and the widgets answer pings, some come back."""
        if k % 4 == 0:
            self.all_connect()
        if k % 4 < 3:
            self.answer_pings()
        self.twin.move(ms)
        self.twin.do("tick", "p1")

    def answer_pings(self) -> None:
        for c in list(self.model.chats.values()):
            if c.place == "active" and not c.got and self.model.members[c.agent].connected:
                self.twin.do("shown", c.agent, self.fence(c.agent), c.id, len(c.log), hidden=False)
        self.twin.do("renew", [(m.id, m.fence) for m in self.model.members.values() if m.connected])
        self.twin.do("renew_tabs", [(c.id, tab) for c in self.model.chats.values() for tab in list(c.tabs)])

    def time_passes(self, k: int, j: int, yes: bool) -> None:
        self.tick(SOON[j % len(SOON)], k)

    def much_time_passes(self, k: int, j: int, yes: bool) -> None:
        for _ in range(2 + j // 2):
            self.tick(2_900, k)

    def ticker_is_behind(self, k: int, j: int, yes: bool) -> None:
        """Something happens at a time that no tick has seen yet."""
        self.twin.move(BEHIND[j % len(BEHIND)])
        moves = [self.agent_ends, self.visitor_ends, self.agent_says, self.no_reply, self.visitor_says, self.connects]
        moves[k % len(moves)](j, k, yes)

    def store_stalls(self, k: int, j: int, yes: bool) -> None:
        self.tick(STALLS[j % len(STALLS)], 3)
        self.tick(100, k)

    def other_ticker(self, k: int, j: int, yes: bool) -> None:
        self.twin.do("tick", "p2")

    def configures(self, k: int, j: int, yes: bool) -> None:
        limits = [LIMITS[(k * 5 + j * (n + 1)) % len(LIMITS)] for n in range(3)]
        served = [SERVED[(j + k * n) % len(SERVED)] for n in range(3)]
        self.twin.do("configure", directory(self.model.version + (k % 5 > 0), limits, served))

    def sql_has_it(self, k: int, j: int, yes: bool) -> None:
        self.twin.do("archived", self.twin.entry, max(0, self.model.n - [0, 0, 3, 30][k % 4]))

    def a_day_passes(self, k: int, j: int, yes: bool) -> None:
        """Live keys go, once archived."""
        self.sql_has_it(k, j, yes)
        self.tick(86_400_000, 3)
        self.all_connect()

    # --- once more -----------------------------------------------------------------------------

    def sends_again(self, k: int, j: int, yes: bool) -> None:
        if self.said:
            verb, args, named = self.said[-1 - (k * 3 + j) % len(self.said)]
            if yes and verb in ("agent_say", "note", "no_reply", "agent_end"):  # after a reconnect
                args = (args[0], self.fence(args[0].id), *args[2:])
            if verb in ("open", "leave_message"):  # the server thinks of the chat's id anew
                args = (self.fresh("c"),)
            self.twin.do(verb, *args, **named)

    def reuses_a_cid(self, k: int, j: int, yes: bool) -> None:
        if not self.said:
            return
        verb, args, named = self.said[-1 - (k * 3 + j) % len(self.said)]
        if verb in ("open", "leave_message"):
            self.twin.do(verb, self.fresh("c"), **(named | {"text": "other"}))
        if verb == "visitor_say":
            self.twin.do(verb, *args[:-1], "other")
        if verb == "agent_say":
            self.twin.do(verb, *args[:-2], "other", args[-1])
