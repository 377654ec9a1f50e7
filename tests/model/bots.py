"""The model's bots: the chats they have, how they get them, and how they lose them."""

from typing import Any

from console.domain.channels import INSTANT
from tests.model import state
from tests.model.queues import Queues
from tests.model.state import Bot, Chat, FactDict, only


class Bots(Queues):
    def chats_of(self, bot: str) -> list[Chat]:
        return sorted((c for c in self.chats.values() if c.place == "bot" and c.bot == bot), key=lambda c: c.id)

    def bot_refuses(self, bot: Bot) -> str:
        if not bot.connected:
            return "not_there"
        return "no_slot" if len(self.chats_of(bot.id)) >= bot.limit else ""

    def first_bot(self, queue: str, channel: str) -> Bot | None:
        if queue not in self.configured or channel not in INSTANT:
            return None
        bot = self.bots.get(self.queues[queue].bot)
        return bot if bot and not self.bot_refuses(bot) else None

    def to_bot(self, c: Chat, bot: Bot, why: str) -> None:
        c.place, c.bot, c.since, c.bot_asked, c.bot_word = "bot", bot.id, self.now, 0, False
        self.record(c, "bot_assigned", bot=bot.id, name=bot.name, why=why)

    def out_of_line(self, c: Chat) -> None:
        c.due = c.rank = 0
        c.reached, c.any = [c.queue], False

    def begin_with_bot(self, c: Chat, bot: Bot) -> None:
        self.count(c.queue, bot=1)
        self.to_bot(c, bot, "first")

    def asks_bot(self, c: Chat) -> None:
        if not c.bot_asked:
            c.bot_asked = self.now
            self.timer("botlate", c.id, self.now + self.queues[c.queue].bot_within)

    def bot_said(self, c: Chat) -> None:
        c.bot_asked, c.bot_word = 0, True
        self.no_timer(c.id, "botlate", "silent")
        self.await_visitor(c)

    def leave_bot(self, c: Chat) -> str:
        self.no_timer(c.id, "botlate", "ask", "silent")
        return c.bot

    def from_bot(self, c: Chat, queue: str) -> FactDict:
        """Give the bot's chat to people. Return the fields of the fact."""
        bot, c.bot = self.leave_bot(c), ""
        c.queue, c.reached = queue, []
        c.handed_at = c.handed_at or self.now
        self.open_turn(c, c.asked[-1][0], self.now)
        self.count(queue, bot_handed=1)
        return {"bot": bot, "since": self.now}

    def end_with_bot(self, c: Chat) -> FactDict:
        solved = c.bot_word and not c.handed_at
        self.count(c.queue, bot_solved=int(solved))
        return {"bot": self.leave_bot(c), **only(solved=solved)}

    # --- its connection ------------------------------------------------------------------------

    def tell_bot(self, bot: Bot, **more: Any) -> None:
        told = {"name": bot.name, "connected": bot.connected, "limit": bot.limit, "fence": bot.fence}
        self.announce("bot", bot=bot.id, **told, **more)

    def renew_bot(self, id: str, fence: int) -> None:
        bot = self.bots.get(id)
        if bot and bot.fence == fence:
            self.timer("botlease", id, self.now + state.LEASE)
            if not bot.connected:
                bot.connected = True
                self.no_timer(id, "botgone")
                self.tell_bot(bot)

    def lose_bot(self, bot: Bot, since: int) -> None:
        if bot.connected:
            bot.connected = False
            self.no_timer(bot.id, "botlease")
            self.timer("botgone", bot.id, since + state.LOST)
            self.tell_bot(bot)
