"""Transfers of chats, and watching."""

from collections.abc import Sequence

from console.events import Author
from console.queue.results import Said
from tests.model import state
from tests.model.agent_calls import Answering
from tests.model.state import Chat, Member, only
from tests.model.visitor_calls import Refusal, mark, words

DAY = 86_400_000


class Handing(Answering):
    # --- accepting and declining ---------------------------------------------------------------

    def take(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        self.fenced(agent.id, fence)
        body, today = ("take", chat), self.now // DAY
        owner = chat or f"{agent.id}/{today}"
        again = self.again(owner, agent.id, cid, body)
        if not again and not chat:
            again = self.again(f"{agent.id}/{today - 1}", agent.id, cid, body)
        if again:
            return again
        member = self.members[agent.id]
        if not member.connected:
            raise Refusal("not_there")
        c = self._named(chat, member) if chat else self._most_urgent(member)
        if c.place == "offered":
            member.missed = 0
            self.assign(c, member, "accepted", c.found)
        else:
            self.assign(c, member, "taken", next(line for line in c.reached if line in member.queues))
        return self.done(owner, agent.id, cid, body, len(c.log), c.id)

    def _named(self, chat: str, member: Member) -> Chat:
        c = self.chat(chat)
        if c.place == "offered" and c.agent == member.id:
            return c
        if c.place != "waiting" or not set(c.reached) & set(member.queues):
            raise Refusal("not_found")
        if not self.room(c, member):
            raise Refusal("no_slot")
        return c

    def _most_urgent(self, member: Member) -> Chat:
        if not member.has_slot and member.channel_slots is None:
            raise Refusal("no_slot")
        waiting = (c for c in self.chats.values() if c.place == "waiting" and set(c.reached) & set(member.queues))
        theirs = [c for c in waiting if self.room(c, member)]
        c = self.next_chat(member, pull=True) or min(theirs, key=lambda c: (c.rank, c.id), default=None)
        if not c:
            raise Refusal("nothing_to_do")
        return c

    def _offered(self, agent: str, fence: int, chat: str, cid: str, body: object) -> tuple[Chat, Said | None]:
        self.fenced(agent, fence)
        c = self.chat(chat)
        again = self.again(chat, agent, cid, body)
        if not again and (c.place != "offered" or c.agent != agent):
            raise Refusal("nothing_to_do")
        return c, again

    def accept(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        c, again = self._offered(agent.id, fence, chat, cid, "accept")
        if again:
            return again
        member = self.members[agent.id]
        member.missed = 0
        self.assign(c, member, "accepted", c.found)
        return self.done(chat, agent.id, cid, "accept", len(c.log), chat)

    def decline(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        c, again = self._offered(agent.id, fence, chat, cid, "decline")
        if again:
            return again
        member, seq = self.members[agent.id], len(c.log) + 1
        member.missed = 0
        self.withdraw(c, "declined")
        self.route_member(member)
        return self.done(chat, agent.id, cid, "decline", seq, chat)

    # --- to others -----------------------------------------------------------------------------

    def transfer(
        self, agent: Author, fence: int, chat: str, cid: str, *, queue: str = "", to: str = "", note: str = ""
    ) -> Said:
        if bool(queue) == bool(to):
            raise Refusal("bad_frame")
        body = ("transfer", queue, to, note)
        c, again = self.held(agent.id, fence, chat, cid, body)
        if again:
            return again
        if to == agent.id:
            raise Refusal("nothing_to_do")
        bot = self.bots.get(to) if to == self.queues[c.queue].bot else None
        if bot and (why := self.bot_refuses(bot)):
            raise Refusal(why)
        told = mark(agent, cid) | only(note=note)
        if bot:
            return self.done(chat, agent.id, cid, body, self.give_to_bot(c, bot, **told), chat)
        self._can_go(c, queue, to)
        seq = self.hand_over(c, queue, to, "transferred", **told)
        return self.done(chat, agent.id, cid, body, seq, chat)

    def move(self, author: Author, chat: str, cid: str, *, queue: str = "", to: str = "", note: str = "") -> Said:
        if bool(queue) == bool(to):
            raise Refusal("bad_frame")
        body = ("move", queue, to, note)
        c, again = self._running(author, chat, cid, body)
        if again:
            return again
        if to and c.agent == to and c.place == "active":
            raise Refusal("nothing_to_do")
        self._can_go(c, queue, to)
        seq = self.hand_over(c, queue, to, "transferred", **mark(author, cid), **only(note=note))
        return self.done(chat, author.id, cid, body, seq, chat)

    def take_over(self, author: Author, chat: str, cid: str) -> Said:
        c, again = self._running(author, chat, cid, "take_over")
        if again:
            return again
        if c.agent == author.id and c.place == "active":
            raise Refusal("nothing_to_do")
        self._can_go(c, "", author.id, anyway=True)
        seq = self.hand_over(c, "", author.id, "took_over", **mark(author, cid))
        return self.done(chat, author.id, cid, "take_over", seq, chat)

    def _running(self, author: Author, chat: str, cid: str, body: object) -> tuple[Chat, Said | None]:
        c = self.chat(chat)
        again = self.again(chat, author.id, cid, body)
        if not again and c.over:
            raise Refusal("ended")
        return c, again

    def _can_go(self, c: Chat, queue: str, to: str, *, anyway: bool = False) -> None:
        """Refuse a transfer that is not possible. With `anyway`, the status of the receiving member does not matter."""
        if queue and queue not in self.configured:
            raise Refusal("no_queue")
        if to and to not in self.members:
            raise Refusal("not_found")
        if to:
            member = self.members[to]
            if not member.connected or (member.status != "online" and not anyway):
                raise Refusal("not_there")
            none = not self.room(c, member) or (member.breather and not anyway)
            if none and c.agent != to:  # an offered chat has a slot already
                raise Refusal("no_slot")

    # --- watching ------------------------------------------------------------------------------

    def invite(self, agent: Author, fence: int, chat: str, cid: str, guest: str) -> Said:
        c, again = self.held(agent.id, fence, chat, cid, ("invite", guest), after=True)
        if again:
            return again
        if guest not in self.members:
            raise Refusal("not_found")
        if guest == agent.id or guest in c.guests:
            raise Refusal("nothing_to_do")
        c.guests.append(guest)
        seq = self.record(c, "invited", agent=guest, name=self.members[guest].name, **mark(agent, cid))
        return self.done(chat, agent.id, cid, ("invite", guest), seq, chat)

    def whisper(self, author: Author, chat: str, cid: str, text: str) -> Said:
        c = self.chat(chat)
        again = self.again(chat, author.id, cid, ("whisper", text))
        if again:
            return again
        if c.place == "ended":
            raise Refusal("ended")
        seq = self.record(c, "note", whisper=True, **words(author, cid, text))
        return self.done(chat, author.id, cid, ("whisper", text), seq, chat)

    # --- integrations --------------------------------------------------------------------------

    def integration_say(self, author: Author, chat: str, cid: str, text: str) -> Said:
        c, again = self._running(author, chat, cid, ("say", text))
        if again:
            return again
        seq = self.record(c, "message", by="bot", **words(author, cid, text))
        if c.place == "bot" and c.bot == author.id:
            self.bot_said(c)
        return self.done(chat, author.id, cid, ("say", text), seq, chat)

    def integration_end(self, author: Author, chat: str, cid: str) -> Said:
        c, again = self._running(author, chat, cid, ("end",))
        if again:
            return again
        own = c.place == "bot" and c.bot == author.id
        self.finish(c, "bot" if own else "integration", **mark(author, cid))
        return self.done(chat, author.id, cid, ("end",), len(c.log), chat)

    def integration_set_language(self, author: Author, chat: str, cid: str, language: str) -> Said:
        c, again = self._running(author, chat, cid, ("language", language))
        return again or self.says_language(c, author, cid, language)

    def integration_label(self, author: Author, chat: str, cid: str, reason: str, tags: Sequence[str]) -> Said:
        body = ("label", reason, list(tags))
        c, again = self._running(author, chat, cid, body)
        if again:
            return again
        if (c.reason, c.tags) == (reason, list(tags)):
            raise Refusal("nothing_to_do")
        c.reason, c.tags = reason, list(tags)
        seq = self.record(c, "labelled", **only(reason=reason, tags=list(tags)), **mark(author, cid))
        return self.done(chat, author.id, cid, body, seq, chat)

    def watch(self, author: Author, chat: str, connection: str, *, on: bool) -> None:
        c = self.chat(chat)
        if c.place == "ended":
            raise Refusal("ended")
        watcher = f"{author.id}/{connection}"
        if not on:
            self.look_away(c, watcher, author.name)
            return
        self.timer("watch", f"{chat}|{watcher}", self.now + state.WATCH)
        known = self._looks_on(c, author.id)
        if watcher not in c.watchers:
            c.watchers.append(watcher)
        if not known:
            self.announce("watched", chat=chat, agent=author.id, name=author.name, on=True)

    def look_away(self, c: Chat, watcher: str, name: str) -> None:
        who = watcher.split("/")[0]
        self.no_timer(f"{c.id}|{watcher}", "watch")
        if watcher in c.watchers:
            c.watchers.remove(watcher)
            if not self._looks_on(c, who):
                self.announce("watched", chat=c.id, agent=who, name=name, on=False)

    def _looks_on(self, c: Chat, who: str) -> bool:
        return any(one.startswith(f"{who}/") for one in c.watchers)
