"""What agents may do next, in their chats and with their consoles."""

from console.events import Author
from console.queue.payloads import MailPayload, Tending
from tests.model.directories import AGENTS
from tests.model.moves_visitors import ALL, VisitorMoves
from tests.model.state import Chat

PROMISES = [0, 0, 0, 0, 2_000, 6_000, 30_000]  # ms
TAGS: list[list[str]] = [[], ["late"], ["late", "refund"]]


class AgentMoves(VisitorMoves):
    def connects(self, k: int, j: int, yes: bool) -> None:
        self.connect(AGENTS[k % 4], f"tab{j % 2}", take=yes, quiet=j > 8)

    def leaves(self, k: int, j: int, yes: bool) -> None:
        """The agent disconnects, for longer than the short grace period or for any time."""
        agent = AGENTS[k % 4]
        if j % 2 and agent in self.model.members:
            for c in self.model.in_hand(self.model.members[agent])[:1]:
                self.says(c, len(c.log))
        self.twin.do("leave", agent, self.fence(agent))
        if yes:
            self.tick(1_600, 1)
            self.tick(1_600, 1)

    def is_signed_out(self, k: int, j: int, yes: bool) -> None:
        self.twin.do("revoke", AGENTS[k % 4], "s1" if yes else "")

    def sets_status(self, k: int, j: int, yes: bool) -> None:
        agent = AGENTS[k % 4]
        self.twin.do("set_status", agent, self.fence(agent), "online" if j % 3 else "away", "Lunch" if yes else "")

    def breathes(self, k: int, j: int, yes: bool) -> None:
        """The agent starts a breather, then ends it or lets it expire; one command may be sent twice."""
        agent, cid = AGENTS[k % 4], f"b{j % 3}" if yes else self.fresh("b")
        self.twin.do("breathe", agent, self.fence(agent), cid, [60_000, 120_000, 3_000, 0][j % 4], most=k % 4)
        if j % 4 == 2:
            self.tick(1_600, 1)
            self.tick(1_600, 1)

    def late_ping(self, k: int, j: int, yes: bool) -> None:
        self.twin.do("renew", [(AGENTS[k % 4], self.fence(AGENTS[k % 4]))])

    # --- in a chat -----------------------------------------------------------------------------

    def agent_says(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active"):
            self.says(c, max(0, len(c.log) - [0, 0, 0, 1, 2, 9, -5][j % 7]), k)

    def says(self, c: Chat, read: int, k: int = 0) -> None:
        suggestion = ["", "shown", "taken", "edited"][k % 4]
        how = {
            "promise": PROMISES[k % 7], "canned": "hi" if k % 3 == 1 else "", "began": self.began(k),
            "suggestion": suggestion, "drafted": ["", "edited", "shown", "", "taken"][k % 5],
        }  # fmt: skip
        self.command("agent_say", *self.mine(c), self.fresh("yes "), read, **how)

    def answers_late(self, k: int, j: int, yes: bool) -> None:
        """The agent answers after a while, with or without having seen the chat."""
        for c in self.some(k, "active"):
            if yes:
                self.twin.do("shown", c.agent, self.fence(c.agent), c.id, len(c.log), hidden=j % 4 == 0)
            for _ in range(1 + j // 3):
                self.tick(2_400, 1)
            if c.place == "active":
                self.says(c, len(c.log), k)

    def began(self, k: int) -> int:
        """Return when the first key was pressed as a console reports it; its clock may be wrong."""
        return [0, self.twin.now - 900, self.twin.now - 60_000, self.twin.now + 900][k % 4]

    def note(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active", "wrapup"):
            self.command("note", *self.mine(c), self.fresh("note "))

    def no_reply(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active"):
            self.command("no_reply", *self.mine(c))

    def agent_ends(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active"):
            self.command("agent_end", *self.mine(c))

    def labels(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "wrapup", "active") if yes else self.some(k, "wrapup"):
            self.command("label", *self.mine(c), ["", "Billing", "Login"][j % 3], TAGS[k % 3], done=j % 4 == 0)

    def wraps_up_later(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "wrapup"):
            self.command("label", *self.mine(c), "", TAGS[k % 3], later=True, done=j % 8 == 0)

    def gives_a_reason_later(self, k: int, j: int, yes: bool) -> None:
        """The agent labels a chat on their list, or one that has left it; now and then without a reason."""
        for c in [c for c in self.some(k, "ended") if c.wrapper]:
            begin = self.author(c.wrapper), self.fence(c.wrapper), c.id, self.fresh("x")
            self.command("label", *begin, ["", "Billing", "Login"][j % 3], TAGS[k % 3], done=yes, later=j % 4 == 0)

    def renames(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active", "wrapup"):
            self.command("rename", *self.mine(c), ["Marta", "Rossi"][j % 2])

    def says_the_language(self, k: int, j: int, yes: bool) -> None:
        """Somebody sets the chat's language, perhaps to the same; sometimes a supervisor, of a chat that waits."""
        for c in self.some(k, "waiting", "offered", "active") if yes else self.some(k, "active", "wrapup"):
            tongue = ["en", "it", "fr", c.tongue or "xx"][j % 4]
            if yes:
                self.command("integration_set_language", self.author("ana"), c.id, self.fresh("x"), tongue)
            else:
                self.command("set_language", *self.mine(c), tongue)

    def writes_another_language(self, k: int, j: int, yes: bool) -> None:
        """A language is detected in the visitor's words, in a waiting chat if there is one."""
        for c in self.some(k, "waiting", "offered") or self.some(k, "active", "wrapup", "ended"):
            self.twin.do("detected", c.id, ["en", "it", "fr", "xx"][j % 4])

    def draws(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active"):
            self.twin.do("shown", c.agent, self.fence(c.agent), c.id, max(0, len(c.log) - j % 3), hidden=yes)

    def drafts(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active"):
            self.twin.do("draft", c.agent, self.fence(c.agent), c.id, "Dear V" if j % 3 else "")

    def types(self, k: int, j: int, yes: bool) -> None:
        """The agent types, mostly until something is due."""
        for c in self.some(k, "active"):
            self.twin.do("typing", c.agent, self.fence(c.agent), c.id)
            if yes:
                self.tick([700, 1_500, 2_400][j % 3], 1)

    def hesitates(self, k: int, j: int, yes: bool) -> None:
        """The agent sees a question and writes nothing until shortly before the target, or types now and then."""
        for c in self.some(k, "active"):
            if not c.turn:
                self.writes(c, self.visitor(c))
            for n in range(3 + j % 3):
                self.tick(1_400, 1)
                if yes and n == j % 4 and c.place == "active" and c.agent:
                    self.twin.do("typing", c.agent, self.fence(c.agent), c.id)

    def agent_tries(self, k: int, j: int, yes: bool) -> None:
        """An agent sends commands for any chat, mostly somebody else's, perhaps with an older connection."""
        agent = AGENTS[j % 4]
        fence = self.fences[agent][-2 % len(self.fences[agent])] if yes else self.fence(agent)
        for c in self.some(k, *ALL):
            begin = self.author(agent), fence, c.id, self.fresh("x")
            match k:
                case 0 | 1:
                    self.command("agent_say", *begin, "mine", len(c.log))
                case 2:
                    self.command("note", *begin, "mine")
                case 3:
                    self.command("agent_end", *begin)
                case 4:
                    self.command("label", *begin, "Billing", [])
                case 5:
                    self.command("transfer", *begin, queue="help")
                case 6:
                    self.command("invite", *begin, "ben")
                case 7:
                    self.command("accept", *begin)
                case 8:
                    self.command("decline", *begin)
                    self.command("rename", self.author(agent), fence, c.id, self.fresh("x"), "Mine")
                    self.command("set_language", self.author(agent), fence, c.id, self.fresh("x"), "it")
                case 9:
                    self.command("no_reply", *begin)
                case 10:
                    self.twin.do("shown", agent, fence, c.id, len(c.log), hidden=False)
                case _:
                    self.twin.do("typing", agent, fence, c.id)
                    self.twin.do("draft", agent, fence, c.id, "mine")

    def handles(self, k: int, j: int, yes: bool) -> None:
        agent = AGENTS[j % 4]
        for c in self.some(k, "ended"):
            self.command("handled", c.id, agent, agent.title(), self.fresh("x"))

    def corresponds(self, k: int, j: int, yes: bool) -> None:
        agent = Author(AGENTS[j % 4], AGENTS[j % 4].title())
        for c in self.some(k, "ended"):
            cid = self.fresh("x")
            match j % 5:
                case 0:
                    self.command("mail", c.id, MailPayload("agent", agent, cid, "Hello", "a@b", "answered"))
                case 1 | 2:
                    self.command("mail", c.id, MailPayload("visitor", Author(c.visitor), cid, "Hi", "c@d", "open"))
                case 3:
                    self.command("tend", c.id, Tending(agent, cid, agent.id, agent.name, "waiting" if yes else "open"))
                case _:
                    self.command("note_left", c.id, agent, cid, "Known")
