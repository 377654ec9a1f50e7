"""What agents do in the chats they hold."""

from collections.abc import Sequence
from typing import Any

import msgspec

from console.events import Author
from console.queue.payloads import MailPayload, Tending
from console.queue.results import Said
from tests.model import state
from tests.model.state import Chat, FactDict, Member, only
from tests.model.visitor_calls import Refusal, Visiting, mark, words


class Answering(Visiting):
    def held(
        self, agent: str, fence: int, chat: str, cid: str, body: object, *, after: bool = False, later: bool = False
    ) -> tuple[Chat, Said | None]:
        """Return the chat that the agent holds, and its first result. `after` allows wrap-up too, `later` a chat left
        for later.
        """
        self.fenced(agent, fence)
        c = self.chat(chat)
        again = self.again(chat, agent, cid, body)
        if later and c.place == "ended" and c.wrapper == agent and self.now - c.ended < state.KEEP:
            return c, again
        if not again and (c.agent != agent or c.place == "offered"):
            raise Refusal("not_found")
        if not again and c.place == "wrapup" and not after:
            raise Refusal("ended")
        return c, again

    def agent_say(
        self, agent: Author, fence: int, chat: str, cid: str, text: str, read: int, *,
        promise: int = 0, canned: str = "", began: int = 0, suggestion: str = "", drafted: str = "",
    ) -> Said:  # fmt: skip
        c, again = self.held(agent.id, fence, chat, cid, text)
        if again:
            return again
        read, turn = min(read, len(c.log)), {}
        if c.turn and c.turn_seq <= read:
            self.judge(c)
            turn = self.close_turn(c, began)
        suggestion, drafted = ("" if promise and how == "shown" else how for how in (suggestion, drafted))
        promised = self.end_promise(c)
        given = {} if promise else self.answer(c, self.members[agent.id], turn)
        if promise:
            c.promise = self.now + promise
        if promise and turn:
            self.hold(c, turn["asked"])
        if turn:
            self.open_next(c, read)
            self.measure_answer(c, self.members[agent.id], turn, canned=bool(canned))
        c.seen_agent = max(read, c.seen_agent)
        how = only(turn=turn, promise=c.promise, canned=canned, suggestion=suggestion, drafted=drafted)
        if turn or given:
            self.assisted(c, "suggested", suggestion)
        self.assisted(c, "drafted", drafted)
        answered = {"read": read, **self.running(c), **how, **promised, **given}
        seq = self.record(c, "message", by="agent", **answered, **words(agent, cid, text))
        c.worded, c.typed = seq if promise else c.worded, 0
        self.time_word(c)
        self.await_visitor(c)
        self.no_timer(chat, "silent")
        return self.done(chat, agent.id, cid, text, seq, chat)

    def note(self, agent: Author, fence: int, chat: str, cid: str, text: str) -> Said:
        c, again = self.held(agent.id, fence, chat, cid, ("note", text), after=True)
        if again:
            return again
        seq = self.record(c, "note", **words(agent, cid, text))
        return self.done(chat, agent.id, cid, ("note", text), seq, chat)

    def no_reply(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        c, again = self.held(agent.id, fence, chat, cid, "no_reply")
        if again:
            return again
        if not c.turn:
            raise Refusal("nothing_to_do")
        read = max(c.turn_seq, c.seen_agent)
        self.judge(c)
        self.late_turn(c, "late_no_reply")
        turn = self.close_turn(c)
        c.unanswered = 0
        self.open_next(c, read)
        seq = self.record(c, "no_reply", turn=turn, **self.running(c), **mark(agent, cid))
        self.time_word(c)
        self.await_visitor(c)
        return self.done(chat, agent.id, cid, "no_reply", seq, chat)

    def agent_end(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        c, again = self.held(agent.id, fence, chat, cid, ("end",))
        if again:
            return again
        self.finish(c, "agent", **mark(agent, cid))
        return self.done(chat, agent.id, cid, ("end",), len(c.log), chat)

    def label(
        self, agent: Author, fence: int, chat: str, cid: str, reason: str, tags: Sequence[str], *,
        done: bool = False, later: bool = False,
    ) -> Said:  # fmt: skip
        body = ("label", reason, list(tags), done, later)
        c, again = self.held(agent.id, fence, chat, cid, body, after=True, later=True)
        if again:
            return again
        member = self.members[agent.id]
        new, wraps = (c.reason, c.tags) != (reason, list(tags)), c.place == "wrapup" and bool(reason or done or later)
        listed = c in self.to_wrap_up(member)
        settles = listed and bool(reason or done)
        if not new and not wraps and not settles:
            raise Refusal("nothing_to_do")
        if settles:
            member.put_off.remove(chat)
        if new or settles:
            own = self._afterwards(c, member, reason, settles=settles) if c.over else {}
            c.reason, c.tags = reason, list(tags)
            self.record(c, "labelled", **own, **only(reason=reason, tags=list(tags)), **mark(agent, cid))
        if wraps:
            self.wrap(c, "later" if later and not done and not reason else "done")
        return self.done(chat, agent.id, cid, body, len(c.log), chat)

    def _afterwards(self, c: Chat, member: Member, reason: str, *, settles: bool) -> FactDict:
        by = bool(reason) - bool(c.reason)
        self.gave_reason(c, member, by)
        return {"queue": c.queue, "ended": c.ended, **only(reasons=by, settled=settles)}

    def rename(self, agent: Author, fence: int, chat: str, cid: str, name: str) -> Said:
        c, again = self.held(agent.id, fence, chat, cid, ("rename", name), after=True)
        if again:
            return again
        if c.named == name:
            raise Refusal("nothing_to_do")
        c.named = name
        seq = self.record(c, "renamed", name=name, **mark(agent, cid))
        return self.done(chat, agent.id, cid, ("rename", name), seq, chat)

    def set_language(self, agent: Author, fence: int, chat: str, cid: str, language: str) -> Said:
        c, again = self.held(agent.id, fence, chat, cid, ("language", language), after=True)
        return again or self.says_language(c, agent, cid, language)

    def correspond(self, chat: str, kind: str, body: object, left: bool | None, **own: Any) -> Said:
        c = self.chat(chat)
        author, cid = own["author"]["id"], own["cid"]
        again = self.again(chat, author, cid, body)
        if again:
            return again
        if not c.left_message:
            raise Refusal("nothing_to_do")
        by = 0 if left is None else int(left) - (chat in self.left)
        self.left = self.left | {chat} if by > 0 else self.left - {chat} if by < 0 else self.left
        seq = self.record(c, kind, **only(left=by), **own)
        self.timer("reap", chat, self.now + state.KEEP)
        return self.done(chat, author, cid, body, seq, chat)

    def mail(self, chat: str, payload: MailPayload) -> Said:
        body = ("mail", payload.text, payload.state)
        return self.correspond(chat, "mailed", body, payload.state == "open", **msgspec.to_builtins(payload))

    def tend(self, chat: str, payload: Tending) -> Said:
        body = ("tend", payload.owner, payload.state)
        return self.correspond(chat, "tended", body, payload.state == "open", **msgspec.to_builtins(payload))

    def note_left(self, chat: str, author: Author, cid: str, text: str) -> Said:
        return self.correspond(chat, "note", ("note", text), None, text=text, **mark(author, cid))

    def handled(self, chat: str, author: str, name: str, cid: str) -> Said:
        c = self.chat(chat)
        again = self.again(chat, author, cid, "handled")
        if again:
            return again
        if chat not in self.left:
            raise Refusal("nothing_to_do")
        self.left.remove(chat)
        seq = self.record(c, "handled", **mark(Author(author, name), cid))
        return self.done(chat, author, cid, "handled", seq, chat)

    def shown(self, agent: str, fence: int, chat: str, seq: int, *, hidden: bool) -> None:
        self.fenced(agent, fence)
        c = self.chats.get(chat)
        if c and c.agent == agent and c.place == "active":
            self.no_timer(chat, "unseen")
            if not c.got:
                c.got = True
                self.time_word(c)
            if not hidden:
                c.seen_agent = max(c.seen_agent, min(seq, len(c.log)))
                if c.turn and not c.turn_shown and seq >= c.turn_seq:
                    c.turn_shown = self.now
        member = self.members[agent]
        if member.unseen:
            member.unseen = False
            self.route_member(member)

    def draft(self, agent: str, fence: int, chat: str, text: str) -> None:
        self.fenced(agent, fence)
        c = self.chats.get(chat)
        if not c or c.agent != agent or c.place != "active":
            raise Refusal("not_found")
        c.draft = text

    def typing(self, agent: str, fence: int, chat: str) -> None:
        self.fenced(agent, fence)
        c = self.chats.get(chat)
        if not c or c.agent != agent or c.place != "active":
            raise Refusal("not_found")
        c.typed = self.now
