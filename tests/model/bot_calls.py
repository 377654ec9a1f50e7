"""What bots do in the chats they have, and visitors who want a person instead."""

from console.events import Author, Visitor
from console.queue.results import Said
from tests.model import state
from tests.model.presence import Presence
from tests.model.state import Bot, Chat, FactDict, only
from tests.model.visitor_calls import Refusal, mark, words


class BotWork(Presence):
    def bot_connect(self, bot: Author, limit: int) -> tuple[int, list[FactDict], int]:
        known = self.bots[bot.id] = Bot(bot.id, bot.name, limit, self._next_fence())
        self.timer("botlease", bot.id, self.now + state.LEASE)
        self.no_timer(bot.id, "botgone")
        self.tell_bot(known)
        return known.fence, [c.held() for c in self.chats_of(bot.id)], self.n

    def _bot(self, id: str, fence: int) -> Bot:
        bot = self.bots.get(id)
        if not bot or bot.fence != fence:
            raise Refusal("taken_over")
        return bot

    def bot_leave(self, bot: str, fence: int) -> None:
        self.lose_bot(self._bot(bot, fence), self.now)

    def _with(self, bot: Author, fence: int, chat: str, cid: str, body: object) -> tuple[Chat, Said | None]:
        self._bot(bot.id, fence)
        c = self.chat(chat)
        again = self.again(chat, bot.id, cid, body)
        if not again and c.bot != bot.id:
            raise Refusal("not_found")
        if not again and c.place != "bot":
            raise Refusal("ended")
        return c, again

    def bot_say(self, bot: Author, fence: int, chat: str, cid: str, text: str) -> Said:
        c, again = self._with(bot, fence, chat, cid, ("say", text))
        if again:
            return again
        seq = self.record(c, "message", by="bot", **words(bot, cid, text))
        self.bot_said(c)
        return self.done(chat, bot.id, cid, ("say", text), seq, chat)

    def bot_streams(self, bot: str, fence: int, chat: str) -> None:
        self._bot(bot, fence)
        c = self.chats.get(chat)
        if not c or c.place != "bot" or c.bot != bot:
            raise Refusal("not_found")
        if c.bot_asked:
            upto = min(self.now + self.queues[c.queue].bot_within, c.bot_asked + 60_000)
            name = f"botlate:{chat}"
            self.set_timers[name] = max(self.set_timers[name], upto)

    def bot_hands_over(
        self, bot: Author, fence: int, chat: str, cid: str, *, queue: str = "", summary: str = "", draft: str = ""
    ) -> Said:
        body = ("hand_over", queue, summary)
        c, again = self._with(bot, fence, chat, cid, body)
        if again:
            return again
        if queue and queue not in self.configured:
            raise Refusal("no_queue")
        c.draft = draft or c.draft
        seq = self.hand_over(c, queue, "", "", left="handed", **mark(bot, cid), **only(note=summary))
        return self.done(chat, bot.id, cid, body, seq, chat)

    def bot_end(self, bot: Author, fence: int, chat: str, cid: str) -> Said:
        c, again = self._with(bot, fence, chat, cid, ("end",))
        if again:
            return again
        self.finish(c, "bot", **mark(bot, cid))
        return self.done(chat, bot.id, cid, ("end",), len(c.log), chat)

    def ask_person(self, chat: str, visitor: Visitor, cid: str) -> Said:
        c = self._own(chat, visitor.id)
        again = self.again_of_visitor(c, cid, "ask_person")
        if again:
            return again
        if c.place != "bot":
            raise Refusal("ended" if c.over else "nothing_to_do")
        seq = self.hand_over(c, "", "", "", left="asked", **mark(Author(visitor.id, visitor.name), cid))
        return self.done(chat, visitor.id, cid, "ask_person", seq, chat)

    # --- time ------------------------------------------------------------------------------------

    def _take_away(self, c: Chat, why: str) -> None:
        name = self.bots[c.bot].name
        self.hand_over(c, "", "", "", left=why, author={"id": c.bot, "name": name}, cid="")

    def _fire_botlate(self, chat: str) -> None:
        self._take_away(self.chats[chat], "silent")

    def _fire_botlease(self, bot: str) -> None:
        self.lose_bot(self.bots[bot], self.now - state.LEASE)

    def _fire_botgone(self, bot: str) -> None:
        for c in self.chats_of(bot):
            self._take_away(c, "gone")
        self.tell_bot(self.bots.pop(bot), removed=True)
