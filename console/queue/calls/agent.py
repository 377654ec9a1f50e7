"""Typed calls for an agent's chats and presence."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from console.events import Author, LeftState, SharedFile, Status
from console.queue.calls.caller import Caller
from console.queue.payloads import (
    Labels,
    LanguagePayload,
    MailPayload,
    Mark,
    MessagePayload,
    Naming,
    Tending,
    digest,
    encode,
)
from console.queue.results import (
    Connected,
    Said,
    chat_snapshot,
)


class AgentCalls(Caller):
    async def connect(self, agent: str, tab: str, *, take: bool, quiet: bool = False) -> Connected:
        """Connect a console: return a new fence and all held chats. Raises Fenced while another tab is connected,
        unless `take`.

        With `quiet` the agent is away and gets no new chats.
        """
        _, now, _, fence, status, limit, chats, n = await self._call("connect", agent, tab, int(take), int(quiet))
        held = [chat_snapshot(chat) for chat in chats]
        return Connected(int(fence), status.decode(), int(limit), held, int(n), int(now))

    async def agent_say(
        self,
        agent: Author,
        fence: int,
        chat: str,
        cid: str,
        text: str,
        read: int,
        *,
        promise: int = 0,
        canned: str = "",
        began: int = 0,
        suggestion: str = "",
        drafted: str = "",
        hidden: bool = False,
        file: SharedFile | None = None,
    ) -> Said:
        """Add one answer, to everything up to `read`, the last visitor seq on screen. Raises Fenced, NotYours, Gone.

        `promise` (ms) makes it a holding reply; `canned` is the id of a canned reply sent unchanged; `began` is when
        its first key was pressed (ms, 0 if unknown); `suggestion` says how suggested replies were used, `drafted` the
        same of a draft. `hidden`: a card number was hidden, as in all calls with a text.
        """
        payload = encode(MessagePayload(agent, cid, text, hidden, file))
        body, how = digest("say", text, hidden=hidden), (read, began, promise, canned, suggestion, drafted)
        return await self._said("agent_say", agent.id, fence, chat, cid, body, *how, payload)

    async def note(self, agent: Author, fence: int, chat: str, cid: str, text: str, *, hidden: bool = False) -> Said:
        payload, body = encode(MessagePayload(agent, cid, text, hidden)), digest("note", text, hidden=hidden)
        return await self._said("note", agent.id, fence, chat, cid, body, payload)

    async def no_reply(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        """Close the open turn without an answer. Raises NothingToDo if no turn is open."""
        return await self._said("no_reply", agent.id, fence, chat, cid, digest("no_reply"), encode(Mark(agent, cid)))

    async def agent_end(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        return await self._said("agent_end", agent.id, fence, chat, cid, digest("end"), encode(Mark(agent, cid)))

    async def label(
        self,
        agent: Author,
        fence: int,
        chat: str,
        cid: str,
        reason: str,
        tags: Sequence[str],
        *,
        done: bool = False,
        later: bool = False,
    ) -> Said:
        """Set reason and tags, in full. After the end, a reason or `done` ends wrap-up. `later` ends it without a
        reason, which may be given within a day. Raises NothingToDo.
        """
        kept = encode(reason) if reason else "", encode(list(tags)) if tags else ""
        payload, body = encode(Labels(agent, cid, reason, list(tags))), digest("label", reason, list(tags), done, later)
        ends = "later" if later and not done else int(done)
        return await self._said("label", agent.id, fence, chat, cid, body, *kept, ends, payload)

    async def rename(self, agent: Author, fence: int, chat: str, cid: str, name: str) -> Said:
        """Call the visitor `name` in this chat from now on. Raises NothingToDo if that name was already given."""
        payload = encode(Naming(agent, cid, name))
        return await self._said("rename", agent.id, fence, chat, cid, digest("rename", name), encode(name), payload)

    async def set_language(self, agent: Author, fence: int, chat: str, cid: str, language: str) -> Said:
        """Set the visitor's language, for good. Raises NothingToDo if an agent has already set it."""
        payload, body = encode(LanguagePayload(language, agent, cid)), digest("language", language)
        return await self._said("set_language", agent.id, fence, chat, cid, body, language, payload)

    async def shown(self, agent: str, fence: int, chat: str, seq: int, *, hidden: bool) -> None:
        await self._call("shown", agent, fence, chat, seq, int(hidden))

    async def draft(self, agent: str, fence: int, chat: str, text: str) -> None:
        await self._call("draft", agent, fence, chat, text)

    async def typing(self, agent: str, fence: int, chat: str) -> None:
        """Record that the agent is typing there, for a queue with automatic first words."""
        await self._call("typing", agent, fence, chat)

    async def set_status(self, agent: str, fence: int, status: Status, reason: str = "") -> int:
        """Set one's own status; return the time (ms)."""
        reply = await self._call("set_status", agent, fence, status, encode(reason) if reason else "")
        return int(reply[4])

    async def breathe(self, agent: str, fence: int, cid: str, ms: int, *, most: int) -> int:
        """Start a breather of `ms`, at most `most` within an hour, or end it with 0; return the time (ms).

        Raises NoBreather at the limit, and NothingToDo if the agent is not online.
        """
        reply = await self._call("breathe", agent, fence, cid, ms, most)
        return int(reply[4])

    async def leave(self, agent: str, fence: int) -> None:
        """Report that the socket has closed; the grace periods start.

        Raises Fenced if a later connection holds the console.
        """
        await self._call("leave", agent, fence)

    async def renew(self, agents: Sequence[tuple[str, int]]) -> None:
        """Renew (agent, fence) of every console that answered its last ping."""
        await self._call("renew", *(value for pair in agents for value in pair))

    async def revoke(self, agent: str, session: str) -> None:
        """Close every socket of the session; with session "" every socket of the agent."""
        await self._call("revoke", agent, session)

    async def mail(self, chat: str, payload: MailPayload) -> Said:
        """Record a mail about a left message. Raises NothingToDo for another chat, Gone if it is not live."""
        body = digest("mail", payload.text, payload.state, hidden=payload.hidden)
        return await self._correspond(chat, payload.author.id, payload.cid, body, "mailed", payload, payload.state)

    async def tend(self, chat: str, payload: Tending) -> Said:
        """Record the owner of a left message, and its state."""
        body = digest("tend", payload.owner, payload.state)
        return await self._correspond(chat, payload.author.id, payload.cid, body, "tended", payload, payload.state)

    async def note_left(self, chat: str, author: Author, cid: str, text: str, *, hidden: bool = False) -> Said:
        """Record a note about a left message."""
        payload = MessagePayload(author, cid, text, hidden)
        return await self._correspond(chat, author.id, cid, digest("note", text, hidden=hidden), "note", payload, "")

    async def _correspond(
        self,
        chat: str,
        author: str,
        cid: str,
        body: str,
        kind: str,
        payload: msgspec.Struct,
        state: LeftState | Literal[""],
    ) -> Said:
        lists = "" if not state else "1" if state == "open" else "0"
        return await self._said("correspond", chat, author, cid, body, kind, encode(payload), lists)

    async def handled(self, chat: str, author: str, name: str, cid: str) -> Said:
        """Mark a left message as handled. Raises NothingToDo the second time, Gone if it is not live."""
        return await self._said(
            "handled", chat, author, cid, digest("handled"), encode(Mark(Author(author, name), cid))
        )
