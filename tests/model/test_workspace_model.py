"""The real Functions against the model: whatever Vera, Ana and time do, in any order."""

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from console.directory import Directory, Member, Queue
from console.events import Author, Visitor
from console.identifiers import new_id
from console.queue.payloads import VisitorProfile
from console.queue.store import Store
from tests.model.state import Chat
from tests.model.twin import Twin

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "110"))
STEPS = 100
PHASES = [Phase.generate, Phase.shrink] if os.environ.get("MODEL_SHRINK", "1") == "1" else [Phase.generate]
VISITORS = [Visitor("vera", "Vera"), Visitor("vito"), Visitor("vala", "Vala", "vala@example.org"), Visitor("vlad")]
AGENTS = ["ana", "ben", "kim"]
QUEUES = {
    "sales": Queue("sales", "Sales", target=6_000, ask=20_000, end=40_000),
    "help": Queue("help", "Help", target=10_000, ask=30_000, end=45_000),
}
EXTRA = Queue("late", "Late", target=3_000, ask=25_000, end=26_000)
BOTH = ("sales", "help")
RANGE = st.integers(0, 11)


def directory(version: int, limits: tuple[int, int, int], served: tuple[tuple[str, ...], ...]) -> Directory:
    """Ana, Ben and Kim; a limit of 0 means: not a member."""
    rows = zip(AGENTS, limits, served, strict=True)
    people = {a: Member(a, a.title(), f"{a}@example.org", queues=q, limit=n) for a, n, q in rows if n}
    used = {queue for member in people.values() for queue in member.queues}
    queues = QUEUES | ({EXTRA.id: EXTRA} if EXTRA.id in used else {})
    return Directory(version, queues=queues, members=people)


