"""What people, time and SQL may do next to a workspace. Each move uses numbers to choose from what exists."""

from tests.model.choices import VISITORS
from tests.model.directories import AGENTS, ALWAYS, LIMITS, SERVED, SPOKEN, choosing, closing, directory, opening
from tests.model.lockstep import Sent
from tests.model.moves_bots import BotMoves
from tests.model.moves_visitors import ALL, OPEN

SOON = [1, 250, 499, 500, 999, 1_500, 2_499, 2_500, 3_000]
BEHIND = [1, 600, 1_400, 2_499, 6_000]
STALLS = [3_001, 3_500, 12_000, 61_000, 700_000]
WEIGHTS = {
    "opens": 12, "visitor_says": 8, "visitor_ends": 2, "visitor_tries": 3, "visitor_seen": 1, "profile": 1, "rates": 1,
    "leaves_message": 2, "leaves_line": 3, "is_revived": 2,
    "redacts": 3, "says_what_is_hidden": 1, "says_after_the_end": 5,
    "tabs_close": 4, "tab_arrives": 3, "proves_who_they_are": 3, "resends_elsewhere": 4,
    "agent_says": 11, "answers_late": 3, "agent_ends": 5, "no_reply": 2, "note": 2, "draws": 6, "drafts": 2,
    "types": 3, "hesitates": 7, "corresponds": 3,
    "agent_tries": 4, "handles": 1, "connects": 4, "leaves": 4, "sets_status": 4, "is_signed_out": 1, "late_ping": 1,
    "labels": 5, "renames": 2, "says_the_language": 3, "writes_another_language": 4,
    "wraps_up_later": 4, "gives_a_reason_later": 4,
    "takes": 5, "takes_that_one": 3, "accepts": 9, "declines": 3, "transfers": 6, "moves": 5,
    "takes_over": 3, "breathes": 5, "chooses_a_limit": 4, "invites": 1, "looks_on": 2, "sets_their_status": 2,
    "integration_acts": 4,
    "bot_connects": 9, "bot_leaves": 1, "bot_answers": 9, "bot_is_slow": 2, "bot_gives_up": 9, "bot_ends": 3,
    "bot_tries": 1, "visitor_asks_for_a_person": 4, "agent_gives_it_to_the_bot": 3,
    "time_passes": 14, "much_time_passes": 3, "ticker_is_behind": 6, "visitor_goes": 1, "store_stalls": 2,
    "other_ticker": 1, "configures": 4, "hours_change": 2, "sql_has_it": 2, "a_day_passes": 1,
    "sends_again": 6, "reuses_a_cid": 2, "many_write_at_once": 8,
}  # fmt: skip
FENCED = {
    "agent_say", "note", "no_reply", "agent_end", "label", "rename", "set_language", "take", "accept", "decline",
    "transfer", "invite",
}  # fmt: skip


