"""What visitors do to the model, and what all its calls share: resends, refusals."""

from collections.abc import Sequence
from typing import Any

import msgspec

from console.domain.channels import INSTANT
from console.events import Author, Visitor
from console.queue.calls.erasure import Redaction
from console.queue.calls.revival import LostChat
from console.queue.payloads import VisitorProfile
from console.queue.results import Said
from tests.model import state
from tests.model.lines import Lines
from tests.model.state import Chat, FactDict, Member, only

ANY = object()  # a body with something hidden: any resend has the same


class Refusal(Exception):
    """A refusal with the `code` of the real error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Refusal) and other.code == self.code

    __hash__ = Exception.__hash__


class Visiting(Lines):
    """Each verb has the arguments and the result of the `Workspace` method of the same name."""

    def __init__(self) -> None:
        super().__init__()
        self.results: dict[str, dict[tuple[str, str], tuple[Any, Said]]] = {}
        self.used: dict[str, str] = {}  # what holds once -> who used it

    # --- what all share ------------------------------------------------------------------------

    def again(self, owner: str, author: str, cid: str, body: Any) -> Said | None:
        kept = self.results.get(owner, {}).get((author, cid))
        if kept and ANY not in (kept[0], body) and kept[0] != body:
            raise Refusal("cid_reused")
        return kept[1] if kept else None

    def done(self, owner: str, author: str, cid: str, body: Any, seq: int, chat: str) -> Said:
        said = Said(chat, seq, self.now)
        self.results.setdefault(owner, {})[author, cid] = (body, said)
        return said

    def again_of_visitor(self, c: Chat, cid: str, body: Any) -> Said | None:
        """Do as `again`, also for commands in the chats that the visitor left for this one."""
        owners = [c.id, *(chat for chat, at in c.before if self.now - at < state.REOPEN)]
        return next((said for owner in owners if (said := self.again(owner, c.visitor, cid, body))), None)

    def _left(self, visitor: str) -> list[tuple[str, int]]:
        """Return the chats that the visitor leaves for another one, with the time (ms), latest first."""
        c = self.chats.get(self.current.get(visitor, ""))
        if c is None or (c.ended and self.now - c.ended >= state.REOPEN):
            return []
        earlier = [(chat, at) for chat, at in c.before if self.now - at < state.REOPEN]
        return [(c.id, self.now), *earlier][: state.EARLIER]

    def chat(self, chat: str) -> Chat:
        if chat not in self.chats:
            raise Refusal("gone")
        return self.chats[chat]

    def _own(self, chat: str, visitor: str) -> Chat:
        c = self.chat(chat)
        if c.visitor != visitor:
            raise Refusal("not_found")
        return c

    def fenced(self, agent: str, fence: int) -> None:
        if not self.connection(agent, fence):
            raise Refusal("taken_over")

    def connection(self, agent: str, fence: int) -> Member | None:
        """Return the member if the fence is that of their latest connection, else None."""
        member = self.members.get(agent)
        return member if member and fence and member.fence == fence else None

    def _entry(self, c: Chat) -> FactDict:
        told = {"queue": c.queue, "site": c.site, "channel": c.channel, "due": c.due, "rank": c.rank}
        return told | only(language=c.tongue, language_by=c.tongue_by)

    def speaks(self, c: Chat, tongue: str, by: str, **own: Any) -> int:
        """Set the visitor's language as `by` says it, instead of the browser's. Return the fact's seq."""
        before = self.language(c)
        c.tongue, c.tongue_by = tongue, by
        seq = self.record(c, "language_set", by=by, language=tongue, **own)
        if c.place in ("waiting", "offered") and self.language(c) != before:
            self.next_language(c, self.now)
            self.route_chat(c)
        return seq

    def detected(self, chat: str, language: str) -> None:
        c = self.chat(chat)
        if c.over:
            raise Refusal("ended")
        if c.tongue_by == "agent" or c.tongue == language:
            raise Refusal("nothing_to_do")
        self.speaks(c, language, "text")

    def says_language(self, c: Chat, author: Author, cid: str, language: str) -> Said:
        if (c.tongue, c.tongue_by) == (language, "agent"):
            raise Refusal("nothing_to_do")
        seq = self.speaks(c, language, "agent", **mark(author, cid))
        return self.done(c.id, author.id, cid, ("language", language), seq, c.id)

    # --- the visitor ---------------------------------------------------------------------------

    def _create(self, chat: str, profile: VisitorProfile, queue: str, site: str, channel: str, cid: str) -> Chat:
        payload = msgspec.to_builtins(msgspec.structs.replace(profile, cid=cid))
        tongue = profile.locale[:2]
        visitor = profile.visitor.id
        c = Chat(chat, visitor, queue, site, channel, tongue, payload, self.now, self.now, before=self._left(visitor))
        self.chats[chat] = c
        return c

    def _tab(self, c: Chat, connection: str) -> None:
        if c.over or not connection:
            return
        c.tabs[connection] = self.now + state.TABS
        self.timer("tabs", c.id, self.now + state.TABS)
        if not c.here:
            c.here, c.left = True, 0
            self.no_timer(c.id, "abandon")
            self.announce("presence", chat=c.id, here=True)

    def _words_to_bot(self, c: Chat, author: Author, cid: str, text: str, *, hidden: bool) -> int:
        seq = self.record(c, "message", by="visitor", **words(author, cid, text), **only(hidden=hidden))
        c.asked.append((seq, self.now))
        self.no_timer(c.id, "ask", "silent")
        self.asks_bot(c)
        return seq

    def _words(self, c: Chat, author: Author, cid: str, text: str, *, hidden: bool = False) -> int:
        if c.place == "bot":
            return self._words_to_bot(c, author, cid, text, hidden=hidden)
        opens = not c.turn
        if opens:
            self.open_turn(c, len(c.log) + 1, self.now)
        seq = self.record(
            c, "message", by="visitor", **self.running(c), **words(author, cid, text), **only(hidden=hidden)
        )
        c.asked.append((seq, self.now))
        self.no_timer(c.id, "ask", "silent")
        if opens:
            self.time_word(c)
        if opens and c.place == "active":
            member = self.members[c.agent]
            if not member.connected and self.now - member.gone >= state.GRACE and self.somebody(c):
                self.release(c, "gone")
        return seq

    def open(
        self, chat: str, *, connection: str, queue: str, language: str, site: str, channel: str, cid: str,
        profile: VisitorProfile, text: str,
    ) -> Said:  # fmt: skip
        visitor = profile.visitor
        author = Author(visitor.id, visitor.name)
        again = self.again(visitor.id, visitor.id, cid, text)
        if again:
            return again
        running = self.chats.get(self.current.get(visitor.id, ""))
        if running and not running.over:
            self._tab(running, connection)
            seq = self._words(running, author, cid, text)
            return self.done(visitor.id, visitor.id, cid, text, seq, running.id)
        queue = self.home(queue, site)
        if queue not in self.configured:
            raise Refusal("not_found")
        bot = self.first_bot(queue, channel)
        queue = queue if bot else self.entrance(queue)
        if not queue or not (bot or self.staffed(queue)):
            raise Refusal("closed")
        longest = self.queues[queue].longest
        if longest and len(self.line(queue)) >= longest and not bot:
            raise Refusal("line_full")
        c = self._create(chat, profile, queue, site, channel, cid)
        self.current[visitor.id] = chat
        if bot:
            self.out_of_line(c)
        else:
            self.enqueue(c, front=False)
        self.record(c, "opened", **self._entry(c), **c.profile)
        self.count_chat(c, opened=1)
        if bot:
            self.begin_with_bot(c, bot)
        self._tab(c, connection)
        seq = self._words(c, author, cid, text)
        self.route_chat(c)
        return self.done(visitor.id, visitor.id, cid, text, seq, chat)

    def leave_message(
        self, chat: str, *, queue: str, site: str, channel: str, cid: str, profile: VisitorProfile, text: str
    ) -> Said:
        visitor = profile.visitor
        body = (text, visitor.email)
        again = self.again(visitor.id, visitor.id, cid, body)
        if again:
            return again
        running = self.chats.get(self.current.get(visitor.id, ""))
        if running and running.place in ("waiting", "offered"):
            seq = self._leave_line(running, profile, cid, text)
            return self.done(visitor.id, visitor.id, cid, body, seq, running.id)
        if not text:
            raise Refusal("nothing_to_do")
        queue = self.home(queue, site)
        if queue not in self.queues:
            raise Refusal("not_found")
        c = self._create(chat, profile, queue, site, channel, cid)
        if not running or running.place == "ended":  # a chat in wrap-up may still be reopened
            self.current[visitor.id] = chat
        c.here = False
        self.record(c, "opened", **self._entry(c), **c.profile)
        author = Author(visitor.id, visitor.name)
        seq = self.record(c, "message", by="visitor", **words(author, cid, text))
        self.count_chat(c, opened=1)
        self._file(c)
        return self.done(visitor.id, visitor.id, cid, body, seq, chat)

    def _leave_line(self, c: Chat, profile: VisitorProfile, cid: str, text: str) -> int:
        author = Author(profile.visitor.id, profile.visitor.name)
        told = msgspec.to_builtins(profile)
        self.record(c, "profile", **told, **only(named=c.named))
        c.profile = {**told, "cid": cid}
        seq = self.record(c, "message", by="visitor", **self.running(c), **words(author, cid, text)) if text else 0
        self._file(c, **mark(author, cid))
        return seq or len(c.log)

    def _file(self, c: Chat, **payload: Any) -> None:
        c.left_message = True
        self.left.add(c.id)
        self.count(c.queue, left=1)
        self.finish(c, "message_left", **payload)

    def visitor_say(self, chat: str, visitor: Visitor, connection: str, cid: str, text: str, *, hidden: bool = False
    ) -> Said:  # fmt: skip
        c = self._own(chat, visitor.id)
        body = ANY if hidden else text
        again = self.again_of_visitor(c, cid, body)
        if again:
            return again
        over, wrapping = c.over, self.members.get(c.agent) if c.place == "wrapup" else None
        if over:
            self._reopen(c)
        self._tab(c, connection)
        seq = self._words(c, Author(visitor.id, visitor.name), cid, text, hidden=hidden)
        if over:
            self.route_chat(c)
        if wrapping:
            self.route_member(wrapping)
        return self.done(chat, visitor.id, cid, body, seq, chat)

    def _reopen(self, c: Chat) -> None:
        young = self.now - c.ended <= state.REOPEN and self.current.get(c.visitor) == c.id
        young = young and c.queue in self.configured
        bot = self.first_bot(c.queue, c.channel) if c.bot else None
        into = c.queue if bot else self.entrance(c.queue)
        if c.left_message or not young or not into or not (bot or self.staffed(into)):
            raise Refusal("ended")
        if c.place == "wrapup":
            self.wrap(c, "reopened")
        for member in self.members.values():
            member.put_off = [chat for chat in member.put_off if chat != c.id]
        c.queue, c.here, c.left, c.ended, c.assigned, c.reason, c.wrapper = into, True, 0, 0, 0, "", ""
        for kept in (c.reached, c.tags, c.guests, c.watchers):
            kept.clear()
        if bot:
            self.out_of_line(c)
        else:
            if c.bot:
                c.bot, c.handed_at = "", self.now
            self.enqueue(c, front=True)
        self.no_timer(c.id, "reap")
        self.record(c, "reopened", **self._entry(c), opened=c.opened, **c.profile)
        if bot:
            self.begin_with_bot(c, bot)
        if c.named:
            self.record(c, "renamed", name=c.named)

    # --- what the store has lost -----------------------------------------------------------------

    def revive(self, lost: LostChat, log: Sequence[bytes]) -> bool:
        queue = self.home(lost.queue, lost.site)
        queue = queue if queue in self.queues else self.sites.get(lost.site, "")
        if lost.chat in self.chats or (lost.ended and not lost.handled) or queue not in self.queues:
            return False
        other = self.chats.get(self.current.get(lost.visitor, ""))
        gone = self.now if lost.channel == "web" else 0
        c = Chat(
            lost.chat, lost.visitor, queue, lost.site, lost.channel, lost.tongue, msgspec.json.decode(lost.profile),
            lost.opened, self.now, here=gone == 0, left=gone, last=lost.last, n=self.n,
            log=[msgspec.json.decode(raw) for raw in log], named=msgspec.json.decode(lost.named or '""'),
            tongue_by=lost.tongue_by, before=self._left(lost.visitor),
        )  # fmt: skip
        self.chats[c.id] = c
        if not other or other.place == "ended":
            self.current[c.visitor] = c.id
        c.asked = [(fact["seq"], fact["at"]) for fact in c.log if fact["kind"] == "message"]
        for owner, told in ((c.id, lost.cids), (c.visitor, lost.opening)):
            for name, result in zip(told[::2], told[1::2], strict=True):
                author, cid = name.split("|")
                _, seq, at, chat = result.split()
                self.results.setdefault(owner, {})[author, cid] = (ANY, Said(chat, int(seq), int(at)))
        if lost.ended:
            c.place, c.ended, c.left_message = "ended", lost.ended, True
            self.timer("reap", c.id, self.now + state.KEEP)
            return True
        self.enqueue(c, front=True)
        if lost.asked_at:
            c.turn, c.turn_seq = lost.asked_at, lost.asked_seq
        self.record(c, "reopened", **self._entry(c), opened=c.opened, **only(turn=c.turn), **c.profile)
        if c.named:
            self.record(c, "renamed", name=c.named)
        if not c.here:
            self.announce("presence", chat=c.id, here=False)
        self.route_chat(c)
        return True

    def visitor_end(self, chat: str, visitor: Visitor, cid: str) -> Said:
        c = self._own(chat, visitor.id)
        again = self.again_of_visitor(c, cid, ("end",))
        if again:
            return again
        if c.over:
            raise Refusal("ended")
        self.finish(c, "visitor", **mark(Author(visitor.id, visitor.name), cid))
        return self.done(chat, visitor.id, cid, ("end",), len(c.log), chat)

    def rate(self, chat: str, visitor: str, cid: str, score: int, comment: str) -> Said:
        c = self._own(chat, visitor)
        again = self.again_of_visitor(c, cid, (score, comment))
        if again:
            return again
        if c.rated or not (c.over or c.answered):
            raise Refusal("nothing_to_do")
        c.rated = True
        seq = self.record(c, "rated", score=score, cid=cid, **only(comment=comment))
        return self.done(chat, visitor, cid, (score, comment), seq, chat)

    def set_profile(self, chat: str, cid: str, profile: VisitorProfile) -> Said:
        visitor = profile.visitor
        body = msgspec.to_builtins(profile)
        c = self._own(chat, visitor.id)
        again = self.again_of_visitor(c, cid, body)
        if again:
            return again
        if c.over:
            raise Refusal("ended")
        seq = self.record(c, "profile", **body, cid=cid, **only(named=c.named))
        c.profile = body
        return self.done(chat, visitor.id, cid, body, seq, chat)

    def identify(
        self, visitor: str, use: str, by: str, until: int, *, chat: str = "", before: str = "",
        profile: VisitorProfile | None = None,
    ) -> bool:  # fmt: skip
        if use and self.used.setdefault(use, by) != by:
            raise Refusal("identity_used")
        c = self.chats.get(chat)
        if c is None or profile is None or c.visitor != before or before == visitor:
            return False
        earlier = [chat for chat, _ in c.before]
        for owner, to in ((c.id, c.id), *zip(earlier, earlier, strict=True), (before, visitor)):
            for (author, cid), result in list(self.results.get(owner, {}).items()):
                if author == before:
                    body = ANY if owner in earlier else result[0]
                    self.results.setdefault(to, {})[visitor, cid] = (body, result[1])
        c.visitor = visitor
        other = self.chats.get(self.current.get(visitor, ""))
        if other is None or other.over or not c.over:
            self.current[visitor] = c.id
            if other:
                c.before.insert(0, (other.id, self.now))
        if before in self.last_agent:
            self.last_agent.setdefault(visitor, self.last_agent[before])
        if self.current.get(before) == c.id:
            del self.current[before]
            self.last_agent.pop(before, None)
            self.results.pop(before, None)
        c.profile = msgspec.to_builtins(profile)
        self.record(c, "profile", **c.profile, **only(named=c.named))
        return True

    def arrive(self, visitor: str, chat: str, connection: str, after: int) -> tuple[str, list[FactDict]]:
        current = self.current.get(visitor)
        if not current:
            return "", []
        c = self.chats[current]
        self._tab(c, connection)
        known = current == chat and after <= c.last  # else the client holds another history
        return current, c.log[after if known else 0 :]

    def redact(self, redaction: Redaction) -> None:
        chat, seq, was, now, kind, author, cid, by = redaction
        c = self.chat(chat)
        if msgspec.json.decode(was) != c.log[seq - 1]:
            raise Refusal("nothing_to_do")
        c.log[seq - 1] = msgspec.json.decode(now)
        for results in (self.results.get(owner, {}) for owner in (chat, author, c.visitor)):
            for command in {(author, cid), (c.visitor, cid)} & results.keys():
                results[command] = (ANY, results[command][1])
        self.record(c, kind, of=seq, **({"by": by} if by else {}), fact=c.log[seq - 1])

    def depart(self, chat: str, connection: str) -> None:
        c = self.chats.get(chat)
        if c and not c.over:
            c.tabs.pop(connection, None)
            c.tabs = {tab: until for tab, until in c.tabs.items() if until > self.now}
            if not c.tabs:
                self._visitor_left(c)

    def _visitor_left(self, c: Chat) -> None:
        if not c.here:
            return
        c.here, c.left = False, self.now
        self.no_timer(c.id, "tabs")
        if c.place in ("waiting", "offered") and c.channel in INSTANT:
            self.timer("abandon", c.id, self.now + state.ABANDON)
        self.announce("presence", chat=c.id, here=False)

    def renew_tabs(self, tabs: Sequence[tuple[str, str]]) -> None:
        for chat, connection in tabs:
            if chat in self.chats:
                self._tab(self.chats[chat], connection)

    def visitor_seen(self, chat: str, visitor: str, seq: int) -> None:
        if chat not in self.chats or self.chats[chat].visitor != visitor:
            raise Refusal("not_found")
        c = self.chats[chat]
        c.seen_visitor = max(c.seen_visitor, min(seq, len(c.log)))


def words(author: Author, cid: str, text: str) -> FactDict:
    return {**mark(author, cid), "text": text}


def mark(author: Author, cid: str) -> FactDict:
    return {"author": {"id": author.id, **only(name=author.name)}, "cid": cid}