class WorkspaceMachine(RuleBasedStateMachine):
    """Rules choose by number out of what there is, so that they shrink well."""

    loop: asyncio.AbstractEventLoop
    store: Store
    calls = 0

    def __init__(self) -> None:
        super().__init__()
        self.twin = Twin(self.loop, self.store, f"t-{new_id()}")
        self.model = self.twin.model
        self.made = 0
        self.said: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.fences: dict[str, list[int]] = {agent: [0] for agent in AGENTS}

    def teardown(self) -> None:
        type(self).calls += self.twin.calls
        self.twin.close()

    # --- helpers -------------------------------------------------------------------------------

    def fresh(self, kind: str) -> str:
        self.made += 1
        return f"{kind}{self.made}"

    def command(self, verb: str, *args: Any, **named: Any) -> Any:
        """One with a cid: it may be sent again."""
        self.said.append((verb, args, named))
        return self.twin.do(verb, *args, **named)

    def fence(self, agent: str) -> int:
        return self.model.members[agent].fence if agent in self.model.members else self.fences[agent][-1]

    def chats(self, *places: str) -> list[Chat]:
        return [c for c in self.model.chats.values() if c.place in places]

    def chat(self, k: int, *places: str) -> Chat:
        chats = self.chats(*places)
        return chats[-1 - k % len(chats)]

    def visitor(self, c: Chat) -> Visitor:
        return next(v for v in VISITORS if v.id == c.visitor)

    def author(self, agent: str) -> Author:
        return Author(agent, agent.title())

    def tick(self, ms: int, *, diligent: bool) -> None:
        """Time passes; diligent consoles draw what they get and answer their pings, and so do the widgets."""
        if diligent:
            self.receipts()
            self.renew()
        self.twin.move(ms)
        self.twin.do("tick", "p1")

    def receipts(self) -> None:
        for c in self.chats("active"):
            if not c.got and self.model.members[c.agent].connected:
                self.twin.do("shown", c.agent, self.fence(c.agent), c.id, len(c.log), hidden=False)

    def renew(self) -> None:
        connected = [(m.id, m.fence) for m in self.model.members.values() if m.connected]
        self.twin.do("renew", connected)
        self.twin.do("renew_tabs", [(c.id, tab) for c in self.chats("waiting", "active") for tab in list(c.tabs)])

    # --- rules: the workspace ------------------------------------------------------------------

    @initialize(online=st.sampled_from([True, True, True, False]))
    def begin(self, online: bool) -> None:
        self.twin.do("configure", directory(1, (2, 2, 1), (BOTH, ("sales",), ("help",))))
        self.twin.do("tick", "p1")
        if online:
            for agent in AGENTS:
                self.connects(agent, 0, False)

    @rule(
        older=st.sampled_from([0, 0, 0, 1]),
        limits=st.tuples(*[st.sampled_from([2, 1, 3, 0])] * 3),
        served=st.tuples(*[st.sampled_from([BOTH, ("sales",), ("help", "sales"), ("sales", "late")])] * 3),
    )
    def configures(self, older: int, limits: tuple[int, int, int], served: tuple[tuple[str, ...], ...]) -> None:
        self.twin.do("configure", directory(self.model.version + 1 - older, limits, served))

    @rule(ms=st.sampled_from([1, 250, 499, 500, 999, 1_500, 2_499, 2_500, 3_000]), diligent=st.booleans())
    def time_passes(self, ms: int, diligent: bool) -> None:
        self.tick(ms, diligent=diligent)

    @rule(seconds=st.integers(4, 24), diligent=st.sampled_from([True, True, True, False]))
    def much_time_passes(self, seconds: int, diligent: bool) -> None:
        for _ in range(0, seconds, 3):
            self.tick(2_900, diligent=diligent)

    @rule(ms=st.sampled_from([3_001, 12_000, 61_000, 700_000]))
    def the_store_stalls(self, ms: int) -> None:
        self.tick(ms, diligent=False)

    @rule(ms=st.sampled_from([1, 600, 1_400, 2_499, 6_000]))
    def the_ticker_is_behind(self, ms: int) -> None:
        self.twin.move(ms)

    @rule(process=st.sampled_from(["p1", "p2"]))
    def another_process_ticks(self, process: str) -> None:
        self.twin.do("tick", process)

    @rule(behind=st.integers(0, 3), later=st.sampled_from([False, False, True]))
    def sql_has_it(self, behind: int, later: bool) -> None:
        """The archive has most of the feed; now and then a day later, when live keys go."""
        self.twin.do("archived", self.twin.entry, max(0, self.model.n - behind))
        if later:
            self.tick(86_400_000, diligent=False)

    # --- rules: visitors -----------------------------------------------------------------------

    @rule(visitor=st.sampled_from(VISITORS), queue=st.sampled_from(["sales", "help", "sales", "none"]))
    def opens(self, visitor: Visitor, queue: str) -> None:
        self.command(
            "open", self.fresh("c"), connection=self.fresh("w"), queue=queue, site="shop", channel="web",
            cid=self.fresh("x"), profile=VisitorProfile(visitor, page="/"), text=self.fresh("hello "),
        )  # fmt: skip

    @rule(visitor=st.sampled_from(VISITORS), queue=st.sampled_from(["sales", "sales", "none"]))
    def leaves_a_message(self, visitor: Visitor, queue: str) -> None:
        self.command(
            "leave_message", self.fresh("c"), queue=queue, site="shop", channel="web", cid=self.fresh("x"),
            profile=VisitorProfile(visitor), text=self.fresh("later "),
        )  # fmt: skip

    @precondition(lambda self: self.chats("waiting", "active"))
    @rule(k=RANGE, again=st.booleans())
    def visitor_says(self, k: int, again: bool) -> None:
        c = self.chat(k, "waiting", "active")
        for _ in range(1 + again):
            self.visitor_writes(c, self.visitor(c))

    @precondition(lambda self: self.chats("ended"))
    @rule(k=RANGE)
    def visitor_says_after_the_end(self, k: int) -> None:
        c = self.chat(k, "ended")
        self.visitor_writes(c, self.visitor(c))

    def visitor_writes(self, c: Chat, visitor: Visitor) -> None:
        self.command("visitor_say", c.id, visitor, self.fresh("w"), self.fresh("x"), self.fresh("word "))

    @precondition(lambda self: self.model.chats)
    @rule(k=RANGE, visitor=st.sampled_from(VISITORS), verb=st.sampled_from(["say", "end", "rate", "profile", "seen"]))
    def somebody_tries_a_chat(self, k: int, visitor: Visitor, verb: str) -> None:
        """Mostly not the visitor's own."""
        c, cid = self.chat(k, "waiting", "active", "ended"), self.fresh("x")
        match verb:
            case "say":
                self.visitor_writes(c, visitor)
            case "end":
                self.command("visitor_end", c.id, visitor, cid)
            case "rate":
                self.command("rate", c.id, visitor.id, cid, k % 5 + 1, "good" if k % 2 else "")
            case "profile":
                self.command("set_profile", c.id, cid, VisitorProfile(visitor, page=f"/{k}", fields={"order": str(k)}))
            case "seen":
                self.twin.do("visitor_seen", c.id, visitor.id, k * 3)

    @precondition(lambda self: self.chats("waiting", "active"))
    @rule(k=RANGE)
    def visitor_ends(self, k: int) -> None:
        c = self.chat(k, "waiting", "active")
        self.command("visitor_end", c.id, self.visitor(c), self.fresh("x"))

    @precondition(lambda self: self.chats("waiting", "active"))
    @rule(k=RANGE, all_of_them=st.sampled_from([True, True, False]))
    def tabs_close(self, k: int, all_of_them: bool) -> None:
        c = self.chat(k, "waiting", "active")
        for tab in sorted(c.tabs)[: None if all_of_them else 1]:
            self.twin.do("depart", c.id, tab)

    @rule(visitor=st.sampled_from(VISITORS), known=st.booleans(), after=st.integers(0, 4))
    def tab_says_hello(self, visitor: Visitor, known: bool, after: int) -> None:
        chat = self.model.current.get(visitor.id, "") if known else "another"
        self.twin.do("arrive", visitor.id, chat, self.fresh("w"), after)

    # --- rules: agents -------------------------------------------------------------------------

    @rule(agent=st.sampled_from(AGENTS), tab=st.integers(0, 1), take=st.booleans())
    def connects(self, agent: str, tab: int, take: bool) -> None:
        connected = self.twin.do("connect", agent, f"tab{tab}", take=take)
        if connected:
            self.fences[agent].append(connected[0])

    @rule(
        agent=st.sampled_from(AGENTS), how=st.sampled_from(["leaves", "leaves", "leaves", "signed out", "one session"])
    )
    def goes(self, agent: str, how: str) -> None:
        if how == "leaves":
            self.twin.do("leave", agent, self.fence(agent))
        else:
            self.twin.do("revoke", agent, "" if how == "signed out" else "s1")

    @rule(agent=st.sampled_from(AGENTS), status=st.sampled_from(["online", "away", "online"]), why=st.booleans())
    def sets_status(self, agent: str, status: str, why: bool) -> None:
        self.twin.do("set_status", agent, self.fence(agent), status, "Lunch" if why else "")

    @rule(agent=st.sampled_from(AGENTS))
    def answers_a_ping_late(self, agent: str) -> None:
        self.twin.do("renew", [(agent, self.fence(agent))])

    @precondition(lambda self: self.chats("active"))
    @rule(k=RANGE, unread=st.sampled_from([0, 0, 0, 1, 2, 9, -5]))
    def agent_says(self, k: int, unread: int) -> None:
        c = self.chat(k, "active")
        read = max(0, len(c.log) - unread)
        self.command(
            "agent_say", self.author(c.agent), self.fence(c.agent), c.id, self.fresh("x"), self.fresh("yes "), read
        )

    @precondition(lambda self: self.chats("active"))
    @rule(k=RANGE, verb=st.sampled_from(["note", "no_reply", "agent_end", "agent_end"]))
    def agent_does(self, k: int, verb: str) -> None:
        c = self.chat(k, "active")
        more = (self.fresh("note "),) if verb == "note" else ()
        self.command(verb, self.author(c.agent), self.fence(c.agent), c.id, self.fresh("x"), *more)

    @precondition(lambda self: self.chats("active"))
    @rule(k=RANGE, hidden=st.booleans(), text=st.sampled_from(["Dear V", "", None]))
    def console_draws(self, k: int, hidden: bool, text: str | None) -> None:
        c = self.chat(k, "active")
        self.twin.do("shown", c.agent, self.fence(c.agent), c.id, len(c.log) - k % 3, hidden=hidden)
        if text is not None:
            self.twin.do("draft", c.agent, self.fence(c.agent), c.id, text)

    @precondition(lambda self: self.model.chats)
    @rule(agent=st.sampled_from(AGENTS), k=RANGE, old=st.booleans(), verb=st.sampled_from(["say", "shown", "draft"]))
    def agent_tries_a_chat(self, agent: str, k: int, old: bool, verb: str) -> None:
        """Mostly somebody else's, or by a connection that is no more."""
        c = self.chat(k, "waiting", "active", "ended")
        fence = self.fences[agent][-2 % len(self.fences[agent])] if old else self.fence(agent)
        match verb:
            case "say":
                self.command("agent_say", self.author(agent), fence, c.id, self.fresh("x"), "mine", len(c.log))
            case "shown":
                self.twin.do("shown", agent, fence, c.id, len(c.log), hidden=False)
            case "draft":
                self.twin.do("draft", agent, fence, c.id, "mine")

    @precondition(lambda self: self.chats("ended"))
    @rule(agent=st.sampled_from(AGENTS), k=RANGE)
    def handles(self, agent: str, k: int) -> None:
        self.command("handled", self.chat(k, "ended").id, agent, agent.title(), self.fresh("x"))

    # --- rules: once more ----------------------------------------------------------------------

    @precondition(lambda self: self.said)
    @rule(k=RANGE)
    def sends_again(self, k: int) -> None:
        verb, args, named = self.said[-1 - k % len(self.said)]
        if verb in ("agent_say", "note", "no_reply", "agent_end") and k % 2:  # after a reconnect
            args = (args[0], self.fence(args[0].id), *args[2:])
        if verb in ("open", "leave_message"):  # the server thinks of the chat's id anew
            args = (self.fresh("c"),)
        self.twin.do(verb, *args, **named)

    @precondition(lambda self: self.said)
    @rule(k=RANGE)
    def uses_a_cid_for_other_words(self, k: int) -> None:
        verb, args, named = self.said[-1 - k % len(self.said)]
        if verb in ("open", "leave_message"):
            self.twin.do(verb, *args, **(named | {"text": "other"}))
        if verb == "visitor_say":
            self.twin.do(verb, *args[:-1], "other")
        if verb == "agent_say":
            self.twin.do(verb, *args[:-2], "other", args[-1])


@pytest.fixture
def machine(store_url: str) -> Iterator[type[WorkspaceMachine]]:
    loop = asyncio.new_event_loop()

    class Machine(WorkspaceMachine):
        pass

    Machine.loop, Machine.store, Machine.calls = loop, Store(store_url), 0
    yield Machine
    loop.run_until_complete(Machine.store.close())
    loop.close()


def test_the_functions_do_what_the_model_does(machine: type[WorkspaceMachine]) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=PHASES,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert EXAMPLES < 50 or machine.calls >= 10_000
