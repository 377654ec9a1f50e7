"""How chats may be transferred next, who may watch, and what Sam, the supervisor, may do."""

from tests.model.directories import AGENTS, QUEUES
from tests.model.moves_agents import AgentMoves
from tests.model.moves_visitors import ALL, OPEN


class HandingMoves(AgentMoves):
    def takes(self, k: int, j: int, yes: bool) -> None:
        agent = AGENTS[j % 4]
        self.command("take", self.author(agent), self.fence(agent), "", self.fresh("x"))

    def takes_that_one(self, k: int, j: int, yes: bool) -> None:
        agent = AGENTS[j % 4]
        for c in self.some(k, "waiting", "offered") if yes else self.some(k, "waiting"):
            self.command("take", self.author(agent), self.fence(agent), c.id, self.fresh("x"))

    def accepts(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "offered"):
            self.command("accept" if j % 4 else "take", *self.mine(c))

    def declines(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "offered"):
            self.command("decline", *self.mine(c))

    def transfers(self, k: int, j: int, yes: bool) -> None:
        """The agent transfers a chat, often with an answer first, so that no turn is open."""
        for c in self.some(k, "active"):
            if j % 2:
                self.says(c, len(c.log))
            self.command("transfer", *self.mine(c), **self._where(k, j, yes))

    def moves(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, *OPEN) if j % 5 else self.some(k, *ALL):
            self.command("move", self.author("sam"), c.id, self.fresh("x"), **self._where(k, j, yes))

    def _where(self, k: int, j: int, yes: bool) -> dict[str, str]:
        if j == 11:
            return {"queue": "sales", "to": "ben"} if yes else {}
        to = {"to": AGENTS[(k + j) % 4]} if yes else {"queue": "none" if j == 10 else QUEUES[j % 3]}
        return to | ({"note": "regular"} if k % 2 else {})

    def takes_over(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, *OPEN) if j % 5 else self.some(k, *ALL):
            self.command("take_over", self.author(AGENTS[j % 4] if yes else "sam"), c.id, self.fresh("x"))

    def invites(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active", "wrapup"):
            self.command("invite", *self.mine(c), "nobody" if j == 11 else AGENTS[j % 4])

    def looks_on(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, *ALL):
            if j % 3:
                self.twin.do("watch", self.author(AGENTS[j % 4]), c.id, f"s{k % 2}", on=yes)
            else:
                self.command("whisper", self.author(AGENTS[j % 4]), c.id, self.fresh("x"), self.fresh("psst "))

    def integration_acts(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, *OPEN) if j % 5 else self.some(k, *ALL):
            begin = self.author("crm"), c.id, self.fresh("x")
            if j == 3:
                self.command("integration_end", *begin)
            elif yes:
                self.command("integration_say", *begin, self.fresh("beep "))
            else:
                self.command("integration_label", *begin, *(("refund", ["vip"]) if k % 2 else ("", [])))

    def sets_their_status(self, k: int, j: int, yes: bool) -> None:
        status, reason = ("away", "Training" if yes else "") if j % 3 == 0 else ("online", "")
        self.twin.do("set_agent_status", self.author("sam"), "nobody" if j == 11 else AGENTS[k % 4], status, reason)
