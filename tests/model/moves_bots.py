"""What bots may do next, and the visitors who talk to them."""

from console.events import Author
from tests.model.directories import BOT
from tests.model.moves_handovers import HandingMoves
from tests.model.moves_visitors import ALL

ROBIN = Author(BOT, "Robin")


class BotMoves(HandingMoves):
    def bot_fence(self) -> int:
        return self.model.bots[BOT].fence if BOT in self.model.bots else 1

    def bot_connects(self, k: int, j: int, yes: bool) -> None:
        self.twin.do("bot_connect", ROBIN, 1 + k % 3)

    def bot_leaves(self, k: int, j: int, yes: bool) -> None:
        self.twin.do("bot_leave", BOT, self.bot_fence() - (j == 0))
        if yes and BOT in self.model.bots:  # with its chats, for good
            for _ in range(4):
                self.twin.move(2_900)
                self.twin.do("tick", "p1")

    def bot_answers(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "bot"):
            self.command("bot_say", ROBIN, self.bot_fence(), c.id, self.fresh("x"), self.fresh("beep "))
            if yes:
                self.writes(c, self.visitor(c))

    def bot_is_slow(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "bot"):
            for _ in range(j):
                self.twin.do("bot_streams", BOT, self.bot_fence(), c.id)
                self.tick(900, 1)

    def bot_gives_up(self, k: int, j: int, yes: bool) -> None:
        """The bot hands over, to its own queue or another; now and then an agent gets the chat at once."""
        for c in self.some(k, "bot"):
            how = {"queue": ("", "help", "none")[j % 3], "summary": "regular" if yes else "", "draft": "We" * (k % 2)}
            self.command("bot_hands_over", ROBIN, self.bot_fence(), c.id, self.fresh("x"), **how)

    def bot_ends(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "bot"):
            self.command("bot_end", ROBIN, self.bot_fence(), c.id, self.fresh("x"))
            if yes:
                self.writes(c, self.visitor(c))

    def bot_tries(self, k: int, j: int, yes: bool) -> None:
        """The bot sends commands for any chat, mostly somebody else's, perhaps with an older connection."""
        for c in self.some(k, *ALL):
            begin = ROBIN, self.bot_fence() - yes, c.id, self.fresh("x")
            self.command(*(("bot_say", *begin, "mine"), ("bot_end", *begin), ("bot_hands_over", *begin))[j % 3])
            self.twin.do("bot_streams", BOT, self.bot_fence(), c.id)

    def visitor_asks_for_a_person(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "bot") if yes else self.some(k, *ALL):
            self.command("ask_person", c.id, self.visitor(c), self.fresh("x"))

    def agent_gives_it_to_the_bot(self, k: int, j: int, yes: bool) -> None:
        for c in self.some(k, "active"):
            if yes:
                self.says(c, len(c.log))
            self.command("transfer", *self.mine(c), to=BOT, **({"note": "yours"} if j % 2 else {}))
