"""What the people of a run remember: their commands, and what their screens showed."""

import time
from collections import Counter

from console.bench.checker import Claim, View


class Journal:
    """Filled by the people of a run; `problems` are contradictions that a client noticed itself."""

    def __init__(self) -> None:
        self.people: list[str] = []
        self.claims: list[Claim] = []
        self.views: dict[tuple[str, str], View] = {}
        self.problems: list[str] = []
        self.refusals: Counter[str] = Counter()

    def claim(self, client: str, cid: str) -> Claim:
        claim = Claim(client, cid, began=time.monotonic())
        self.claims.append(claim)
        return claim

    def view(self, client: str, chat: str, *, staff: bool = False) -> View:
        """Return the client's view of the chat."""
        return self.views.setdefault((client, chat), View(client, chat, [], staff))

    def acked(self, claim: Claim, chat: str, seq: int) -> None:
        """Record an answer; a second one must be the same."""
        if claim.outcome == "acked" and (claim.chat, claim.seq) != (chat, seq):
            self.problems.append(f"{claim.cid} was answered {claim.chat}:{claim.seq}, then {chat}:{seq}")
        self._answered(claim)
        claim.outcome, claim.chat, claim.seq = "acked", chat, seq

    def refused(self, claim: Claim, code: str) -> None:
        self._answered(claim)
        self.refusals[code] += 1
        claim.outcome = "refused"

    def _answered(self, claim: Claim) -> None:
        if claim.outcome == "unknown":
            claim.answered = time.monotonic()

    @property
    def unanswered(self) -> list[Claim]:
        return [claim for claim in self.claims if claim.outcome == "unknown"]
