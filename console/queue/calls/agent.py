"""What an agent does in a chat of theirs, and their being there, as typed calls."""

from collections.abc import Sequence

from console.events import Author, Status
from console.queue.calls.caller import Caller
from console.queue.payloads import Labels, Mark, MessagePayload, digest, encode
from console.queue.results import (
    Connected,
    Said,
    chat_snapshot,
)


class AgentCalls(Caller):
    async def connect(self, agent: str, tab: str, *, take: bool, quiet: bool = False) -> Connected:
        """A new fencing number and all the agent holds. Fenced while another tab is connected, unless `take`.

        Who comes `quiet` is away: no new chats are routed to them.
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
    ) -> Said:
        """One answer; `read` is the last visitor seq on the screen: what it answers. Fenced, NotYours, Gone.

        With `promise` (ms) a holding reply; `canned` the id of a canned reply sent as it stands; `began` when its first
        key was pressed (ms, 0: unknown).
        """
        payload, body = encode(MessagePayload(agent, cid, text)), digest("say", text)
        return await self._said("agent_say", agent.id, fence, chat, cid, body, read, began, promise, canned, payload)

    async def note(self, agent: Author, fence: int, chat: str, cid: str, text: str) -> Said:
        payload = encode(MessagePayload(agent, cid, text))
        return await self._said("note", agent.id, fence, chat, cid, digest("note", text), payload)

    async def no_reply(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        """The open turn asks for no answer. NothingToDo when none is open."""
        return await self._said("no_reply", agent.id, fence, chat, cid, digest("no_reply"), encode(Mark(agent, cid)))

    async def agent_end(self, agent: Author, fence: int, chat: str, cid: str) -> Said:
        return await self._said("agent_end", agent.id, fence, chat, cid, digest("end"), encode(Mark(agent, cid)))

    async def label(
        self, agent: Author, fence: int, chat: str, cid: str, reason: str, tags: Sequence[str], *, done: bool = False
    ) -> Said:
        """Reason for contact and tags, whole. After the end a reason, or `done`, ends the wrap-up. NothingToDo."""
        kept = encode(reason) if reason else "", encode(list(tags)) if tags else ""
        payload, body = encode(Labels(agent, cid, reason, list(tags))), digest("label", reason, list(tags), done)
        return await self._said("label", agent.id, fence, chat, cid, body, *kept, int(done), payload)

    async def shown(self, agent: str, fence: int, chat: str, seq: int, *, hidden: bool) -> None:
        await self._call("shown", agent, fence, chat, seq, int(hidden))

    async def draft(self, agent: str, fence: int, chat: str, text: str) -> None:
        await self._call("draft", agent, fence, chat, text)

    async def set_status(self, agent: str, fence: int, status: Status, reason: str = "") -> int:
        """When it was done (ms)."""
        reply = await self._call("set_status", agent, fence, status, encode(reason) if reason else "")
        return int(reply[4])

    async def leave(self, agent: str, fence: int) -> None:
        """The socket has closed: the graces begin. Fenced when a later connection holds the console."""
        await self._call("leave", agent, fence)

    async def renew(self, agents: Sequence[tuple[str, int]]) -> None:
        """(agent, fence) of every console that answered its last ping."""
        await self._call("renew", *(value for pair in agents for value in pair))

    async def revoke(self, agent: str, session: str) -> None:
        """Every socket of the session falls silent; with session "" all of the agent's."""
        await self._call("revoke", agent, session)

    async def handled(self, chat: str, author: str, name: str, cid: str) -> Said:
        """A left message was taken care of. NothingToDo the second time, Gone when it is not live."""
        return await self._said(
            "handled", chat, author, cid, digest("handled"), encode(Mark(Author(author, name), cid))
        )