class Moves(BotMoves):
    """All moves on one twin."""

    # --- time and SQL --------------------------------------------------------------------------

    def time_passes(self, k: int, j: int, yes: bool) -> None:
        self.tick(SOON[j % len(SOON)], k)

    def much_time_passes(self, k: int, j: int, yes: bool) -> None:
        for _ in range(2 + j // 2):
            self.tick(2_900, k)

    def ticker_is_behind(self, k: int, j: int, yes: bool) -> None:
        """Do something at a time that no tick has reached yet."""
        self.twin.move(BEHIND[j % len(BEHIND)])
        moves = [
            self.agent_ends, self.visitor_ends, self.agent_says, self.no_reply, self.visitor_says, self.connects,
            self.takes, self.accepts, self.declines, self.transfers, self.labels, self.moves,
        ]  # fmt: skip
        moves[k % len(moves)](j, k, yes)

    def visitor_goes(self, k: int, j: int, yes: bool) -> None:
        """The visitor leaves, and does not return while the store would wait for them."""
        for c in self.some(k, "waiting", "offered"):
            for tab in sorted(c.tabs):
                self.twin.do("depart", c.id, tab)
            for _ in range(21):
                self.tick(2_900, 1)

    def store_stalls(self, k: int, j: int, yes: bool) -> None:
        self.tick(STALLS[j % len(STALLS)], 3)
        self.tick(100, k)

    def other_ticker(self, k: int, j: int, yes: bool) -> None:
        self.twin.do("tick", "p2", fit=yes)

    def configures(self, k: int, j: int, yes: bool) -> None:
        limits = [LIMITS[(k * 5 + j * (n + 1)) % len(LIMITS)] for n in range(4)]
        if k == 11:  # many leave at once
            limits = [j >> n & 1 for n in range(4)]
        served = [SERVED[(j + k * n) % len(SERVED)] for n in range(4)]
        spoken = [SPOKEN[(k + j * n) % len(SPOKEN)] for n in range(4)]
        self.kind = (k * 12 + j) % 16
        hours = [closing, opening][yes](self.twin.now) if k == 7 else ALWAYS
        version = self.model.version + (k % 5 > 0)
        wanted = directory(version, self.kind, limits, served, spoken, hours)
        if version > self.model.version:
            self.configured = wanted
        self.twin.do("configure", wanted)

    def chooses_a_limit(self, k: int, j: int, yes: bool) -> None:
        """Set an agent's own limit, perhaps below what they hold, or remove it; then supervisors may change theirs."""
        if member := self.configured.members.get(AGENTS[k % 4]):
            for most in (member.limit, 2 + j % 2) if yes else (member.limit,):
                self.configured = choosing(self.configured, member.id, most, j % 3)
                self.twin.do("configure", self.configured)

    def hours_change(self, k: int, j: int, yes: bool) -> None:
        hours = [ALWAYS, closing(self.twin.now), opening(self.twin.now)][j % 3]
        wanted = directory(self.model.version - (k == 0), self.kind, [1, 1, 1, 1], SERVED[:4], SPOKEN, hours)
        self.twin.do("set_hours", wanted)

    def sql_has_it(self, k: int, j: int, yes: bool) -> None:
        self.twin.do("archived", self.twin.entry, max(0, self.model.n - [0, 0, 3, 30][k % 4]))

    def a_day_passes(self, k: int, j: int, yes: bool) -> None:
        """Let a day pass after everything was archived, so that its live keys are deleted."""
        self.sql_has_it(k, j, yes)
        self.tick(86_400_000, 3)
        self.all_connect()

    # --- at once -------------------------------------------------------------------------------

    def many_write_at_once(self, k: int, j: int, yes: bool) -> None:
        """Visitors and agents write in the same instant: some twice, some in others' chats, some the same as before."""
        sent: list[Sent] = []
        for n in range(2 + j % 5):
            for c in self.some(k + n // 2, *(ALL if yes else OPEN)):
                who = VISITORS[n] if n == j else self.visitor(c)
                sent.append(("visitor_say", (c.id, who, self.fresh("w"), self.fresh("x"), self.fresh("word ")), {}))
                if n % 3 == 1:
                    sent.append(("visitor_seen", (c.id, who.id, len(c.log) + n - 2), {}))
                if c.place == "active" and (j + n) % 3:
                    read = max(0, len(c.log) - (j + n) % 4 + 1)
                    how = {"promise": 6_000 if n == k else 0}
                    sent.append(("agent_say", (*self.mine(c), self.fresh("yes "), read), how))
        earlier = [one for one in self.said[-12:] if one[0] in ("visitor_say", "agent_say")]
        self.said += [one for one in sent if one[0] != "visitor_seen"]
        self.twin.do_at_once([*sent, *earlier[: k % 3], *sent[: j % 2]])

    # --- resends -------------------------------------------------------------------------------

    def sends_again(self, k: int, j: int, yes: bool) -> None:
        if self.said:
            verb, args, named = self.said[-1 - (k * 3 + j) % len(self.said)]
            if yes and verb in FENCED:  # after a reconnect
                args = (args[0], self.fence(args[0].id), *args[2:])
            if verb in ("open", "leave_message"):  # the server makes a new chat id
                args = (self.fresh("c"),)
            self.twin.do(verb, *args, **named)

    def reuses_a_cid(self, k: int, j: int, yes: bool) -> None:
        if not self.said:
            return
        verb, args, named = self.said[-1 - (k * 3 + j) % len(self.said)]
        if verb in ("open", "leave_message"):
            self.twin.do(verb, self.fresh("c"), **(named | {"text": "other"}))
        if verb in ("visitor_say", "whisper", "integration_say"):
            self.twin.do(verb, *args[:-1], "other")
        if verb == "agent_say":
            self.twin.do(verb, *args[:-2], "other", args[-1])
        if verb == "invite":
            self.twin.do(verb, *args[:-1], "kim")
        if verb in ("transfer", "move"):
            self.twin.do(verb, *args, queue="late")
        if verb in ("accept", "no_reply"):
            self.twin.do("decline", *args)
